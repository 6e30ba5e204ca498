/// Takes the largest of several positions, channel by channel; a NaN wins.
///
/// - Parameters:
///   - isBFloat16: Whether all numbers are bfloat16; a literal.
///   - positions: [count] Where each position's first wanted channel lies.
///   - count: At least 1.
///   - output: [channels] May be one of the positions.
@inlinable @inline(__always)
public func maxOverPositions<Unit: VectorUnit>(
  _ unit: Unit.Type, isBFloat16: Bool = false, _ positions: UnsafePointer<UnsafePointer<Float>>, _ count: Int,
  _ channels: Int,
  _ output: UnsafeMutablePointer<Float>
) {
  let width = Unit.Vector.scalarCount
  let size = isBFloat16 ? 2 : 4
  var channel = 0
  while channel < channels {
    let left = channels - channel
    let at = channel * size
    var best = loadElements(unit, isBFloat16: isBFloat16, left, UnsafeRawPointer(positions[0]) + at)
    for index in 1..<count {
      best = Unit.larger(
        best, loadElements(unit, isBFloat16: isBFloat16, left, UnsafeRawPointer(positions[index]) + at))
    }
    storeElements(unit, isBFloat16: isBFloat16, left, best, UnsafeMutableRawPointer(output) + at)
    channel += width
  }
}
