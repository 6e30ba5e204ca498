import Configuration
import Files
import TestSupport
import Testing

private let folder = projectRoot + "/configs"

private func files() -> [String] {
  [
    "AVA", "AVA/VideoMAE", "AVA/c2", "Charades", "Charades/pytorchvideo", "ImageNet", "Kinetics", "Kinetics/c2",
    "Kinetics/pytorchvideo",
    "SSv2", "SSv2/pytorchvideo", "contrastive_ssl", "demo", "masked_ssl",
  ].flatMap { name in
    ((try? listFolder("\(folder)/\(name)")) ?? []).filter { $0.hasSuffix(".yaml") }.map { "\(name)/\($0)" }
  }
}

/// A row of the model zoo's table: architecture, depth, frames x rate, and what else tells configs apart.
private struct Row: CustomTestStringConvertible, Sendable {
  let name: String
  let arch: String
  let depth: Int
  let clip: [Int]
  var alpha: Int?
  var fuse: Int?
  /// Temporal blocks of res4, for each pathway.
  var res4: [Int]
  /// Non-local blocks of res3 and res4, slow pathway.
  var nonLocal: [[Int]] = [[], []]
  var pool = [1, 2, 2]
  var softmax = false
  var testDescription: String { name }
}

private let nonLocal = [[1, 3], [1, 3, 5]]

private let ava = [
  Row(name: "AVA/SLOW_8x8_R50_SHORT", arch: "slow", depth: 50, clip: [4, 16], res4: [6]),
  Row(
    name: "AVA/SLOWFAST_32x2_R50_SHORT", arch: "slowfast", depth: 50, clip: [32, 2], alpha: 4, fuse: 7, res4: [6, 6]),
  Row(name: "AVA/c2/SLOW_8x8_R50", arch: "slow", depth: 50, clip: [4, 16], res4: [6]),
  Row(name: "AVA/c2/SLOWFAST_32x2_R50", arch: "slowfast", depth: 50, clip: [32, 2], alpha: 4, fuse: 7, res4: [6, 6]),
  Row(
    name: "AVA/c2/SLOWFAST_32x2_R101_50_50", arch: "slowfast", depth: 101, clip: [32, 2], alpha: 4, fuse: 5,
    res4: [6, 6], nonLocal: [[], [6, 13, 20]], pool: [2, 2, 2]),
  Row(
    name: "AVA/c2/SLOWFAST_32x2_R101_50_50_v2.1", arch: "slowfast", depth: 101, clip: [32, 2], alpha: 4, fuse: 5,
    res4: [6, 6], nonLocal: [[], [6, 13, 20]], pool: [2, 2, 2]),
  Row(
    name: "AVA/c2/SLOWFAST_64x2_R101_50_50", arch: "slowfast", depth: 101, clip: [64, 2], alpha: 4, fuse: 5,
    res4: [6, 6], nonLocal: [[], [6, 13, 20]], pool: [2, 2, 2]),
]

private let kinetics = [
  Row(name: "C2D_8x8_R50", arch: "c2d", depth: 50, clip: [8, 8], res4: [6]),
  Row(name: "C2D_NLN_8x8_R50", arch: "c2d", depth: 50, clip: [8, 8], res4: [6], nonLocal: nonLocal, softmax: true),
  Row(name: "I3D_8x8_R50", arch: "i3d", depth: 50, clip: [8, 8], res4: [6]),
  Row(name: "I3D_8x8_R101", arch: "i3d", depth: 101, clip: [8, 8], res4: [23]),
  Row(name: "I3D_NLN_8x8_R50", arch: "i3d", depth: 50, clip: [8, 8], res4: [6], nonLocal: nonLocal, softmax: true),
  Row(name: "SLOW_4x16_R50", arch: "slow", depth: 50, clip: [4, 16], res4: [6]),
  Row(name: "SLOW_8x8_R50", arch: "slow", depth: 50, clip: [8, 8], res4: [6]),
  Row(name: "SLOW_NLN_4x16_R50", arch: "slow", depth: 50, clip: [4, 16], res4: [6], nonLocal: nonLocal),
  Row(name: "SLOWFAST_4x16_R50", arch: "slowfast", depth: 50, clip: [32, 2], alpha: 8, fuse: 5, res4: [6, 6]),
  Row(name: "SLOWFAST_8x8_R50", arch: "slowfast", depth: 50, clip: [32, 2], alpha: 4, fuse: 7, res4: [6, 6]),
  Row(
    name: "SLOWFAST_NLN_8x8_R50", arch: "slowfast", depth: 50, clip: [32, 2], alpha: 4, fuse: 5, res4: [6, 6],
    nonLocal: nonLocal),
  Row(
    name: "c2/SLOWFAST_8x8_R101_50_101", arch: "slowfast", depth: 101, clip: [32, 2], alpha: 4, fuse: 5,
    res4: [6, 23]),
  Row(
    name: "c2/SLOWFAST_8x8_R101_101_101", arch: "slowfast", depth: 101, clip: [32, 2], alpha: 4, fuse: 5,
    res4: [23, 23]),
  Row(
    name: "c2/SLOWFAST_NLN_16x8_R101_50_50", arch: "slowfast", depth: 101, clip: [64, 2], alpha: 4, fuse: 5,
    res4: [6, 6], nonLocal: [[], [6, 13, 20]]),
]

private func check(_ row: Row, _ configuration: Configuration) {
  #expect(configuration[.modelArch] == row.arch)
  #expect(configuration[.resnetDepth] == row.depth)
  #expect([configuration[.dataNumFrames], configuration[.dataSamplingRate]] == row.clip)
  if let alpha = row.alpha { #expect(configuration[.slowfastAlpha] == alpha) }
  if let fuse = row.fuse { #expect(configuration[.slowfastFusionKernelSz] == fuse) }
  #expect(configuration[.resnetNumBlockTempKernel][2] == row.res4)
  let locations = configuration[.nonlocalLocation]
  #expect([locations[1][0], locations[2][0]] == row.nonLocal)
  #expect(locations[0][0] == [] && locations[3][0] == [])
  if row.nonLocal != [[], []] {
    #expect(configuration[.nonlocalPool][2][0] == row.pool)
    #expect(configuration[.nonlocalInstantiation] == (row.softmax ? "softmax" : "dot_product"))
  }
}

@Suite struct ShippedConfigTests {
  @Test func allConfigsLoadWithoutNotices() throws {
    #expect(files().count == 113)
    for name in files() {
      let configuration = try Configuration.load(path: "\(folder)/\(name)")
      #expect(configuration.notices == [], "\(name)")
      let classes = Self.classes.first { name.contains($0.key) }?.value
      #expect(configuration[.modelNumClasses] == classes, "\(name)")
    }
  }

  private static let classes: KeyValuePairs = [
    "ucf": 101, "Charades": 157, "SSv2": 174, "ImageNet": 1000, "in1k": 1000, "k400": 400, "Kinetics": 400, "AVA": 80,
    "ava": 80,
    "demo/SLOWFAST_8x4_R18_CLASSES": 13, "LINEAR": 13, "SIMCLR": 64, "demo": 80,
  ]

  /// Data set, views and crops, and what becomes of scores that do not exclude each other.
  @Test(arguments: [
    ("Charades/SLOWFAST_16x8_R50", "charades", [10, 3], [64, 2], 256),
    ("Charades/SLOWFAST_16x8_R50_multigrid", "charades", [10, 3], [64, 2], 256),
    ("Charades/pytorchvideo/SLOW_8x8_R50", "charades", [10, 3], [8, 8], 256),
    ("Charades/pytorchvideo/SLOWFAST_8x8_R50", "charades", [10, 3], [32, 2], 256),
    ("SSv2/SLOWFAST_16x8_R50", "ssv2", [1, 1], [64, 2], 256),
    ("SSv2/SLOWFAST_16x8_R50_multigrid", "ssv2", [1, 1], [64, 2], 224),
    ("SSv2/pytorchvideo/SLOW_8x8_R50", "ssv2", [1, 3], [8, 8], 256),
    ("SSv2/pytorchvideo/SLOWFAST_8x8_R50", "ssv2", [1, 3], [32, 2], 256),
    ("ImageNet/RES_R50", "imagenet", [1, 1], [1, 8], 256),
    ("ImageNet/MVITv2_T", "imagenet", [1, 1], [1, 8], 224), ("ImageNet/REV_VIT_B", "imagenet", [1, 1], [1, 8], 224),
    ("masked_ssl/in1k_VIT_L_MaskFeat_FT", "imagenet", [1, 1], [1, 8], 224),
    ("masked_ssl/k400_MVITv2_L_16x4_FT", "kinetics", [10, 1], [16, 4], 224),
    ("Kinetics/REV_MVIT_B_16x4_CONV", "kinetics", [5, 1], [16, 4], 224),
    ("Kinetics/VIDEOMAE_VIT_B_16x4", "kinetics", [5, 3], [16, 4], 224),
    ("contrastive_ssl/finetune_SSv2_Slow_R50_syn8", "ssv2", [1, 1], [8, 8], 256),
    ("contrastive_ssl/finetune_ucf_Slow_R50_syn0", "kinetics", [10, 3], [8, 8], 256),
    ("Kinetics/pytorchvideo/CSN_32x2_R101", "kinetics", [10, 3], [32, 2], 256),
    ("Kinetics/pytorchvideo/R2PLUS1D_16x4_R50", "kinetics", [10, 3], [16, 4], 256),
  ])
  func otherDataSets(_ name: String, _ dataset: String, _ views: [Int], _ clip: [Int], _ crop: Int) throws {
    let config = try Configuration.load(path: "\(folder)/\(name).yaml")
    #expect(config[.testDataset] == dataset && config[.dataTestCropSize] == crop)
    #expect([config[.testNumEnsembleViews], config[.testNumSpatialCrops]] == views)
    #expect([config[.dataNumFrames], config[.dataSamplingRate]] == clip)
    let isMultiLabel = dataset == "charades"
    #expect(config[.dataMultiLabel] == isMultiLabel && config[.dataEnsembleMethod] == (isMultiLabel ? "max" : "sum"))
    #expect(config[.modelHeadAct] == (isMultiLabel ? "sigmoid" : "softmax"))
    // Frame lists are of pictures that the reference's loader turns round once more.
    let isOfFrames = isMultiLabel || dataset == "ssv2" && !name.hasPrefix("contrastive")
    #expect(
      config[.dataReverseInputChannel] == isOfFrames && config[.multigridShortCycle] == name.hasSuffix("multigrid"))
  }

  @Test(arguments: ava) private func avaConfigs(_ row: Row) throws {
    let configuration = try Configuration.load(path: "\(folder)/\(row.name).yaml")
    check(row, configuration)
    let isShort = row.name.hasSuffix("SHORT")
    #expect(configuration[.modelHeadAct] == "sigmoid")
    #expect(configuration[.resnetSpatialStrides].map { $0[0] } == [1, 2, 2, 1])
    #expect(configuration[.resnetSpatialDilations].map { $0[0] } == [1, 1, 1, 2])
    #expect(configuration[.detectionEnable] && configuration[.detectionAligned] == isShort)
    #expect(configuration[.detectionSpatialScaleFactor] == 16)
    #expect(configuration[.detectionRoiXformResolution] == 7)
    #expect(configuration[.dataTestCropSize] == (isShort && row.arch == "slowfast" ? 224 : 256))
    #expect(configuration[.avaDetectionScoreThresh] == (row.arch == "slow" ? 0.9 : 0.8))
    let overlap = row.name == "AVA/c2/SLOW_8x8_R50" ? 75 : 90
    #expect(
      configuration[.avaTestPredictBoxLists]
        == ["person_box_67091280_iou\(overlap)/ava_detection_val_boxes_and_labels.csv"])
    let version = row.name.hasSuffix("v2.1") ? "2.1" : "2.2"
    #expect(configuration[.avaGroundtruthFile] == "ava_val_v\(version).csv")
    #expect(configuration[.avaExclusionFile] == "ava_val_excluded_timestamps_v\(version).csv")
  }

  @Test(arguments: kinetics) private func kineticsConfigs(_ row: Row) throws {
    let configuration = try Configuration.load(path: "\(folder)/Kinetics/\(row.name).yaml")
    check(row, configuration)
    #expect(
      configuration.literal("TEST.NUM_ENSEMBLE_VIEWS") == "10" && configuration.literal("TEST.NUM_SPATIAL_CROPS") == "3"
    )
    #expect(configuration[.dataTestCropSize] == 256 && configuration[.dataTrainCropSize] == 224)
    #expect(configuration[.modelHeadAct] == "softmax" && !configuration[.detectionEnable])
  }
}
