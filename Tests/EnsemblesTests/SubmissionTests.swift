import AVAEval
import AVARecords
import Ensembles
import Files
import Geometry
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
    let submission = try Submission(rows(), labelMap: labels(1...20), expected: frames)
    #expect(submission.table.count == 50)
    #expect(submission.table.scores == submission.table.scores.sorted(by: >) && submission.table.scores.last == 0.11)
    #expect(submission.missing.map(\.description) == ["v,0902", "v,0904"])
    #expect(submission.findings.isEmpty)
    let changes = submission.changes.lines(submission.repair)
    #expect(changes.contains("10 rows dropped: beyond the 50 best of their key frame"), "\(changes)")
    #expect(changes.contains("1 row dropped: box without area, or inverted"))
    let few = try Submission(rows(), labelMap: labels(1...5), expected: nil)
    #expect(few.table.count == 15 && few.missing.isEmpty)
    #expect(throws: SubmissionError.self) { try Submission(rows(), labelMap: labels(30...31), expected: nil) }
  }

  @Test func manifests() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let csv = folder.path + "/sub.csv"
    let submission = try Submission(rows(), labelMap: labels(1...20), expected: nil)
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

    // A source's own manifest goes along, as long as it is of the source as it is.
    #expect(try Manifest.source(file: csv, scores: nil)["manifest"] == json)
    try writeFile(csv, "v,0902,0.1,0.2,0.3,0.4,1,0.5\n")
    #expect(try Manifest.source(file: csv, scores: nil)["manifest"] == nil)
  }
}
