/// How numbers are distributed, in TensorFlow's buckets: their limits are 0 and, of both signs, 1e-12 and each a tenth
/// more than the one before, up to 1e20.
public struct HistogramSummary: Sendable, Equatable {
  public private(set) var min = Double.infinity
  public private(set) var max = -Double.infinity
  public private(set) var count = 0
  public private(set) var sum = 0.0
  public private(set) var sumOfSquares = 0.0
  /// How many numbers were left out, because they are none or infinite.
  public private(set) var notFinite = 0
  private var counts = [Int](repeating: 0, count: limits.count)

  /// The upper limits; a number that equals one lies in the bucket above.
  static let limits: [Double] = {
    let positive = Array(sequence(first: 1e-12) { $0 * 1.1 }.prefix { $0 < 1e20 })
    return [-Double.greatestFiniteMagnitude] + positive.reversed().map { -$0 } + [0] + positive
      + [Double.greatestFiniteMagnitude]
  }()

  public init(_ values: some Sequence<Float>) { add(values) }

  /// Takes up more numbers: a network's weights come tensor by tensor.
  public mutating func add(_ values: some Sequence<Float>) {
    for value in values {
      guard value.isFinite else {
        notFinite += 1
        continue
      }
      let number = Double(value)
      (min, max) = (Swift.min(min, number), Swift.max(max, number))
      count += 1
      sum += number
      sumOfSquares += number * number
      counts[Self.bucket(number)] += 1
    }
  }

  /// The first bucket whose limit lies above.
  private static func bucket(_ number: Double) -> Int {
    var (low, high) = (0, limits.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if limits[middle] > number { high = middle } else { low = middle + 1 }
    }
    return low
  }

  /// The buckets up to the last with a number, of empty ones in a row only the last.
  public var buckets: [(limit: Double, count: Int)] {
    if count == 0 { return [] }
    let indices = counts.indices.filter { index in
      counts[index] > 0 || index + 1 < counts.count && counts[index + 1] > 0
    }
    return indices.map { (Self.limits[$0], counts[$0]) }
  }

  var message: ProtobufMessage {
    var histogram = ProtobufMessage()
    histogram.double(1, count == 0 ? 0 : min)
    histogram.double(2, count == 0 ? 0 : max)
    histogram.double(3, Double(count))
    histogram.double(4, sum)
    histogram.double(5, sumOfSquares)
    histogram.doubles(6, buckets.map(\.limit))
    histogram.doubles(7, buckets.map { Double($0.count) })
    return histogram
  }
}
