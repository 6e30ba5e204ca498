internal import CCPU
internal import MicroKernels
internal import Tensors

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
  let gemm: GEMMKernels
  let planar: PlanarKernels
  let winograd: WinogradKernels
  let winogradWeights: WinogradWeightKernels
  let depthwise: DepthwiseKernels
  let scaleRows: @Sendable (ScaledRows) -> Void
  let addRows: @Sendable (AddedRows) -> Void
  let normalizeRows: @Sendable (NormalizedRows) -> Void
  let attentionWeights: @Sendable (AttentionWeights) -> Void
  let scaleSums: @Sendable (ScaledSums) -> Void
  /// What backward passes are made of.
  let gradients: GradientKernels
  /// The kernels for activations in bfloat16, where the processor has dot products for them.
  let bfloat16: BFloat16Kernels?
  /// The kernels for maps of integers.
  var integers: IntegerKernels

  /// Whether activations and weights can be bfloat16.
  public var supportsBFloat16: Bool { bfloat16 != nil }

  /// Whether products of bfloat16 take less time than those of float32: with tile registers they do; AMD's processors do twice as
  /// many with AVX512-BF16, Intel's half as many.
  public var isFasterInBFloat16: Bool {
    supportsBFloat16 && (instructionSet == .amx || slowfast_cpu_is_intel() == 0)
  }

  /// Products of inputs of a format: bfloat16 only where activations can be.
  func products(_ format: ElementFormat) -> GEMMKernels {
    switch format {
    case .float32: return gemm
    case .bfloat16:
      guard let bfloat16 else { preconditionFailure("bfloat16 takes kernels that have it") }
      return bfloat16.dots
    case .uint8: return integers.dots
    }
  }

  /// Whether products of bfloat16 are computed by tile registers.
  var multipliesTiles: Bool { bfloat16?.dots.block != nil }

  /// The kernels of every set that can be used here, with each of the kernels for integers that the processor has: beside those
  /// that it takes, those of processors with fewer instructions. For tests and comparisons.
  public static var integerVariants: [(name: String, table: KernelTable)] {
    var variants = InstructionSet.available.map { ("\($0)", KernelTable.of($0)) }
    #if arch(x86_64) && !PORTABLE_ONLY
      for (name, set, integers) in IntegerKernels.variants where InstructionSet.available.contains(set) {
        var table = KernelTable.of(set)
        table.integers = integers
        variants.append((name, table))
      }
    #endif
    return variants
  }

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
    gemm: GEMMKernels, planar: PlanarKernels, winograd: WinogradKernels,
    winogradWeights: WinogradWeightKernels, depthwise: DepthwiseKernels,
    scaleRows: @escaping @Sendable (ScaledRows) -> Void,
    addRows: @escaping @Sendable (AddedRows) -> Void,
    normalizeRows: @escaping @Sendable (NormalizedRows) -> Void,
    attentionWeights: @escaping @Sendable (AttentionWeights) -> Void,
    scaleSums: @escaping @Sendable (ScaledSums) -> Void, gradients: GradientKernels, bfloat16: BFloat16Kernels? = nil,
    integers: IntegerKernels
  ) {
    self.instructionSet = instructionSet
    self.roiAlign = roiAlign
    self.rows = rows
    self.peak = peak
    self.gemm = gemm
    self.planar = planar
    self.winograd = winograd
    self.winogradWeights = winogradWeights
    self.depthwise = depthwise
    self.scaleRows = scaleRows
    self.addRows = addRows
    self.normalizeRows = normalizeRows
    self.attentionWeights = attentionWeights
    self.scaleSums = scaleSums
    self.gradients = gradients
    self.bfloat16 = bfloat16
    self.integers = integers
  }
}

/// What computes on maps of integers of 8 bits.
struct IntegerKernels: Sendable {
  /// Products in fours: what the panels call a channel is four of them.
  let dots: GEMMKernels
  /// Products of fours with positions in the lanes: what the rows call a float is four of them. A tile has as many positions and
  /// channels as the set's of float32.
  let planarRow: @Sendable (PlanarRow) -> Void
  /// Makes integers of float32 maps, and of bfloat16 ones where the set has them.
  let quantize: @Sendable (QuantizedRows) -> Void
  /// Products of fours: a register holds four times as many.
  let peak: PeakKernels
  /// What first layers take; nil where other formats are as fast.
  var pixels: PixelKernels?
}

/// What makes integers of pixels, for one instruction set.
struct PixelKernels: Sendable {
  let quantize: @Sendable (PixelLine) -> Void
  /// May read up to 12 bytes after the last word.
  let gather: @Sendable (PixelWords) -> Void
}

/// What computes on activations in bfloat16.
struct BFloat16Kernels: Sendable {
  /// Products of bfloat16 inputs and weights, in pairs: what the panels call a channel is two of them.
  let dots: GEMMKernels
  /// Adds bias, residual and epilogue to sums in memory and stores them, where products store whole sums.
  typealias Finish = @Sendable (GEMMBlock, SumTile) -> Void
  let finish: Finish?
  /// Products of float32 inputs and weights whose outputs may be bfloat16.
  let gemm: GEMMKernels
  /// Transforms of inputs in time, and of points back to either format; in space inputs are float32.
  let winograd: WinogradKernels
  /// Transforms integers in space to points of bfloat16.
  let winogradIntegersInput: WinogradKernels.SpaceInput
  let winogradPairs: WinogradPairKernels
  /// Products of pairs, and what rounds planes of float32 to pairs.
  let planar: PlanarKernels
  let planarPairs: @Sendable (PlanarPairs) -> Void
  let largest: RowKernels.Reduction
  /// Windows of float32 lines.
  let windows: @Sendable (RoundedWindows) -> Void
  /// Depthwise convolutions of bfloat16 inputs, and of float32 inputs whose outputs may be bfloat16.
  let depthwise: DepthwiseKernels
  let depthwiseOfFloats: DepthwiseKernels
  let scaleRows: @Sendable (ScaledRows) -> Void
  let addRows: @Sendable (AddedRows) -> Void
  let normalizeRows: @Sendable (NormalizedRows) -> Void
  /// Weights in bfloat16, and outputs.
  let attentionWeights: @Sendable (AttentionWeights) -> Void
  let scaleSums: @Sendable (ScaledSums) -> Void
  /// Products of pairs: a register holds twice as many.
  let peak: PeakKernels
}
