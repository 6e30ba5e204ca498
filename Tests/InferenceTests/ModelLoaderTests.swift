import Checkpoint
import Configuration
import Files
import Inference
import Kernels
import TestSupport
import Tensors
import Testing
import VideoModels

struct ModelLoaderTests {
  private let engine = Engine(threads: 1)

  /// Which file is loaded: TEST's, else the last checkpoint of the output folder, else TRAIN's.
  @Test func precedence() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let checkpoints = folder.path + "/out/checkpoints"
    try makeFolder(checkpoints)
    let base = thinDetector + ["OUTPUT_DIR", folder.path + "/out"]
    let (test, train) = (folder.path + "/test.safetensors", folder.path + "/train.safetensors")
    for path in [test, train] { try writeWeights(of: try configured(base), to: path) }
    func load(_ more: [String]) throws -> LoadedModel {
      try LoadedModel(configured(base + more), WeightOptions(), engine: engine)
    }
    let both = ["TEST.CHECKPOINT_FILE_PATH", test, "TRAIN.CHECKPOINT_FILE_PATH", train]
    #expect(try load(both).weightsPath == test)
    #expect(try load(Array(both.suffix(2))).weightsPath == train, "an empty folder has no say")
    for name in ["checkpoint_epoch_00002.pyth", "checkpoint_epoch_00010.pyth", "notes.txt", "zz_checkpoint.pyth"] {
      try writeWeights(of: try configured(base), to: checkpoints + "/" + name)
    }
    // A calibration of the last one, and what a killed process leaves.
    for name in ["checkpoint_epoch_00010.pyth.int8.json", "checkpoint_epoch_00011.pyth.part"] {
      try writeFile(checkpoints + "/" + name, "{}")
    }
    let found = try load(Array(both.suffix(2)))
    #expect(found.weightsPath == checkpoints + "/checkpoint_epoch_00010.pyth")
    #expect(found.notices.contains { $0.contains("OUTPUT_DIR") && $0.contains("checkpoint_epoch_00010") })
    #expect(try load(both).weightsPath == test)
    #expect(try load(["TASK", "zz"]).weightsPath == checkpoints + "/zz_checkpoint.pyth")
    #expect(try load(["TASK", "ssl"] + both.suffix(2)).weightsPath == train)
  }

  /// What is read is known before it is.
  @Test func filesThatAreRead() throws {
    let config = try configured(thinDetector + ["TEST.CHECKPOINT_FILE_PATH", "w.pyth"])
    #expect(weightFiles(config, WeightOptions(), quantizes: false) == ["w.pyth"])
    #expect(weightFiles(config, WeightOptions(), quantizes: true) == ["w.pyth", "w.pyth.int8.json"])
    #expect(weightFiles(config, WeightOptions(calibration: "c.json"), quantizes: true) == ["w.pyth", "c.json"])
    #expect(weightFiles(config, WeightOptions(randomSeed: 1), quantizes: true).isEmpty)
  }

  @Test func randomWeightsHaveNoCalibration() throws {
    let options = WeightOptions(randomSeed: 7, calibration: "nope.json")
    let message = text { _ = try LoadedModel(configured(thinDetector), options, engine: engine.with(.int8)) }
    #expect(message.contains("'nope.json'") && message.contains("these are random ->"), "\(message)")
  }

  @Test func whatCannotBeComputedInIntegersIsSaid() throws {
    func notices(_ config: Configuration, _ precision: Precision) throws -> [String] {
      let options = WeightOptions(randomSeed: 7)
      return try LoadedModel(config, options, engine: engine.with(precision)).model.algorithmNotices()
    }
    let convolutions = try configured(thinDetector + ["RESNET.WIDTH_PER_GROUP", "8"])
    #expect(try notices(convolutions, .int8).isEmpty)
    let transformer = try Configuration.load(
      path: projectRoot + "/configs/Kinetics/MVITv2_S_16x4.yaml",
      overrides: [
        "DATA.TEST_CROP_SIZE", "64", "DATA.TRAIN_CROP_SIZE", "64", "DATA.NUM_FRAMES", "4", "MVIT.DEPTH", "1",
        "MVIT.DIM_MUL", "[]", "MVIT.HEAD_MUL", "[]", "MVIT.POOL_Q_STRIDE", "[]", "MVIT.POOL_KV_STRIDE_ADAPTIVE",
        "[1, 4, 4]",
      ], rules: RunRules())
    #expect(try notices(transformer, .fp32).isEmpty)
    let found = try notices(transformer, .int8)
    #expect(found.count == 1 && found[0].hasPrefix("precision int8: no convolution of this network"), "\(found)")
  }

  @Test func noWeightsAtAllStopTheRun() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let config = try configured(thinDetector + ["OUTPUT_DIR", folder.path])
    let message = text { _ = try LoadedModel(config, WeightOptions(), engine: engine) }
    #expect(message.contains("--weights") && message.contains("--random-weights"), "\(message)")
  }

  @Test func randomWeightsAreSaidToMeanNothing() throws {
    let loaded = try LoadedModel(configured(thinDetector), WeightOptions(randomSeed: 7), engine: engine)
    #expect(loaded.weightsPath == nil)
    #expect(loaded.notices.contains { $0.contains("random") && $0.contains("7") && $0.contains("mean nothing") })
  }

  @Test func missingAndMisshapenWeightsStopTheRun() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let path = folder.path + "/weights.safetensors"
    let config = try configured(thinDetector + ["TEST.CHECKPOINT_FILE_PATH", path])
    try writeWeights(of: config, to: path, leaving: ["s3.pathway0_res1.branch2.a_bn.running_var"])
    let missing = text { _ = try LoadedModel(config, WeightOptions(), engine: engine) }
    #expect(missing.contains("s3.pathway0_res1.branch2.a_bn.running_var"), "\(missing)")
    #expect(missing.contains("weights.safetensors"))
    let partial = try LoadedModel(config, WeightOptions(allowPartial: true), engine: engine)
    #expect(partial.notices.contains { $0.contains("partial load") })
    #expect(partial.notices.contains { $0.contains("s3.pathway0_res1.branch2.a_bn.running_var") })

    try writeWeights(of: config, to: path)
    let wider = try configured(thinDetector + ["TEST.CHECKPOINT_FILE_PATH", path, "MODEL.NUM_CLASSES", "5"])
    let shape = text { _ = try LoadedModel(wider, WeightOptions(), engine: engine) }
    #expect(shape.contains("head.projection.weight") && shape.contains("3x128") && shape.contains("5x128"), "\(shape)")
    #expect(shape.contains("MODEL.NUM_CLASSES 5") && shape.contains("MODEL.NUM_CLASSES 3"), "\(shape)")
  }

  /// All that the config has to say otherwise is said at once, as it may be pasted after the command; it then loads.
  @Test func otherNetworksAreNamedWithAllTheirKeys() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let path = folder.path + "/weights.safetensors"
    let deeper = [
      "RESNET.DEPTH", "50", "RESNET.TRANS_FUNC", "bottleneck_transform", "NONLOCAL.LOCATION", "[[[]],[[1]],[[]],[[]]]",
      "RESNET.NUM_BLOCK_TEMP_KERNEL", "[[3],[4],[6],[3]]",
    ]
    try writeWeights(of: try configured(thinDetector + deeper), to: path)
    let base = thinDetector + ["RESNET.TRANS_FUNC", "bottleneck_transform", "TEST.CHECKPOINT_FILE_PATH", path]
    // The shallower network finds all that it needs: a warning.
    let said = try LoadedModel(configured(base), WeightOptions(), engine: engine).notices.joined(separator: "\n")
    let advice = try #require(said.split(separator: "-> to use it as it is, set ").last)
    #expect(
      advice == "NONLOCAL.LOCATION \"[[[]], [[1]], [[]], [[]]]\" RESNET.DEPTH 50 RESNET.NUM_BLOCK_TEMP_KERNEL "
        + "\"[[3], [4], [6], [3]]\"", "\(said)")
    // A shell splits it so.
    let words = advice.split(separator: "\"").enumerated().flatMap { index, part in
      index % 2 == 1 ? [String(part)] : part.split(separator: " ").map(String.init)
    }
    #expect(try LoadedModel(configured(base + words), WeightOptions(), engine: engine).notices.isEmpty)
  }

  /// Weights of a deeper network: what is left over is named, and does no harm.
  @Test func unusedWeightsAreNoticed() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let path = folder.path + "/weights.safetensors"
    let nonLocal = ["NONLOCAL.LOCATION", "[[[]],[[1]],[[]],[[]]]"]
    try writeWeights(of: try configured(thinDetector + nonLocal), to: path)
    let config = try configured(thinDetector + ["TEST.CHECKPOINT_FILE_PATH", path])
    let loaded = try LoadedModel(config, WeightOptions(), engine: engine)
    #expect(loaded.notices.contains { $0.contains("s3.pathway0_nonlocal1.conv_theta.weight") })
  }
}
