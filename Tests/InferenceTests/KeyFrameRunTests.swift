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

struct KeyFrameRunTests {
  private func run() throws -> KeyFrameRun {
    let config = try configured(thinDetector)
    let model = try LoadedModel(config, WeightOptions(randomSeed: 1), engine: Engine(threads: 2)).model
    return KeyFrameRun(model: model, window: ClipWindow(config), preprocessing: Preprocessing(config))
  }

  private func job(
    _ name: String, centers: [Int], count: Int = 60, broken: Int? = nil, boxes: [UnitBox] = [left, right]
  ) -> VideoJob {
    VideoJob(name: name, keyFrames: centers.map { KeyFrame(center: $0, boxes: boxes) }) {
      NoiseFrames(name, count: count, broken: broken)
    }
  }

  @Test func videosAndKeyFramesComeInOrder() throws {
    var seen: [[Int]] = []
    var shapes: Set<[Int]> = []
    let jobs = [
      job("a", centers: [3, 9, 30]), job("empty", centers: []), job("b", centers: [0, 59, 500]), job("e", centers: []),
    ]
    try run().run(jobs) { video, keyFrame, scores in
      seen.append([video, keyFrame])
      shapes.insert(scores.shape)
    }
    #expect(seen == [[0, 0], [0, 1], [0, 2], [2, 0], [2, 1], [2, 2]])
    #expect(shapes == [[2, 3]])
  }

  @Test func nothingToDo() throws {
    try run().run([]) { _, _, _ in Issue.record("called for nothing") }
    try run().run([job("a", centers: [])]) { _, _, _ in Issue.record("called for nothing") }
  }

  /// A key frame's scores are those of its clip, whatever ran before.
  @Test func overlappingClipsDoNotMix() throws {
    let run = try run()
    var together: [[Float]] = []
    try run.run([job("a", centers: [10, 12, 13, 40])]) {
      together.append($2.array); _ = ($0, $1)
    }
    try #require(together.count == 4)
    for (index, center) in [10, 12, 13, 40].enumerated() {
      try run.run([job("a", centers: [center])]) { _, _, scores in
        #expect(difference(scores.array, together[index], .exact, "center \(center)") == nil)
      }
    }
    let reader = ClipReader(NoiseFrames("a", count: 60), window: run.window, preprocessing: run.preprocessing)
    let clip = try reader.clip(around: 40)
    let boxes = run.preprocessing.boxes([left, right], in: try #require(reader.frameSize))
    let alone = try run.model.detect(clip, boxes.map { Region(batchIndex: 0, box: $0) })
    #expect(alone.array == together[3])
    #expect(Set(together).count == 4)
  }

  /// What was read before a broken frame is scored; then the frame's own error comes out.
  @Test func errorsSurfaceInTheirPlace() throws {
    var seen = 0
    #expect(throws: NoiseFrames.Broken(frame: 30)) {
      try run().run([job("a", centers: [5, 10, 30, 40], broken: 30), job("b", centers: [1])]) { _, _, _ in seen += 1 }
    }
    #expect(seen == 2)
  }

  /// A damaged frame takes away the key frames whose clips need it, and no others; their scores stay as they were.
  @Test func damageIsPassedOver() throws {
    let run = try run()
    let centers = [5, 10, 30, 33, 45]
    var sound: [Int: [Float]] = [:]
    try run.run([job("a", centers: centers)]) {
      sound[$1] = $2.array; _ = $0
    }
    let damagedJob = VideoJob(name: "a", keyFrames: centers.map { KeyFrame(center: $0, boxes: [left, right]) }) {
      DamagedFrames(NoiseFrames("a", count: 60), at: 30)
    }
    var (scored, damaged): ([Int: [Float]], [Int]) = ([:], [])
    try run.run(
      [damagedJob],
      damaged: { video, keyFrame, damage in
        #expect(video == 0 && damage.frame == 30)
        damaged.append(keyFrame)
      },
      each: {
        scored[$1] = $2.array; _ = $0
      })
    let window = run.window
    let needy = centers.indices.filter { window.indices(around: centers[$0], count: 60).contains(30) }
    #expect(!needy.isEmpty && damaged == needy)
    #expect(scored == sound.filter { !needy.contains($0.key) })
    #expect(throws: FrameDamage.self) { try run.run([damagedJob]) { _, _, _ in } }
  }

  /// Asked to stop, a run keeps what it has and makes no more.
  @Test func aRunEndsWhenItIsToldTo() throws {
    var seen = 0
    try run().run([job("a", centers: [5, 10, 30, 40])], goesOn: { $0 < 2 }) { _, _, _ in seen += 1 }
    #expect(seen == 2)
  }

  @Test func errorsOfOpeningSurface() throws {
    struct Closed: Error {}
    var seen = 0
    let jobs = [
      job("a", centers: [5]), VideoJob(name: "b", keyFrames: [KeyFrame(center: 0, boxes: [left])]) { throw Closed() },
    ]
    #expect(throws: Closed.self) { try run().run(jobs) { _, _, _ in seen += 1 } }
    #expect(seen == 1)
  }

  /// Stopping in the middle ends the thread that reads ahead: the source is let go of, and nothing hangs.
  @Test func aCallerMayStop() throws {
    struct Enough: Error {}
    weak var source: NoiseFrames?
    let job = VideoJob(name: "long", keyFrames: (0..<500).map { KeyFrame(center: $0, boxes: [left]) }) {
      let frames = NoiseFrames("long", count: 500)
      source = frames
      return frames
    }
    var seen = 0
    #expect(throws: Enough.self) {
      try run().run([job]) { _, _, _ in
        seen += 1
        if seen == 3 { throw Enough() }
      }
    }
    #expect(seen == 3)
    #expect(source == nil)
  }

  @Test func keyFramesWithoutPeopleHaveNoRows() throws {
    try run().run([job("a", centers: [4], boxes: [])]) { _, _, scores in #expect(scores.shape == [0, 3]) }
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
