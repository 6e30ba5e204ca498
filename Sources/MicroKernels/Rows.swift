/// Takes the largest of several pixels, channel by channel; a NaN wins.
///
/// - Parameters:
///   - pixels: [count] Where each pixel's first wanted channel lies.
///   - count: At least 1.
///   - output: [channels] May be one of the pixels.
@inlinable @inline(__always)
public func largestPixel<Unit: VectorUnit>(
  _ unit: Unit.Type, _ pixels: UnsafePointer<UnsafePointer<Float>>, _ count: Int, _ channels: Int,
  _ output: UnsafeMutablePointer<Float>
) {
  let width = Unit.Vector.scalarCount
  var channel = 0
  while channel + width <= channels {
    var best = load(pixels[0] + channel, as: Unit.Vector.self)
    for index in 1..<count { best = Unit.larger(best, load(pixels[index] + channel, as: Unit.Vector.self)) }
    store(best, output + channel)
    channel += width
  }
  while channel < channels {
    var best = pixels[0][channel]
    for index in 1..<count { best = larger(best, pixels[index][channel]) }
    output[channel] = best
    channel += 1
  }
}
