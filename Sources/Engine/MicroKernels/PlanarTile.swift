public import BFloat16

/// One row of output positions of a convolution of few channels, computed with positions in the lanes.
///
/// A layer may make as few as 8 channels: with output channels in the lanes half of a register or more would lie idle. Here a
/// register holds neighbouring output positions; the inputs are laid out so that they are neighbours too. What is called a
/// float of inputs and weights is two numbers of bfloat16, or four integers, on units that multiply those.
public struct PlanarRow {
  /// [taps in time and height] Where the lines of input begin that this row sees.
  public var lines: UnsafePointer<UnsafePointer<Float>>
  public var lineCount: Int
  /// [input channels x taps in width] From the beginning of a line to what the first output position sees of a plane.
  public var offsets: UnsafePointer<Int>
  public var offsetCount: Int
  /// [lines][offsets][channels of the tile]
  public var weights: UnsafePointer<Float>
  /// The tile's first output channel's.
  public var bias: UnsafePointer<Float>
  /// The tile's first channel of the row's first position.
  public var output: UnsafeMutablePointer<Float>
  public var outputPitch: Int
  public var residual: UnsafePointer<Float>?
  public var residualPitch: Int
  /// Output positions, and output channels of the tile that exist.
  public var positions: Int
  public var channels: Int
  public var epilogue: EpilogueCode
  /// Whether the output, or the residual, is bfloat16.
  public var outputIsBFloat16 = false
  public var residualIsBFloat16 = false
  /// Of the tile's channels, how sums of products of integers become outputs; nil for sums of floats.
  public var quantized: QuantizedOutputs?
  /// Room for channels of the tile x 3 registers.
  public var temporary: UnsafeMutablePointer<Float>

  public init(
    lines: UnsafePointer<UnsafePointer<Float>>, lineCount: Int, offsets: UnsafePointer<Int>, offsetCount: Int,
    weights: UnsafePointer<Float>, bias: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>, outputPitch: Int,
    residual: UnsafePointer<Float>?, residualPitch: Int, positions: Int, channels: Int,
    epilogue: EpilogueCode, temporary: UnsafeMutablePointer<Float>
  ) {
    self.lines = lines
    self.lineCount = lineCount
    self.offsets = offsets
    self.offsetCount = offsetCount
    self.weights = weights
    self.bias = bias
    self.output = output
    self.outputPitch = outputPitch
    self.residual = residual
    self.residualPitch = residualPitch
    self.positions = positions
    self.channels = channels
    self.epilogue = epilogue
    self.temporary = temporary
  }
}

/// Computes a row, up to three registers of positions times four or eight channels at a time.
///
/// Sums are taken tap by tap, whatever the tile is: how many registers it has does not show in the result.
///
/// - Parameter isWide: Whether a tile has eight channels, else four; a literal. Where no more than four of the eight exist, four
///   are computed.
@inlinable @inline(__always)
public func planarRow<Unit: VectorUnit>(_ unit: Unit.Type, isWide: Bool, _ row: PlanarRow) {
  let width = Unit.Vector.scalarCount
  if !isWide || row.channels <= 4 {
    var x = 0
    while x < row.positions {
      planarTile(unit, isWide: false, registers: 3, row, from: x, pitch: isWide ? 8 : 4)
      x += 3 * width
    }
    return
  }
  // As even as whole registers allow: a tile of few positions takes nearly as long as a full one.
  let registers = (row.positions + width - 1) / width
  let tiles = (registers + 2) / 3
  for tile in 0..<tiles {
    let (first, end) = (tile * registers / tiles, (tile + 1) * registers / tiles)
    switch end - first {
    case 3: wideTile3(unit, row, from: first * width)
    case 2: wideTile2(unit, row, from: first * width)
    default: wideTile1(unit, row, from: first * width)
    }
  }
}

// Each in a function of its own, or the compiler makes them one whose sums live in memory.

@inlinable @inline(never)
func wideTile3<Unit: VectorUnit>(_ unit: Unit.Type, _ row: PlanarRow, from first: Int) {
  planarTile(unit, isWide: true, registers: 3, row, from: first, pitch: 8)
}

@inlinable @inline(never)
func wideTile2<Unit: VectorUnit>(_ unit: Unit.Type, _ row: PlanarRow, from first: Int) {
  planarTile(unit, isWide: true, registers: 2, row, from: first, pitch: 8)
}

@inlinable @inline(never)
func wideTile1<Unit: VectorUnit>(_ unit: Unit.Type, _ row: PlanarRow, from first: Int) {
  planarTile(unit, isWide: true, registers: 1, row, from: first, pitch: 8)
}

/// Computes a tile.
///
/// - Parameters:
///   - isWide: Whether eight channels are computed, else four; a literal.
///   - registers: Of positions, 1 to 3; a literal.
///   - x: The first position.
///   - pitch: Weights from a tap to the next.
@inlinable @inline(__always)
func planarTile<Unit: VectorUnit>(
  _ unit: Unit.Type, isWide: Bool, registers: Int, _ row: PlanarRow, from x: Int, pitch: Int
) {
  typealias V = Unit.Vector
  let width = V.scalarCount
  var s0 = InlineArray<8, V>(repeating: .zero)
  var s1 = s0
  var s2 = s0
  var weight = row.weights
  for l in 0..<row.lineCount {
    let line = row.lines[l] + x
    for j in 0..<row.offsetCount {
      let at = line + row.offsets[j]
      let p0 = Unit.load(at)
      let p1 = registers > 1 ? Unit.load(at + width) : p0
      let p2 = registers > 2 ? Unit.load(at + 2 * width) : p0
      for c in 0..<4 {
        let w = V(repeating: weight[c])
        s0[c] = Unit.accumulate(s0[c], p0, w)
        if registers > 1 { s1[c] = Unit.accumulate(s1[c], p1, w) }
        if registers > 2 { s2[c] = Unit.accumulate(s2[c], p2, w) }
      }
      if isWide {
        for c in 4..<8 {
          let w = V(repeating: weight[c])
          s0[c] = Unit.accumulate(s0[c], p0, w)
          if registers > 1 { s1[c] = Unit.accumulate(s1[c], p1, w) }
          if registers > 2 { s2[c] = Unit.accumulate(s2[c], p2, w) }
        }
      }
      weight += pitch
    }
  }
  let to = row.temporary
  for c in 0..<4 {
    store(s0[c], to + 3 * c * width)
    if registers > 1 { store(s1[c], to + (3 * c + 1) * width) }
    if registers > 2 { store(s2[c], to + (3 * c + 2) * width) }
  }
  if isWide {
    for c in 4..<8 {
      store(s0[c], to + 3 * c * width)
      if registers > 1 { store(s1[c], to + (3 * c + 1) * width) }
      if registers > 2 { store(s2[c], to + (3 * c + 2) * width) }
    }
  }
  let count = min(registers * width, row.positions - x)
  finishPlanar(unit, row, from: x, count: count)
  if isWide && row.channels == 8 && count >= width {
    storeEight(unit, row, from: x, count: count)
  } else {
    storePlanar(row, width, from: x, count: count)
  }
}

/// Adds bias and residual to sums [channel][position] of a tile and applies the epilogue, where they lie: there are
/// whole registers of them for every channel, those after the last position of no use.
@inlinable @inline(__always)
func finishPlanar<Unit: VectorUnit>(_ unit: Unit.Type, _ row: PlanarRow, from first: Int, count: Int) {
  let width = Unit.Vector.scalarCount
  for c in 0..<row.channels {
    let line = row.temporary + 3 * c * width
    let addend = Unit.Vector(repeating: row.bias[c])
    var i = 0
    while i < count {
      var value =
        row.quantized.map {
          Unit.multiplyAdd(addend, Unit.floats(Unit.load(line + i)), Unit.Vector(repeating: $0.scales[c]))
        } ?? Unit.load(line + i) + addend
      if let residual = row.residual {
        store(value, line + i)
        for j in i..<min(i + width, count) {
          line[j] += residualNumber(of: row, residual + (first + j) * row.residualPitch, c)
        }
        value = Unit.load(line + i)
      }
      store(appliedInTile(unit, row.epilogue, value), line + i)
      i += width
    }
  }
}

/// Turns eight channels of numbers [channel][position], a register of positions or more, into output positions.
@inlinable @inline(__always)
func storeEight<Unit: VectorUnit>(_ unit: Unit.Type, _ row: PlanarRow, from first: Int, count: Int) {
  let (width, pitch) = (Unit.Vector.scalarCount, 3 * Unit.Vector.scalarCount)
  let numbers = row.temporary
  if row.outputIsBFloat16 {
    var i = 0
    while i < count {
      for c in 0..<4 {
        let at = numbers + (2 * c * pitch + i)
        store(Unit.pairs(Unit.load(at), Unit.load(at + pitch)), numbers + (c * pitch + i))
      }
      i += width
    }
  }
  let writesIntegers = row.quantized?.outputIsUInt8 ?? false
  if writesIntegers {
    // A channel's bytes follow each other from where its numbers began: what they are written over has been read.
    for c in 0..<8 {
      var i = 0
      while i < count {
        let value = Unit.load(numbers + (c * pitch + i))
        Unit.storeUInt8(width, value, UnsafeMutableRawPointer(numbers + c * pitch) + i)
        i += width
      }
    }
  }
  let to = row.output + first * row.outputPitch
  var i = 0
  while true {
    if writesIntegers {
      Unit.interleaveUInt8(
        UnsafeRawPointer(numbers) + i, 4 * pitch, UnsafeMutableRawPointer(to + i * row.outputPitch), 4 * row.outputPitch
      )
    } else if row.outputIsBFloat16 {
      Unit.interleave(4, numbers + i, pitch, to + i * row.outputPitch, row.outputPitch)
    } else {
      Unit.interleave(8, numbers + i, pitch, to + i * row.outputPitch, row.outputPitch)
    }
    if i == count - width { return }
    // The last register's positions may have been written before.
    i = min(i + width, count - width)
  }
}

/// Turns numbers [channel][position] into output positions.
@inlinable @inline(never)
func storePlanar(_ row: PlanarRow, _ width: Int, from first: Int, count: Int) {
  let pitch = 3 * width
  let writesIntegers = row.quantized?.outputIsUInt8 ?? false
  for i in 0..<count {
    let to = row.output + (first + i) * row.outputPitch
    for c in 0..<row.channels {
      let value = row.temporary[c * pitch + i]
      if writesIntegers {
        let byte = value > 0 ? UInt8(min(value, 255).rounded(.toNearestOrEven)) : 0
        UnsafeMutableRawPointer(to).storeBytes(of: byte, toByteOffset: c, as: UInt8.self)
      } else if row.outputIsBFloat16 {
        UnsafeMutableRawPointer(to).storeBytes(of: bfloat16(value), toByteOffset: 2 * c, as: UInt16.self)
      } else {
        to[c] = value
      }
    }
  }
}

/// What channel `c` of a residual adds.
@inlinable @inline(__always)
func residualNumber(of row: PlanarRow, _ residual: UnsafePointer<Float>, _ c: Int) -> Float {
  guard let quantized = row.quantized else { return number(residual, c, isBFloat16: row.residualIsBFloat16) }
  let number =
    quantized.residualIsUInt8
    ? Float(UnsafeRawPointer(residual).load(fromByteOffset: c, as: UInt8.self))
    : number(residual, c, isBFloat16: row.residualIsBFloat16)
  return number * quantized.residualScales[c]
}

/// Number `index` after an address.
@inlinable @inline(__always)
func number(_ from: UnsafePointer<Float>, _ index: Int, isBFloat16: Bool) -> Float {
  if !isBFloat16 { return from[index] }
  let bits = UnsafeRawPointer(from).loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self)
  return float32(bits)
}
