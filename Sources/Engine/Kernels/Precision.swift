public import Tensors

/// What networks compute in, as one asks for it.
public enum Precision: String, CaseIterable, Sendable {
  /// float32.
  case fp32
  /// Activations and weights in bfloat16, sums in float32; float32 where the kernels have no bfloat16.
  case bf16
  /// Integers of 8 bits where a calibration allows them; what is no integer in bfloat16 where that takes less time.
  case int8

  /// How activations that are no integers lie in memory with these kernels.
  public func activations(with kernels: KernelTable) -> ElementFormat {
    switch self {
    case .fp32: .float32
    case .bf16: kernels.supportsBFloat16 ? .bfloat16 : .float32
    case .int8: kernels.isFasterInBFloat16 ? .bfloat16 : .float32
    }
  }

  /// Whether networks compute with integers of 8 bits where they can, by a calibration.
  public var quantizes: Bool { self == .int8 }
}
