/// Takes the largest of several pixels, channel by channel; a NaN wins.
///
/// - Parameters:
///   - isHalf: Whether all numbers are bfloat16; a literal.
///   - pixels: [count] Where each pixel's first wanted channel lies.
///   - count: At least 1.
///   - output: [channels] May be one of the pixels.
@inlinable @inline(__always)
public func largestPixel<Unit: VectorUnit>(
  _ unit: Unit.Type, isHalf: Bool = false, _ pixels: UnsafePointer<UnsafePointer<Float>>, _ count: Int, _ channels: Int,
  _ output: UnsafeMutablePointer<Float>
) {
  let width = Unit.Vector.scalarCount
  let size = isHalf ? 2 : 4
  var channel = 0
  while channel < channels {
    let left = channels - channel
    let at = channel * size
    var best = loadElements(unit, isHalf: isHalf, left, UnsafeRawPointer(pixels[0]) + at)
    for index in 1..<count {
      best = Unit.larger(best, loadElements(unit, isHalf: isHalf, left, UnsafeRawPointer(pixels[index]) + at))
    }
    storeElements(unit, isHalf: isHalf, left, best, UnsafeMutableRawPointer(output) + at)
    channel += width
  }
}
