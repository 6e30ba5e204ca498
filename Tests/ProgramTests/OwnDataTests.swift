import Files
import Foundation
import TestSupport
import Testing

/// docs/own-data.md and docs/quickstart.md: their commands, run as they stand.
struct OwnDataTests {
  /// The blocks between ``` lines; those of another kind (```text) are examples of files.
  private func commands(of page: String) throws -> [String] {
    var blocks: [(kind: String, lines: [String])] = []
    var isInside = false
    for line in try String(contentsOfFile: projectRoot + "/docs/" + page, encoding: .utf8).split(separator: "\n") {
      if line.hasPrefix("```") {
        isInside.toggle()
        if isInside { blocks.append((String(line.dropFirst(3)), [])) }
      } else if isInside {
        blocks[blocks.count - 1].lines.append(String(line))
      }
    }
    return blocks.filter { $0.kind.isEmpty }.map { $0.lines.joined(separator: "\n") }
      .filter { !$0.contains("export PATH") }
  }

  private func run(_ page: String, blocks: Int, in scratch: Scratch) throws -> Program.Result {
    // Of the project's root, what the commands read.
    try makeFolder(scratch.path + "/configs")
    try FileManager.default.copyItem(atPath: projectRoot + "/configs/demo", toPath: scratch.path + "/configs/demo")
    let commands = try commands(of: page)
    #expect(commands.count == blocks)
    let script =
      "set -eu; cd '\(scratch.path)'; slowfast() { '\(Program.path)' \"$@\"; }\n" + commands.joined(separator: "\n")
    let result = Program.run(through: ["/bin/sh", "-c", script], [], patience: 300)
    expectSuccess(result)
    return result
  }

  @Test func quickStarts() throws {
    let scratch = Scratch()
    let result = try run("quickstart.md", blocks: 9, in: scratch)
    #expect(result.stdout.contains("mAP@0.5IOU (PySlowFast's protocol, unrounded scores): "), "\(result.stdout)")
    #expect(
      result.stdout.contains("\"reason\": \"the stream has ended\", \"time\": 3.0}"), "\(result.stdout.suffix(300))")
    for file in [
      "film/detections.csv", "film/overlays/phone.mp4", "tracks/tracks.json", "val/detections_latest.csv",
      "report/index.html", "mine/detections.csv", "lines.jsonl",
    ] {
      #expect(pathExists(scratch.path + "/quick/" + file), "\(file)")
    }
    let subtitles = try listFolder(scratch.path + "/quick/export/webvtt")
    #expect(subtitles == ["phone.vtt"])
    // Two classes of the network's are told.
    let ids = Set(try lines(scratch.path + "/quick/mine/detections.csv").map { $0.split(separator: ",")[6] })
    #expect(ids == ["12", "14"])
  }

  @Test func everyCommandRuns() throws {
    let scratch = Scratch()
    let result = try run("own-data.md", blocks: 9, in: scratch)
    #expect(result.stdout.contains("mAP@0.5IOU (PySlowFast's protocol, unrounded scores): 0."), "\(result.stdout)")
    let own = scratch.path + "/own"
    for file in [
      "results/detections_latest.csv", "report/index.html", "pictures/synth3_1_0902.png", "detected/detections.json",
      "detected/overlays/synth3_2_0903.png", "detected-pictures/detections.csv",
      "gallery/index.html", "gallery/synth3_1/person-1.png", "gallery/synth3_2/0903.jpg", "sheets/synth3_1.png",
      "film/overlays/synth3_1.mp4",
    ] {
      #expect(pathExists(own + "/" + file), "\(file)")
    }
    // The list's beginning is that of the text.
    let list = try lines(own + "/frames/frame_list.csv").prefix(3).joined(separator: "\n")
    let text = try String(contentsOfFile: projectRoot + "/docs/own-data.md", encoding: .utf8)
    #expect(text.contains(list + "\n"), "\(list)")
  }
}
