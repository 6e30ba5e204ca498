/// Windows of a line that are rounded to bfloat16 and written out one after the other, 32 numbers each.
public struct RoundedWindows {
  /// The first window's numbers; `step` floats on lie the next one's.
  public var input: UnsafePointer<Float>
  public var step: Int
  /// Numbers of a window, at most 32; zeros follow them.
  public var numbers: Int
  /// [windows, 16] floats of two numbers each.
  public var output: UnsafeMutablePointer<Float>
  public var windows: Int

  public init(
    input: UnsafePointer<Float>, step: Int, numbers: Int, output: UnsafeMutablePointer<Float>, windows: Int
  ) {
    self.input = input
    self.step = step
    self.numbers = numbers
    self.output = output
    self.windows = windows
  }
}

/// Writes rounded windows, for units whose registers hold half of a window's numbers.
@inlinable @inline(__always)
public func roundWindows<Unit: VectorUnit>(_ unit: Unit.Type, _ windows: RoundedWindows) {
  let half = Unit.Vector.scalarCount
  var (from, to) = (windows.input, UnsafeMutableRawPointer(windows.output))
  let (first, second) = (min(half, windows.numbers), max(0, windows.numbers - half))
  for _ in 0..<windows.windows {
    Unit.storeBFloat16(half, Unit.loadFirst(first, from), to)
    Unit.storeBFloat16(half, Unit.loadFirst(second, from + half), to + 2 * half)
    from += windows.step
    to += 4 * half
  }
}
