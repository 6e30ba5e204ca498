internal import ArgumentParser
internal import Configuration
internal import Files

/// The words of a call that are neither options nor their values: names of files where a command takes any, then
/// `KEY VALUE` pairs. `--` may stand before them; after it nothing is taken for an option.
struct FreeWords {
  let names: [String]
  let overrides: [String]
  /// How many words stand before `--`: there, what begins with a dash is a misspelt option.
  private let open: Int

  /// - Parameter takesNames: Whether names stand before the first word that looks like a config key.
  init(_ arguments: [String], takesNames: Bool = false) {
    open = arguments.firstIndex(of: "--") ?? arguments.count
    let words = arguments.prefix(open) + arguments.dropFirst(open + 1)
    names = takesNames ? Array(words.prefix { !looksLikeKey($0) }) : []
    overrides = Array(words.dropFirst(names.count))
  }

  /// The keys of the pairs.
  var keys: [String] { overrides.indices.filter { $0 % 2 == 0 }.map { overrides[$0] } }

  /// Refuses an option together with the key that it is short for: one of both says it.
  ///
  /// - Parameter value: The option's; nil where it is not given.
  /// - Throws: `ValidationError`.
  func check(_ option: String, _ value: String?, isShortFor key: String) throws {
    if value == nil || !keys.contains(key) { return }
    throw ValidationError("\(option) is short for \(key), and both are given -> give one of them")
  }

  /// Refuses a key beside the option that says it in this command, where the key has no say.
  ///
  /// - Parameter value: The option's; nil where it is not given.
  /// - Throws: `ValidationError`.
  func check(_ option: String, _ value: String?, says key: String) throws {
    if value == nil || !keys.contains(key) { return }
    throw ValidationError("\(key) is what \(option) says -> leave it out")
  }

  /// Tells a key behind an option that takes any number of names from one of these.
  ///
  /// - Parameters:
  ///   - option: As `--videos`.
  ///   - values: What it has taken.
  /// - Throws: `ValidationError`.
  static func check(_ option: String, takesNoKeyIn values: [String]) throws {
    guard let key = values.first(where: { !pathExists($0) && looksLikeKey($0) }) else { return }
    throw ValidationError(
      "\(option) takes every word up to the next option, '\(key)' too, which is a config key -> put KEY VALUE before \(option), or -- "
        + "before them")
  }

  /// Tells a mistyped option from the names and pairs it was taken for.
  ///
  /// - Throws: `ValidationError`.
  func check() throws {
    // A dash alone is standard input, where a command reads it.
    if let name = names.prefix(open).first(where: { $0.hasPrefix("-") && $0 != "-" }) {
      throw ValidationError("unknown option '\(name)' -> \(adviceForName(name))")
    }
    for (index, word) in overrides.enumerated() where index % 2 == 0 {
      if word.hasPrefix("-"), names.count + index < open {
        throw ValidationError("unknown option '\(word)' -> see --help")
      }
      if let (key, value) = Configuration.assignment(in: word) {
        throw ValidationError("overrides are pairs KEY VALUE, found '\(word)' -> write \(key) \(value)")
      }
    }
    if overrides.count % 2 == 1 {
      throw ValidationError(
        "overrides come in pairs KEY VALUE, and '\(overrides.last!)' has no partner -> give its value")
    }
  }
}

/// How to give a file whose name begins with a dash.
func adviceForName(_ name: String) -> String {
  "for a file of that name write ./\(name), or put -- before the names"
}

/// Whether a word could be meant as a config key: upper-case parts joined by points, or a top-level key. A file of
/// that name is a video.
private func looksLikeKey(_ word: String) -> Bool {
  if Configuration.keys.contains(word) { return true }
  if pathExists(word) { return false }
  if Configuration.assignment(in: word) != nil { return true }
  let parts = word.split(separator: ".", omittingEmptySubsequences: false)
  guard parts.count > 1, Configuration.keys.contains(where: { $0.hasPrefix(parts[0] + ".") }) else { return false }
  return parts.allSatisfy { part in !part.isEmpty && part.allSatisfy { $0.isUppercase || $0.isNumber || $0 == "_" } }
}
