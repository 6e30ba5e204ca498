import AVARecords
import Files
import Geometry
import JSON
import TestSupport
import Testing
import VideoEval

/// A made-up case of the fixture, with what other evaluators say of it.
private struct Case {
  let truth: [ActionTube]
  let found: [ActionTube]
  let expected: JSONValue

  init(_ json: JSONValue) {
    func tubes(_ name: String) -> [ActionTube] {
      (json[name]?.values ?? []).map { each in
        let (box, step) = (numbers(each["box"]), numbers(each["step"]))
        return ActionTube(
          video: text(each["video"]), action: Int(number(each["action"])), score: each["score"].map(number) ?? 1,
          firstFrame: Int(number(each["first"])),
          boxes: (0..<Int(number(each["frames"]))).map { frame in
            let at = zip(box, step).map { $0 + Double(frame) * $1 }
            return PixelBox(x1: at[0], y1: at[1], x2: at[2], y2: at[3])
          })
      }
    }
    truth = tubes("truth")
    found = tubes("found")
    expected = json
  }

  /// Each frame of the tubes found as a detection; the fixture's script says why scores grow.
  var frames: [FrameDetection] {
    found.flatMap { tube in
      tube.boxes.enumerated().map { index, box in
        FrameDetection(
          video: tube.video, frame: tube.firstFrame + index, action: tube.action,
          score: tube.score + Double(index) / 1e6, box: box)
      }
    }
  }

  static func all() throws -> [Case] {
    let path = projectRoot + "/Tests/Fixtures/VideoEval/cases.json"
    return try JSONReader.read(try readFile(path, doing: "reading the cases")).values.map(Case.init)
  }
}

private func number(_ value: JSONValue?) -> Double {
  if case .number(let number)? = value { return number.double }
  return .nan
}

private func numbers(_ value: JSONValue?) -> [Double] { (value?.values ?? []).map { number($0) } }

private func text(_ value: JSONValue?) -> String {
  if case .string(let words)? = value { return words }
  return ""
}

/// Agreement with MMAction2's evaluator of MultiSports, and of UCF101-24's rules with functions written independently.
@Suite struct PeerTests {
  /// Precisions by class, of an object of class ids.
  private func check(_ result: VideoEvaluation, at index: Int, _ expected: JSONValue?) {
    for each in result.classes {
      let wanted = number(expected?[String(each.action)])
      #expect(abs(each.precisions[index] - wanted) < 1e-9, "class \(each.action): \(each.precisions[index]), \(wanted)")
    }
  }

  @Test func multiSports() throws {
    let cases = try Case.all()
    #expect(cases.count == 4)
    for each in cases {
      let peer = each.expected["multisports"]
      let thresholds = [0.2, 0.5, 0.75]
      let result = VideoEvaluation.ofTubes(each.found, truth: each.truth, rules: .multiSports, thresholds: thresholds)
      #expect(result.classes.count == 3)
      for (index, name) in ["0.2", "0.5", "0.75"].enumerated() { check(result, at: index, peer?["tubes"]?[name]) }
      #expect(abs((result.meanPrecisions?[1] ?? 0) - number(peer?["mean"])) < 1e-9)
      for (name, thresholds) in [
        ("v_map_0.05:0.45", VideoRules.looseThresholds), ("v_map_0.10:0.90", VideoRules.wideThresholds),
        ("v_map_0.50:0.95", VideoRules.strictThresholds),
      ] {
        let mean = VideoEvaluation.ofTubes(each.found, truth: each.truth, rules: .multiSports, thresholds: thresholds)
          .mean
        // The peer's averages are percents with four decimals.
        #expect(abs(100 * (mean ?? 0) - number(peer?["averages"]?[name])) < 5.1e-5)
      }
      let frames = VideoEvaluation.ofFrames(each.frames, truth: each.truth, rules: .multiSports, thresholds: [0.5])
      check(frames, at: 0, peer?["frames"])
    }
  }

  @Test func ucf24() throws {
    for each in try Case.all() {
      let result = VideoEvaluation.ofTubes(each.found, truth: each.truth, rules: .ucf24, thresholds: [0.2, 0.5, 0.75])
      #expect(result.classes.count == 3)
      for (index, name) in ["0.2", "0.5", "0.75"].enumerated() {
        check(result, at: index, each.expected["ucf24"]?[name])
      }
    }
  }

  /// Real boxes of two videos of UCF101-24, found as they stand and moved.
  @Test(.enabled(if: sharedFolder != nil, "the boxes of UCF101-24 stand beside the project")) func realBoxes() throws {
    let path = (sharedFolder ?? "") + "/data/videos/ucf24_boxes.csv"
    let records = try TubeRecord.read(path: path)
    #expect(records.reduce(0) { $0 + $1.boxes.count } == 637)
    #expect(Set(records.map(\.video)) == ["v_Fencing_g01_c06", "v_SalsaSpin_g03_c01"])
    #expect(Set(records.map(\.action)) == [6, 14])
    let truth = records.map { ActionTube($0) }
    let thresholds = [0.2, 0.5] + VideoRules.strictThresholds
    #expect(VideoEvaluation.ofTubes(truth, truth: truth, rules: .ucf24, thresholds: thresholds).mean == 1)
    let moved = truth.map { tube in
      var tube = tube
      tube.boxes = tube.boxes.map { box in
        let step = 0.5 * (box.x2 - box.x1)
        return PixelBox(x1: box.x1 + step, y1: box.y1, x2: box.x2 + step, y2: box.y2)
      }
      return tube
    }
    let result = VideoEvaluation.ofTubes(moved, truth: truth, rules: .ucf24, thresholds: [0.2, 0.5])
    #expect(result.meanPrecisions?[1] == 0 && (result.meanPrecisions?[0] ?? 0) > 0.5)
  }
}
