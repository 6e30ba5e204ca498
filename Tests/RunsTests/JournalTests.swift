import AVARecords
import Clips
import Configuration
import Files
import Geometry
import Inference
import Runs
import TestSupport
import Tensors
import Testing

struct JournalTests {
  let folder = TemporaryFolder()
  var path: String { folder.path + "/run/x.journal" }
  let view = View(shortSide: 256)
  /// Of another video.
  var other: ClipTask {
    ClipTask(KeyFrame(video: "other", time: Timestamp(second: 0)), center: 0, people: nil, views: [view])
  }

  func task(_ second: Int, views: [View]? = nil, people: Int = 2) -> ClipTask {
    let people = (0..<people).map { index in
      ClipTask.Person(
        box: UnitBox(x1: 0.1, y1: 0.2 + Double(index) / 10, x2: 0.5, y2: 1 / 3), proposalScore: 0.9)
    }
    return ClipTask(
      KeyFrame(video: "a, \"b\"", time: Timestamp(second: second)), center: second * 30, people: people,
      views: views ?? [view])
  }

  func scores(_ task: ClipTask, seed: UInt64 = 1) -> Tensor {
    var generator = SeededGenerator(seed: seed &+ UInt64(task.center))
    let rows = task.people?.count ?? 1
    return Tensor([rows, 3], (0..<rows * 3).map { _ in Float(generator.uniform(0, 1)) })
  }

  func config(_ crop: Int = 256) throws -> Configuration {
    try Configuration.load(
      path: projectRoot + "/configs/AVA/c2/SLOWFAST_32x2_R50.yaml", overrides: ["DATA.TEST_CROP_SIZE", "\(crop)"])
  }

  func makeIdentity(_ crop: Int = 256, _ weights: String = "abc") throws -> RunIdentity {
    var identity = RunIdentity()
    identity.add(try config(crop))
    identity.add(.weights, weights)
    return identity
  }

  func text(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "no error"
    } catch { return "\(error)" }
  }

  func open(_ identity: RunIdentity? = nil) throws -> RunJournal {
    try RunJournal(path: path, identity: identity ?? makeIdentity())
  }

  func bytes() throws -> [UInt8] { try readFile(path, doing: "testing") }

  func write(_ bytes: some Sequence<UInt8>) throws {
    let file = try AtomicFile(path: path)
    try file.write(bytes)
    try file.commit()
  }

  /// Fills a journal with the scores of seconds.
  func fill(_ seconds: Range<Int>) throws {
    let journal = try open()
    for second in seconds {
      try journal.append(ScoredView(task: task(second), view: view, scores: scores(task(second))))
    }
    journal.close()
  }

  func expect(_ journal: RunJournal, has seconds: Range<Int>, and others: [Int] = []) throws {
    #expect(journal.keyFrameCount(views: 1) == seconds.count + others.count)
    for second in Array(seconds) + others {
      #expect(try journal.scores(of: task(second), view)?.array == scores(task(second)).array)
    }
  }

  /// What was written is read at once and after opening again, to the last bit; a file in memory does the same.
  @Test func scoresComeBack() throws {
    defer { folder.remove() }
    let large = View(shortSide: 320, flip: true, crop: .square(1))
    let both = task(1, views: [view, large])
    let whole = ClipTask(KeyFrame(video: "c", time: Timestamp(second: 0)), center: 0, people: nil, views: [view])
    func check(_ journal: RunJournal) throws {
      #expect(try journal.scores(of: both, view)?.array == scores(both).array)
      #expect(try journal.scores(of: both, large)?.array == scores(both, seed: 2).array)
      #expect(try journal.scores(of: whole, view)?.shape == [1, 3])
      #expect(journal.damage(of: both) == nil)
      #expect(journal.has(both, large) && !journal.has(task(2), view) && !journal.has(both, View(shortSide: 9)))
      #expect(try journal.scores(of: task(7), view) == nil)
      #expect(
        journal.keyFrameCount(views: 1) == 2 && journal.results == ["x.csv", "y.csv"].map(absolutePath)
          && journal.loss == nil)
    }
    func write(_ journal: RunJournal) throws {
      try journal.append(ScoredView(task: both, view: view, scores: scores(both)))
      try journal.append(ScoredView(task: both, view: large, scores: scores(both, seed: 2)))
      try journal.append(ScoredView(task: whole, view: view, scores: scores(whole)))
      try journal.beginResults(["x.csv", "y.csv"])
      try check(journal)
      journal.close()
    }
    try write(RunJournal())
    #expect(RunJournal.resultsBegun(at: path) == [])
    try write(open())
    #expect(RunJournal.resultsBegun(at: path) == ["x.csv", "y.csv"].map(absolutePath))
    let again = try open()
    try check(again)
    again.remove()
    again.close()
    #expect(!pathExists(path))
  }

  /// What a run wrote when it was interrupted is its own, and so is what it wrote later.
  @Test func resultsAddUp() throws {
    defer { folder.remove() }
    try fill(0..<1)
    let first = try open()
    try first.beginResults(["x.csv"])
    first.close()
    let journal = try open()
    try journal.beginResults(["x.partial.csv"])
    try journal.beginResults(["x.csv", "y.csv"])
    // Names alone would be other files in another folder.
    let all = ["x.csv", "x.partial.csv", "y.csv"].map { currentFolder() + "/" + $0 }
    #expect(journal.results == all)
    let before = try bytes()
    try journal.beginResults(["y.csv", "x.csv"])
    #expect(try bytes() == before)
    #expect(try open().results == all && RunJournal.resultsBegun(at: path) == all)
  }
}
