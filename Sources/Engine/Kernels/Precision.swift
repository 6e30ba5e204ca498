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

  /// What whoever asks for it is to know of these kernels; nil where it is as expected.
  ///
  /// - Parameter dashes: What the names of options begin with: `--` in a command.
  public func notice(with kernels: KernelTable, dashes: String = "") -> String? {
    guard self == .bf16 else { return nil }
    let best = KernelTable.best
    if !kernels.supportsBFloat16 {
      let reason =
        best.supportsBFloat16
        ? "the \(kernels.instructionSet.rawValue) kernels have no bfloat16 (leave out \(dashes)kernels)"
        : "this processor has no AVX512-BF16"
      return "\(dashes)precision bf16: \(reason); computing in fp32"
    }
    if kernels.isFasterInBFloat16 { return nil }
    let remedy = best.instructionSet == .amx ? "leave out \(dashes)kernels" : "give \(dashes)precision fp32"
    return
      "\(dashes)precision bf16: without tile registers (AMX) this processor takes longer for it than for fp32, and saves memory "
      + "alone -> \(remedy)"
  }

  /// Whether networks compute with integers of 8 bits where they can, by a calibration.
  public var quantizes: Bool { self == .int8 }
}
