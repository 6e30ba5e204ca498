/// One line of a map, channels last, on its way to where the channels of one register lie together.
public struct DepthwiseLine {
  /// Column w's channels begin at `input + w * inputPitch`; pitches count floats, a bfloat16 map has two numbers in each.
  public var input: UnsafePointer<Float>
  public var inputPitch: Int
  public var columns: Int
  public var channels: Int
  /// Register r of column w is written to `output + r * registerStep + w * lanes`.
  public var output: UnsafeMutablePointer<Float>
  public var registerStep: Int

  public init(
    input: UnsafePointer<Float>, inputPitch: Int, columns: Int, channels: Int, output: UnsafeMutablePointer<Float>,
    registerStep: Int
  ) {
    self.input = input
    self.inputPitch = inputPitch
    self.columns = columns
    self.channels = channels
    self.output = output
    self.registerStep = registerStep
  }
}

/// Splits a line by registers of channels, as float32; lanes after the last channel become zero.
///
/// - Parameter inputIsBFloat16: A literal.
@inlinable @inline(__always)
public func depthwiseSplit<Unit: VectorUnit>(_ unit: Unit.Type, inputIsBFloat16: Bool = false, _ line: DepthwiseLine) {
  let width = Unit.Vector.scalarCount
  let size = inputIsBFloat16 ? 2 : 4
  for column in 0..<line.columns {
    let from = UnsafeRawPointer(line.input + column * line.inputPitch)
    var to = line.output + column * width
    var channel = 0
    while channel < line.channels {
      let value = loadElements(unit, isBFloat16: inputIsBFloat16, line.channels - channel, from + channel * size)
      store(value, to)
      to += line.registerStep
      channel += width
    }
  }
}

/// A line of a depthwise convolution's output, as the method hands it to a kernel.
///
/// `output[w, c] = epilogue(sum over lines and kernel columns of lines[l][w * step + k * tapStep, c] x
/// weights[l][k, c] + bias[c] + residual[w, c])`, where lines and weights are split by registers of channels.
///
/// All addresses, pitches and steps count floats; a bfloat16 map has two numbers in each.
public struct DepthwiseBlock {
  /// [lineCount] Where the first column's first tap begins in every line of the input that the kernel sees, in its
  /// first register of channels. As many columns can be read as whole tiles have.
  public var lines: UnsafePointer<UnsafePointer<Float>>
  /// [lineCount] The weights of that line's taps for the first register: kernel columns x lanes.
  public var weights: UnsafePointer<UnsafePointer<Float>>
  public var lineCount: Int
  /// Taps along a line.
  public var kernelColumns: Int
  /// From an output column's first tap to the next one's, in columns.
  public var step: Int
  /// From a tap to the next one along a line, in columns.
  public var tapStep: Int
  /// From a register of channels to the next one in lines and in weights.
  public var lineRegisterStep: Int
  public var weightRegisterStep: Int
  /// The channels' biases, with whole registers.
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
    kernelColumns: Int, step: Int, tapStep: Int, lineRegisterStep: Int, weightRegisterStep: Int,
    bias: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>, outputPitch: Int,
    residual: UnsafePointer<Float>?, residualPitch: Int, columns: Int, channels: Int, epilogue: EpilogueCode
  ) {
    self.lines = lines
    self.weights = weights
    self.lineCount = lineCount
    self.kernelColumns = kernelColumns
    self.step = step
    self.tapStep = tapStep
    self.lineRegisterStep = lineRegisterStep
    self.weightRegisterStep = weightRegisterStep
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

/// The columns that share each register of weights: as many independent sums as hide a multiply-add's latency.
public let depthwiseColumns = 8

/// Computes a line: channels lie in the lanes, one register of them after the other.
///
/// A sum is taken line by line and tap by tap, whatever the tile is: how an output is cut does not show in the result.
///
/// - Parameter bfloat16: Whether outputs or residuals may be bfloat16; a literal.
@inlinable @inline(__always)
public func depthwiseLine<Unit: VectorUnit>(_ unit: Unit.Type, bfloat16: Bool = false, _ block: DepthwiseBlock) {
  let width = Unit.Vector.scalarCount
  var register = 0
  while register * width < block.channels {
    var column = 0
    while column < block.columns {
      // With a literal step the addresses of a tile's columns are constants.
      if block.step == 1 {
        depthwiseTile(unit, step: 1, bfloat16: bfloat16, block, column: column, register: register)
      } else if block.step == 2 {
        depthwiseTile(unit, step: 2, bfloat16: bfloat16, block, column: column, register: register)
      } else {
        depthwiseTile(unit, step: block.step, bfloat16: bfloat16, block, column: column, register: register)
      }
      column += 8
    }
    register += 1
  }
}

/// Computes eight columns of one register of channels; those after the last column are computed and not kept.
@inlinable @inline(__always)
func depthwiseTile<Unit: VectorUnit>(
  _ unit: Unit.Type, step: Int, bfloat16: Bool, _ block: DepthwiseBlock, column: Int, register: Int
) {
  let width = Unit.Vector.scalarCount
  let channel = register * width
  // Every loop over the sums has a constant bound and no sum is asked for by a number that varies, so that they stay
  // in registers.
  var sums = InlineArray<8, Unit.Vector>(repeating: Unit.load(block.bias + channel))
  let place = register * block.lineRegisterStep + column * step * width
  for line in 0..<block.lineCount {
    var from = block.lines[line] + place
    var weight = block.weights[line] + register * block.weightRegisterStep
    for _ in 0..<block.kernelColumns {
      let factor = Unit.load(weight)
      for i in 0..<8 { sums[i] = Unit.multiplyAdd(sums[i], Unit.load(from + i * step * width), factor) }
      from += block.tapStep * width
      weight += width
    }
  }
  let left = block.columns - column
  let lanes = min(width, block.channels - channel)
  if let residual = block.residual {
    let size = bfloat16 && block.residualIsBFloat16 ? 2 : 4
    for i in 0..<8 where i < left {
      let from = UnsafeRawPointer(residual + (column + i) * block.residualPitch) + channel * size
      sums[i] += loadElements(unit, isBFloat16: bfloat16 && block.residualIsBFloat16, lanes, from)
    }
  }
  switch block.epilogue.raw {
  case 0: break
  case 1: for i in 0..<8 { sums[i] = Unit.relu(sums[i]) }
  case 2: for i in 0..<8 { sums[i] *= sigmoid(unit, sums[i]) }
  default: for i in 0..<8 { sums[i] = applied(unit, block.epilogue, sums[i]) }
  }
  let size = bfloat16 && block.outputIsBFloat16 ? 2 : 4
  for i in 0..<8 where i < left {
    let to = UnsafeMutableRawPointer(block.output + (column + i) * block.outputPitch) + channel * size
    storeElements(unit, isBFloat16: bfloat16 && block.outputIsBFloat16, lanes, sums[i], to)
  }
}
