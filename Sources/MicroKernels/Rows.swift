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

/// Averages several pixels, channel by channel: summed in their order, then divided.
///
/// - Parameters:
///   - pixels: [count] Where each pixel's first wanted channel lies.
///   - count: At least 1.
///   - output: [channels] May be one of the pixels.
@inlinable @inline(__always)
public func meanPixel<Unit: VectorUnit>(
  _ unit: Unit.Type, _ pixels: UnsafePointer<UnsafePointer<Float>>, _ count: Int, _ channels: Int,
  _ output: UnsafeMutablePointer<Float>
) {
  let width = Unit.Vector.scalarCount
  let divisor = Float(count)
  var channel = 0
  while channel + width <= channels {
    var sum = load(pixels[0] + channel, as: Unit.Vector.self)
    for index in 1..<count { sum += load(pixels[index] + channel, as: Unit.Vector.self) }
    store(sum / Unit.Vector(repeating: divisor), output + channel)
    channel += width
  }
  while channel < channels {
    var sum = pixels[0][channel]
    for index in 1..<count { sum += pixels[index][channel] }
    output[channel] = sum / divisor
    channel += 1
  }
}

/// Adds a row of numbers to another in place, and on request sets what is below zero to zero; a NaN stays.
@inlinable @inline(__always)
public func addRow<Unit: VectorUnit>(
  _ unit: Unit.Type, _ target: UnsafeMutablePointer<Float>, _ addend: UnsafePointer<Float>, _ count: Int,
  _ rectifies: Bool
) {
  let width = Unit.Vector.scalarCount
  var index = 0
  while index + width <= count {
    let sum = load(UnsafePointer(target + index), as: Unit.Vector.self) + load(addend + index, as: Unit.Vector.self)
    store(rectifies ? Unit.larger(.zero, sum) : sum, target + index)
    index += width
  }
  while index < count {
    let sum = target[index] + addend[index]
    target[index] = rectifies ? larger(0, sum) : sum
    index += 1
  }
}
