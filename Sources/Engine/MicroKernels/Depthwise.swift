/// Some columns of one line of a depthwise convolution's output, as the method hands them to a kernel.
///
/// `output[w, c] = epilogue(sum over lines and kernel columns of lines[l][w * step + k * tapStep + c] x
/// weights[l][k][c] + bias[c] + residual[w, c])`
///
/// All addresses, pitches and steps count floats; a bfloat16 map has two numbers in each.
public struct DepthwiseBlock {
  /// [lineCount] Where the first column's first tap begins in every line of the input that the kernel sees.
  public var lines: UnsafePointer<UnsafePointer<Float>>
  /// [lineCount] The weights of that line's taps: kernel columns x `weightPitch`.
  public var weights: UnsafePointer<UnsafePointer<Float>>
  public var lineCount: Int
  /// Taps along a line.
  public var kernelColumns: Int
  /// From an output column's first tap to the next one's.
  public var step: Int
  /// From a tap to the next one along a line.
  public var tapStep: Int
  /// The channels rounded up to whole registers.
  public var weightPitch: Int
  /// [weightPitch]
  public var bias: UnsafePointer<Float>
  public var output: UnsafeMutablePointer<Float>
  public var outputPitch: Int
  public var residual: UnsafePointer<Float>?
  public var residualPitch: Int
  public var columns: Int
  public var channels: Int
  public var epilogue: EpilogueCode
  public var outputIsBFloat16 = false
  public var residualIsBFloat16 = false

  public init(
    lines: UnsafePointer<UnsafePointer<Float>>, weights: UnsafePointer<UnsafePointer<Float>>, lineCount: Int,
    kernelColumns: Int, step: Int, tapStep: Int, weightPitch: Int, bias: UnsafePointer<Float>,
    output: UnsafeMutablePointer<Float>, outputPitch: Int, residual: UnsafePointer<Float>?, residualPitch: Int,
    columns: Int, channels: Int, epilogue: EpilogueCode
  ) {
    self.lines = lines
    self.weights = weights
    self.lineCount = lineCount
    self.kernelColumns = kernelColumns
    self.step = step
    self.tapStep = tapStep
    self.weightPitch = weightPitch
    self.bias = bias
    self.output = output
    self.outputPitch = outputPitch
    self.residual = residual
    self.residualPitch = residualPitch
    self.columns = columns
    self.channels = channels
    self.epilogue = epilogue
  }
}

/// Computes a block: channels lie in the lanes, and eight columns share each register of weights.
///
/// A sum is taken line by line and tap by tap, whatever the block is: how an output is cut does not show in the result.
///
/// - Parameters:
///   - inputIsBFloat16: A literal.
///   - bfloat16: Whether outputs or residuals may be bfloat16; a literal.
@inlinable @inline(__always)
public func depthwiseColumns<Unit: VectorUnit>(
  _ unit: Unit.Type, inputIsBFloat16: Bool = false, bfloat16: Bool = false, _ block: DepthwiseBlock
) {
  let width = Unit.Vector.scalarCount
  var column = 0
  while column < block.columns {
    let left = block.columns - column
    var channel = 0
    while channel < block.channels {
      let lanes = min(width, block.channels - channel)
      if left >= 8 && lanes == width {
        depthwiseTile(
          unit, InlineArray<8, Unit.Vector>(repeating: .zero), whole: true, inputIsBFloat16: inputIsBFloat16,
          bfloat16: bfloat16, block, column: column, channel: channel, lanes: lanes)
      } else if left >= 8 {
        depthwiseTile(
          unit, InlineArray<8, Unit.Vector>(repeating: .zero), whole: false, inputIsBFloat16: inputIsBFloat16,
          bfloat16: bfloat16, block, column: column, channel: channel, lanes: lanes)
      } else if left >= 4 && lanes == width {
        depthwiseTile(
          unit, InlineArray<4, Unit.Vector>(repeating: .zero), whole: true, inputIsBFloat16: inputIsBFloat16,
          bfloat16: bfloat16, block, column: column, channel: channel, lanes: lanes)
      } else if left >= 4 {
        depthwiseTile(
          unit, InlineArray<4, Unit.Vector>(repeating: .zero), whole: false, inputIsBFloat16: inputIsBFloat16,
          bfloat16: bfloat16, block, column: column, channel: channel, lanes: lanes)
      } else {
        depthwiseTile(
          unit, InlineArray<1, Unit.Vector>(repeating: .zero), whole: false, inputIsBFloat16: inputIsBFloat16,
          bfloat16: bfloat16, block, column: column, channel: channel, lanes: lanes)
      }
      channel += width
    }
    column += left >= 8 ? 8 : left >= 4 ? 4 : 1
  }
}

/// Computes some columns of one register of channels.
///
/// - Parameters:
///   - tile: Zeros, as many as there are columns: every loop over the sums has a constant bound, so that they stay in
///     registers.
///   - whole: Whether all lanes are channels; a literal.
@inlinable @inline(__always)
func depthwiseTile<Unit: VectorUnit, let columns: Int>(
  _ unit: Unit.Type, _ tile: InlineArray<columns, Unit.Vector>, whole: Bool, inputIsBFloat16: Bool, bfloat16: Bool,
  _ block: DepthwiseBlock,
  column: Int, channel: Int, lanes: Int
) {
  let size = inputIsBFloat16 ? 2 : 4
  let step = 4 * block.step
  let tapStep = 4 * block.tapStep
  let place = column * step + channel * size
  let bias = Unit.load(block.bias + channel)
  var sums = tile
  for i in 0..<columns { sums[i] = bias }
  for line in 0..<block.lineCount {
    var from = UnsafeRawPointer(block.lines[line]) + place
    var weight = block.weights[line] + channel
    for _ in 0..<block.kernelColumns {
      let factor = Unit.load(weight)
      for i in 0..<columns {
        let x = from + i * step
        let input =
          inputIsBFloat16
          ? Unit.loadBFloat16(lanes, x)
          : whole
            ? Unit.load(x.assumingMemoryBound(to: Float.self))
            : Unit.loadFirst(lanes, x.assumingMemoryBound(to: Float.self))
        sums[i] = Unit.multiplyAdd(sums[i], input, factor)
      }
      from += tapStep
      weight += block.weightPitch
    }
  }
  let outputSize = bfloat16 && block.outputIsBFloat16 ? 2 : 4
  let residualSize = bfloat16 && block.residualIsBFloat16 ? 2 : 4
  for i in 0..<columns {
    var value = sums[i]
    if let residual = block.residual {
      let from = UnsafeRawPointer(residual + (column + i) * block.residualPitch) + channel * residualSize
      value += loadElements(unit, isBFloat16: bfloat16 && block.residualIsBFloat16, lanes, from)
    }
    value = applied(unit, block.epilogue, value)
    let to = UnsafeMutableRawPointer(block.output + (column + i) * block.outputPitch) + channel * outputSize
    storeElements(unit, isBFloat16: bfloat16 && block.outputIsBFloat16, lanes, value, to)
  }
}
