import AVARecords
import Clips
import Configuration
import Geometry
import Imaging
import Inference
import Kernels
import ModelZoo
import NN
import Parallel
import TestSupport
import Tensors
import Testing
import VideoModels

/// Clips that are computed side by side give what they give one after the other.
struct StreamTests {
  private func run(streams: Int, _ network: [String] = thinDetector) throws -> ClipRun {
    let config = try configured(network)
    let engine = Engine(threads: max(2, streams), streams: streams)
    let model = try LoadedModel(config, WeightOptions(randomSeed: 1), engine: engine).model
    return ClipRun(model: model, window: ClipWindow(config), preprocessing: Preprocessing(config))
  }

  private func job(_ centers: [Int], broken: Int? = nil, views: [View]) -> VideoJob {
    let boxes = [UnitBox(x1: 0.1, y1: 0.2, x2: 0.5, y2: 0.9), UnitBox(x1: 0.5, y1: 0.1, x2: 0.9, y2: 0.8)]
    let tasks = centers.map { center in
      ClipTask(
        KeyFrame(video: "a", time: Timestamp(second: center)), center: center,
        people: boxes.map { .init(box: $0, proposalScore: 1) }, views: views)
    }
    return VideoJob(name: "a", tasks: tasks) { NoiseFrames("a", count: 60, broken: broken) }
  }

  @Test(arguments: [2, 3, 5]) func sameScoresInTheSameOrder(_ streams: Int) throws {
    let views = [View(shortSide: 32), View(shortSide: 48), View(shortSide: 32, flip: true)]
    let jobs = [job([3, 4, 9, 30], views: views), job([8], views: [views[1]]), job([], views: views)]
    func scored(_ streams: Int) throws -> (names: [String], scores: [[Float]], done: [Int]) {
      var found: (names: [String], scores: [[Float]], done: [Int]) = ([], [], [])
      try run(streams: streams).run(
        jobs,
        goesOn: {
          found.done.append($0)
          return true
        }
      ) {
        found.names.append("\($0.task.keyFrame) \($0.view)")
        found.scores.append($0.scores.array)
      }
      return found
    }
    let (one, several) = (try scored(1), try scored(streams))
    #expect(one.names == several.names && one.done == several.done && one.names.count == 13)
    #expect(one.scores == several.scores)
  }

  @Test func anErrorComesInItsPlace() throws {
    let views = [View(shortSide: 32)]
    for streams in [1, 3] {
      var seen: [Int] = []
      #expect(throws: NoiseFrames.Broken(frame: 40)) {
        try run(streams: streams).run([job([2, 10, 40, 50], broken: 40, views: views)]) { seen.append($0.task.center) }
      }
      #expect(seen == [2, 10], "\(streams) streams")
    }
  }

  @Test func endsWhereItIsToldTo() throws {
    var seen = 0
    try run(streams: 2).run([job(Array(0..<40), views: [View(shortSide: 32)])], goesOn: { $0 < 3 }) { _ in seen += 1 }
    #expect(seen == 3)
  }

  /// Weights lie in memory once; what a clip is computed in, once a stream.
  @Test func streamsShareTheWeights() throws {
    let model = try run(streams: 3).model
    let streams = VideoModel.streams([model]).map { $0[0] }
    #expect(streams.map(\.engine.pool.threads) == [1, 1, 1])
    for stream in streams {
      #expect(stream !== model)
      #expect(zip(stream.network.convolutions, model.network.convolutions).allSatisfy { $0 === $1 })
    }
    #expect(Engine(threads: 8, streams: 3).divided().map(\.pool.threads) == [3, 3, 2])
    let alone = try run(streams: 1).model
    #expect(VideoModel.streams([alone]).map { ObjectIdentifier($0[0]) } == [ObjectIdentifier(alone)])
  }

  /// Every kind of head, and networks whose operators take each other over.
  @Test(arguments: ["X3D", "Slow"]) func classifiersToo(_ kind: String) throws {
    let network =
      kind == "X3D"
      ? [
        "MODEL.MODEL_NAME", "X3D", "MODEL.ARCH", "x3d", "DATA.NUM_FRAMES", "4", "DATA.INPUT_CHANNEL_NUM", "[3]",
        "X3D.WIDTH_FACTOR", "0.5", "X3D.DEPTH_FACTOR", "1.0", "X3D.DIM_C5", "32", "MODEL.NUM_CLASSES", "3",
        "DATA.TRAIN_CROP_SIZE", "32", "DATA.TEST_CROP_SIZE", "32",
      ] : thinDetector + ["DETECTION.ENABLE", "False", "DATA.TRAIN_CROP_SIZE", "32"]
    func scores(_ streams: Int) throws -> [[Float]] {
      var found: [[Float]] = []
      let tasks = [4, 20, 33].map { center in
        ClipTask(
          KeyFrame(video: "a", time: Timestamp(second: center)), center: center, people: nil,
          views: [View(shortSide: 32)])
      }
      try run(streams: streams, network).run(
        [VideoJob(name: "a", tasks: tasks) { NoiseFrames("a", count: 60) }]
      ) { found.append($0.scores.array) }
      return found
    }
    let one = try scores(1)
    let two = try scores(2)
    #expect(one.count == 3 && one == two)
  }
}
