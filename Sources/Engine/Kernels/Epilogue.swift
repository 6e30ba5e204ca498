internal import Glibc
internal import MicroKernels

/// What is applied to every element of a layer's output, after bias and residual: fused into the layer's store.
public enum Epilogue: String, Hashable, Sendable, CaseIterable {
  /// Nothing is done.
  case none
  /// Numbers below 0 become 0.
  case relu
  /// min(max(x, 0), 6)
  case relu6
  /// x sigmoid(x), also called SiLU.
  case swish
  /// 1 / (1 + exp(-x))
  case sigmoid
  /// x hardSigmoid(x)
  case hardSwish
  /// min(max(x + 3, 0), 6) / 6
  case hardSigmoid
  /// x (1 + erf(x / sqrt 2)) / 2, the exact form.
  case gelu

  /// The definition. A NaN stays one, as in PyTorch.
  public func callAsFunction(_ x: Double) -> Double {
    switch self {
    case .none: return x
    // Asked this way round, a NaN stays one.
    case .relu: return x < 0 ? 0 : x
    case .relu6: return x < 0 ? 0 : x > 6 ? 6 : x
    case .swish: return x / (1 + exp(-x))
    case .sigmoid: return 1 / (1 + exp(-x))
    case .hardSwish: return x * Epilogue.hardSigmoid(x)
    case .hardSigmoid: return x < -3 ? 0 : x > 3 ? 1 : (x + 3) / 6
    case .gelu: return x * (1 + erf(x / 2.0.squareRoot())) / 2
    }
  }

  /// What kernels branch on.
  var code: EpilogueCode {
    switch self {
    case .none: return .identity
    case .relu: return .relu
    case .relu6: return .relu6
    case .swish: return .swish
    case .sigmoid: return .sigmoid
    case .hardSwish: return .hardSwish
    case .hardSigmoid: return .hardSigmoid
    case .gelu: return .gelu
    }
  }
}
