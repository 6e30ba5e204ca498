import Checkpoint
import Configuration
import Inference
import Kernels
import ModelZoo
import NN
import TestSupport
import Tensors
import Testing
import VideoModels

struct TemporalTableTests {
  /// The frames of the slow pathway, as torch's linspace picks them.
  static let slowFrames: [(frames: Int, alpha: Int, expected: [Int])] = [
    (32, 4, [0, 4, 8, 13, 17, 22, 26, 31]), (32, 8, [0, 10, 20, 31]),
    (64, 4, [0, 4, 8, 12, 16, 21, 25, 29, 33, 37, 42, 46, 50, 54, 58, 63]), (64, 8, [0, 9, 18, 27, 36, 45, 54, 63]),
    (16, 4, [0, 5, 10, 15]), (16, 8, [0, 15]), (8, 4, [0, 7]), (8, 8, [0]),
    (40, 4, [0, 4, 8, 13, 17, 21, 26, 30, 34, 39]), (48, 4, [0, 4, 8, 12, 17, 21, 25, 29, 34, 38, 42, 47]),
    // Where float32 decides: 52, though 13 * 159 / 39 is exactly 53.
    (
      160, 4,
      [
        0, 4, 8, 12, 16, 20, 24, 28, 32, 36, 40, 44, 48, 52, 57, 61, 65, 69, 73, 77, 81, 85, 89, 93, 97, 101, 106, 110,
        114, 118, 122, 126, 130, 134, 138, 142, 146, 150, 154, 159,
      ]
    ),
  ]

  @Test(arguments: slowFrames) func slowPathway(_ frames: Int, _ alpha: Int, _ expected: [Int]) throws {
    let architecture = try Architecture(
      configured(smallSlowFast + ["DATA.NUM_FRAMES", "\(frames)", "SLOWFAST.ALPHA", "\(alpha)"]))
    #expect(architecture.backbone.inputs.map(\.frames) == [expected, Array(0..<frames)])
  }

  /// Temporal kernels of conv1 and of every block, by architecture.
  static let kernels: [(arch: String, stem: [Int], stages: [[[Int]]])] = [
    ("2d", [1], [[[1, 1, 1]], [[1, 1, 1, 1]], [[1, 1, 1, 1, 1, 1]], [[1, 1, 1]]]),
    ("c2d", [1], [[[1, 1, 1]], [[1, 1, 1, 1]], [[1, 1, 1, 1, 1, 1]], [[1, 1, 1]]]),
    ("slow_c2d", [1], [[[1, 1, 1]], [[1, 1, 1, 1]], [[1, 1, 1, 1, 1, 1]], [[1, 1, 1]]]),
    ("i3d", [5], [[[3, 3, 3]], [[3, 1, 3, 1]], [[3, 1, 3, 1, 3, 1]], [[1, 3, 1]]]),
    ("slow_i3d", [5], [[[3, 3, 3]], [[3, 1, 3, 1]], [[3, 1, 3, 1, 3, 1]], [[1, 3, 1]]]),
    ("slow", [1], [[[1, 1, 1]], [[1, 1, 1, 1]], [[3, 3, 3, 3, 3, 3]], [[3, 3, 3]]]),
    (
      "slowfast", [1, 5],
      [
        [[1, 1, 1], [3, 3, 3]], [[1, 1, 1, 1], [3, 3, 3, 3]], [[3, 3, 3, 3, 3, 3], [3, 3, 3, 3, 3, 3]],
        [[3, 3, 3], [3, 3, 3]],
      ]
    ),
  ]

  @Test(arguments: kernels) func temporalKernels(_ arch: String, _ stem: [Int], _ stages: [[[Int]]]) throws {
    let architecture =
      try Architecture(
        configured(arch == "slowfast" ? smallSlowFast : smallSlow + ["MODEL.ARCH", arch])
      ).backbone as! ResNetBackbone
    #expect(architecture.stems.map(\.temporalKernel) == stem)
    #expect(architecture.stages.map { $0.map(\.temporalKernels) } == stages)
    let pools = arch == "c2d" || arch == "i3d" ? 2 : 1
    #expect(architecture.pathwayPools == stem.map { _ in Extent3(pools, 1, 1) })
  }

  /// R101 with temporal kernels in 6 of 23 blocks.
  @Test func temporalKernelsEndWhereTheConfigSaysSo() throws {
    let overrides = ["RESNET.DEPTH", "101", "RESNET.NUM_BLOCK_TEMP_KERNEL", "[[3,3],[4,4],[6,23],[3,0]]"]
    let architecture = try Architecture(configured(smallSlowFast + overrides)).backbone as! ResNetBackbone
    let three = [Int](repeating: 3, count: 6)
    #expect(architecture.stages[2][0].temporalKernels == three + [Int](repeating: 1, count: 17))
    #expect(architecture.stages[2][1].temporalKernels == [Int](repeating: 3, count: 23))
    #expect(architecture.stages[3][1].temporalKernels == [1, 1, 1])
  }
}

struct StageShapeTests {
  private func shapes(_ overrides: [String], height: Int, width: Int) throws -> [String: [Int]] {
    let architecture = try Architecture(configured(overrides))
    let model = VideoModel(architecture, weights: WeightReader(random: 1), engine: Engine(threads: 1))
    let plan = try model.plan(batch: 1, height: height, width: width, keepingNamed: true)
    return Dictionary(
      plan.named.map { ($0.name, [$0.map.channels, $0.map.extent.t, $0.map.extent.h, $0.map.extent.w]) },
      uniquingKeysWith: { first, _ in first })
  }

  /// The published network over a real AVA clip; only the layout is made, nothing is computed.
  @Test func slowFastOnAVA() throws {
    let full = ["RESNET.WIDTH_PER_GROUP", "64", "SLOWFAST.BETA_INV", "8", "DATA.NUM_FRAMES", "32"]
    let found = try shapes(smallSlowFast + full, height: 256, width: 340)
    let expected = [
      "s1.p0": [64, 8, 64, 85], "s1.p1": [8, 32, 64, 85], "s1_fuse.p0": [80, 8, 64, 85], "s1_fuse.p1": [8, 32, 64, 85],
      "s2.p0": [256, 8, 64, 85], "s2.p1": [32, 32, 64, 85], "s2_fuse.p0": [320, 8, 64, 85],
      "s2_fuse.p1": [32, 32, 64, 85], "s3.p0": [512, 8, 32, 43], "s3.p1": [64, 32, 32, 43],
      "s4.p0": [1024, 8, 16, 22], "s4.p1": [128, 32, 16, 22], "s5.p0": [2048, 8, 16, 22], "s5.p1": [256, 32, 16, 22],
    ]
    #expect(found == expected)
  }

  /// Extents do not depend on widths, so thin networks do for the other rows.
  @Test func sixtyFourFrames() throws {
    let found = try shapes(smallSlowFast + ["DATA.NUM_FRAMES", "64"], height: 256, width: 455)
    #expect(found["s1.p0"]?.dropFirst() == [16, 64, 114])
    #expect(found["s1.p1"]?.dropFirst() == [64, 64, 114])
    #expect(found["s3.p0"]?.dropFirst() == [16, 32, 57])
    #expect(found["s4.p1"]?.dropFirst() == [64, 16, 29])
    #expect(found["s5.p0"]?.dropFirst() == [16, 16, 29])
  }

  @Test func kineticsCrops() throws {
    let slow = try shapes(smallSlow + ["DATA.NUM_FRAMES", "8"], height: 256, width: 256)
    #expect(slow["s2.p0"] == [32, 8, 64, 64])
    #expect(slow["s5.p0"] == [256, 8, 8, 8])
    for arch in ["c2d", "i3d"] {
      let pooled = try shapes(smallSlow + ["DATA.NUM_FRAMES", "8", "MODEL.ARCH", arch], height: 256, width: 256)
      #expect(pooled["s2.p0"] == [32, 8, 64, 64])
      #expect(pooled["s3.p0"] == [64, 4, 32, 32])
      #expect(pooled["s5.p0"] == [256, 4, 8, 8])
    }
  }
}

struct PublishedNetworkTests {
  /// Parameters and `state_dict` tensors of the published networks.
  static let counts: [(config: String, parameters: Int, tensors: Int)] = [
    ("AVA/c2/SLOWFAST_32x2_R50", 33_828_888, 662), ("AVA/c2/SLOWFAST_32x2_R101_50_50", 59_342_488, 1313),
    ("AVA/SLOW_8x8_R50_SHORT", 31_798_416, 320), ("Kinetics/SLOWFAST_8x8_R50", 34_566_488, 662),
    ("Kinetics/SLOWFAST_4x16_R50", 34_480_216, 662), ("Kinetics/SLOW_8x8_R50", 32_454_096, 320),
    ("Kinetics/I3D_8x8_R50", 28_043_472, 320), ("Kinetics/I3D_NLN_8x8_R50", 35_401_936, 385),
    ("Kinetics/C2D_8x8_R50", 24_327_632, 320),
  ]

  @Test(arguments: counts) func parameters(_ name: String, _ parameters: Int, _ tensors: Int) throws {
    let config = try Configuration.load(path: projectRoot + "/configs/\(name).yaml")
    let asked = requested(try Architecture(config))
    let statistics = asked.filter { $0.name.hasSuffix("running_mean") || $0.name.hasSuffix("running_var") }
    let all = asked.reduce(0) { $0 + $1.shape.reduce(1, *) }
    #expect(all - statistics.reduce(0) { $0 + $1.shape.reduce(1, *) } == parameters)
    // state_dict counts num_batches_tracked too, one for each batch norm.
    #expect(asked.count + statistics.count / 2 == tensors)
  }

  /// Names and shapes as PyTorch lists them.
  @Test func names() throws {
    let config = try Configuration.load(path: projectRoot + "/configs/AVA/c2/SLOWFAST_32x2_R101_50_50.yaml")
    let asked = requested(try Architecture(config))
    let shapes = Dictionary(asked.map { ($0.name, $0.shape) }, uniquingKeysWith: { first, _ in first })
    let expected: [String: [Int]] = [
      "s1.pathway0_stem.conv.weight": [64, 3, 1, 7, 7], "s1.pathway1_stem.conv.weight": [8, 3, 5, 7, 7],
      "s1.pathway1_stem.bn.running_var": [8], "s1_fuse.conv_f2s.weight": [16, 8, 5, 1, 1], "s1_fuse.bn.weight": [16],
      "s4_fuse.conv_f2s.weight": [256, 128, 5, 1, 1], "s2.pathway0_res0.branch1.weight": [256, 80, 1, 1, 1],
      "s2.pathway0_res0.branch1_bn.bias": [256], "s2.pathway1_res0.branch2.a.weight": [8, 8, 3, 1, 1],
      "s3.pathway0_res0.branch2.a.weight": [128, 320, 1, 1, 1], "s3.pathway1_res3.branch2.c.weight": [64, 16, 1, 1, 1],
      "s4.pathway0_res5.branch2.a.weight": [256, 1024, 3, 1, 1],
      "s4.pathway0_res6.branch2.a.weight": [256, 1024, 1, 1, 1], "s4.pathway0_res22.branch2.c_bn.weight": [1024],
      "s4.pathway0_nonlocal13.conv_theta.weight": [512, 1024, 1, 1, 1],
      "s4.pathway0_nonlocal13.conv_theta.bias": [512], "s4.pathway0_nonlocal20.conv_out.weight": [1024, 512, 1, 1, 1],
      "s4.pathway0_nonlocal6.bn.running_mean": [1024], "s5.pathway0_res0.branch1.weight": [2048, 1280, 1, 1, 1],
      "s5.pathway1_res2.branch2.b.weight": [64, 64, 1, 3, 3], "head.projection.weight": [80, 2304],
      "head.projection.bias": [80],
    ]
    for (name, shape) in expected { #expect(shapes[name] == shape, "\(name)") }
    #expect(shapes["s2.pathway0_res1.branch1.weight"] == nil)
    #expect(shapes["s5_fuse.conv_f2s.weight"] == nil)
    #expect(shapes["s1.pathway0_stem.conv.bias"] == nil)
  }
}
