import Foundation
import TestSupport
import Testing

/// Help texts are golden files: what a command takes changes only on purpose.
///
/// To write them anew after a change that is meant: `Tests/Fixtures/Program/help/make.sh`.
struct HelpTests {
  private static let folder = projectRoot + "/Tests/Fixtures/Program/help"
  static let commands = [
    [], ["test"], ["detect"], ["classify"], ["evaluate"], ["validate"], ["overlay"], ["forward"], ["inspect"],
    ["bench"],
    ["bench", "clip"], ["bench", "pipeline"], ["bench", "roialign"], ["bench", "depthwise"], ["bench", "evaluate"],
    ["frames"], ["synth"], ["plan"], ["plan", "test"], ["plan", "detect"], ["plan", "classify"], ["results"], ["merge"],
    ["runs"],
    ["ensemble"], ["submission"], ["convert"], ["tracks"], ["gallery"], ["export"], ["watch"], ["people"],
    ["calibrate"], ["tune"], ["train"], ["finetune"], ["visualize"],
    ["bench", "people"], ["bench", "train"],
  ]

  @Test("Every command's help", arguments: commands)
  func help(command: [String]) throws {
    let name = (["slowfast"] + command).joined(separator: "-")
    let result = Program.run(command + ["--help"])
    expectSuccess(result)
    #expect(result.stderr.isEmpty)
    let expected = try String(contentsOfFile: Self.folder + "/\(name).txt", encoding: .utf8)
    #expect(
      difference(result.stdout, expected) == nil,
      "\(name): if the change is meant, run Tests/Fixtures/Program/help/make.sh")
  }

  @Test("The other ways to ask for help give the same", arguments: [["help", "test"], ["test", "-h"]])
  func otherWays(words: [String]) {
    let result = Program.run(words)
    expectSuccess(result)
    #expect(difference(result.stdout, Program.run(["test", "--help"]).stdout) == nil)
  }

  /// Of the program and of what it runs on; of every command the same.
  @Test func version() throws {
    let result = Program.run(["--version"])
    expectSuccess(result)
    let lines = result.stdout.split(separator: "\n").map(String.init)
    try #require(lines.count == 4, "\(result.stdout)")
    #expect(lines[0].firstMatch(of: /^slowfast [0-9]+\.[0-9]+\.[0-9]+ \(commit [0-9a-z-]+\)$/) != nil, "\(lines[0])")
    #expect(lines[1].firstMatch(of: /^kernels  +(portable|avx2|avx512|amx).*; bf16 (yes|no)$/) != nil, "\(lines[1])")
    for (name, line) in zip(["libav", "libjpeg-turbo"], lines[2...]) {
      #expect(line.hasPrefix(name + " ") && line.firstMatch(of: /\s[0-9]+\.[0-9]+/) != nil, "\(line)")
    }
    #expect(Program.run(["detect", "--version"]).stdout == result.stdout)
    #expect(result.stderr == "")
  }

  /// What the program says of its commands to tools.
  private struct Description: Decodable {
    let command: Command

    struct Command: Decodable {
      let commandName: String
      let arguments: [Argument]?
      let subcommands: [Command]?

      /// This one and those below it, each with the words of its call. Help is one of the argument parser.
      func all(_ words: [String] = []) -> [(words: [String], command: Command)] {
        let below = (subcommands ?? []).filter { $0.commandName != "help" }
        return [(words, self)] + below.flatMap { $0.all(words + [$0.commandName]) }
      }
    }

    struct Argument: Decodable {
      let names: [Name]?
    }

    struct Name: Decodable, Hashable {
      let kind: String
      let name: String
    }
  }

  private func described() throws -> [(words: [String], command: Description.Command)] {
    let result = Program.run(["--experimental-dump-help"])
    expectSuccess(result)
    return try JSONDecoder().decode(Description.self, from: Data(result.stdout.utf8)).command.all()
  }

  @Test("Every command has a golden help, and nothing else has")
  func complete() throws { #expect(Set(try described().map(\.words)) == Set(Self.commands)) }

  /// The second of two options of the same name is never read, and a release build says nothing of it.
  @Test("No command has two options of the same name, groups' included")
  func optionsHaveNamesOfTheirOwn() throws {
    for (words, command) in try described() {
      let names = (command.arguments ?? []).flatMap { $0.names ?? [] }
      let twice = Dictionary(grouping: names) { $0 }.filter { $1.count > 1 }.keys.map(\.name)
      #expect(twice.isEmpty, "\(words.joined(separator: " "))")
      #expect(names.contains { $0.name == "help" })
    }
  }
}
