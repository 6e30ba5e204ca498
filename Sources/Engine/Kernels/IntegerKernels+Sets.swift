#if arch(x86_64) && !PORTABLE_ONLY
  internal import CCPU
  internal import KernelsAMX
  internal import KernelsAVX2
  internal import KernelsAVX512
  internal import KernelsAVX512BF16
  internal import KernelsAVX512VNNI
  internal import KernelsAVXVNNI

  extension IntegerKernels {
    /// Kernels that a processor can run although it takes others. Those whose outputs may not be bfloat16 are for engines in
    /// float32.
    static var variants: [(name: String, set: InstructionSet, kernels: IntegerKernels)] {
      var result: [(String, InstructionSet, IntegerKernels)] = [
        ("avx2 without VNNI", .avx2, avx2), ("avx512 without VNNI", .avx512, avx512),
      ]
      if slowfast_cpu_has_avx512_vnni() == 1 { result.append(("avx512 without BF16", .avx512, avx512VNNI)) }
      return result
    }

    /// Products of bytes as those of 16 bits.
    static let avx2 = IntegerKernels(
      dots: GEMMKernels(lanes: 8, panels: [KernelsAVX2.integerPanel1, KernelsAVX2.integerPanel2]),
      planarRow: KernelsAVX2.integerPlanarRow, quantize: KernelsAVX2.quantizeRows,
      peak: PeakKernels(products: KernelsAVX2.peakIntegerProducts, sums: 12, lanes: 32))

    static let avxVNNI = IntegerKernels(
      dots: GEMMKernels(lanes: 8, panels: [KernelsAVXVNNI.integerPanel1, KernelsAVXVNNI.integerPanel2]),
      planarRow: KernelsAVXVNNI.integerPlanarRow, quantize: KernelsAVXVNNI.quantizeRows,
      peak: PeakKernels(products: KernelsAVXVNNI.peakIntegerProducts, sums: 12, lanes: 32))

    /// Products of bytes as those of 16 bits.
    static let avx512 = IntegerKernels(
      dots: GEMMKernels(
        lanes: 16,
        panels: [
          KernelsAVX512.integerPanel1, KernelsAVX512.integerPanel2, KernelsAVX512.integerPanel3,
          KernelsAVX512.integerPanel4,
        ]),
      planarRow: KernelsAVX512.integerPlanarRow, quantize: KernelsAVX512.quantizeRows,
      peak: PeakKernels(products: KernelsAVX512.peakIntegerProducts, sums: 24, lanes: 64))

    static let avx512VNNI = IntegerKernels(
      dots: GEMMKernels(
        lanes: 16,
        panels: [
          KernelsAVX512VNNI.integerPanel1, KernelsAVX512VNNI.integerPanel2, KernelsAVX512VNNI.integerPanel3,
          KernelsAVX512VNNI.integerPanel4,
        ]),
      planarRow: KernelsAVX512VNNI.integerPlanarRow, quantize: KernelsAVX512VNNI.quantizeRows,
      peak: PeakKernels(products: KernelsAVX512VNNI.peakIntegerProducts, sums: 24, lanes: 64),
      pixels: PixelKernels(quantize: KernelsAVX512VNNI.quantizePixels, gather: KernelsAVX512VNNI.gatherWords))

    /// Whose outputs, residuals and inputs may be bfloat16. Processors with AVX512-BF16 have AVX512-VNNI.
    static let avx512BF16 = IntegerKernels(
      dots: GEMMKernels(
        lanes: 16,
        panels: [
          KernelsAVX512BF16.integerPanel1, KernelsAVX512BF16.integerPanel2, KernelsAVX512BF16.integerPanel3,
          KernelsAVX512BF16.integerPanel4,
        ]),
      planarRow: KernelsAVX512BF16.integerPlanarRow, quantize: KernelsAVX512BF16.quantizeRows,
      peak: PeakKernels(products: KernelsAVX512BF16.peakIntegerProducts, sums: 24, lanes: 64),
      pixels: PixelKernels(quantize: KernelsAVX512BF16.quantizePixels, gather: KernelsAVX512VNNI.gatherWords))

    /// A panel is as wide as the outputs that tiles take together.
    static let tiles = IntegerKernels(
      dots: GEMMKernels(
        lanes: 16, panels: [KernelsAVX512BF16.integerPanel1, KernelsAVX512BF16.integerPanel2],
        block: { KernelsAMX.integerBlock($0, $1, depth: $2, firstRow: $3, outputs: $4) }),
      planarRow: KernelsAVX512BF16.integerPlanarRow, quantize: KernelsAVX512BF16.quantizeRows,
      peak: PeakKernels(
        products: KernelsAMX.peakIntegerProducts, sums: KernelsAMX.peakSums, lanes: 2 * KernelsAMX.peakLanes))
  }
#endif
