internal import CCPU
internal import KernelsPortable

#if arch(x86_64) && !PORTABLE_ONLY
  internal import KernelsAVX2
  internal import KernelsAVX512
  internal import KernelsAVX512BF16
#endif

extension KernelTable {
  /// The kernels of a set that this processor has.
  static func of(_ instructionSet: InstructionSet) -> KernelTable {
    #if arch(x86_64) && !PORTABLE_ONLY
      switch instructionSet {
      case .portable: return portable
      case .avx2: return avx2
      case .avx512: return avx512
      }
    #else
      return portable
    #endif
  }

  /// As many as leave registers for the factors: 32 stand on arm64, 16 on baseline x86-64.
  #if arch(arm64)
    private static let portableSums = 24
  #else
    private static let portableSums = 12
  #endif

  private static let portable = KernelTable(
    instructionSet: .portable, roiAlign: RoIAlignKernels(bins: KernelsPortable.alignBins),
    rows: RowKernels(largest: KernelsPortable.largestPixel, mean: KernelsPortable.meanPixel),
    peak: PeakKernels(products: KernelsPortable.peakProducts, sums: portableSums, lanes: 4),
    products: ProductKernels(lanes: 4, panels: [KernelsPortable.productPanel1, KernelsPortable.productPanel2]),
    planar: PlanarKernels(row: KernelsPortable.planarRow, channels: 4, pixels: 12),
    winograd: WinogradKernels(
      spaceInput: KernelsPortable.winogradSpaceInput, timeInput: KernelsPortable.winogradTimeInput,
      spaceOutput: KernelsPortable.winogradSpaceOutput, timeOutput: KernelsPortable.winogradTimeOutput))

  #if arch(x86_64) && !PORTABLE_ONLY
    private static let avx2 = KernelTable(
      instructionSet: .avx2, roiAlign: RoIAlignKernels(bins: KernelsAVX2.alignBins),
      rows: RowKernels(largest: KernelsAVX2.largestPixel, mean: KernelsAVX2.meanPixel),
      peak: PeakKernels(products: KernelsAVX2.peakProducts, sums: 12, lanes: 8),
      products: ProductKernels(lanes: 8, panels: [KernelsAVX2.productPanel1, KernelsAVX2.productPanel2]),
      planar: PlanarKernels(row: KernelsAVX2.planarRow, channels: 4, pixels: 24),
      winograd: WinogradKernels(
        spaceInput: KernelsAVX2.winogradSpaceInput, timeInput: KernelsAVX2.winogradTimeInput,
        spaceOutput: KernelsAVX2.winogradSpaceOutput, timeOutput: KernelsAVX2.winogradTimeOutput))

    private static let avx512 = KernelTable(
      instructionSet: .avx512, roiAlign: RoIAlignKernels(bins: KernelsAVX512.alignBins),
      rows: RowKernels(largest: KernelsAVX512.largestPixel, mean: KernelsAVX512.meanPixel),
      peak: PeakKernels(products: KernelsAVX512.peakProducts, sums: 24, lanes: 16),
      products: ProductKernels(
        lanes: 16,
        panels: [
          KernelsAVX512.productPanel1, KernelsAVX512.productPanel2, KernelsAVX512.productPanel3,
          KernelsAVX512.productPanel4,
        ]),
      planar: PlanarKernels(row: KernelsAVX512.planarRow, channels: 8, pixels: 48),
      winograd: WinogradKernels(
        spaceInput: KernelsAVX512.winogradSpaceInput, timeInput: KernelsAVX512.winogradTimeInput,
        spaceOutput: KernelsAVX512.winogradSpaceOutput, timeOutput: KernelsAVX512.winogradTimeOutput), halves: halves)

    private static let halves: HalfKernels? =
      slowfast_cpu_has_avx512_bf16() == 0
      ? nil
      : HalfKernels(
        dots: ProductKernels(
          lanes: 16,
          panels: [
            KernelsAVX512BF16.dotPanel1, KernelsAVX512BF16.dotPanel2, KernelsAVX512BF16.dotPanel3,
            KernelsAVX512BF16.dotPanel4,
          ]),
        products: ProductKernels(
          lanes: 16,
          panels: [
            KernelsAVX512BF16.productPanel1, KernelsAVX512BF16.productPanel2, KernelsAVX512BF16.productPanel3,
            KernelsAVX512BF16.productPanel4,
          ]),
        winograd: WinogradKernels(
          spaceInput: KernelsAVX512BF16.winogradSpaceInput, timeInput: KernelsAVX512BF16.winogradTimeInput,
          spaceOutput: KernelsAVX512BF16.winogradSpaceOutput, timeOutput: KernelsAVX512BF16.winogradTimeOutput),
        largest: KernelsAVX512BF16.largestPixel,
        peak: PeakKernels(products: KernelsAVX512BF16.peakProducts, sums: 24, lanes: 32))
  #endif
}
