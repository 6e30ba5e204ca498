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
  /// What is applied on the way.
  public var epilogue: EpilogueCode

  public init(
    input: UnsafePointer<Float>, inputPitch: Int, columns: Int, channels: Int, output: UnsafeMutablePointer<Float>,
    registerStep: Int, epilogue: EpilogueCode = .identity
  ) {
    self.input = input
    self.inputPitch = inputPitch
    self.columns = columns
    self.channels = channels
    self.output = output
    self.registerStep = registerStep
    self.epilogue = epilogue
  }
}

/// Splits a line by registers of channels, as float32; lanes after the last channel are of no use.
///
/// - Parameter inputIsBFloat16: A literal.
@inlinable @inline(__always)
public func depthwiseSplit<Unit: VectorUnit>(_ unit: Unit.Type, inputIsBFloat16: Bool = false, _ line: DepthwiseLine) {
  // The usual ones have loops of their own: asked in the loop, they would cost more than they do.
  switch line.epilogue {
  case .identity: depthwiseSplit(unit, inputIsBFloat16: inputIsBFloat16, line, .identity)
  case .relu: depthwiseSplit(unit, inputIsBFloat16: inputIsBFloat16, line, .relu)
  case .relu6: depthwiseSplit(unit, inputIsBFloat16: inputIsBFloat16, line, .relu6)
  default: depthwiseSplit(unit, inputIsBFloat16: inputIsBFloat16, line, line.epilogue)
  }
}

/// - Parameter epilogue: The line's; a literal where it is a usual one.
@inlinable @inline(__always)
func depthwiseSplit<Unit: VectorUnit>(
  _ unit: Unit.Type, inputIsBFloat16: Bool, _ line: DepthwiseLine, _ epilogue: EpilogueCode
) {
  let width = Unit.Vector.scalarCount
  let size = inputIsBFloat16 ? 2 : 4
  for column in 0..<line.columns {
    let from = UnsafeRawPointer(line.input + column * line.inputPitch)
    var to = line.output + column * width
    var channel = 0
    while channel < line.channels {
      let value = loadElements(unit, isBFloat16: inputIsBFloat16, line.channels - channel, from + channel * size)
      store(applied(unit, epilogue, value), to)
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
/// All addresses and pitches count floats; a bfloat16 map has two numbers in each.
public struct DepthwiseOutput {
  /// [lineCount] Where the first column's first tap begins in every line of the input that the kernel sees, in its
  /// first register of channels. As many columns can be read as whole tiles have.
  public var lines: UnsafePointer<UnsafePointer<Float>>
  /// [lineCount] The weights of that line's taps for the first register: kernel columns x lanes.
  public var weights: UnsafePointer<UnsafePointer<Float>>
  public var lineCount: Int
  public var output: UnsafeMutablePointer<Float>
  public var residual: UnsafePointer<Float>?

  public init(
    lines: UnsafePointer<UnsafePointer<Float>>, weights: UnsafePointer<UnsafePointer<Float>>, lineCount: Int,
    output: UnsafeMutablePointer<Float>, residual: UnsafePointer<Float>?
  ) {
    self.lines = lines
    self.weights = weights
    self.lineCount = lineCount
    self.output = output
    self.residual = residual
  }
}

/// What all lines of a depthwise convolution's output have in common.
public struct DepthwiseBlock {
  /// Taps along a line.
  public var kernelColumns: Int
  /// From an output column's first tap to the next one's, in columns.
  public var step: Int
  /// From a tap to the next one along a line, in columns.
  public var tapStep: Int
  /// From a register of channels to the next one, in lines and in weights.
  public var lineRegisterStep: Int
  public var weightRegisterStep: Int
  /// The channels' biases, with whole registers.
  public var bias: UnsafePointer<Float>
  public var outputPitch: Int
  public var residualPitch: Int
  public var columns: Int
  public var channels: Int
  public var epilogue: EpilogueCode
  /// Room for the sums of a tile: columns of a tile x lanes.
  public var sums: UnsafeMutablePointer<Float>
  public var outputIsBFloat16 = false
  public var residualIsBFloat16 = false

  public init(
    kernelColumns: Int, step: Int, tapStep: Int, lineRegisterStep: Int, weightRegisterStep: Int,
    bias: UnsafePointer<Float>, outputPitch: Int, residualPitch: Int, columns: Int, channels: Int,
    epilogue: EpilogueCode, sums: UnsafeMutablePointer<Float>
  ) {
    self.kernelColumns = kernelColumns
    self.step = step
    self.tapStep = tapStep
    self.lineRegisterStep = lineRegisterStep
    self.weightRegisterStep = weightRegisterStep
    self.bias = bias
    self.outputPitch = outputPitch
    self.residualPitch = residualPitch
    self.columns = columns
    self.channels = channels
    self.epilogue = epilogue
    self.sums = sums
  }
}

/// The columns that share each register of weights: as many independent sums as hide a multiply-add's latency.
public let depthwiseColumns = 8

/// Computes some lines: channels lie in the lanes, and one register of them goes through all lines before the next, so
/// that what the lines see in common stays in the first-level cache.
///
/// A sum is taken line by line and tap by tap, whatever the tile is: how an output is cut does not show in the result.
///
/// - Parameter bfloat16: Whether outputs or residuals may be bfloat16; a literal.
@inlinable @inline(__always)
public func depthwiseLines<Unit: VectorUnit>(
  _ unit: Unit.Type, bfloat16: Bool = false, _ block: DepthwiseBlock, _ outputs: UnsafePointer<DepthwiseOutput>,
  _ count: Int
) {
  var register = 0
  while register * Unit.Vector.scalarCount < block.channels {
    for line in 0..<count {
      var column = 0
      while column < block.columns {
        // With literal steps and taps the addresses of a tile's columns are constants, and the loop over taps is none.
        if block.step == 1 && block.kernelColumns == 3 && block.tapStep == 1 {
          depthwiseSums(unit, taps: 3, step: 1, tapStep: 1, block, outputs[line], column: column, register: register)
        } else if block.step == 2 && block.kernelColumns == 3 && block.tapStep == 1 {
          depthwiseSums(unit, taps: 3, step: 2, tapStep: 1, block, outputs[line], column: column, register: register)
        } else {
          depthwiseSums(
            unit, taps: block.kernelColumns, step: block.step, tapStep: block.tapStep, block, outputs[line],
            column: column, register: register)
        }
        depthwiseStore(unit, bfloat16: bfloat16, block, outputs[line], column: column, register: register)
        column += 8
      }
    }
    register += 1
  }
}

/// Computes the sums of eight columns of one register of channels; those after the last column are of no use.
///
/// Every index into the sums is a constant once unrolled: one that varies, and they would live in memory.
@inlinable @inline(__always)
func depthwiseSums<Unit: VectorUnit>(
  _ unit: Unit.Type, taps: Int, step: Int, tapStep: Int, _ block: DepthwiseBlock, _ output: DepthwiseOutput,
  column: Int, register: Int
) {
  let width = Unit.Vector.scalarCount
  var sums = InlineArray<8, Unit.Vector>(repeating: Unit.load(block.bias + register * width))
  let place = register * block.lineRegisterStep + column * step * width
  for line in 0..<output.lineCount {
    let from = output.lines[line] + place
    let weight = output.weights[line] + register * block.weightRegisterStep
    for tap in 0..<taps {
      let factor = Unit.load(weight + tap * width)
      for i in 0..<8 {
        sums[i] = Unit.multiplyAdd(sums[i], Unit.load(from + (i * step + tap * tapStep) * width), factor)
      }
    }
  }
  for i in 0..<8 { store(sums[i], block.sums + i * width) }
}

/// Finishes and stores the sums of a tile.
@inlinable @inline(__always)
func depthwiseStore<Unit: VectorUnit>(
  _ unit: Unit.Type, bfloat16: Bool, _ block: DepthwiseBlock, _ output: DepthwiseOutput, column: Int, register: Int
) {
  let width = Unit.Vector.scalarCount
  let channel = register * width
  let lanes = min(width, block.channels - channel)
  let residualSize = bfloat16 && block.residualIsBFloat16 ? 2 : 4
  let size = bfloat16 && block.outputIsBFloat16 ? 2 : 4
  for i in 0..<min(8, block.columns - column) {
    var value = Unit.load(block.sums + i * width)
    if let residual = output.residual {
      let from = UnsafeRawPointer(residual + (column + i) * block.residualPitch) + channel * residualSize
      value += loadElements(unit, isBFloat16: bfloat16 && block.residualIsBFloat16, lanes, from)
    }
    value = applied(unit, block.epilogue, value)
    let to = UnsafeMutableRawPointer(output.output + (column + i) * block.outputPitch) + channel * size
    storeElements(unit, isBFloat16: bfloat16 && block.outputIsBFloat16, lanes, value, to)
  }
}
