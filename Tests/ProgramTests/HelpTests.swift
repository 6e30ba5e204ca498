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
    ["bench", "people"],
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

  @Test func version() {
    let result = Program.run(["--version"])
    expectSuccess(result)
    #expect(result.stdout.split(separator: ".").count == 3, "\(result.stdout)")
  }

  @Test("Every command of the list has a golden help, and no other has")
  func complete() throws {
    let list = Program.run(["--help"]).stdout
    let section = try #require(list.components(separatedBy: "SUBCOMMANDS:\n").dropFirst().first)
    let names = section.split(separator: "\n").filter { $0.hasPrefix("  ") && !$0.hasPrefix("   ") }
      .compactMap { $0.split(separator: " ").first.map(String.init) }.filter { $0 != "See" }
    #expect(Set(names) == Set(Self.commands.compactMap(\.first)))
  }
}
