import Checkpoint
import Classify
import Files
import TestSupport
import Testing

private let fixtures = projectRoot + "/Tests/Fixtures/Classify/"

/// Reads a file of this text; the error's text where it is refused.
private func read(_ text: String) throws -> (Predictions?, String) {
  let folder = TemporaryFolder()
  defer { folder.remove() }
  try writeFile(folder.path + "/p.csv", text)
  do { return (try Predictions(path: folder.path + "/p.csv"), "") } catch { return (nil, "\(error)") }
}

@Suite struct PredictionTests {
  private let scores: [[Float]] = [[7, 2, 1], [1, 3, 6], [3, 4, 3], [5, 1, 4]]

  @Test func forms() throws {
    let protocols = (0...2).map { "torch_protocol\($0).pkl" }
    for name in ["torch.pkl", "numpy.pkl", "fortran.npz"] + protocols {
      let found = try Predictions(path: fixtures + name)
      #expect(found.scores == scores && found.labels == [[0], [1], [1], [2]] && !found.isMultiLabel)
      #expect(found.names == ["0", "1", "2", "3"])
    }
    #expect(try Predictions(path: fixtures + "predictions.npz").names == ["a.mp4", "b/b.mp4", "ö.mp4", "d.mp4"])
    let several = try Predictions(path: fixtures + "several.pkl")
    #expect(several.isMultiLabel && several.labels == [[0, 2], [1], [1, 2], []])
    let table = try read("video,label,class_0,class_1\n\"a, b.mp4\",1,0.25,0.75\nc.mp4,-1,1,2\nd,\"0,1\",3,4\n").0
    #expect(table?.names == ["a, b.mp4", "c.mp4", "d"] && table?.labels == [[1], nil, [0, 1]])
    #expect(table?.scores == [[0.25, 0.75], [1, 2], [3, 4]] && table?.isMultiLabel == true)
  }

  @Test(
    "Bad tables say the line",
    arguments: [
      ("a,b\n1,2\n", "line 1: expected the header 'video,label,class_0,...'"),
      ("video,label,class1,score1\n", "line 1: the five best classes of each video alone"),
      ("video,label,class_0\na,0,1,2\n", "line 2: 4 columns, the header has 3"),
      ("video,label,class_0\na,0,nan\n", "line 2: a score that is no finite number"),
      ("video,label,class_0\na,1,2\n", "line 2: the class '1', and there are scores of 0 to 0"),
      ("video,label,class_0\n", "no video"),
    ])
  func badTables(text: String, expected: String) throws {
    let said = try read(text).1
    #expect(said.contains(expected) && said.contains("TEST.SAVE_RESULTS_PATH"), "\(said)")
  }

  /// By hand: two of four first, one of them third; bins of 0.7, 0.6, 0.4 and 0.5.
  @Test func accuracies() throws {
    let found = try PredictionEvaluation(Predictions(path: fixtures + "predictions.npz"))
    #expect(found.top1 == EstimatedShare(value: 0.5, interval: nil))
    #expect(found.top1?.value == 0.5 && found.top5?.value == 1 && found.mAP == nil && found.videos == 4)
    #expect(found.classes.map(\.value) == [1, 0.5, 0] && found.classes.map(\.videos) == [1, 2, 1])
    #expect(found.meanClassAccuracy == 0.5)
    #expect(found.matrix == [[1, 0, 0], [0, 1, 1], [1, 0, 0]])
    #expect(found.confusions.map { [$0.label, $0.found, $0.count] } == [[1, 2, 1], [2, 0, 1]])
    #expect(found.confusions.map(\.share) == [0.5, 1])
    #expect(found.worst.map(\.name) == ["b/b.mp4", "d.mp4"] && found.worst.map(\.rank) == [2, 2])
    let expected = ((1 - 0.7) + 0.6 + (1 - 0.4) + 0.5) / 4
    #expect(abs(try #require(found.calibrationError) - expected) < 1e-6)
    #expect(found.calibration.map(\.videos).reduce(0, +) == 4)
  }

  /// Of several classes a video the mean is that of `MeanAveragePrecision`, and so it is when every video counts thrice.
  @Test func severalClasses() throws {
    let several = try Predictions(path: fixtures + "several.pkl")
    let found = try PredictionEvaluation(several, PredictionResampling(count: 50))
    let other = MeanAveragePrecision(clips: 1, scores: several.scores, labels: several.labels.map { $0 ?? [] })
    #expect(abs(try #require(found.mAP).value * 100 - other.percent) < 1e-9)
    #expect(found.top1 == nil && found.matrix.isEmpty && found.classes.count == 3)
    let thrice = Predictions(
      path: "", names: Array(repeating: several.names, count: 3).flatMap(\.self),
      scores: Array(repeating: several.scores, count: 3).flatMap(\.self),
      labels: Array(repeating: several.labels, count: 3).flatMap(\.self), isMultiLabel: true)
    #expect(abs(try #require(PredictionEvaluation(thrice).mAP).value - found.mAP!.value) < 1e-9)
  }

  /// By hand: of classes 0 and 2 the places 1 and 3, of class 1 the second, of 1 and 2 the places 1 and 3 (of equal scores
  /// the lower class stands first); a video without classes is none.
  @Test func worstOfSeveralClasses() throws {
    let found = try PredictionEvaluation(Predictions(path: fixtures + "several.pkl")).worst
    #expect(found.map(\.name) == ["1", "0", "2"] && found.map(\.label) == [1, 2, 2])
    #expect(found.map(\.found) == [2, 1, 0] && found.map(\.rank) == [2, 3, 3])
    let two = (1 + 2.0 / 3) / 2
    #expect(found.map(\.averagePrecision) == [0.5, two, two])
    #expect(found.map(\.ownScore) == [3, 1, 3] && found.map(\.foundScore) == [6, 2, 3])
    let some = Predictions(
      path: "", names: ["a", "b", "c"], scores: [[1, 2], [2, 1], [2, 1]], labels: [[0], [1], nil], isMultiLabel: true)
    #expect(try PredictionEvaluation(some, worstCount: 1).worst.map(\.name) == ["a"])
    // All classes stand above all others where there are none.
    let all = Predictions(path: "", names: ["a"], scores: [[1, 2]], labels: [[0, 1]], isMultiLabel: true)
    #expect(try PredictionEvaluation(all).worst.isEmpty)
  }

  /// The same seed draws the same videos; the interval holds the value, and one video gives none.
  @Test func intervals() throws {
    let all = try Predictions(path: fixtures + "torch.pkl")
    let (a, b) = (
      try PredictionEvaluation(all, PredictionResampling(count: 200, seed: 3)),
      try PredictionEvaluation(all, PredictionResampling(count: 200, seed: 3))
    )
    let interval = try #require(a.top1?.interval)
    #expect(a.top1 == b.top1 && interval.contains(0.5) && interval.lowerBound < 0.3 && interval.upperBound > 0.7)
    let one = Predictions(path: "", names: ["a"], scores: [[1, 0]], labels: [[0]], isMultiLabel: false)
    #expect(try PredictionEvaluation(one, PredictionResampling()).top1 == EstimatedShare(value: 1, interval: nil))
  }

  @Test func degenerate() throws {
    let none = Predictions(path: "p", names: ["a"], scores: [[1, 0]], labels: [nil], isMultiLabel: false)
    #expect(throws: PredictionError.noLabels(path: "p")) { try PredictionEvaluation(none) }
    let empty = Predictions(path: "p", names: ["a"], scores: [[1, 0]], labels: [[]], isMultiLabel: true)
    #expect(throws: PredictionError.noLabels(path: "p")) { try PredictionEvaluation(empty) }
    // Logits are no shares; equal scores go to the lower class.
    let logits = Predictions(
      path: "", names: ["a", "b"], scores: [[-1, -1], [0, 0]], labels: [[1], [0]], isMultiLabel: false)
    let found = try PredictionEvaluation(logits)
    #expect(found.calibration.isEmpty && found.calibrationError == nil)
    #expect(found.top1?.value == 0.5 && found.confusions.map(\.found) == [0])
  }

  @Test func groups() throws {
    let found = try PredictionEvaluation(Predictions(path: fixtures + "torch.pkl"))
    let folder = TemporaryFolder()
    defer { folder.remove() }
    func read(_ text: String, _ names: [String] = []) throws -> [ClassGroup] {
      try writeFile(folder.path + "/g.json", text)
      return try ClassGroup.read(path: folder.path + "/g.json", names: names, classes: 3)
    }
    let groups = try read(#"{"late": [1, 2], "none": []}"#)
    #expect(groups == [ClassGroup(name: "late", labels: [1, 2]), ClassGroup(name: "none", labels: [])])
    let results = found.results(of: groups)
    #expect(results.count == 1 && results[0].videos == 3 && results[0].classes == 2)
    #expect(abs(results[0].accuracy - 1.0 / 3) < 1e-12 && abs(results[0].groupAccuracy - 2.0 / 3) < 1e-12)
    #expect(try read(#"{"x": ["b"]}"#, ["a", "b", "c"])[0].labels == [1])
    for (text, expected) in [
      ("[]", "expected an object of lists"), (#"{"x": 1}"#, "group 'x' is no list"),
      (#"{"x": [3]}"#, "there are scores of 0 to 2"), (#"{"x": ["d"]}"#, "names of classes: give these too"),
    ] {
      let error = #expect(throws: GroupError.self) { try read(text) }
      #expect(error?.description.contains(expected) == true, "\(error?.description ?? "none")")
    }
  }
}
