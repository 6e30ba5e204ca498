import AVARecords
import Clips
import Configuration
import Geometry
import Inference
import Kernels
import TestSupport
import Tensors
import Testing
import VideoModels

/// Views of whole clips that are scored together.
struct BatchedViewTests {
  private static let thin = thinDetector + ["DETECTION.ENABLE", "False", "DATA.TRAIN_CROP_SIZE", "32"]
  private static let networks: [String: [String]] = [
    "Slow": thin,
    "non-local": thin + [
      "NONLOCAL.LOCATION", "[[[]], [[1]], [[]], [[]]]", "NONLOCAL.GROUP", "[[1], [1], [1], [1]]",
      "NONLOCAL.INSTANTIATION", "softmax",
    ],
    "SlowFast": thin + [
      "MODEL.MODEL_NAME", "SlowFast", "MODEL.ARCH", "slowfast", "DATA.INPUT_CHANNEL_NUM", "[3, 3]", "SLOWFAST.ALPHA",
      "2", "SLOWFAST.BETA_INV", "2", "SLOWFAST.FUSION_KERNEL_SZ", "3", "RESNET.WIDTH_PER_GROUP", "8",
      "RESNET.SPATIAL_STRIDES", "[[1, 1], [2, 2], [2, 2], [2, 2]]", "RESNET.SPATIAL_DILATIONS",
      "[[1, 1], [1, 1], [1, 1], [1, 1]]", "RESNET.NUM_BLOCK_TEMP_KERNEL", "[[2, 2], [2, 2], [2, 2], [2, 2]]",
      "NONLOCAL.LOCATION", "[[[], []], [[], []], [[], []], [[], []]]", "NONLOCAL.GROUP",
      "[[1, 1], [1, 1], [1, 1], [1, 1]]",
    ],
    "X3D": [
      "MODEL.MODEL_NAME", "X3D", "MODEL.ARCH", "x3d", "DATA.NUM_FRAMES", "4", "DATA.INPUT_CHANNEL_NUM", "[3]",
      "X3D.WIDTH_FACTOR", "0.5", "X3D.DEPTH_FACTOR", "1.0", "X3D.DIM_C5", "32", "MODEL.NUM_CLASSES", "3",
      "DATA.TRAIN_CROP_SIZE", "32", "DATA.TEST_CROP_SIZE", "32",
    ],
  ]

  /// Two parts of a video in three squares, mirrored ones among them, and a scale of another size between.
  private static let views = (0..<2).flatMap { part in
    [
      View(shortSide: 32, crop: .square(0), position: .part(part, of: 2)),
      View(shortSide: 32, flip: true, crop: .square(1), position: .part(part, of: 2)),
      View(shortSide: 40, crop: .square(1), position: .part(part, of: 2)),
      View(shortSide: 32, crop: .square(2), position: .part(part, of: 2)),
      View(shortSide: 32, crop: .square(2), position: .part(part, of: 2)),
      View(shortSide: 32, flip: true, crop: .square(0), position: .part(part, of: 2)),
      View(shortSide: 32, crop: .square(1), position: .part(part, of: 2)),
    ]
  }

  private func run(_ network: [String], together: Int?) throws -> ClipRun {
    let config = try configured(network)
    let model = try LoadedModel(config, WeightOptions(randomSeed: 1), engine: Engine(threads: 2)).model
    return ClipRun([
      ClipRun.Network(
        model, window: ClipWindow(config), preprocessing: Preprocessing(config), clipsTogether: together)
    ])
  }

  private func job(_ source: @autoclosure @escaping @Sendable () -> NoiseFrames) -> VideoJob {
    let tasks = [0, 30].map {
      ClipTask(
        KeyFrame(video: "a", time: Timestamp(second: $0)), center: $0, people: nil, views: BatchedViewTests.views)
    }
    return VideoJob(name: "a", tasks: tasks) { source() }
  }

  @Test(arguments: networks.keys.sorted())
  func scoresAreThoseOfViewsAlone(_ name: String) throws {
    let network = try #require(Self.networks[name])
    func scores(together: Int?) throws -> (seen: [String], scores: [[Float]], done: [Int]) {
      var (seen, scores, done): ([String], [[Float]], [Int]) = ([], [], [])
      try run(network, together: together).run(
        [job(NoiseFrames("a", count: 60))],
        goesOn: {
          done.append($0); return true
        }
      ) {
        seen.append("\($0.task.keyFrame) \($0.view)")
        scores.append($0.scores.array)
        #expect($0.scores.shape == [1, 3])
      }
      return (seen, scores, done)
    }
    let alone = try scores(together: 1)
    #expect(alone.scores.count == 28 && alone.done.last == 2 && alone.done[13] == 1 && alone.done[12] == 0)
    for together in [2, 3, 8, nil] {
      let found = try scores(together: together)
      #expect(found == alone, "\(together ?? 0) together")
    }
  }

  /// A run that is told to stop in the middle of a batch hands out no more of it.
  @Test func stopsWithinABatch() throws {
    var seen = 0
    try run(Self.thin, together: 3).run([job(NoiseFrames("a", count: 60))], goesOn: { _ in seen < 4 }) { _ in seen += 1
    }
    #expect(seen == 4)
  }

  /// What fits together: one position, one size, at most so many.
  @Test func batchesByHand() throws {
    let config = try configured(Self.thin)
    let reader = ViewReader(
      NoiseFrames("a", count: 60), window: ClipWindow(config), preprocessing: Preprocessing(config))
    let views = Self.views
    try reader.read(Array(views.prefix(7)), around: 0)
    #expect(reader.batch(views[0...], most: 3) == Array(views[0..<2]))
    #expect(reader.batch(views[2...], most: 3) == [views[2]])
    #expect(reader.batch(views[3...], most: 3) == Array(views[3..<6]))
    #expect(reader.batch(views[3...], most: 8) == Array(views[3..<7]), "the next part is not of this batch")
    #expect(reader.batch(views[3...], most: 1) == [views[3]])
    let batch = try reader.clips(Array(views[3..<6]), around: 0)
    #expect(batch.batch == 3)
    for (index, view) in views[3..<6].enumerated() {
      let alone = try reader.clip(view, around: 0)
      let floats = alone.extent.count * 3
      #expect(
        (0..<floats).allSatisfy { batch.start[index * floats + $0] == alone.start[$0] }, "\(view)")
    }
  }
}
