internal import Glibc
public import Tensors

/// Makes seeded random weights. Each tensor's numbers depend on the seed and its full name alone, so the order of
/// asking does not matter.
///
/// Convolutions are normal with std sqrt(2 / fan out), linear layers normal with std 0.01; batch norms
/// are identities; biases are 0.
public struct RandomWeights: Sendable {
  /// Equal seeds give equal weights.
  public let seed: UInt64
  /// The std of linear layers (`MODEL.FC_INIT_STD`).
  public var linearStd = 0.01
  /// Whether tables and tokens of positions and classes are as linear layers, which transformers want.
  public var hasNormalTokens = false
  /// The module whose linear layers have the std 1 / sqrt(fan in) instead, as those of contrastive heads; nil for none.
  public var scaledModule: String?
  /// The scale at the end of residual and non-local branches (`RESNET.ZERO_INIT_FINAL_BN`); nil for what is asked for.
  public var branchGain: Float?

  /// Makes weights that are drawn by a seed.
  public init(seed: UInt64) { self.seed = seed }

  /// Makes the tensor of that name.
  public func tensor(_ name: String, _ shape: [Int]) -> Tensor {
    let tensor = Tensor(zeros: shape)
    let values = tensor.mutableValues
    if isVariance(name) || (shape.count == 1 && isWeight(name)) {
      values.update(repeating: 1)
    } else if shape.count > 1 && !isBias(name) {
      // Fan out: the outputs that one input position reaches.
      let fanOut = shape[0] * shape.dropFirst(2).reduce(1, *)
      let isLinear = shape.count == 2 || hasNormalTokens && shape.count < 5
      let isScaled = isLinear && scaledModule.map { name.hasPrefix($0 + ".") } == true
      fill(
        values, name, std: isScaled ? 1 / sqrt(Double(shape[1])) : isLinear ? linearStd : sqrt(2 / Double(fanOut)))
    }
    return tensor
  }

  /// Fills with normal numbers, two at a time.
  ///
  /// Source: Box and Muller, "A Note on the Generation of Random Normal Deviates", 1958.
  private func fill(_ values: UnsafeMutableBufferPointer<Float>, _ name: String, std: Double) {
    var generator = SeededGenerator(seed: seed ^ hash(name))
    for index in stride(from: 0, to: values.count, by: 2) {
      let radius = std * sqrt(-2 * log(1 - generator.uniform()))
      let angle = 2 * Double.pi * generator.uniform()
      values[index] = Float(radius * cos(angle))
      if index + 1 < values.count { values[index + 1] = Float(radius * sin(angle)) }
    }
  }

  /// FNV-1a of 64 bits.
  private func hash(_ name: String) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return hash
  }
}
