public import BFloat16

/// One row of output positions of a convolution over few input channels, computed with positions in the lanes.
///
/// A first layer sees 3 channels and may make as few as 8: with output channels in the lanes most of a register would
/// lie idle. Here a register holds neighbouring output positions; the inputs are laid out so that they are neighbours too.
public struct PlanarRow {
  /// [taps in time and height] Where the lines of input begin that this row sees.
  public var lines: UnsafePointer<UnsafePointer<Float>>
  public var lineCount: Int
  /// [input channels x taps in width] From the beginning of a line to what the first output position sees.
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

/// Computes a row, three registers of positions times four or eight channels at a time.
///
/// - Parameter isWide: Whether a tile has eight channels, else four; a literal. Where no more than four of the eight exist, four
///   are computed.
@inlinable @inline(__always)
public func planarRow<Unit: VectorUnit>(_ unit: Unit.Type, isWide: Bool, _ row: PlanarRow) {
  if isWide && row.channels > 4 {
    planarTiles(unit, isWide: true, row, pitch: 8)
  } else {
    planarTiles(unit, isWide: false, row, pitch: isWide ? 8 : 4)
  }
}

/// Computes the tiles of a row.
///
/// - Parameters:
///   - isWide: Whether eight channels are computed, else four; a literal.
///   - pitch: Weights from a tap to the next.
@inlinable @inline(__always)
func planarTiles<Unit: VectorUnit>(_ unit: Unit.Type, isWide: Bool, _ row: PlanarRow, pitch: Int) {
  typealias V = Unit.Vector
  let width = V.scalarCount
  var x = 0
  while x < row.positions {
    var s0 = InlineArray<8, V>(repeating: .zero)
    var s1 = s0
    var s2 = s0
    var weight = row.weights
    for l in 0..<row.lineCount {
      let line = row.lines[l] + x
      for j in 0..<row.offsetCount {
        let at = line + row.offsets[j]
        let p0 = Unit.load(at)
        let p1 = Unit.load(at + width)
        let p2 = Unit.load(at + 2 * width)
        for c in 0..<4 {
          let w = V(repeating: weight[c])
          s0[c] = Unit.multiplyAdd(s0[c], w, p0)
          s1[c] = Unit.multiplyAdd(s1[c], w, p1)
          s2[c] = Unit.multiplyAdd(s2[c], w, p2)
        }
        if isWide {
          for c in 4..<8 {
            let w = V(repeating: weight[c])
            s0[c] = Unit.multiplyAdd(s0[c], w, p0)
            s1[c] = Unit.multiplyAdd(s1[c], w, p1)
            s2[c] = Unit.multiplyAdd(s2[c], w, p2)
          }
        }
        weight += pitch
      }
    }
    let to = row.temporary
    for c in 0..<4 {
      store(s0[c], to + 3 * c * width)
      store(s1[c], to + (3 * c + 1) * width)
      store(s2[c], to + (3 * c + 2) * width)
    }
    if isWide {
      for c in 4..<8 {
        store(s0[c], to + 3 * c * width)
        store(s1[c], to + (3 * c + 1) * width)
        store(s2[c], to + (3 * c + 2) * width)
      }
    }
    row.finish(unit, from: x, count: min(3 * width, row.positions - x))
    row.storePositions(unit, from: x, count: min(3 * width, row.positions - x))
    x += 3 * width
  }
}

extension PlanarRow {
  /// Adds bias and residual to sums [channel][position] of a tile and applies the epilogue, where they lie: there are
  /// whole registers of them for every channel, those after the last position of no use.
  @inlinable @inline(__always)
  func finish<Unit: VectorUnit>(_ unit: Unit.Type, from first: Int, count: Int) {
    let width = Unit.Vector.scalarCount
    for c in 0..<channels {
      let line = temporary + 3 * c * width
      let addend = Unit.Vector(repeating: bias[c])
      var i = 0
      while i < count {
        store(Unit.load(line + i) + addend, line + i)
        if let residual {
          for j in i..<min(i + width, count) {
            line[j] += number(residual + (first + j) * residualPitch, c, isBFloat16: residualIsBFloat16)
          }
        }
        store(applied(unit, epilogue, Unit.load(line + i)), line + i)
        i += width
      }
    }
  }

  /// Turns numbers [channel][position] into output positions.
  @inlinable @inline(__always)
  func storePositions<Unit: VectorUnit>(_ unit: Unit.Type, from first: Int, count: Int) {
    let pitch = 3 * Unit.Vector.scalarCount
    // A constant count lets the compiler turn the loop over channels into shuffles.
    if channels == 8 && !outputIsBFloat16 {
      for i in 0..<count {
        let to = output + (first + i) * outputPitch
        for c in 0..<8 { to[c] = temporary[c * pitch + i] }
      }
      return
    }
    if channels == 8 {
      for i in 0..<count {
        let to = UnsafeMutableRawPointer(output + (first + i) * outputPitch)
        for c in 0..<8 {
          to.storeBytes(of: bfloat16(temporary[c * pitch + i]), toByteOffset: 2 * c, as: UInt16.self)
        }
      }
      return
    }
    for i in 0..<count {
      let to = output + (first + i) * outputPitch
      for c in 0..<channels {
        let value = temporary[c * pitch + i]
        if outputIsBFloat16 {
          UnsafeMutableRawPointer(to).storeBytes(of: bfloat16(value), toByteOffset: 2 * c, as: UInt16.self)
        } else {
          to[c] = value
        }
      }
    }
  }
}

/// Number `index` after an address.
@inlinable @inline(__always)
func number(_ from: UnsafePointer<Float>, _ index: Int, isBFloat16: Bool) -> Float {
  if !isBFloat16 { return from[index] }
  let bits = UnsafeRawPointer(from).loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self)
  return float32(bits)
}
