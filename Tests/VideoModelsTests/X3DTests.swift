import Configuration
import Inference
import Kernels
import ModelZoo
import NN
import RoIAlign
import Tensors
import TestSupport
import Testing
import VideoModels

/// X3D's table, network and heads.
@Suite struct X3DTests {
  private func backbone(_ name: String, _ more: [String] = []) throws -> X3DBackbone {
    let config = try Configuration.load(path: "\(projectRoot)/configs/Kinetics/X3D_\(name).yaml", overrides: more)
    return try #require(try Architecture(config).backbone as? X3DBackbone)
  }

  /// Widths, depths and inner widths as the paper's and the reference's tables have them.
  @Test func tables() throws {
    let medium = try backbone("M")
    #expect(medium.stem == 24 && medium.stages.map(\.width) == [24, 48, 96, 192])
    #expect(medium.stages.map(\.inner) == [54, 108, 216, 432])
    #expect(medium.stages.map(\.depth) == [3, 5, 11, 7])
    #expect(try backbone("L").stages.map(\.depth) == [5, 10, 25, 15])
    #expect(try backbone("XS").stages == backbone("S").stages)
    #expect(try backbone("M", ["X3D.WIDTH_FACTOR", "0.5"]).stages.map(\.width) == [6, 12, 24, 48])
    #expect(medium.featureStride == 32 && medium.featureChannels == [192])
  }

  /// By hand: 432 / 16 = 27 rounds to 24, which is below 24.3, and so goes up.
  @Test func widthsAreRounded() {
    #expect([54, 108, 216, 432, 630].map { X3DBackbone.rounded($0, by: 0.0625, divisor: 8) } == [8, 8, 16, 32, 40])
    #expect(X3DBackbone.rounded(12, by: 2, divisor: 8) == 24 && X3DBackbone.rounded(7, by: 0, divisor: 8) == 7)
  }

  private static let small = [
    "X3D.WIDTH_FACTOR", "0.5", "X3D.DEPTH_FACTOR", "1.0", "X3D.DIM_C5", "24", "DATA.TRAIN_CROP_SIZE", "32",
    "DATA.NUM_FRAMES", "4", "MODEL.NUM_CLASSES", "11",
  ]

  /// A small X3D-M.
  static func configuration(_ more: [String]) throws -> Configuration {
    try Configuration.load(path: projectRoot + "/configs/Kinetics/X3D_M.yaml", overrides: small + more)
  }

  private func model(_ more: [String] = [], _ engine: Engine = Engine(threads: 2)) throws -> VideoModel {
    try loaded(try Architecture(Self.configuration(more)), engine: engine)
  }

  @Test func fastAndPlainAgree() throws {
    let clip = filledClip([2, 3, 4, 48, 40])
    let plain = Engine(threads: 2, planner: ConvolutionPlanner(forced: .reference))
    let (found, expected) = (try model().classify(clip), try model([], plain).classify(clip))
    #expect(found.shape == [2, 11])
    #expect(difference(found.array, expected.array, .network) == nil)
  }

  /// The reference cannot do this: boxes on X3D's features.
  @Test func boxesAreScored() throws {
    let roi = ["DETECTION.ENABLE", "True", "MODEL.HEAD_ACT", "sigmoid"]
    let detector = try model(roi)
    let clip = filledClip([2, 3, 4, 96, 128])
    let boxes = [(0, 4, 5, 60, 70), (1, 4, 5, 60, 70), (1, 30, 10, 120, 90)].map {
      Region(batchIndex: $0.0, x1: Float($0.1), y1: Float($0.2), x2: Float($0.3), y2: Float($0.4))
    }
    let scores = try detector.detect(clip, boxes)
    #expect(scores.shape == [3, 11] && scores.array.allSatisfy { $0 > 0 && $0 < 1 })
    // Each box by itself, and in another order, has the same scores.
    let turned = try detector.detect(clip, boxes.reversed())
    for (i, box) in boxes.enumerated() {
      let alone = try detector.detect(clip, [box]).array
      #expect(difference(alone, Array(scores.array[i * 11..<(i + 1) * 11]), .exact) == nil)
      #expect(difference(alone, Array(turned.array[(2 - i) * 11..<(3 - i) * 11]), .exact) == nil)
    }
    #expect(throws: VideoModelError.noClassificationHead) { try detector.classify(clip) }
    // Two places of one clip are not alike, nor one place of two.
    let rows = (0..<3).map { Array(scores.array[$0 * 11..<($0 + 1) * 11]) }
    #expect(difference(rows[1], rows[2], .network) != nil && difference(rows[0], rows[1], .network) != nil)
    // Features are 32 pixels apart: looked up as if they were 16, boxes of half the size have the same scores.
    let halved = boxes.map {
      Region(batchIndex: $0.batchIndex, x1: $0.x1 / 2, y1: $0.y1 / 2, x2: $0.x2 / 2, y2: $0.y2 / 2)
    }
    let other = try model(roi + ["DETECTION.SPATIAL_SCALE_FACTOR", "16"])
    #expect(difference(try other.detect(clip, halved).array, scores.array, .exact) == nil)
    let plain = try model(roi, Engine(threads: 2, planner: ConvolutionPlanner(forced: .reference)))
    #expect(difference(try plain.detect(clip, boxes).array, scores.array, .network) == nil)
  }

  @Test(
    arguments: [
      (["X3D.WIDTH_FACTOR", "1e30"], "X3D.WIDTH_FACTOR", "0.01 to 64"),
      (["X3D.DEPTH_FACTOR", "-1.0"], "X3D.DEPTH_FACTOR", "2.2"),
      (
        ["X3D.DIM_C1", "16000", "X3D.WIDTH_FACTOR", "64.0"],
        "1 to 16384 channels: X3D.DIM_C1 16000 (given as KEY VALUE), X3D.WIDTH_FACTOR 64.0 (given as KEY VALUE), ",
        "X3D.BOTTLENECK_FACTOR 2.25 (line 12 of \(projectRoot)/configs/Kinetics/X3D_M.yaml) -> set them as"
      ),
      // Inside of the blocks.
      (
        ["X3D.WIDTH_FACTOR", "64.0", "X3D.BOTTLENECK_FACTOR", "3.0"], "a stage would have 18432 channels",
        "X3D.BOTTLENECK_FACTOR 3.0 (given as KEY VALUE) -> set them as"
      ),
      (["X3D.DIM_C5", "-3"], "X3D.DIM_C5", "-3"),
      (["X3D.CHANNELWISE_3x3x3", "False", "RESNET.NUM_GROUPS", "7"], "RESNET.NUM_GROUPS", "CHANNELWISE_3x3x3 True"),
      (["RESNET.SPATIAL_DILATIONS", "[[0], [1], [1], [1]]"], "RESNET.SPATIAL_DILATIONS", "1 to 1024"),
    ])
  func impossibleTablesAreErrors(_ overrides: [String], _ key: String, _ advice: String) {
    let path = projectRoot + "/configs/Kinetics/X3D_M.yaml"
    let result = Result { try Architecture(Configuration.load(path: path, overrides: overrides)) }
    guard case .failure(let error) = result else {
      Issue.record("no error for \(overrides)")
      return
    }
    let message = "\(error)"
    #expect(message.contains(key) && message.contains(advice), "\(message)")
  }

  /// Features 32 pixels apart, boxes looked up as if they were 16: said, with what to set.
  @Test func theScaleOfBoxesMustSuitTheBackbone() throws {
    func notices(_ factor: [String]) throws -> [String] {
      let config = try Configuration.load(
        path: projectRoot + "/configs/Kinetics/X3D_M.yaml",
        overrides: Self.small + ["DETECTION.ENABLE", "True", "MODEL.HEAD_ACT", "sigmoid"] + factor)
      return try LoadedModel(config, WeightOptions(randomSeed: 1), engine: Engine(threads: 1)).notices
    }
    let key = "DETECTION.SPATIAL_SCALE_FACTOR"
    #expect(try notices([key, "16"]).contains { $0.hasSuffix("set DETECTION.SPATIAL_SCALE_FACTOR 32") })
    // Where nobody says it, it is the backbone's own.
    #expect(try notices([key, "32"]).count == 1 && notices([]).count == 1)
  }

  /// A test crop is refused when the configuration is read exactly where the head's window would not fit on what is left.
  @Test(arguments: [(33, 32), (33, 33), (64, 33), (65, 64), (32, 16)])
  func testCropsSuitTheHead(_ train: Int, _ test: Int) throws {
    let crops = ["DATA.TRAIN_CROP_SIZE", "\(train)"]
    let network = try model(crops)
    let clip = filledClip([1, 3, 4, test, test])
    func load() throws {
      _ = try Configuration.load(
        path: projectRoot + "/configs/Kinetics/X3D_M.yaml",
        overrides: Self.small + crops + ["DATA.TEST_CROP_SIZE", "\(test)"], rules: ModelRules())
    }
    if (try? network.classify(clip)) != nil {
      try load()
    } else {
      #expect(throws: ConfigurationError.self) { try load() }
    }
  }

  @Test func aClipSmallerThanTheWindowIsAnError() throws {
    let small = try model(["DATA.TRAIN_CROP_SIZE", "96"])
    #expect(throws: VideoModelError.self) { try small.classify(filledClip([1, 3, 4, 32, 32])) }
  }
}
