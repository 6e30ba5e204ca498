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
    // Boxes are where people were drawn, and what these do is told: at the times at which they were.
    let drawn = scratch.path + "/quick/drawn/annotations"
    let boxes = Set(
      try lines(drawn + "/proposals.csv").map { $0.split(separator: ",") }.filter { Double($0[6])! >= 0.8 }
        .map { row in "\(Int(row[1])! - 900) " + row[2...5].map { $0 + "0" }.joined(separator: " ") })
    let rows = try lines(scratch.path + "/quick/film/detections.csv").map { $0.split(separator: ",") }
    #expect(Set(rows.map { "\(Int($0[1]) ?? -1) " + $0[2...5].joined(separator: " ") }) == boxes)
    for name in ["film", "found"] {
      let text = try lines(scratch.path + "/quick/\(name)/detections.csv").map { line in
        let row = line.split(separator: ",")
        return (["synth3", "\((Double(row[1]) ?? 0) + 900)"] + row[2...]).joined(separator: ",") + "\n"
      }.joined()
      let judged = Program.run([
        "evaluate", "--detections", try scratch.file("\(name).csv", text), "--groundtruth", drawn + "/groundtruth.csv",
        "--labelmap", drawn + "/labelmap.pbtxt", "--protocol", "official", "--format", "json",
      ])
      expectSuccess(judged)
      let result = try #require(try JSONSerialization.jsonObject(with: Data(judged.stdout.utf8)) as? [String: Any])
      let mAP = (result["official"] as? [String: Any])?["mAP"] as? Double ?? 0
      #expect(mAP > 0.9, "\(name): \(judged.stdout)")
    }
  }

  /// README's way from a raw video to a film, but with weights and a video that are here.
  @Test func theReadmesOwnVideo() throws {
    let scratch = Scratch()
    let readme = try String(contentsOfFile: projectRoot + "/README.md", encoding: .utf8)
    for page in ["README.md", "docs/people.md"] {
      let text = try String(contentsOfFile: projectRoot + "/" + page, encoding: .utf8)
      let block = try #require(
        text.components(separatedBy: "\n```").first { $0.hasPrefix("\nslowfast detect match.mp4") })
      let command = block.replacing("\\\n", with: " ").split(separator: "\n")[0].split(separator: " ").map(String.init)
      func value(_ option: String) throws -> String { command[try #require(command.firstIndex(of: option)) + 1] }
      let labels = try value("--labelmap")
      #expect(readme.contains("--labelmap \(labels)"))
      let output = scratch.path + "/" + splitPath(page).name
      let result = Program.run(
        [
          "detect", DetectorRunTests.video, "--detector", DetectorRunTests.detector, "--labelmap",
          projectRoot + "/" + labels,
        ]
          + ["--cfg", LittleWorld.config, "--random-weights", "1", "--output-dir", output]
          + ["--every", "3"] + LittleWorld.tinyNetwork + ["MODEL.NUM_CLASSES", "80"])
      expectSuccess(result)
      #expect(!result.stderr.contains("label map"), "\(result.stderr)")
      let rows = try lines(output + "/detections.csv")
      #expect(Set(rows.map { $0.split(separator: ",")[6] }).count == 80)
      #expect(try String(contentsOfFile: output + "/detections.json", encoding: .utf8).contains("talk to"))
    }
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
