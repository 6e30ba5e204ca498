import Checkpoint
import Configuration
import Files
import Inference
import Kernels
import NN
import RoIAlign
import TestSupport
import Tensors
import Testing
import VideoModels

/// Networks of every config that ships, thin and on a small clip, with weights that no training made.
struct RandomWeightTests {
  private static let configs = ["AVA", "AVA/c2", "Kinetics", "Kinetics/c2", "demo"].flatMap { folder in
    ((try? listFolder("\(projectRoot)/configs/\(folder)")) ?? [])
      // Pretraining without labels has no scores.
      .filter { $0.hasSuffix(".yaml") && !$0.contains("SIMCLR") }.map { "\(folder)/\($0)" }
  }
  private static let thin = [
    "RESNET.WIDTH_PER_GROUP", "8", "SLOWFAST.BETA_INV", "4", "DATA.TRAIN_CROP_SIZE", "32", "DATA.TEST_CROP_SIZE", "32",
  ]

  private func config(_ name: String, _ more: [String] = []) throws -> Configuration {
    try Configuration.load(path: "\(projectRoot)/configs/\(name)", overrides: Self.thin + more)
  }

  /// The last features of each pathway and the scores on a seeded clip.
  private func run(_ model: VideoModel) throws -> (features: [Tensor], scores: Tensor) {
    let clip = FeatureMap(zeros: 1, Extent3(model.architecture.backbone.frames, 32, 32), channels: 3)
    var generator = SeededGenerator(seed: 5)
    for index in 0..<clip.storage.count { clip.start[index] = Float(generator.uniform(-2, 2)) }
    let found = try model.features(clip)
    let features = found.maps.map { $0.float32().channelsFirst() }
    if model.architecture.head.scoresBoxes {
      let region = Region(batchIndex: 0, x1: 4, y1: 4, x2: 28, y2: 30)
      return (features, try model.detect(found, [region]))
    }
    return (features, try model.classify(found))
  }

  @Test(arguments: configs) func everyConfigIsFiniteAndOfOrderOne(name: String) throws {
    let engine = Engine(threads: 1)
    let model = try LoadedModel(config(name), WeightOptions(randomSeed: 1), engine: engine).model
    let (features, scores) = try run(model)
    for tensor in features {
      let root = (tensor.array.reduce(0.0) { $0 + Double($1 * $1) } / Double(tensor.count)).squareRoot()
      #expect((0.01...100).contains(root), "\(name): \(root)")
    }
    #expect(scores.array.allSatisfy { $0.isFinite && $0 > 0 && $0 < 1 })
    #expect(Set(scores.array).count > scores.count / 2, "the scores tell classes apart")
  }

  /// Fresh blocks in a network with weights of its own do nothing, as in the reference.
  @Test func aPartialLoadLeavesTheNetworkAsItWas() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let path = folder.path + "/weights.safetensors"
    let weights = ["TEST.CHECKPOINT_FILE_PATH", path]
    let name = "AVA/c2/SLOWFAST_32x2_R50.yaml"
    try writeWeights(of: try config(name), to: path)
    let blocks = ["NONLOCAL.LOCATION", "[[[], []], [[1, 3], []], [[1, 3, 5], []], [[], []]]"]
    let plain = try LoadedModel(config(name, weights), WeightOptions(), engine: Engine(threads: 1)).model
    let wider = try LoadedModel(
      config(name, weights + blocks), WeightOptions(allowPartial: true), engine: Engine(threads: 1))
    #expect(wider.notices.contains { $0.contains("fresh residual and non-local branches begin at 0") })
    let (expected, found) = (try run(plain), try run(wider.model))
    #expect(found.scores.array == expected.scores.array)
    #expect(expected.scores.array.allSatisfy { $0.isFinite })
  }
}
