/// The kernels of one instruction set: a value that is handed to whoever computes.
///
/// There is no current table anywhere: a program takes `best` once, or forces a lower set for a test or a
/// comparison, and passes it down.
public struct KernelTable: Sendable {
  /// What the kernels were compiled for.
  public let instructionSet: InstructionSet
  public let roiAlign: RoIAlignKernels
  public let rows: RowKernels
  public let peak: PeakKernels
  let products: ProductKernels
  let planar: PlanarKernels
  let winograd: WinogradKernels
  /// The kernels for activations in bfloat16, where the processor has dot products for them.
  let halves: HalfKernels?

  /// Whether activations and weights can be bfloat16.
  public var supportsBFloat16: Bool { halves != nil }

  /// The kernels of the widest set that can be used here.
  public static let best = of(.best)

  /// Takes the kernels of one instruction set.
  ///
  /// - Throws: `KernelError.unavailable` when this processor lacks it.
  public init(_ instructionSet: InstructionSet) throws(KernelError) {
    guard InstructionSet.available.contains(instructionSet) else {
      throw .unavailable(instructionSet, available: InstructionSet.available)
    }
    self = .of(instructionSet)
  }

  init(
    instructionSet: InstructionSet, roiAlign: RoIAlignKernels, rows: RowKernels, peak: PeakKernels,
    products: ProductKernels, planar: PlanarKernels, winograd: WinogradKernels, halves: HalfKernels? = nil
  ) {
    self.instructionSet = instructionSet
    self.roiAlign = roiAlign
    self.rows = rows
    self.peak = peak
    self.products = products
    self.planar = planar
    self.winograd = winograd
    self.halves = halves
  }
}

/// What computes on activations in bfloat16.
struct HalfKernels: Sendable {
  /// Products of bfloat16 inputs and weights, in pairs: what the panels call a channel is two of them.
  let dots: ProductKernels
  /// Products of float32 inputs and weights whose outputs may be bfloat16.
  let products: ProductKernels
  /// Transforms of bfloat16 inputs to float32 points, and back to either format.
  let winograd: WinogradKernels
  let largest: RowKernels.Reduction
  /// Products of pairs: a register holds twice as many.
  let peak: PeakKernels
}
