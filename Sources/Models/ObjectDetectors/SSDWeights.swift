internal import Checkpoint
internal import Tensors

/// The weights of an SSDLite under TensorFlow's names and in its layouts, as networks here take them.
struct SSDWeights {
  private let checkpoint: Checkpoint
  private let family: String
  /// Under which all but the predictors stand.
  static let features = "FeatureExtractor/MobilenetV2"
  /// What batch normalisations add to variances.
  private static let epsilon = 0.001

  init(_ checkpoint: Checkpoint, family: String) {
    self.checkpoint = checkpoint
    self.family = family
  }

  /// Kernels [out, in / groups, 1, kH, kW], with what follows them folded in.
  struct Layer {
    var kernels: Tensor
    var bias: [Float]
    var inChannels: Int
    var outChannels: Int { bias.count }
    var side: Int { kernels.shape[3] }
  }

  func has(_ name: String) -> Bool { checkpoint.shape(name) != nil }

  /// A convolution with the batch normalisation after it.
  func convolution(_ name: String) throws -> Layer {
    try folded(try kernels("\(name)/weights", isDepthwise: false), name)
  }

  /// A convolution of each channel by itself, with the batch normalisation after it.
  func depthwise(_ name: String) throws -> Layer {
    try folded(try kernels("\(name)/depthwise_weights", isDepthwise: true), name)
  }

  /// A convolution with a bias.
  func predictor(_ name: String) throws -> Layer {
    var layer = try kernels("\(name)/weights", isDepthwise: false)
    layer.bias = try vector("\(name)/biases", layer.outChannels)
    return layer
  }

  /// Whole numbers.
  func integers(_ name: String, count: Int) throws -> [Int] {
    try vector(name, count).map { value in
      guard let number = Int(exactly: value) else { throw misfit("'\(name)' holds \(value)", "a whole number") }
      return number
    }
  }

  /// The one name that begins so.
  ///
  /// - Returns: The name up to `ending`; nil where there is none.
  func name(beginning: String, ending: String) -> String? {
    checkpoint.entries.lazy.map(\.name).first {
      $0.hasPrefix(beginning) && $0.hasSuffix(ending)
        && !$0.dropFirst(beginning.count).dropLast(ending.count).contains("/")
    }.map { String($0.dropLast(ending.count)) }
  }

  func misfit(_ found: String, _ expected: String) -> ObjectDetectorError {
    .unsupported(
      path: checkpoint.path, family: family, found: "\(found), where \(expected) belongs",
      advice: "give a graph of ssdlite_mobilenet_v2 or weights of the same form")
  }

  /// [kH, kW, in, out], or each channel by itself [kH, kW, channels, 1], to [out, in, 1, kH, kW] or [channels, 1, 1, kH, kW].
  private func kernels(_ name: String, isDepthwise: Bool) throws -> Layer {
    let shape = checkpoint.shape(name)
    guard let shape, shape.count == 4, shape[0] == shape[1], shape[0] == 1 || shape[0] == 3,
      shape.allSatisfy({ $0 > 0 }),
      !isDepthwise || shape[3] == 1
    else {
      throw misfit(
        shape.map { "'\(name)' is \($0)" } ?? "there is no tensor '\(name)'",
        isDepthwise ? "[3, 3, channels, 1]" : "[side, side, in, out] with a side of 1 or 3")
    }
    let source = try checkpoint.tensor(name)
    let (taps, inputs, outputs) = (shape[0] * shape[1], shape[2], shape[3])
    let result = Tensor(
      zeros: isDepthwise ? [inputs, 1, 1, shape[0], shape[1]] : [outputs, inputs, 1, shape[0], shape[1]])
    for tap in 0..<taps {
      for input in 0..<inputs {
        for output in 0..<outputs {
          result.mutableValues[(output * inputs + input) * taps + tap] =
            source.values[(tap * inputs + input) * outputs + output]
        }
      }
    }
    let channels = isDepthwise ? inputs : outputs
    return Layer(kernels: result, bias: [Float](repeating: 0, count: channels), inChannels: inputs)
  }

  private func folded(_ layer: Layer, _ name: String) throws -> Layer {
    var layer = layer
    let channels = layer.outChannels
    let gamma = try vector("\(name)/BatchNorm/gamma", channels)
    let beta = try vector("\(name)/BatchNorm/beta", channels)
    let mean = try vector("\(name)/BatchNorm/moving_mean", channels)
    let variance = try vector("\(name)/BatchNorm/moving_variance", channels)
    let depth = layer.kernels.count / channels
    for channel in 0..<channels {
      guard Double(variance[channel]) + Self.epsilon > 0 else {
        throw misfit("'\(name)/BatchNorm/moving_variance' has \(variance[channel])", "no negative number")
      }
      let scale = Double(gamma[channel]) / (Double(variance[channel]) + Self.epsilon).squareRoot()
      for place in channel * depth..<(channel + 1) * depth {
        layer.kernels.mutableValues[place] = Float(Double(layer.kernels.values[place]) * scale)
      }
      layer.bias[channel] = Float(Double(beta[channel]) - Double(mean[channel]) * scale)
    }
    return layer
  }

  private func vector(_ name: String, _ count: Int) throws -> [Float] {
    guard let shape = checkpoint.shape(name) else { throw misfit("there is no tensor '\(name)'", "[\(count)]") }
    guard shape == [count] else { throw misfit("'\(name)' is \(shape)", "[\(count)]") }
    return try checkpoint.tensor(name).array
  }
}
