import AVARecords
import Detect
import Files
import Geometry
import TestSupport
import Testing

/// Boxes of annotation tools, with their classes.
@Suite struct LabelledBoxesTests {
  private let folder = TemporaryFolder()
  /// 60 frames at 25 a second, 97 x 63.
  private let movie = [("bframes", projectRoot + "/Tests/Fixtures/Video/bframes.mp4")]

  private func labels(_ names: String...) throws -> LabelMap {
    try LabelMap(names.enumerated().map { LabelMap.Label(id: $0 + 1, name: $1) })
  }

  private func read(_ text: String, _ labels: LabelMap, every: Double? = nil) throws -> LabelledBoxes? {
    let path = folder.path + "/boxes.xml"
    try writeFile(path, text)
    return try LabelledBoxes(path: path, labels: labels, videos: movie.map { (name: $0.0, path: $0.1) }, every: every)
  }

  private func track(_ label: String, _ frames: [Int], left: Int) -> String {
    "<track id=\"1\" label=\"\(label)\">"
      + frames.map {
        "<box frame=\"\($0)\" outside=\"0\" keyframe=\"1\" xtl=\"\(left)\" ytl=\"6.3\" xbr=\"48.5\" ybr=\"63\"></box>"
      }.joined() + "</track>"
  }

  private func video(_ tracks: String...) -> String {
    "<?xml version=\"1.0\"?><annotations><version>1.1</version><meta><task><mode>interpolation</mode><original_size>"
      + "<width>97</width><height>63</height></original_size><source>bframes.mp4</source></task></meta>"
      + tracks.joined() + "</annotations>"
  }

  /// Equal corners at one moment are one person with both classes; who is only a person has none.
  @Test func labelsBecomeClasses() throws {
    defer { folder.remove() }
    let text = video(track("Wave", [25, 50], left: 0), track("run", [25], left: 0), track("person", [25], left: 10))
    let found = try #require(try read(text, labels("run", "wave", "sit")))
    let rows = found.rows.map { "\($0.time) \(Int(($0.box.x1 * 97).rounded())) \($0.classes)" }
    #expect(Set(rows) == ["0001 0 [1, 2]", "0001 10 []", "0002 0 [2]"], "\(rows)")
    #expect(found.remarks[0].contains("3 boxes at 2 key frames: run (1), wave (2), sit (0)"), "\(found.remarks)")
    let path = folder.path + "/rows.csv"
    try found.write(to: path)
    let list = try ProposalList.readTraining(
      groundTruth: [path], proposals: [], scoreThreshold: 0, classes: 3, times: .any)
    #expect(list.keyFrames(of: "bframes").map { Set($0.labels.map { Set($0) }) } == [[[1, 2], [-1]], [[2]]])
  }

  /// Of a box on every frame those nearest to whole seconds are key frames.
  @Test func tracksAreThinnedOut() throws {
    defer { folder.remove() }
    let text = video(track("run", Array(20...40), left: 0))
    #expect(try read(text, labels("run"))?.rows.count == 21)
    let thin = try #require(try read(text, labels("run"), every: 1))
    // Frames 20 to 40 are seconds 0.8 to 1.6: boxes stay at their own times.
    #expect(thin.rows.map(\.time.seconds) == [1, 1.6])
  }

  @Test func whatCannotBeLearnedIsNamed() throws {
    defer { folder.remove() }
    let text = video(track("wafe", [25], left: 0))
    let stranger = #expect(throws: LabelledBoxesError.self) { try read(text, labels("wave", "run")) }
    #expect(
      "\(String(describing: stranger))".contains(
        "has boxes of 'wafe', which is none of wave, run -> did you mean 'wave'?"))
    let path = folder.path + "/boxes.xml"
    let alone = #expect(throws: LabelledBoxesError.self) {
      try LabelledBoxes(path: path, labels: labels("wafe"), videos: [])
    }
    #expect("\(String(describing: alone))".contains("-> give --videos"))
    let rows = folder.path + "/rows.csv"
    try writeFile(rows, "bframes,1,0.1,0.1,0.5,0.9,1\n")
    #expect(try LabelledBoxes(path: rows, labels: labels("run"), videos: []) == nil)
  }
}
