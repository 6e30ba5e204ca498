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
  let products: ProductKernels
  let winograd: WinogradKernels
  let planar: PlanarKernels

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
        products = ProductKernels(lanes: 4, panels: [KernelsPortable.productPanel1, KernelsPortable.productPanel2])
        planar = PlanarKernels(row: KernelsPortable.planarRow, channels: 4, pixels: 12)
        winograd = WinogradKernels(
          spaceInput: KernelsPortable.winogradSpaceInput, timeInput: KernelsPortable.winogradTimeInput,
          spaceOutput: KernelsPortable.winogradSpaceOutput, timeOutput: KernelsPortable.winogradTimeOutput)
      case .avx2:
        roiAlign = RoIAlignKernels(bins: KernelsAVX2.alignBins)
        rows = RowKernels(largest: KernelsAVX2.largestPixel, mean: KernelsAVX2.meanPixel)
        peak = PeakKernels(products: KernelsAVX2.peakProducts, lanes: 8)
        products = ProductKernels(lanes: 8, panels: [KernelsAVX2.productPanel1, KernelsAVX2.productPanel2])
        planar = PlanarKernels(row: KernelsAVX2.planarRow, channels: 4, pixels: 24)
        winograd = WinogradKernels(
          spaceInput: KernelsAVX2.winogradSpaceInput, timeInput: KernelsAVX2.winogradTimeInput,
          spaceOutput: KernelsAVX2.winogradSpaceOutput, timeOutput: KernelsAVX2.winogradTimeOutput)
      case .avx512:
        roiAlign = RoIAlignKernels(bins: KernelsAVX512.alignBins)
        rows = RowKernels(largest: KernelsAVX512.largestPixel, mean: KernelsAVX512.meanPixel)
        peak = PeakKernels(products: KernelsAVX512.peakProducts, lanes: 16)
        products = ProductKernels(
          lanes: 16,
          panels: [
            KernelsAVX512.productPanel1, KernelsAVX512.productPanel2, KernelsAVX512.productPanel3,
            KernelsAVX512.productPanel4,
          ])
        planar = PlanarKernels(row: KernelsAVX512.planarRow, channels: 8, pixels: 48)
        winograd = WinogradKernels(
          spaceInput: KernelsAVX512.winogradSpaceInput, timeInput: KernelsAVX512.winogradTimeInput,
          spaceOutput: KernelsAVX512.winogradSpaceOutput, timeOutput: KernelsAVX512.winogradTimeOutput)
      }
    #else
      roiAlign = RoIAlignKernels(bins: KernelsPortable.alignBins)
      rows = RowKernels(largest: KernelsPortable.largestPixel, mean: KernelsPortable.meanPixel)
      peak = PeakKernels(products: KernelsPortable.peakProducts, lanes: 4)
      products = ProductKernels(lanes: 4, panels: [KernelsPortable.productPanel1, KernelsPortable.productPanel2])
      planar = PlanarKernels(row: KernelsPortable.planarRow, channels: 4, pixels: 12)
      winograd = WinogradKernels(
        spaceInput: KernelsPortable.winogradSpaceInput, timeInput: KernelsPortable.winogradTimeInput,
        spaceOutput: KernelsPortable.winogradSpaceOutput, timeOutput: KernelsPortable.winogradTimeOutput)
    #endif
  }
}
