internal import ArgumentParser
internal import JSON
internal import Wording

/// A word of the call that the program does not know.
struct Misspelling {
  /// What is wrong, and the nearest word that is known.
  let text: String
  /// The command whose help tells more.
  let command: String
}

/// Finds a command that does not exist; ArgumentParser takes it for an argument too many.
func unknownCommand(in words: [String]) -> Misspelling? {
  let words = words.first == "help" ? words.dropFirst() : words[...]
  let call = resolve(words)
  let names = call.command.configuration.subcommands.map(name)
  guard let word = call.rest.first, !word.hasPrefix("-"), !names.isEmpty, word != "help" else { return nil }
  let near = nearest(to: word, among: names)
  // The default subcommand has arguments of its own, such as config keys.
  if near == nil && call.command.configuration.defaultSubcommand != nil { return nil }
  let advice = near.map { "did you mean '\($0)'?" } ?? "one of \(names.joined(separator: ", "))"
  return Misspelling(text: "there is no command '\(word)' -> \(advice)", command: call.path)
}

/// Finds an option that the command does not have, whatever else may be wrong with the call.
func unknownOption(in words: [String]) -> Misspelling? {
  let call = resolve(words[...])
  let known = options(of: call).map(\.name)
  if known.isEmpty { return nil }
  for word in call.rest.prefix(while: { $0 != "--" }) where word.hasPrefix("--") {
    let option = String(word.prefix { $0 != "=" })
    if known.contains(option) { continue }
    if let lack = lacks.first(where: { call.path.hasSuffix($0.command) && $0.options.contains(option) }) {
      return Misspelling(text: "\(option): \(lack.reason) -> leave it out", command: call.path)
    }
    let near = begun(by: option, among: known) ?? nearest(to: option, among: known)
    let advice = near.map { "did you mean '\($0)'?" } ?? adviceFromElsewhere(option)
    return Misspelling(text: "unknown option '\(option)' -> \(advice)", command: call.path)
  }
  return nil
}

/// Options of other commands that some do without, and why.
private let lacks: [(command: String, options: [String], reason: String)] = [
  ("calibrate", ["--precision", "--calibration"], "a calibration is made in fp32"),
  ("visualize", ["--precision", "--calibration", "--tuned"], "gradients are taken in fp32"),
  ("people", ["--calibration"], "detectors have no int8"),
]

/// The shortest option that begins with a word of three letters or more, which is likelier meant than one of as many letters.
private func begun(by word: String, among options: [String]) -> String? {
  word.count < 5 ? nil : options.filter { $0.hasPrefix(word) }.min { $0.count < $1.count }
}

/// Names the commands that have an option like one that is nowhere near those of the command called.
private func adviceFromElsewhere(_ option: String) -> String {
  let all = SlowFast.configuration.subcommands.map {
    (command: name(of: $0), options: options(ofCommand: [name(of: $0)]).map(\.name))
  }
  guard let near = nearest(to: option, among: all.flatMap(\.options)) else { return "see the command's options" }
  let owners = all.filter { $0.options.contains(near) }.map(\.command)
  return "see the command's options ('\(near)' is one of \(listed(owners)))"
}

/// Joins options with the negative numbers behind them ("--gap -1" becomes "--gap=-1"), which the parser would take for options:
/// whether an option takes them is for its command to say.
func joiningNegativeValues(_ words: [String]) -> [String] {
  func isNegative(_ word: String) -> Bool { word.hasPrefix("-") && Double(word) != nil }
  if !zip(words, words.dropFirst()).contains(where: { $0.hasPrefix("--") && isNegative($1) }) { return words }
  let valued = Set(options(of: resolve(words[...])).filter(\.takesValue).map(\.name))
  let end = words.firstIndex(of: "--") ?? words.endIndex
  var joined: [String] = []
  for word in words[..<end] {
    if isNegative(word), let option = joined.last, valued.contains(option) {
      joined[joined.count - 1] = "\(option)=\(word)"
    } else {
      joined.append(word)
    }
  }
  return joined + words[end...]
}

/// Finds a name or value that begins with a dash, where the parser has taken it for an option.
func dashedWord(in words: [String]) -> Misspelling? {
  let call = resolve(words[...])
  let valued = options(of: call).filter(\.takesValue).map(\.name)
  var previous = ""
  for word in call.rest.prefix(while: { $0 != "--" }) {
    defer { previous = word }
    guard word.hasPrefix("-"), !word.hasPrefix("--"), word.count > 2, Double(word) == nil else { continue }
    let text =
      valued.contains(previous)
      ? "no value for '\(previous)': '\(word)' begins with a dash -> write \(previous)=\(word)"
      : "unknown option '\(word)' -> \(adviceForName(word))"
    return Misspelling(text: text, command: call.path)
  }
  return nil
}

/// The commands at the beginning of a call, and what comes after them.
private struct Call {
  var command: any ParsableCommand.Type = SlowFast.self
  var names: [String] = []
  var rest: ArraySlice<String>

  /// How the command is called.
  var path: String { ([name(of: SlowFast.self)] + names).joined(separator: " ") }
}

/// Follows the commands at the beginning of a call down to the last that exists.
private func resolve(_ words: ArraySlice<String>) -> Call {
  var call = Call(rest: words)
  while let word = call.rest.first,
    let next = call.command.configuration.subcommands.first(where: { name(of: $0) == word })
  {
    call.command = next
    call.names.append(word)
    call.rest = call.rest.dropFirst()
  }
  return call
}

private func name(of command: any ParsableCommand.Type) -> String { command.configuration.commandName ?? "" }

/// The long options of the command that a call leads to.
private func options(of call: Call) -> [(name: String, takesValue: Bool)] {
  let inner = call.command.configuration.defaultSubcommand.map { [name(of: $0)] } ?? []
  return options(ofCommand: call.names + inner)
}

/// The long options of a command, taken from ArgumentParser's description of the program; none where it cannot be read.
private func options(ofCommand names: [String]) -> [(name: String, takesValue: Bool)] {
  var command = (try? JSONReader.read(Array(SlowFast._dumpHelp().utf8)))?["command"]
  for name in names { command = command?["subcommands"]?.values.first { $0["commandName"] == .string(name) } }
  let shown = (command?["arguments"]?.values ?? []).filter { $0["shouldDisplay"] != .bool(false) }
  return shown.flatMap { argument in
    (argument["names"]?.values ?? []).compactMap { name in
      guard name["kind"] == "long", case .string(let word)? = name["name"] else { return nil }
      return ("--" + word, argument["kind"] == "option")
    }
  }
}
