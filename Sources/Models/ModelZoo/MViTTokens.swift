internal import Checkpoint
internal import Kernels
internal import NN
internal import Tensors
internal import VideoModels

/// The tokens of a transformer: the map of patches and the class token, N, [1, 1, 1], C. One is missing where there is no
/// class token, or where nothing reads it.
struct Tokens {
  var map: Value?
  var classToken: Value?

  enum Parts {
    case all, map, classToken

    var hasMap: Bool { self != .classToken }
    var hasClassToken: Bool { self != .map }
  }

  /// Some of them.
  func only(_ parts: Parts) -> Tokens {
    Tokens(map: parts.hasMap ? map : nil, classToken: parts.hasClassToken ? classToken : nil)
  }

  /// Does the same with the map and the class token.
  func each(_ body: (Value, _ other: Value?) -> Value, with other: Tokens? = nil) -> Tokens {
    Tokens(map: map.map { body($0, other?.map) }, classToken: classToken.map { body($0, other?.classToken) })
  }

  func setName(_ name: String, _ builder: inout NetworkBuilder) {
    if let map { builder.network.setName(map, "\(name).p0") }
    if let classToken { builder.network.setName(classToken, "\(name).class") }
  }
}

extension NetworkBuilder {
  /// Adds a layer normalisation of all tokens.
  ///
  /// - Parameter epsilon: PyTorch's own is 1e-5, that of PySlowFast's transformers 1e-6.
  mutating func normalize(_ x: Tokens, _ scope: WeightReader, channels: Int, epsilon: Float = 1e-6) -> Tokens {
    let norm = LayerNormalization(scope, channels: channels, epsilon: epsilon)
    return x.each { value, _ in network.normalize(value, norm) }
  }

  /// Adds a dense layer of all tokens, its weights packed once.
  ///
  /// - Parameters:
  ///   - layer: The weights [out, in] and the bias [out].
  ///   - residual: Added before the epilogue.
  mutating func dense(
    _ x: Tokens, _ layer: DenseWeights, adding residual: Tokens? = nil, epilogue: Epilogue = .none
  ) -> Tokens {
    guard let any = x.map ?? x.classToken else { return x }
    let (outputs, inputs) = (layer.weights.shape[0], layer.weights.shape[1])
    let convolution = Convolution(
      ConvolutionShape(inputs, outputs, kernel: .one), weights: layer.weights.reshaped([outputs, inputs, 1, 1, 1]),
      bias: layer.bias, engine: network.engine, input: network.format(of: any))
    return x.each(
      { network.convolution($0, by: convolution, adding: $1, epilogue: epilogue) }, with: residual)
  }
}

/// What a dense layer multiplies with and adds.
struct DenseWeights {
  /// [out, in]
  let weights: Tensor
  let bias: [Float]

  init(weights: Tensor, bias: [Float]) {
    self.weights = weights
    self.bias = bias
  }

  /// - Parameter hint: The configuration key that sets the widths.
  init(_ scope: WeightReader, inputs: Int, outputs: Int, hasBias: Bool = true, hint: String) {
    weights = scope.tensor("weight", [outputs, inputs], hint: hint) ?? Tensor(zeros: [outputs, inputs])
    bias =
      (hasBias ? scope.tensor("bias", [outputs], hint: hint)?.array : nil)
      ?? [Float](repeating: 0, count: outputs)
  }

  /// The same layer, each output times a factor.
  func scaled(by factors: [Float]) -> DenseWeights {
    let (rows, inputs) = (Tensor(zeros: weights.shape), weights.shape[1])
    for i in 0..<rows.count { rows.mutableValues[i] = factors[i / inputs] * weights.values[i] }
    return DenseWeights(weights: rows, bias: zip(bias, factors).map { $0 * $1 })
  }

  /// The outputs of one of several layers that lie one after the other.
  func part(_ index: Int, of count: Int) -> DenseWeights {
    let (outputs, inputs) = (bias.count / count, weights.shape[1])
    let rows = weights.values[index * outputs * inputs..<(index + 1) * outputs * inputs]
    return DenseWeights(
      weights: Tensor([outputs, inputs], rows), bias: Array(bias[index * outputs..<(index + 1) * outputs]))
  }
}

extension LayerNormalization {
  /// - Parameter channels: Of a group.
  init(_ scope: WeightReader, channels: Int, groups: Int = 1, epsilon: Float = 1e-6) {
    func vector(_ name: String, _ value: Float) -> [Float] {
      scope.tensor(name, [channels], hint: MViTNames.widthKey)?.array ?? [Float](repeating: value, count: channels)
    }
    self.init(weight: vector("weight", 1), bias: vector("bias", 0), groups: groups, epsilon: epsilon)
  }
}
