import AVARecords
import Clips
import Configuration
import Geometry
import Imaging
import Inference
import Kernels
import RoIAlign
import TestSupport
import Tensors
import Testing
import VideoModels

private let left = UnitBox(x1: 0.1, y1: 0.2, x2: 0.5, y2: 0.9)
private let right = UnitBox(x1: 0.5, y1: 0.1, x2: 0.9, y2: 0.8)

private let window = View(shortSide: 32)

private func task(_ video: String, _ center: Int, boxes: [UnitBox] = [left, right], views: [View] = [window])
  -> ClipTask
{
  ClipTask(
    KeyFrame(video: video, time: Timestamp(second: center)), center: center,
    people: boxes.map { .init(box: $0, proposalScore: 1) }, views: views)
}

struct ClipRunTests {
  private func run(_ network: [String] = thinDetector) throws -> ClipRun {
    let config = try configured(network)
    let model = try LoadedModel(config, WeightOptions(randomSeed: 1), engine: Engine(threads: 2)).model
    return ClipRun(model: model, window: ClipWindow(config), preprocessing: Preprocessing(config))
  }

  private func job(
    _ name: String, centers: [Int], count: Int = 60, broken: Int? = nil, boxes: [UnitBox] = [left, right],
    views: [View] = [window]
  ) -> VideoJob {
    VideoJob(name: name, tasks: centers.map { task(name, $0, boxes: boxes, views: views) }) {
      NoiseFrames(name, count: count, broken: broken)
    }
  }

  @Test func tasksComeOutInOrder() throws {
    var seen: [String] = []
    var shapes: Set<[Int]> = []
    let jobs = [
      job("a", centers: [3, 9, 30]), job("empty", centers: []), job("b", centers: [0, 59, 500]), job("e", centers: []),
    ]
    try run().run(jobs) {
      seen.append($0.task.keyFrame.description)
      shapes.insert($0.scores.shape)
    }
    #expect(seen == ["a,0003", "a,0009", "a,0030", "b,0000", "b,0059", "b,0500"])
    #expect(shapes == [[2, 3]])
  }

  @Test func nothingToDo() throws {
    try run().run([]) { _ in Issue.record("called for nothing") }
    try run().run([job("a", centers: [])]) { _ in Issue.record("called for nothing") }
  }

  /// A key frame's scores are those of its clip, whatever ran before.
  @Test func overlappingClipsDoNotMix() throws {
    let run = try run()
    var together: [[Float]] = []
    try run.run([job("a", centers: [10, 12, 13, 40])]) { together.append($0.scores.array) }
    try #require(together.count == 4)
    for (index, center) in [10, 12, 13, 40].enumerated() {
      try run.run([job("a", centers: [center])]) {
        #expect(difference($0.scores.array, together[index], .exact, "center \(center)") == nil)
      }
    }
    let reader = ClipReader(NoiseFrames("a", count: 60), window: run.window, preprocessing: run.preprocessing)
    let clip = try reader.clip(around: 40)
    let boxes = run.preprocessing.boxes([left, right], in: try #require(reader.frameSize))
    let alone = try run.model.detect(clip, boxes.map { Region(batchIndex: 0, box: $0) })
    #expect(alone.array == together[3])
    #expect(Set(together).count == 4)
  }

  /// Each view of a task scores as in a run that has it alone, and a frame is decoded once for all of them.
  @Test func severalViewsOfATask() throws {
    let run = try run()
    let views = [
      window, View(shortSide: 48), View(shortSide: 32, flip: true), View(shortSide: 32, crop: .square(1)),
    ]
    var alone: [String: [Float]] = [:]
    for view in views {
      try run.run([job("a", centers: [10, 20], views: [view])]) {
        alone["\($0.task.keyFrame) \($0.view)"] = $0.scores.array
      }
    }
    var together: [String: [Float]] = [:]
    var done: [Int] = []
    weak var frames: NoiseFrames?
    var decoded = 0
    let before = run.costs.decodedFrames
    let tasks = [10, 20].map { task("a", $0, views: views) }
    let jobs = [
      VideoJob(name: "a", tasks: tasks) {
        let source = NoiseFrames("a", count: 60)
        frames = source
        return source
      }
    ]
    try run.run(
      jobs,
      goesOn: {
        done.append($0); decoded = frames?.decodedCount ?? decoded; return true
      }
    ) {
      together["\($0.task.keyFrame) \($0.view)"] = $0.scores.array
    }
    #expect(together == alone && Set(alone.values).count == 8)
    #expect(done == [0, 0, 0, 1, 1, 1, 1, 2], "a task is done when its last view is")
    let needed = Set([10, 20].flatMap { run.window.indices(around: $0, count: 60) })
    #expect(decoded == needed.count && run.costs.decodedFrames - before == needed.count)
  }

  /// Who does not count in a view has no score there, and the others' are as without them; a view in which nobody counts
  /// costs nothing. Frames of 48 x 32 have squares at 0, 8 and 16.
  @Test func peopleWhoDoNotCountInAView() throws {
    let run = try run()
    let (first, wide) = (UnitBox(x1: 0, y1: 0.2, x2: 0.3, y2: 0.9), UnitBox(x1: 0, y1: 0.1, x2: 0.5, y2: 0.8))
    let views = (0..<3).map { View(shortSide: 32, crop: .square($0)) } + [View(shortSide: 32, crop: .rest)]
    func scores(_ boxes: [UnitBox]) throws -> [[[Float]]] {
      var found: [[[Float]]] = []
      try run.run([job("a", centers: [20], boxes: boxes, views: views)]) { scored in
        #expect(scored.scores.shape == [boxes.count, 3])
        found.append(boxes.indices.map { Array(scored.scores.array[$0 * 3..<$0 * 3 + 3]) })
      }
      return found
    }
    let (both, one, other) = (try scores([first, wide]), try scores([first]), try scores([wide]))
    try #require(both.count == 4)
    let counts = both.map { $0.map { row in !row.contains(where: \.isNaN) } }
    #expect(counts == [[true, true], [false, true], [false, false], [false, false]])
    #expect(both[0][0] == one[0][0] && both[0][1] == other[0][0] && both[1][1] == other[1][0])
    #expect(both.joined().joined().count { $0.isNaN } == 15)
  }

  /// Clips as a whole go through the same run: no people, views at several places of the video.
  @Test func clipsAsAWhole() throws {
    let run = try run(thinDetector + ["DETECTION.ENABLE", "False", "DATA.TRAIN_CROP_SIZE", "32"])
    let views = (0..<3).flatMap { part in
      (0..<3).map { View(shortSide: 32, crop: .square($0), position: .part(part, of: 3)) }
    }
    let clip = ClipTask(
      KeyFrame(video: "a", time: Timestamp(second: 0)), center: 0, people: nil, views: views)
    var seen: [View] = []
    var scores: [[Float]] = []
    try run.run([VideoJob(name: "a", tasks: [clip]) { NoiseFrames("a", count: 60) }]) {
      seen.append($0.view)
      scores.append($0.scores.array)
      #expect($0.scores.shape == [1, 3])
    }
    #expect(seen == views && Set(scores).count == 9)
  }

  /// What was read before a broken frame is scored; then the frame's own error comes out.
  @Test func errorsSurfaceInTheirPlace() throws {
    var seen = 0
    #expect(throws: NoiseFrames.Broken(frame: 30)) {
      try run().run([job("a", centers: [5, 10, 30, 40], broken: 30), job("b", centers: [1])]) { _ in seen += 1 }
    }
    #expect(seen == 2)
  }

  /// A damaged frame takes away the key frames whose clips need it, and no others; their scores stay as they were.
  @Test func damageIsPassedOver() throws {
    let run = try run()
    let centers = [5, 10, 30, 33, 45]
    var sound: [Int: [Float]] = [:]
    try run.run([job("a", centers: centers)]) { sound[$0.task.center] = $0.scores.array }
    let damagedJob = VideoJob(name: "a", tasks: centers.map { task("a", $0, views: [window, .init(shortSide: 48)]) }) {
      DamagedFrames(NoiseFrames("a", count: 60), at: 30)
    }
    var (scored, damaged, done): ([Int: [Float]], [Int], Int) = ([:], [], 0)
    try run.run(
      [damagedJob],
      goesOn: {
        done = $0; return true
      },
      damaged: { task, damage in
        #expect(damage.frame == 30)
        damaged.append(task.center)
      },
      each: { if $0.view == window { scored[$0.task.center] = $0.scores.array } })
    let needy = centers.filter { run.window.indices(around: $0, count: 60).contains(30) }
    #expect(!needy.isEmpty && damaged == needy && done == 5)
    #expect(scored == sound.filter { !needy.contains($0.key) })
    #expect(throws: FrameDamage.self) { try run.run([damagedJob]) { _ in } }
  }

  /// Asked to stop, a run keeps what it has and makes no more.
  @Test func aRunEndsWhenItIsToldTo() throws {
    var seen = 0
    try run().run([job("a", centers: [5, 10, 30, 40])], goesOn: { $0 < 2 }) { _ in seen += 1 }
    #expect(seen == 2)
  }

  @Test func errorsOfOpeningSurface() throws {
    struct Closed: Error {}
    var seen = 0
    let jobs = [job("a", centers: [5]), VideoJob(name: "b", tasks: [task("b", 0)]) { throw Closed() }]
    #expect(throws: Closed.self) { try run().run(jobs) { _ in seen += 1 } }
    #expect(seen == 1)
  }

  /// Stopping in the middle ends the thread that reads ahead: the source is let go of, and nothing hangs.
  @Test func aCallerMayStop() throws {
    struct Enough: Error {}
    weak var source: NoiseFrames?
    let job = VideoJob(name: "long", tasks: (0..<500).map { task("long", $0) }) {
      let frames = NoiseFrames("long", count: 500)
      source = frames
      return frames
    }
    var seen = 0
    #expect(throws: Enough.self) {
      try run().run([job]) { _ in
        seen += 1
        if seen == 3 { throw Enough() }
      }
    }
    #expect(seen == 3)
    #expect(source == nil)
  }

  @Test func keyFramesWithoutPeopleHaveNoRows() throws {
    try run().run([job("a", centers: [4], boxes: [])]) { #expect($0.scores.shape == [0, 3]) }
  }
}

/// Frames of which one is damaged.
private final class DamagedFrames: FrameSource {
  let frames: NoiseFrames
  let damaged: Int

  init(_ frames: NoiseFrames, at damaged: Int) {
    self.frames = frames
    self.damaged = damaged
  }

  var name: String { frames.name }
  var frameCount: Int { frames.frameCount }
  var size: ImageSize { frames.size }
  var framesPerSecond: Double { frames.framesPerSecond }

  func frame(at index: Int) throws -> Image {
    if index == damaged { throw FrameDamage(frame: index, cause: "torn", description: "reading: torn -> mend it") }
    return try frames.frame(at: index)
  }
}
