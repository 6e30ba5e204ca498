/// The samples of one box along one axis, in feature cells and float32 like the reference's.
///
/// Sample `i` of bin `b` lies at `start + b * binSize + (i + 0.5) * binSize / samples`.
struct AxisSampling {
  let start: Float
  let binSize: Float
  /// How many samples a bin has; 0 for a box that is empty or inverted under adaptive sampling.
  let samples: Int

  /// - Returns: nil when a bin would have more samples than an Int32 counts.
  init?(low: Float, high: Float, bins: Int, scale: Float, grid: SamplingGrid, ratio: SamplingRatio) {
    let offset: Float = grid == .halfPixel ? 0.5 : 0
    start = low * scale - offset
    var extent = high * scale - offset - start
    if grid == .legacy { extent = max(extent, 1) }
    guard start.isFinite, extent.isFinite else { return nil }
    binSize = extent / Float(bins)
    switch ratio {
    case .fixed(let count): samples = count
    case .adaptive:
      let count = binSize.rounded(.up)
      guard count < 0x1p31 else { return nil }
      samples = count > 0 ? Int(count) : 0
    }
  }

  func position(bin: Int, sample: Int) -> Float {
    start + Float(bin) * binSize + (Float(sample) + 0.5) * binSize / Float(samples)
  }

  /// Calls `body` with every position that lies on the features or at most one cell outside, and with how many
  /// samples lie exactly there.
  ///
  /// A box may be millions of times larger than the features: what lies outside is found by bisection and never
  /// visited. Positions are monotonic in the sample even after rounding, which is what bisection needs.
  func forEachContribution(bin: Int, cells: Int, _ body: (_ position: Float, _ count: Int) -> Void) {
    let limit = Float(cells)
    var sample = 0
    var end = samples
    if binSize >= 0 {
      sample = firstSample(in: 0..<samples) { position(bin: bin, sample: $0) >= -1 }
      end = firstSample(in: sample..<samples) { position(bin: bin, sample: $0) > limit }
    } else {
      sample = firstSample(in: 0..<samples) { position(bin: bin, sample: $0) <= limit }
      end = firstSample(in: sample..<samples) { position(bin: bin, sample: $0) < -1 }
    }
    while sample < end {
      let here = position(bin: bin, sample: sample)
      var next = sample + 1
      if next < end, position(bin: bin, sample: next) == here {
        next = firstSample(in: next..<end) { position(bin: bin, sample: $0) != here }
      }
      body(here, next - sample)
      sample = next
    }
  }

  /// The first sample of a range for which a condition holds that stays true once it is; the end if none.
  private func firstSample(in range: Range<Int>, where condition: (Int) -> Bool) -> Int {
    var (low, high) = (range.lowerBound, range.upperBound)
    while low < high {
      let middle = low + (high - low) / 2
      if condition(middle) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
