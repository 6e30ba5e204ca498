internal import CCPU

/// What the kernels may be compiled for, from the one that runs everywhere to the widest.
public enum InstructionSet: String, CaseIterable, Sendable {
  /// Whatever every processor of this architecture has.
  case portable
  /// x86-64-v3: 256-bit registers, fused multiply-add.
  case avx2
  /// x86-64-v4: 512-bit registers, fused multiply-add.
  case avx512
  /// x86-64-v4 with bfloat16 and AMX: tile registers that multiply matrices of bfloat16 and of bytes.
  case amx

  /// The sets that this processor has, the operating system has enabled and this program was built for,
  /// narrowest first.
  public static let available: [InstructionSet] = allCases.filter(\.isAvailable)

  /// The widest set that can be used here.
  public static var best: InstructionSet { available.last ?? .portable }

  private var isAvailable: Bool {
    #if arch(x86_64) && !PORTABLE_ONLY
      switch self {
      case .portable: true
      case .avx2: slowfast_cpu_has_avx2_fma() == 1
      case .avx512: slowfast_cpu_has_avx512() == 1
      case .amx: slowfast_cpu_has_amx() == 1
      }
    #else
      self == .portable
    #endif
  }
}

/// What cannot be had of the kernels.
public enum KernelError: Error, Equatable, CustomStringConvertible {
  /// This processor does not have the instruction set.
  case unavailable(InstructionSet, available: [InstructionSet])

  /// What was asked for, what there is, and what to do.
  public var description: String {
    switch self {
    case .unavailable(let wanted, let available):
      let names = available.map(\.rawValue).joined(separator: ", ")
      return "choosing kernels: '\(wanted.rawValue)' was asked for, this processor and this build have \(names)"
        + " -> ask for one of these, or leave the choice to the program"
    }
  }
}
