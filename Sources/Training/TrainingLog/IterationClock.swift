/// How long iterations take.
struct IterationClock: Sendable {
  private var totals: ScalarMeter
  private var data: ScalarMeter
  private var clips: ScalarMeter
  /// Seconds since the epoch began.
  private var epoch = (total: 0.0, data: 0.0)

  init(window: Int) {
    totals = ScalarMeter(size: window)
    data = ScalarMeter(size: window)
    clips = ScalarMeter(size: window)
  }

  mutating func add(_ times: IterationTimes, clips count: Int) {
    totals.add(times.total)
    data.add(times.data)
    clips.add(Double(count))
    epoch.total += times.total
    epoch.data += times.data
  }

  mutating func beginEpoch() { epoch = (0, 0) }

  var last: IterationTimes? {
    guard let total = totals.last, let data = data.last else { return nil }
    return IterationTimes(total: total, data: data)
  }

  /// The seconds of a usual iteration: one that had to wait for a disk does not move them.
  var median: Double? { totals.median }

  var medians: IterationTimes? {
    guard let total = totals.median, let data = data.median else { return nil }
    return IterationTimes(total: total, data: data)
  }

  var clipsPerSecond: Double? { totals.sum > 0 ? clips.sum / totals.sum : nil }

  var dataShare: Double? { epoch.total > 0 ? min(1, epoch.data / epoch.total) : nil }
}
