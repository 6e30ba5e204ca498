/// A series of numbers, of which the last few are kept: their median tells more of a noisy loss than the last one does.
public struct ScalarMeter: Sendable {
  private let size: Int
  /// The last values, the oldest first.
  public private(set) var window: [Double] = []
  private var total = 0.0
  private var count = 0

  /// - Parameter size: How many values are kept, 1 or more (`LOG_PERIOD`).
  public init(size: Int) {
    precondition(size > 0, "a window has room for a value")
    self.size = size
  }

  public mutating func add(_ value: Double) {
    if window.count == size { window.removeFirst() }
    window.append(value)
    total += value
    count += 1
  }

  /// Forgets all values.
  public mutating func reset() {
    window = []
    (total, count) = (0, 0)
  }

  /// The value added last; nil for none.
  public var last: Double? { window.last }

  /// The median of the window, of an even number of values the mean of the middle two; nil for none, NaN where one is.
  public var median: Double? {
    if window.isEmpty { return nil }
    if window.contains(where: \.isNaN) { return .nan }
    let sorted = window.sorted()
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }

  /// The mean of the window; nil for none.
  public var mean: Double? { window.isEmpty ? nil : sum / Double(window.count) }

  /// The mean of all values, those that the window lost too; nil for none.
  public var globalMean: Double? { count == 0 ? nil : total / Double(count) }

  /// The sum of the window.
  var sum: Double { window.reduce(0, +) }
}

/// A mean in which each value counts as often as there were clips in its batch.
struct WeightedMean: Sendable {
  private var total = 0.0
  private var weight = 0

  mutating func add(_ value: Double, count: Int) {
    total += value * Double(count)
    weight += count
  }

  var value: Double? { weight == 0 ? nil : total / Double(weight) }
}
