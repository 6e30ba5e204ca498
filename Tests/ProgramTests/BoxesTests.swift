import Files
import Foundation
import TestSupport
import Testing

/// docs/boxes.md: its command, run as it stands, and what it says.
struct BoxesTests {
  private let words = [
    "--cfg", projectRoot + "/configs/demo/SLOWFAST_8x4_R18_SMALL.yaml", "--weights",
    projectRoot + "/configs/demo/SLOWFAST_8x4_R18_SMALL.pyth", "--output-dir",
  ]

  @Test func theDocumentsCommandRuns() throws {
    let scratch = Scratch()
    let text = try String(contentsOfFile: projectRoot + "/docs/boxes.md", encoding: .utf8)
    let blocks = text.components(separatedBy: "\n```")
    let command = try #require(blocks.first { $0.hasPrefix("\nslowfast detect") })
      .replacingOccurrences(of: "--output-dir own/boxes", with: "--output-dir '\(scratch.path)/own'")
    let script = "set -eu; cd '\(projectRoot)'; slowfast() { '\(Program.path)' \"$@\"; }\n" + command
    let result = Program.run(through: ["/bin/sh", "-c", script], [], patience: 300)
    expectSuccess(result)
    // What it says stands behind it.
    let said = try #require(blocks.first { $0.hasPrefix("text\nproposals:") }).dropFirst(5)
    for line in said.split(separator: "\n") { #expect(result.stderr.contains(line + "\n"), "\(line)") }
    let rows = try lines(scratch.path + "/own/detections.csv")
    #expect(Set(rows.map { $0.split(separator: ",")[1] }) == ["0001", "0002"])
  }

  @Test("What the options may be is checked before anything is read")
  func options() throws {
    for (option, value, essentials) in [
      ("--proposals-size", "640", "width x height"), ("--proposals-size", "0x5", "width x height"),
      ("--proposals-fps", "0", "positive number"), ("--max-boxes", "0", "1 or more"),
      ("--proposals-first-frame", "99999999999", "mostly 0 or 1"),
    ] {
      let result = Program.run(["detect", "v.mp4", "--proposals", "b.csv", option, value] + words + ["out"])
      #expect(result.status == 64 && result.stderr.contains(essentials), "\(option): \(result.stderr)")
    }
  }

  @Test("A file that fits two formats, and one of none, are errors that name the option")
  func formats() throws {
    let scratch = Scratch()
    let path = scratch.path + "/boxes.json"
    let video = projectRoot + "/Tests/Fixtures/Video/bframes.mp4"
    func said(_ text: String, _ more: [String] = []) throws -> String {
      try writeFile(path, text)
      let result = Program.run(["detect", video, "--proposals", path] + words + [scratch.path + "/out"] + more)
      #expect(result.status == 1)
      return result.stderr
    }
    let item = "[{\"image_id\": 903, \"bbox\": [1, 2, 3, 4], \"score\": 0.9}]"
    #expect(try said(item).contains("-> say which: --proposals-format coco or alphaction"))
    #expect(try said(item, ["--proposals-format", "coco"]).contains("1 box at frames that 'bframes' has not"))
    #expect(try said("{}").contains("found JSON of another form -> give one of YOLO's labels"))
  }
}
