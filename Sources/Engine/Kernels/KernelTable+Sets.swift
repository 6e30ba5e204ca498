internal import CCPU
internal import KernelsPortable

#if arch(x86_64) && !PORTABLE_ONLY
  internal import KernelsAMX
  internal import KernelsAVX2
  internal import KernelsAVX512
  internal import KernelsAVX512BF16
  internal import KernelsAVX512VNNI
  internal import KernelsAVXVNNI
#endif

extension KernelTable {
  /// The kernels of a set that this processor has.
  static func of(_ instructionSet: InstructionSet) -> KernelTable {
    #if arch(x86_64) && !PORTABLE_ONLY
      switch instructionSet {
      case .portable: return portable
      case .avx2: return avx2
      case .avx512: return avx512
      case .amx: return amx
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
    rows: RowKernels(
      largest: KernelsPortable.maxOverPositions, mean: KernelsPortable.meanOverPositions,
      products: KernelsPortable.addMatrixVectorProduct),
    peak: PeakKernels(products: KernelsPortable.peakProducts, sums: portableSums, lanes: 4),
    gemm: GEMMKernels(lanes: 4, panels: [KernelsPortable.gemmPanel1, KernelsPortable.gemmPanel2]),
    planar: PlanarKernels(
      row: KernelsPortable.planarRow, split: KernelsPortable.planarSplit, channels: 4, positions: 12),
    winograd: WinogradKernels(
      spaceInput: KernelsPortable.winogradSpaceInput, timeInput: KernelsPortable.winogradTimeInput,
      spaceOutput: KernelsPortable.winogradSpaceOutput, timeOutput: KernelsPortable.winogradTimeOutput),
    winogradWeights: WinogradWeightKernels(
      space: KernelsPortable.winogradSpaceWeights, time: KernelsPortable.winogradTimeWeights),
    depthwise: DepthwiseKernels(split: KernelsPortable.depthwiseSplit, lines: KernelsPortable.depthwiseLines, lanes: 4),
    scaleRows: KernelsPortable.scaleRows, addRows: KernelsPortable.addRows,
    normalizeRows: KernelsPortable.normalizeRows,
    attentionWeights: KernelsPortable.attentionWeights, scaleSums: KernelsPortable.scaleSums, gradients: .portable,
    integers: IntegerKernels(
      dots: GEMMKernels(lanes: 4, panels: [KernelsPortable.integerPanel1, KernelsPortable.integerPanel2]),
      planarRow: KernelsPortable.integerPlanarRow, quantize: KernelsPortable.quantizeRows,
      peak: PeakKernels(products: KernelsPortable.peakIntegerProducts, sums: 12, lanes: 16)))

  #if arch(x86_64) && !PORTABLE_ONLY
    private static let avx2 = KernelTable(
      instructionSet: .avx2, roiAlign: RoIAlignKernels(bins: KernelsAVX2.alignBins),
      rows: RowKernels(
        largest: KernelsAVX2.maxOverPositions, mean: KernelsAVX2.meanOverPositions,
        products: KernelsAVX2.addMatrixVectorProduct),
      peak: PeakKernels(products: KernelsAVX2.peakProducts, sums: 12, lanes: 8),
      gemm: GEMMKernels(lanes: 8, panels: [KernelsAVX2.gemmPanel1, KernelsAVX2.gemmPanel2]),
      planar: PlanarKernels(
        row: KernelsAVX2.planarRow, split: KernelsAVX2.planarSplit, channels: 4, positions: 24),
      winograd: WinogradKernels(
        spaceInput: KernelsAVX2.winogradSpaceInput, timeInput: KernelsAVX2.winogradTimeInput,
        spaceOutput: KernelsAVX2.winogradSpaceOutput, timeOutput: KernelsAVX2.winogradTimeOutput),
      winogradWeights: WinogradWeightKernels(
        space: KernelsAVX2.winogradSpaceWeights, time: KernelsAVX2.winogradTimeWeights),
      depthwise: DepthwiseKernels(split: KernelsAVX2.depthwiseSplit, lines: KernelsAVX2.depthwiseLines, lanes: 8),
      scaleRows: KernelsAVX2.scaleRows, addRows: KernelsAVX2.addRows, normalizeRows: KernelsAVX2.normalizeRows,
      attentionWeights: KernelsAVX2.attentionWeights, scaleSums: KernelsAVX2.scaleSums, gradients: .avx2,
      integers: slowfast_cpu_has_avx_vnni() == 0 ? .avx2 : .avxVNNI)

    private static let avx512 = wide(.avx512, bfloat16, wideIntegers)
    private static let amx = wide(.amx, tiles, .tiles)

    /// Processors with AVX512-BF16 have AVX512-VNNI.
    private static let wideIntegers: IntegerKernels =
      slowfast_cpu_has_avx512_vnni() == 0 ? .avx512 : bfloat16 == nil ? .avx512VNNI : .avx512BF16

    /// The kernels of 512-bit registers.
    private static func wide(
      _ set: InstructionSet, _ bfloat16: BFloat16Kernels?, _ integers: IntegerKernels
    ) -> KernelTable {
      KernelTable(
        instructionSet: set, roiAlign: RoIAlignKernels(bins: KernelsAVX512.alignBins),
        rows: RowKernels(
          largest: KernelsAVX512.maxOverPositions, mean: KernelsAVX512.meanOverPositions,
          products: KernelsAVX512.addMatrixVectorProduct),
        peak: PeakKernels(products: KernelsAVX512.peakProducts, sums: 24, lanes: 16),
        gemm: GEMMKernels(
          lanes: 16,
          panels: [
            KernelsAVX512.gemmPanel1, KernelsAVX512.gemmPanel2, KernelsAVX512.gemmPanel3,
            KernelsAVX512.gemmPanel4,
          ]),
        planar: PlanarKernels(
          row: KernelsAVX512.planarRow, split: KernelsAVX512.planarSplit, channels: 8, positions: 48),
        winograd: WinogradKernels(
          spaceInput: KernelsAVX512.winogradSpaceInput, timeInput: KernelsAVX512.winogradTimeInput,
          spaceOutput: KernelsAVX512.winogradSpaceOutput, timeOutput: KernelsAVX512.winogradTimeOutput),
        winogradWeights: WinogradWeightKernels(
          space: KernelsAVX512.winogradSpaceWeights, time: KernelsAVX512.winogradTimeWeights),
        depthwise: DepthwiseKernels(
          split: KernelsAVX512.depthwiseSplit, lines: KernelsAVX512.depthwiseLines, lanes: 16),
        scaleRows: KernelsAVX512.scaleRows, addRows: KernelsAVX512.addRows, normalizeRows: KernelsAVX512.normalizeRows,
        attentionWeights: KernelsAVX512.attentionWeights, scaleSums: KernelsAVX512.scaleSums, gradients: .avx512,
        bfloat16: bfloat16, integers: integers)
    }

    private static let bfloat16 =
      slowfast_cpu_has_avx512_bf16() == 0
      ? nil
      : bfloat16(
        dots: dots, finish: nil,
        peak: PeakKernels(products: KernelsAVX512BF16.peakProducts, sums: 24, lanes: 32))
    private static let tiles = bfloat16(
      dots: tileDots, finish: { KernelsAMX.finish($0, $1) },
      peak: PeakKernels(products: KernelsAMX.peakProducts, sums: KernelsAMX.peakSums, lanes: KernelsAMX.peakLanes))

    private static let dots = GEMMKernels(
      lanes: 16,
      panels: [
        KernelsAVX512BF16.dotPanel1, KernelsAVX512BF16.dotPanel2, KernelsAVX512BF16.dotPanel3,
        KernelsAVX512BF16.dotPanel4,
      ])

    /// A panel is as wide as the outputs that tiles take together: its rows follow each other in memory as they are read.
    private static let tileDots = GEMMKernels(
      lanes: dots.lanes, panels: Array(dots.panels.prefix(KernelsAMX.panelOutputs / dots.lanes)),
      block: { KernelsAMX.dotBlock($0, $1, depth: $2, firstRow: $3, outputs: $4) })

    private static func bfloat16(
      dots: GEMMKernels, finish: BFloat16Kernels.Finish?, peak: PeakKernels
    ) -> BFloat16Kernels {
      BFloat16Kernels(
        dots: dots, finish: finish,
        gemm: GEMMKernels(
          lanes: 16,
          panels: [
            KernelsAVX512BF16.gemmPanel1, KernelsAVX512BF16.gemmPanel2, KernelsAVX512BF16.gemmPanel3,
            KernelsAVX512BF16.gemmPanel4,
          ]),
        winograd: WinogradKernels(
          spaceInput: KernelsAVX512.winogradSpaceInput, timeInput: KernelsAVX512BF16.winogradTimeInput,
          spaceOutput: KernelsAVX512BF16.winogradSpaceOutput, timeOutput: KernelsAVX512BF16.winogradTimeOutput),
        winogradIntegersInput: KernelsAVX512BF16.winogradIntegersInput,
        winogradPairs: WinogradPairKernels(
          input: KernelsAVX512BF16.winogradPairsInput, output: KernelsAVX512BF16.winogradPairsOutput),
        planar: PlanarKernels(
          row: KernelsAVX512BF16.planarRow, split: KernelsAVX512.planarSplit, channels: 8, positions: 48),
        planarPairs: KernelsAVX512BF16.planarPairs,
        largest: KernelsAVX512BF16.maxOverPositions, windows: KernelsAVX512BF16.roundWindows,
        depthwise: DepthwiseKernels(
          split: KernelsAVX512BF16.depthwiseSplit, lines: KernelsAVX512BF16.depthwiseLines, lanes: 16),
        depthwiseOfFloats: DepthwiseKernels(
          split: KernelsAVX512.depthwiseSplit, lines: KernelsAVX512BF16.depthwiseLines, lanes: 16),
        scaleRows: KernelsAVX512BF16.scaleRows, addRows: KernelsAVX512BF16.addRows,
        normalizeRows: KernelsAVX512BF16.normalizeRows,
        attentionWeights: KernelsAVX512BF16.attentionWeights,
        scaleSums: KernelsAVX512BF16.scaleSums, peak: peak)
    }
  #endif
}
