import Checkpoint
import Tensors
import TestSupport

/// A tiny SSDLite with weights from a seed, under TensorFlow's names.
struct SSDSample {
  var tensors: [(name: String, tensor: Tensor)] = []
  private var generator: SeededGenerator
  private static let features = "FeatureExtractor/MobilenetV2"

  /// - Parameters:
  ///   - maps: How many, 2 or more.
  ///   - classes: Without the background.
  init(seed: UInt64 = 1, size: Int = 96, maps: Int = 3, classes: Int = 1) {
    generator = SeededGenerator(seed: seed)
    tensors.append(("Preprocessor/map/while/ResizeImage/stack", Tensor([2], [Float(size), Float(size)])))
    convolution("\(Self.features)/Conv", 3, 3, 8)
    var channels = 8
    for number in 0..<17 {
      let name = "\(Self.features)/expanded_conv" + (number == 0 ? "" : "_\(number)")
      let wide = number == 0 ? channels : 2 * channels
      if number > 0 { convolution("\(name)/expand", 1, channels, wide) }
      depthwise("\(name)/depthwise", wide)
      // Blocks of one width add what they see.
      let narrow = [0: 6, 1: 8, 6: 10, 16: 12][number] ?? channels
      convolution("\(name)/project", 1, wide, narrow)
      if number == 13 { predictors(0, wide, classes) }
      channels = narrow
    }
    convolution("\(Self.features)/Conv_1", 1, channels, 20)
    predictors(1, 20, classes)
    channels = 20
    for map in 2..<max(2, maps) {
      let further = "\(Self.features)/layer_19_2_Conv2d_\(map)_3x3_s2_14"
      convolution("\(Self.features)/layer_19_1_Conv2d_\(map)_1x1_9", 1, channels, 9)
      depthwise("\(further)_depthwise", 9)
      convolution(further, 1, 9, 14)
      predictors(map, 14, classes)
      channels = 14
    }
  }

  /// Puts another tensor in a place, or none.
  func replacing(_ name: String, by tensor: Tensor?) -> SSDSample {
    var result = self
    result.tensors = tensors.compactMap { $0.name == name ? tensor.map { (name, $0) } : $0 }
    return result
  }

  /// Writes the file, hands out its path, and deletes it.
  func withFile<Result>(_ body: (String) throws -> Result) throws -> Result {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let path = folder.path + "/ssd.safetensors"
    try writeSafetensors(tensors, metadata: ["notice": "made up"], to: path)
    return try body(path)
  }

  private mutating func numbers(_ shape: [Int], _ low: Double, _ high: Double) -> Tensor {
    Tensor(shape, (0..<shape.reduce(1, *)).map { _ in Float(generator.uniform(low, high)) })
  }

  private mutating func norm(_ name: String, _ channels: Int) {
    tensors.append(("\(name)/BatchNorm/gamma", numbers([channels], 0.5, 1.5)))
    tensors.append(("\(name)/BatchNorm/beta", numbers([channels], -0.5, 1)))
    tensors.append(("\(name)/BatchNorm/moving_mean", numbers([channels], -0.3, 0.3)))
    tensors.append(("\(name)/BatchNorm/moving_variance", numbers([channels], 0.2, 1)))
  }

  private mutating func convolution(_ name: String, _ side: Int, _ inputs: Int, _ outputs: Int) {
    let bound = (3 / Double(side * side * inputs)).squareRoot()
    tensors.append(("\(name)/weights", numbers([side, side, inputs, outputs], -bound, bound)))
    norm(name, outputs)
  }

  private mutating func depthwise(_ name: String, _ channels: Int) {
    tensors.append(("\(name)/depthwise_weights", numbers([3, 3, channels, 1], -0.6, 0.6)))
    norm(name, channels)
  }

  private mutating func predictors(_ map: Int, _ channels: Int, _ classes: Int) {
    let anchors = map == 0 ? 3 : 6
    for (kind, outputs) in [("BoxEncodingPredictor", 4), ("ClassPredictor", 1 + classes)] {
      let name = "BoxPredictor_\(map)/\(kind)"
      depthwise("\(name)_depthwise", channels)
      tensors.append(("\(name)/weights", numbers([1, 1, channels, anchors * outputs], -0.5, 0.5)))
      tensors.append(("\(name)/biases", numbers([anchors * outputs], -0.5, 0.5)))
    }
  }
}
