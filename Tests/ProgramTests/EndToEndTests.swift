import Files
import Foundation
import TestSupport
import Testing

/// The whole path on the drawn world: frames and proposals in; rows, mAP and pictures out.
struct EndToEndTests {
  @Test("synth, test, evaluate, overlay, one after the other")
  func wholePath() throws {
    let (run, images) = (Scratch(), Scratch())
    let test = Program.run(LittleWorld.test(into: run.path, ["DATA.TEST_CROP_SIZE", "64"]))
    expectSuccess(test)
    #expect(run.files.sorted() == ["detections_latest.csv", "groundtruth_latest.csv"])
    #expect(test.stderr.contains("scores mean nothing"))

    // One row for every class of the label map and every kept proposal, boxes with the reference's three decimals.
    let kept = try lines(LittleWorld.annotations + "/proposals.csv").filter { row in
      row.split(separator: ",").last.flatMap { Double($0) } ?? 0 >= 0.8
    }
    let classes = try lines(LittleWorld.annotations + "/labelmap.pbtxt").filter { $0.contains("id:") }.count
    let rows = try lines(run.path + "/detections_latest.csv")
    #expect(rows.count == kept.count * classes)
    #expect(rows.allSatisfy { $0.split(separator: ",", omittingEmptySubsequences: false).count == 8 })
    let boxes = Set(rows.map { $0.split(separator: ",")[0..<6].joined(separator: ",") })
    #expect(boxes == Set(kept.map { $0.split(separator: ",")[0..<6].joined(separator: ",") }))
    for row in rows {
      let score = try #require(row.split(separator: ",").last.flatMap { Double($0) })
      #expect(score >= 0 && score <= 1)
    }

    let evaluation = Program.run([
      "evaluate", "--groundtruth", LittleWorld.annotations + "/groundtruth.csv", "--detections",
      run.path + "/detections_latest.csv", "--labelmap", LittleWorld.annotations + "/labelmap.pbtxt", "--exclusions",
      LittleWorld.annotations + "/exclusions.csv", "--format", "json",
    ])
    expectSuccess(evaluation)
    let results = try object(evaluation.stdout)
    #expect(Set(results.keys) == ["official", "pyslowfast", "mmaction2"])
    for (name, value) in results {
      let mean = try #require((value as? [String: Any])?["mAP"] as? Double, "\(name)")
      #expect(mean >= 0 && mean <= 1)
      #expect(((value as? [String: Any])?["ap"] as? [String: Any])?.count == classes)
    }

    let overlay = Program.run([
      "overlay", "--frames", LittleWorld.folder + "/frames", "--detections", run.path + "/detections_latest.csv",
      "--groundtruth", LittleWorld.annotations + "/groundtruth.csv", "--labelmap",
      LittleWorld.annotations + "/labelmap.pbtxt", "--starting-second", "900", "--output-dir", images.path,
    ])
    expectSuccess(overlay)
    let expected = ["0902", "0903", "0904"].map { "\(LittleWorld.video)_\($0).png" }
    #expect(images.files.sorted() == expected)
    for name in images.files {
      #expect(try readFile(images.path + "/" + name, doing: "testing").starts(with: [0x89, 0x50, 0x4e, 0x47]))
    }
  }

  @Test("The printed mAP is that of the unrounded scores, and the rounded file is near it")
  func printedMean() throws {
    let run = Scratch()
    let test = Program.run(LittleWorld.test(into: run.path))
    let line = try #require(test.stdout.split(separator: "\n").last)
    #expect(line.hasPrefix("mAP@0.5IOU (PySlowFast's protocol, unrounded scores): "))
    let mean = try #require(line.split(separator: " ").last.flatMap { Double($0) })
    #expect(mean >= 0 && mean <= 1)
  }

  @Test("Thread counts and repetitions give the same bytes")
  func sameBytes() throws {
    let files = try [["--threads", "1"], ["--threads", "2"], ["--threads", "2"], []].map { threads in
      let run = Scratch()
      let scores = ["--scores", run.path + "/scores.npy"]
      expectSuccess(Program.run(LittleWorld.test(into: run.path) + scores + threads))
      return try run.files.sorted().map { try readFile(run.path + "/" + $0, doing: "comparing") }
    }
    #expect(files[0].count == 3)
    #expect(Set(files).count == 1)
  }

  @Test("Another seed of the weights, other scores; the same boxes")
  func otherSeed() throws {
    let rows = try ["1", "2"].map { seed in
      let run = Scratch()
      expectSuccess(Program.run(LittleWorld.test(into: run.path, weights: ["--random-weights", seed])))
      return try lines(run.path + "/detections_latest.csv")
    }
    #expect(rows[0] != rows[1])
    #expect(rows[0].count == rows[1].count)
  }

  @Test("synth draws the same world from the same seed and another from another")
  func synthIsSeeded() throws {
    let folders = (0..<3).map { _ in Scratch() }
    for (folder, seed) in zip(folders, ["5", "5", "6"]) {
      let call = ["synth", "--output-dir", folder.path, "--seconds", "4", "--width", "64", "--height", "64"]
      expectSuccess(Program.run(call + ["--seed", seed]))
    }
    #expect(try folderDifference(folders[1].path, folders[0].path) == nil)
    let truths = try folders.map { try lines($0.path + "/annotations/groundtruth.csv") }
    #expect(truths[0] != truths[2])
  }

  @Test("detect on a video: CSV, JSON, overlays; the scores of a lossless list of its frames, bit by bit")
  func detectAgainstFrames() throws {
    let video = projectRoot + "/Tests/Fixtures/Video/bframes.mp4"
    let (input, run, list, listed) = (Scratch(), Scratch(), Scratch(), Scratch())
    let proposals = try input.file(
      "proposals.csv",
      "bframes,0902,0.100,0.100,0.500,0.900,,0.990000\nbframes,0902,0.400,0.200,0.900,1.000,,0.950000\n")
    let labels = LittleWorld.annotations + "/labelmap.pbtxt"
    let network = ["--cfg", LittleWorld.config, "--random-weights", "1"] + LittleWorld.tinyNetwork
    let own = Program.run(
      [
        "detect", video, "--proposals", proposals, "--starting-second", "900", "--output-dir", run.path, "--labelmap",
        labels, "--overlays", "--scores", run.path + "/scores.npy",
      ] + network)
    expectSuccess(own)
    #expect(run.files.contains("detections.csv") && run.files.contains { $0.hasPrefix("overlays/bframes") })
    let keyFrames = try #require(try Golden.object(run.path + "/detections.json")["keyframes"] as? [[String: Any]])
    #expect(keyFrames.map { $0["time"] as? Double } == [2])
    #expect(keyFrames.map { $0["frame"] as? Int } == [50])
    #expect((keyFrames[0]["people"] as? [Any])?.count == 2)

    expectSuccess(Program.run(["frames", video, "--output-dir", list.path, "--format", "png"]))
    let test = Program.run(
      ["test", "--output-dir", listed.path, "--scores", listed.path + "/scores.npy"] + network + [
        "AVA.FRAME_DIR", list.path, "AVA.FRAME_LIST_DIR", list.path, "AVA.TEST_LISTS", "['frame_list.csv']",
        "AVA.TEST_PREDICT_BOX_LISTS", "['\(proposals)']", "AVA.GROUNDTRUTH_FILE", "", "AVA.LABEL_MAP_FILE", labels,
        "AVA.EXCLUSION_FILE", LittleWorld.annotations + "/exclusions.csv",
      ])
    expectSuccess(test)
    let scores = try [run.path, listed.path].map { try readFile($0 + "/scores.npy", doing: "comparing") }
    #expect(scores[0] == scores[1])
    // The same rows, with more decimals than the reference's files have.
    let (fine, coarse) = (try lines(run.path + "/detections.csv"), try lines(listed.path + "/detections_latest.csv"))
    #expect(fine.count == coarse.count && fine != coarse)
    for (a, b) in zip(fine, coarse) {
      let (a, b) = (a.split(separator: ","), b.split(separator: ","))
      #expect(a[0...1] == b[0...1] && a[6] == b[6])
      for (column, tolerance) in [(2, 5e-4), (3, 5e-4), (4, 5e-4), (5, 5e-4), (7, 5e-5)] {
        let gap = try abs(#require(Double(a[column])) - #require(Double(b[column])))
        #expect(gap <= tolerance * 1.02, "\(a)")
      }
    }
  }

  @Test("The config that inspect names for the demo's weights is theirs, as it stands")
  func inspectedConfigs() throws {
    for name in ["SMALL", "FAST_SMALL", "NLN_SMALL", "CLASSES"] {
      let demo = "configs/demo/SLOWFAST_8x4_R18_\(name)"
      let inspection = Program.run(["inspect", "\(projectRoot)/\(demo).pyth"])
      expectSuccess(inspection)
      let configs = inspection.stdout.split(separator: "\n").filter { $0.hasPrefix("config        ") }
      #expect(configs == ["config        \(demo).yaml, as it stands"])
    }
  }
}
