/// Averages the bins of one box over channels-last features: RoIAlign's inner loops.
///
/// A bin's value is the sum, over its rows and its columns, of row weight x column weight x feature. The bins of
/// an axis are lists of weighted lines: bin `b` owns the entries `starts[b] ..< starts[b + 1]`.
/// Every channel is summed in the same order, whatever register it lies in: how callers split the channels
/// does not show in the result.
///
/// - Parameters:
///   - features: The first wanted channel of the image's first position.
///   - channels: How many channels to compute.
///   - bins: The number of bins on each axis.
///   - rowStarts, columnStarts: [bins + 1] where each bin's entries begin in the next two.
///   - rowOffsets, columnOffsets: The distance in floats from `features` to a row, or from a row to a position.
///   - rowWeights, columnWeights: What a row or column counts in its bin.
///   - output: The first wanted channel of the first bin.
///   - pitch: The distance in floats from a bin to the next.
///   - takesMaximum: Whether only the largest bin of each channel is written, to the place of the first bin.
@inlinable @inline(__always)
public func alignBins<Unit: VectorUnit>(
  _ unit: Unit.Type, _ features: UnsafePointer<Float>, _ channels: Int, _ bins: Int,
  _ rowStarts: UnsafePointer<Int>, _ rowOffsets: UnsafePointer<Int>, _ rowWeights: UnsafePointer<Float>,
  _ columnStarts: UnsafePointer<Int>, _ columnOffsets: UnsafePointer<Int>, _ columnWeights: UnsafePointer<Float>,
  _ output: UnsafeMutablePointer<Float>, _ pitch: Int, _ takesMaximum: Bool
) {
  let width = Unit.Vector.scalarCount
  var channel = 0
  while channel + 8 * width <= channels {
    let tile = InlineArray<8, Unit.Vector>(repeating: .zero)
    alignTile(
      unit, tile, features + channel, bins, rowStarts, rowOffsets, rowWeights, columnStarts, columnOffsets,
      columnWeights, output + channel, pitch, takesMaximum)
    channel += 8 * width
  }
  while channel + width <= channels {
    let tile = InlineArray<1, Unit.Vector>(repeating: .zero)
    alignTile(
      unit, tile, features + channel, bins, rowStarts, rowOffsets, rowWeights, columnStarts, columnOffsets,
      columnWeights, output + channel, pitch, takesMaximum)
    channel += width
  }
  while channel < channels {
    alignScalar(
      unit, features + channel, bins, rowStarts, rowOffsets, rowWeights, columnStarts, columnOffsets, columnWeights,
      output + channel, pitch, takesMaximum)
    channel += 1
  }
}

/// Computes all bins for one tile of registers: `tile` holds its zeros and says its size.
@inlinable @inline(__always)
func alignTile<Unit: VectorUnit, let registers: Int>(
  _ unit: Unit.Type, _ tile: InlineArray<registers, Unit.Vector>, _ features: UnsafePointer<Float>, _ bins: Int,
  _ rowStarts: UnsafePointer<Int>, _ rowOffsets: UnsafePointer<Int>, _ rowWeights: UnsafePointer<Float>,
  _ columnStarts: UnsafePointer<Int>, _ columnOffsets: UnsafePointer<Int>, _ columnWeights: UnsafePointer<Float>,
  _ output: UnsafeMutablePointer<Float>, _ pitch: Int, _ takesMaximum: Bool
) {
  let width = Unit.Vector.scalarCount
  var target = output
  for binRow in 0..<bins {
    for binColumn in 0..<bins {
      var sums = tile
      for row in rowStarts[binRow]..<rowStarts[binRow + 1] {
        let line = features + rowOffsets[row]
        for column in columnStarts[binColumn]..<columnStarts[binColumn + 1] {
          let position = line + columnOffsets[column]
          let weight = Unit.Vector(repeating: rowWeights[row] * columnWeights[column])
          for i in 0..<registers {
            sums[i] = Unit.multiplyAdd(sums[i], weight, Unit.load(position + i * width))
          }
        }
      }
      if takesMaximum && binRow + binColumn > 0 {
        for i in 0..<registers {
          sums[i] = Unit.larger(Unit.load(UnsafePointer(target + i * width)), sums[i])
        }
      }
      for i in 0..<registers { store(sums[i], target + i * width) }
      if !takesMaximum { target += pitch }
    }
  }
}

/// Computes all bins for one channel, in the order of `alignTile`.
@inlinable @inline(__always)
func alignScalar<Unit: VectorUnit>(
  _ unit: Unit.Type, _ features: UnsafePointer<Float>, _ bins: Int,
  _ rowStarts: UnsafePointer<Int>, _ rowOffsets: UnsafePointer<Int>, _ rowWeights: UnsafePointer<Float>,
  _ columnStarts: UnsafePointer<Int>, _ columnOffsets: UnsafePointer<Int>, _ columnWeights: UnsafePointer<Float>,
  _ output: UnsafeMutablePointer<Float>, _ pitch: Int, _ takesMaximum: Bool
) {
  for bin in 0..<bins * bins {
    let (binRow, binColumn) = (bin / bins, bin % bins)
    var sum: Float = 0
    for row in rowStarts[binRow]..<rowStarts[binRow + 1] {
      for column in columnStarts[binColumn]..<columnStarts[binColumn + 1] {
        let weight = rowWeights[row] * columnWeights[column]
        sum = Unit.multiplyAdd(sum, weight, features[rowOffsets[row] + columnOffsets[column]])
      }
    }
    if takesMaximum { output[0] = bin == 0 ? sum : larger(output[0], sum) } else { output[bin * pitch] = sum }
  }
}
