// The scores of a clip of made-up pixels, by the network of a config and its weights.
import Configuration
import Inference
import Kernels
import NN
import Tensors
import VideoModels

guard CommandLine.arguments.count == 3 else { fatalError("usage: classify CONFIG WEIGHTS") }
let config = try Configuration.load(
  path: CommandLine.arguments[1], overrides: [Key.testCheckpointFilePath.name, pythonString(CommandLine.arguments[2])],
  rules: RunRules())
let loaded = try LoadedModel(config, WeightOptions(), engine: Engine(threads: 2, kernels: .best))
for notice in loaded.notices { print("note: \(notice)") }

// Batch, channels, frames, height, width; what DATA.MEAN and DATA.STD make of pixels.
let side = config[.dataTestCropSize]
let shape = [1, 3, loaded.model.architecture.backbone.frames, side, side]
let count = shape.reduce(1, *)
let clip = Tensor(shape, (0..<count).map { Float($0 % 251) / 125 - 1 })
let scores = try loaded.model.classify(FeatureMap(channelsFirst: clip)).array
let best = scores.indices.max { scores[$0] < scores[$1] }!
print("class \(best) of \(scores.count): \(scores[best])")
