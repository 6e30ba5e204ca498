import AVAEval
import AVARecords
import Datasets
import Ensembles
import Files
import Geometry
import Inference
import JSON
import TestSupport
import Testing

/// What is handed in, and how that is said.
struct SubmissionTests {
  private func labels(_ ids: ClosedRange<Int>) throws -> LabelMap {
    try LabelMap(ids.map { LabelMap.Label(id: $0, name: "\($0)") })
  }

  /// Two key frames: one with 60 rows of classes 1 to 20, of which 50 stay; one whose box has no area.
  private func rows() -> DetectionTable {
    var table = DetectionTable()
    for place in 0..<3 {
      for id in 1...20 {
        let box = box(0.1 * Double(place), 0.2, 0.1 * Double(place) + 0.33333, 1.00001)
        table.append(video: "v", second: 903, box: box, actionID: id, score: Double(20 * place + id) / 100)
      }
    }
    table.append(video: "v", second: 902, box: box(0.1, 0.2, 0.1, 0.4), actionID: 1, score: 0.5)
    return table
  }

  @Test func whatTheEvaluatorTakes() throws {
    let frames = [902, 903, 904].map { KeyFrame(video: "v", time: Timestamp(second: $0)) }
    let submission = try Submission(
      rows(), labelMap: labels(1...20), expected: frames, knowsKeyFrames: true, dataset: .ava)
    #expect(submission.table.count == 50)
    #expect(submission.table.scores == submission.table.scores.sorted(by: >) && submission.table.scores.last == 0.11)
    #expect(submission.missing.map(\.description) == ["v,0902", "v,0904"])
    #expect(submission.findings.isEmpty)
    let changes = submission.changes.lines(submission.repair)
    #expect(changes.contains("10 rows dropped: beyond the 50 best of their key frame"), "\(changes)")
    #expect(changes.contains("1 row dropped: box without area, or inverted"))
    let few = try Submission(rows(), labelMap: labels(1...5), expected: [], knowsKeyFrames: false, dataset: .ava)
    #expect(few.table.count == 15 && few.missing.isEmpty)
    #expect(throws: SubmissionError.self) {
      try Submission(rows(), labelMap: labels(30...31), expected: [], knowsKeyFrames: false, dataset: .ava)
    }
  }

  /// The label map has all of this data set's classes, of which its challenge scores two.
  @Test func theAuditIsOfTheDataSet() throws {
    let own = ActionDataset(
      name: "Own", clock: ActionDataset.ava.clock, classNames: ClassNames((1...20).map { "\($0)" }),
      scoredClasses: [1, 3], scoredLabelMap: "own.pbtxt")
    var truth = GroundTruthTable()
    truth.append(video: "v", second: 903, box: box(0.1, 0.2, 0.43333, 1), actionID: 1)
    let submission = try Submission(
      rows(), labelMap: labels(1...20), expected: [], knowsKeyFrames: true, groundTruth: truth, dataset: own)
    let lines = submission.findings.map(\.line)
    #expect(lines.contains { $0.contains("all of Own's 20 classes") }, "\(lines)")
  }

  @Test func fusionsInManifests() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    var few = DetectionTable()
    few.append(video: "v", second: 903, box: box(0.1, 0.2, 0.4, 1), actionID: 1, score: 0.5)
    let ensemble = try Ensemble(
      [EnsembleMember(rows: few, name: "a"), EnsembleMember(rows: rows(), name: "b")], labelMap: labels(1...20),
      matcher: BoxMatcher(threshold: 0.75))
    var manifest = Manifest(version: "1.2.3", arguments: ["ensemble", "x"], made: "2026-05-01T12:00:00Z")
    manifest.add(ModelFusion(.mean, weights: [2, 1]), of: ensemble, unmatched: .drop)
    var expected = ExpectedKeyFrames()
    expected.add([902, 903].map { KeyFrame(video: "v", time: Timestamp(second: $0)) })
    expected.add([KeyFrame(video: "w", time: Timestamp(microseconds: 12_500_000)), expected.keyFrames[1]])
    expected.add(manifest: nil, of: "x.csv")
    manifest.add(expected)
    manifest.add(sources: [try Manifest.source(file: standardInput, scores: nil)])
    let path = folder.path + "/a.manifest.json"
    try manifest.write(to: path)
    let json = try JSONReader.read(readFile(path, doing: "testing"))
    #expect(json["model_weights"]?.text == "[2.0, 1.0]" && json["iou"] == JSONValue(0.75))
    #expect(json["fusion"] == "mean" && json["unmatched"] == "drop")
    #expect(json["unmatched_boxes"] == JSONValue(ensemble.unmatchedCount) && ensemble.unmatchedCount == 3)
    // Each of them stands in a file, with who lacks it.
    let list = folder.path + "/unmatched.csv"
    try ensemble.writeUnmatched(to: list)
    let lines = String(decoding: try readFile(list, doing: "testing"), as: UTF8.self).split(separator: "\n")
    #expect(lines.count == 3 && lines.contains("v,0903,0.0000,0.2000,0.3333,1.0000,\"a\""), "\(lines)")
    #expect(lines.contains("v,0902,0.1000,0.2000,0.1000,0.4000,\"a\""), "\(lines)")
    #expect(json["notices"]?.values.count == ensemble.notices(.drop).count)
    #expect(json["sources"]?.values.first?["file"] == "-")
    #expect(json["expected_key_frames"]?.text == #"{"v": [902, 903], "w": [12.5]}"#)

    // Who reads it again knows the same.
    var again = ExpectedKeyFrames()
    again.add(manifest: json, of: "a.csv")
    #expect(again.keyFrames == expected.keyFrames && again.keyFrames.count == 3 && again.unknown == ["x.csv"])
  }

  @Test func manifests() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let csv = folder.path + "/sub.csv"
    let known = [KeyFrame(video: "v", time: Timestamp(second: 904))]
    let submission = try Submission(
      rows(), labelMap: labels(1...20), expected: known, knowsKeyFrames: false, dataset: .ava)
    try submission.write(to: csv)
    #expect(
      String(decoding: try readFile(csv, doing: "testing"), as: UTF8.self).hasPrefix(
        "v,0903,0.2000,0.2000,0.5333,1.0000,20,0.600000\n"))
    #expect(
      Manifest.path(beside: csv) == folder.path + "/sub.manifest.json"
        && Manifest.path(beside: "a.csv") == "a.manifest.json")
    var manifest = Manifest(version: "1.2.3", arguments: ["submission", "x"], made: "2026-05-01T12:00:00Z")
    try manifest.add(file: csv, rows: 50, keyFrames: 1, videos: 1, classes: [1, 2])
    manifest.add(submission)
    try manifest.write(to: Manifest.path(beside: csv))
    let json = try JSONReader.read(readFile(Manifest.path(beside: csv), doing: "testing"))
    #expect(json["program"] == "slowfast 1.2.3" && json["rows_per_key_frame"] == JSONValue(50))
    let content = try fileFingerprint(csv, doing: "testing")
    #expect(json["file"]?["content"] == JSONValue(content))
    #expect(json["changes"]?.values.count == 5, "\(json)")
    // One source says which there should be, another one does not.
    #expect(json["key_frames_known"] == JSONValue(false) && json["missing_key_frames"]?.values == ["v,0904"])

    // A source's own manifest goes along, as long as it is of the source as it is.
    #expect(try Manifest.source(file: csv, scores: nil)["manifest"] == json)
    try writeFile(csv, "v,0902,0.1,0.2,0.3,0.4,1,0.5\n")
    #expect(try Manifest.source(file: csv, scores: nil)["manifest"] == nil)
  }
}
