internal import KernelsPortable

#if arch(x86_64) && !PORTABLE_ONLY
  internal import KernelsAVX2
  internal import KernelsAVX512
#endif

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

  /// The kernels of the widest set that can be used here.
  public static let best = KernelTable(unchecked: .best)

  /// Takes the kernels of one instruction set.
  ///
  /// - Throws: `KernelError.unavailable` when this processor lacks it.
  public init(_ instructionSet: InstructionSet) throws(KernelError) {
    guard InstructionSet.available.contains(instructionSet) else {
      throw .unavailable(instructionSet, available: InstructionSet.available)
    }
    self.init(unchecked: instructionSet)
  }

  private init(unchecked instructionSet: InstructionSet) {
    self.instructionSet = instructionSet
    #if arch(x86_64) && !PORTABLE_ONLY
      switch instructionSet {
      case .portable:
        roiAlign = RoIAlignKernels(bins: KernelsPortable.alignBins)
        rows = RowKernels(largest: KernelsPortable.largestPixel, mean: KernelsPortable.meanPixel)
        peak = PeakKernels(products: KernelsPortable.peakProducts, lanes: 4)
      case .avx2:
        roiAlign = RoIAlignKernels(bins: KernelsAVX2.alignBins)
        rows = RowKernels(largest: KernelsAVX2.largestPixel, mean: KernelsAVX2.meanPixel)
        peak = PeakKernels(products: KernelsAVX2.peakProducts, lanes: 8)
      case .avx512:
        roiAlign = RoIAlignKernels(bins: KernelsAVX512.alignBins)
        rows = RowKernels(largest: KernelsAVX512.largestPixel, mean: KernelsAVX512.meanPixel)
        peak = PeakKernels(products: KernelsAVX512.peakProducts, lanes: 16)
      }
    #else
      roiAlign = RoIAlignKernels(bins: KernelsPortable.alignBins)
      rows = RowKernels(largest: KernelsPortable.largestPixel, mean: KernelsPortable.meanPixel)
      peak = PeakKernels(products: KernelsPortable.peakProducts, lanes: 4)
    #endif
  }
}
