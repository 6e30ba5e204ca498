internal import Kernels
internal import Parallel
internal import Tensors

/// Finds a network's ranges from clips, each of which is observed twice: first the largest numbers, then how often numbers of
/// which size come.
///
/// Source: the range of a channel is the one whose integers have the least mean square error on what was seen, of roundings and
/// of numbers beyond it; as in TensorRT's and PyTorch's calibrators of histograms.
public final class CalibrationObserver {
  private static let bins = 512

  /// What was seen of a value.
  private struct Seen {
    let operation: String
    var largest: [Float]
    var sums: [Double]
    var positions = 0
    /// [channels][bins], from 0 to the channel's largest.
    var histograms: [UInt32] = []
    var isNonNegative = true
  }

  private var values: [Int: Seen] = [:]
  private let names: [(index: Int, operation: String)]

  /// - Parameter network: In float32.
  public init(_ network: Network) {
    names = network.quantizable
  }

  /// Finds the largest numbers of one more clip.
  ///
  /// - Parameter plan: Of the network, laid out for the clip without absorption: every operator is one of the diagram.
  public func observeLargest(_ plan: NetworkPlan, _ bound: [BoundInput]) {
    observe(plan, bound) { seen, map in
      for position in 0..<map.positions {
        let row = map.start + position * map.pitch
        for c in 0..<map.channels {
          let value = row[c]
          seen.sums[c] += Double(value)
          seen.largest[c] = max(seen.largest[c], abs(value))
          if value < 0 { seen.isNonNegative = false }
        }
      }
      seen.positions += map.positions
    }
  }

  /// Counts the numbers of a clip whose largest were found before.
  public func observeSizes(_ plan: NetworkPlan, _ bound: [BoundInput]) {
    observe(plan, bound) { seen, map in
      if seen.histograms.isEmpty { seen.histograms = [UInt32](repeating: 0, count: map.channels * Self.bins) }
      let factors = seen.largest.map { $0 > 0 ? Float(Self.bins) / $0 : 0 }
      seen.histograms.withUnsafeMutableBufferPointer { histograms in
        for position in 0..<map.positions {
          let row = map.start + position * map.pitch
          for c in 0..<map.channels where row[c] != 0 {
            // What is no number counts as one too large: there is no calibration then.
            let size = abs(row[c]) * factors[c]
            let bin = size < Float(Self.bins) ? Int(size) : Self.bins - 1
            histograms[c * Self.bins + bin] &+= 1
          }
        }
      }
    }
  }

  private func observe(_ plan: NetworkPlan, _ bound: [BoundInput], _ body: (inout Seen, FeatureMap) -> Void) {
    let operations = Dictionary(uniqueKeysWithValues: names)
    plan.observe(bound) { index, map in
      guard let operation = operations[index] else { return }
      let zeros = [Float](repeating: 0, count: map.channels)
      body(
        &values[
          index, default: Seen(operation: operation, largest: zeros, sums: zeros.map(Double.init))], map)
    }
  }

  /// What was found.
  ///
  /// - Returns: nil where a number is not finite: no clip was seen, or weights or clips are damaged.
  public func calibration() -> Calibration? {
    var ranges: [Calibration.Range] = []
    for (index, operation) in names {
      guard let seen = values[index], seen.positions > 0, seen.largest.allSatisfy(\.isFinite),
        seen.sums.allSatisfy(\.isFinite)
      else { return nil }
      let largest = seen.largest.indices.map { c in
        let bins = seen.histograms.isEmpty ? [] : seen.histograms[c * Self.bins..<(c + 1) * Self.bins]
        return seen.largest[c] * bestShare(bins, steps: seen.isNonNegative ? 255 : 127)
      }
      ranges.append(
        Calibration.Range(
          operation: operation, largest: largest, means: seen.sums.map { Float($0 / Double(seen.positions)) }))
    }
    return Calibration(ranges: ranges)
  }

  /// The share of the largest number that a range reaches to have the least error.
  private func bestShare(_ histogram: ArraySlice<UInt32>, steps: Double) -> Float {
    let counts = Array(histogram)
    guard let last = counts.lastIndex(where: { $0 > 0 }) else { return 1 }
    let bins = Double(counts.count)
    // Of the numbers of a bin and beyond: how many, their sum and the sum of their squares; for the error of cutting them off.
    var (count, sum, squares) = (0.0, 0.0, 0.0)
    let total = counts.reduce(0.0) { $0 + Double($1) }
    var (best, least) = (1.0, Double.infinity)
    for bin in stride(from: last, through: counts.count / 8, by: -1) {
      let share = Double(bin + 1) / bins
      let step = share / steps
      let error = squares - 2 * share * sum + share * share * count + (total - count) * step * step / 12
      if error < least { (best, least) = (share, error) }
      let middle = (Double(bin) + 0.5) / bins
      count += Double(counts[bin])
      sum += Double(counts[bin]) * middle
      squares += Double(counts[bin]) * middle * middle
    }
    return Float(best)
  }
}
