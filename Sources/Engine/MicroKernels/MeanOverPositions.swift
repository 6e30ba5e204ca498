/// Averages several positions, channel by channel, in Double and in their order: equal to the last bit on every
/// instruction set.
///
/// - Parameters:
///   - positions: [count] Where each position's first wanted channel lies.
///   - count: At least 1.
///   - output: [channels] May be one of the positions.
@inlinable @inline(__always)
public func meanOverPositions<Unit: VectorUnit>(
  _ unit: Unit.Type, _ positions: UnsafePointer<UnsafePointer<Float>>, _ count: Int, _ channels: Int,
  _ output: UnsafeMutablePointer<Float>
) {
  var channel = 0
  // Sums in half of the registers: eight doubles are one register here, two there, four elsewhere.
  switch Unit.Vector.scalarCount {
  case 16: meanTiles(InlineArray<8, SIMD8<Double>>(repeating: .zero), positions, count, channels, &channel, output)
  case 8: meanTiles(InlineArray<4, SIMD8<Double>>(repeating: .zero), positions, count, channels, &channel, output)
  default: meanTiles(InlineArray<2, SIMD8<Double>>(repeating: .zero), positions, count, channels, &channel, output)
  }
  meanTiles(InlineArray<1, SIMD8<Double>>(repeating: .zero), positions, count, channels, &channel, output)
  while channel < channels {
    var sum = 0.0
    for index in 0..<count { sum += Double(positions[index][channel]) }
    output[channel] = Float(sum / Double(count))
    channel += 1
  }
}

/// Averages as many channels as fill whole tiles, from `channel` on; `tile` holds a tile's zeros and says its size.
@inlinable @inline(__always)
func meanTiles<let registers: Int>(
  _ tile: InlineArray<registers, SIMD8<Double>>, _ positions: UnsafePointer<UnsafePointer<Float>>, _ count: Int,
  _ channels: Int, _ channel: inout Int, _ output: UnsafeMutablePointer<Float>
) {
  let divisor = SIMD8<Double>(repeating: Double(count))
  while channel + registers * 8 <= channels {
    var sums = tile
    for index in 0..<count {
      let position = positions[index] + channel
      for i in 0..<registers { sums[i] += SIMD8<Double>(load(position + i * 8, as: SIMD8<Float>.self)) }
    }
    for i in 0..<registers { store(SIMD8<Float>(sums[i] / divisor), output + channel + i * 8) }
    channel += registers * 8
  }
}
