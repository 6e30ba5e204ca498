/// Numbers of a line of pixels that become integers of 8 bits: `bytes[i] = input[i] x factor + offset`, rounded, 0 to 255.
public struct PixelLine {
  public var input: UnsafePointer<Float>
  /// How many numbers.
  public var count: Int
  public var factor: Float
  public var offset: Float
  /// Room for `count` and a register more.
  public var bytes: UnsafeMutableRawPointer

  public init(
    input: UnsafePointer<Float>, count: Int, factor: Float, offset: Float, bytes: UnsafeMutableRawPointer
  ) {
    self.input = input
    self.count = count
    self.factor = factor
    self.offset = offset
    self.bytes = bytes
  }
}

/// Makes integers of a line.
@inlinable @inline(__always)
public func quantizePixels<Unit: VectorUnit>(_ unit: Unit.Type, _ line: PixelLine) {
  let width = Unit.Vector.scalarCount
  let (factor, offset) = (Unit.Vector(repeating: line.factor), Unit.Vector(repeating: line.offset))
  var i = 0
  while i + width <= line.count {
    Unit.storeUInt8(width, Unit.multiplyAdd(offset, Unit.load(line.input + i), factor), line.bytes + i)
    i += width
  }
  if i < line.count {
    let last = Unit.loadFirst(line.count - i, line.input + i)
    Unit.storeUInt8(width, Unit.multiplyAdd(offset, last, factor), line.bytes + i)
  }
}

/// Words of four bytes of a line of pixels, which are written one after the other.
public struct PixelWords {
  /// Where the first one begins.
  public var input: UnsafeRawPointer
  /// Bytes from one to the next.
  public var next: Int
  public var count: Int
  public var output: UnsafeMutableRawPointer

  public init(input: UnsafeRawPointer, next: Int, count: Int, output: UnsafeMutableRawPointer) {
    self.input = input
    self.next = next
    self.count = count
    self.output = output
  }
}
