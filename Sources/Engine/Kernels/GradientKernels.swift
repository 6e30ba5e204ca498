internal import KernelsPortable
internal import MicroKernels

#if arch(x86_64) && !PORTABLE_ONLY
  internal import KernelsAVX2
  internal import KernelsAVX512
#endif

/// The inner loops of training for one instruction set, all of float32.
struct GradientKernels: Sendable {
  let outerProducts: @Sendable (OuterProducts) -> Void
  let packedOuterProducts: @Sendable (PackedOuterProducts) -> Void
  let packTiles: @Sendable (CopiedRows) -> Void
  /// The first argument is the pitch.
  let packRows: @Sendable (Int, CopiedRows) -> Void
  let innerProducts: @Sendable (InnerProducts) -> Void
  let channelMoments: @Sendable (ChannelMoments) -> Void
  let affineRows: @Sendable (AffineRows) -> Void
  let normalizedGradients: @Sendable (NormalizedGradients) -> Void
  let normalizedInputGradients: @Sendable (NormalizedInputGradients) -> Void
  let normalizedRowGradients: @Sendable (NormalizedRowGradients) -> Void
  let functionGradients: @Sendable (FunctionGradients) -> Void
  let attentionGradients: @Sendable (AttentionGradients) -> Void
  /// Between float32 and bfloat16, on integers: what is kept of a forward pass.
  let widenRows: @Sendable (BFloat16Rows) -> Void
  let roundRows: @Sendable (BFloat16Rows) -> Void
  let winograd: WinogradGradientKernels
}

/// The transforms around Winograd's products for gradients of weights: see `MicroKernels`.
struct WinogradGradientKernels: Sendable {
  let spaceGradient: WinogradKernels.SpaceInput
  let timeGradient: WinogradKernels.TimeInput
  /// Sums, from a point to the next, how many, memory, where the taps go, from a tap to the next.
  let spaceSums:
    @Sendable (
      UnsafePointer<Float>, Int, Int, UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>, Int
    ) -> Void
  let timeSums: @Sendable (UnsafePointer<Float>, Int, Int, UnsafeMutablePointer<Float>, Int) -> Void
}

extension GradientKernels {
  static let portable = GradientKernels(
    outerProducts: KernelsPortable.addOuterProducts,
    packedOuterProducts: KernelsPortable.addPackedOuterProducts,
    packTiles: KernelsPortable.packTiles, packRows: KernelsPortable.packRows,
    innerProducts: KernelsPortable.addInnerProducts,
    channelMoments: KernelsPortable.channelMoments, affineRows: KernelsPortable.affineRows,
    normalizedGradients: KernelsPortable.normalizedGradients,
    normalizedInputGradients: KernelsPortable.normalizedInputGradients,
    normalizedRowGradients: KernelsPortable.normalizedRowGradients,
    functionGradients: KernelsPortable.functionGradients, attentionGradients: KernelsPortable.attentionGradients,
    widenRows: KernelsPortable.widenRows, roundRows: KernelsPortable.roundRows,
    winograd: WinogradGradientKernels(
      spaceGradient: KernelsPortable.winogradSpaceGradient, timeGradient: KernelsPortable.winogradTimeGradient,
      spaceSums: KernelsPortable.winogradSpaceSums, timeSums: KernelsPortable.winogradTimeSums))

  #if arch(x86_64) && !PORTABLE_ONLY
    static let avx2 = GradientKernels(
      outerProducts: KernelsAVX2.addOuterProducts,
      packedOuterProducts: KernelsAVX2.addPackedOuterProducts,
      packTiles: KernelsAVX2.packTiles, packRows: KernelsAVX2.packRows,
      innerProducts: KernelsAVX2.addInnerProducts,
      channelMoments: KernelsAVX2.channelMoments, affineRows: KernelsAVX2.affineRows,
      normalizedGradients: KernelsAVX2.normalizedGradients,
      normalizedInputGradients: KernelsAVX2.normalizedInputGradients,
      normalizedRowGradients: KernelsAVX2.normalizedRowGradients,
      functionGradients: KernelsAVX2.functionGradients, attentionGradients: KernelsAVX2.attentionGradients,
      widenRows: KernelsAVX2.widenRows, roundRows: KernelsAVX2.roundRows,
      winograd: WinogradGradientKernels(
        spaceGradient: KernelsAVX2.winogradSpaceGradient, timeGradient: KernelsAVX2.winogradTimeGradient,
        spaceSums: KernelsAVX2.winogradSpaceSums, timeSums: KernelsAVX2.winogradTimeSums))

    static let avx512 = GradientKernels(
      outerProducts: KernelsAVX512.addOuterProducts,
      packedOuterProducts: KernelsAVX512.addPackedOuterProducts,
      packTiles: KernelsAVX512.packTiles, packRows: KernelsAVX512.packRows,
      innerProducts: KernelsAVX512.addInnerProducts,
      channelMoments: KernelsAVX512.channelMoments, affineRows: KernelsAVX512.affineRows,
      normalizedGradients: KernelsAVX512.normalizedGradients,
      normalizedInputGradients: KernelsAVX512.normalizedInputGradients,
      normalizedRowGradients: KernelsAVX512.normalizedRowGradients,
      functionGradients: KernelsAVX512.functionGradients, attentionGradients: KernelsAVX512.attentionGradients,
      widenRows: KernelsAVX512.widenRows, roundRows: KernelsAVX512.roundRows,
      winograd: WinogradGradientKernels(
        spaceGradient: KernelsAVX512.winogradSpaceGradient, timeGradient: KernelsAVX512.winogradTimeGradient,
        spaceSums: KernelsAVX512.winogradSpaceSums, timeSums: KernelsAVX512.winogradTimeSums))
  #endif
}
