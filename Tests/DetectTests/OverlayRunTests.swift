import AVARecords
import Datasets
import Detect
import Files
import FrameSupport
import Geometry
import Imaging
import Overlay
import TestSupport
import Testing

@Suite struct OverlayRunTests {
  private let folder = TemporaryFolder()

  private func run(startingSecond: Double? = 0, stopsAtDamage: Bool = false) -> OverlayRun {
    OverlayRun(
      FilmPlan(style: OverlayStyle()), hasTruth: false, folder: folder.path, startingSecond: startingSecond,
      stopsAtDamage: stopsAtDamage)
  }

  private func scenes(_ seconds: [Int], video: String = "v") -> [Timestamp: OverlayScenes.Scene] {
    var table = DetectionTable()
    for second in seconds {
      table.append(
        video: video, second: second, box: UnitBox(x1: 0.1, y1: 0.1, x2: 0.6, y2: 0.9), actionID: 1, score: 0.9)
    }
    return OverlayScenes(table, nil, labels: nil).videos[video] ?? [:]
  }

  @Test func drawsEveryKeyFrameInsideTheVideo() throws {
    defer { folder.remove() }
    var run = run()
    #expect(try run.place("a/v", GreyFrames(), scenes([1, 2, 11])) == nil)
    #expect(
      try run.checkPlaces()
        == "1 key frame outside the video, not drawn: a/v 0011 -> if they should be inside, set --starting-second "
        + "(AVA's clips begin at 900) or --fps")
    #expect(run.keyFrameCount == 2)
    var counts: [Int] = []
    #expect(try run.draw("a/v", GreyFrames(), isToStop: { false }) { counts.append($0) })
    #expect(counts == [1, 2] && run.drawn == 2 && run.damage == nil && run.lack(acceptsDamage: false) == nil)
    // A name from a row leads nowhere else.
    #expect(try listFolder(folder.path) == ["a_v_0001.png", "a_v_0002.png"])
    #expect(
      run.imagePaths("a/v", scenes([2, 1])) == ["a_v_0001.png", "a_v_0002.png"].map { joinPath(folder.path, $0) })
    #expect(run.filmPath("a/v") == joinPath(folder.path, "a_v.mp4"))
  }

  @Test func theFirstSecondIsToldFromTheRows() throws {
    defer { folder.remove() }
    var run = run(startingSecond: nil)
    #expect(
      try run.place("v", GreyFrames(), scenes([902, 903]))
        == "v: the first frame is taken for second 900 (--starting-second says otherwise)")
    #expect(run.keyFrameCount == 2)
    #expect(try run.place("w", GreyFrames(), scenes([2])) == nil)
  }

  /// Where rows may count from is the data set's.
  @Test func anotherDataSetCountsFromElsewhere() throws {
    defer { folder.remove() }
    let hoops = ActionDataset(name: "Hoops", clock: .init(firstSecond: 100, framesPerSecond: 1))
    var run = OverlayRun(
      FilmPlan(style: OverlayStyle()), hasTruth: false, folder: folder.path, startingSecond: nil, stopsAtDamage: false,
      dataset: hoops)
    #expect(
      try run.place("v", GreyFrames(), scenes([102, 103]))
        == "v: the first frame is taken for second 100 (--starting-second says otherwise)")
    _ = try run.place("w", GreyFrames(), scenes([900]))
    #expect((try? run.checkPlaces())??.contains("set --starting-second (Hoops's clips begin at 100)") == true)
  }

  @Test func rowsBeyondTheVideoAreNoResult() throws {
    defer { folder.remove() }
    var run = run()
    _ = try run.place("v", GreyFrames(), scenes([11, 12]))
    let error = #expect(throws: OverlayRunError.self) { try run.checkPlaces() }
    #expect(
      "\(error!)".hasPrefix("drawing overlays: 2 key frames outside the video, not drawn: v 0011, v 0012 -> set "))
  }

  @Test func damageIsPassedOverAndNamed() throws {
    defer { folder.remove() }
    var run = run()
    let frames = GreyFrames(damaged: [10])
    _ = try run.place("v", frames, scenes([1, 2]))
    #expect(try run.draw("v", frames, isToStop: { false }) { _ in })
    #expect(run.damage?.warning == "1 key frame not drawn, for damaged frames:")
    #expect(run.damage?.lines == ["v, second 0001: a scratch"])
    #expect(run.lack(acceptsDamage: true) == nil)
    #expect(
      run.lack(acceptsDamage: false)
        == "1 key frame of 2 not drawn, named above -> copy or record the damaged files again, or take the pictures as "
        + "they are: --damaged skip")
    // Nothing at all is nobody's result.
    var empty = self.run()
    _ = try empty.place("v", frames, scenes([1]))
    _ = try empty.draw("v", frames, isToStop: { false }) { _ in }
    #expect(empty.lack(acceptsDamage: true)?.hasPrefix("1 key frame of 1 not drawn") == true)
    var strict = self.run(stopsAtDamage: true)
    _ = try strict.place("v", frames, scenes([1]))
    #expect(throws: FrameDamage.self) { try strict.draw("v", frames, isToStop: { false }) { _ in } }
  }

  @Test func stopsWhereItIsAsked() throws {
    defer { folder.remove() }
    var run = run()
    _ = try run.place("v", GreyFrames(), scenes([1, 2, 3]))
    var asked = 0
    let isDone = try run.draw(
      "v", GreyFrames(),
      isToStop: {
        asked += 1
        return asked > 1
      }
    ) { _ in }
    #expect(!isDone && run.drawn == 1)
  }
}
