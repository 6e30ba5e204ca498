/// The presentation times of all frames of a stream.
struct TimestampIndex: Sendable {
  enum Method {
    /// From the packets' timestamps: any frame can be sought by its time.
    case packets
    /// By decoding everything once: frames are known by their number alone.
    case decoding
  }
  var method: Method
  /// Presentation times in the stream's ticks, ascending, no two alike.
  var times: [Int64]
  /// Presentation times of key packets, ascending, with the time to seek to.
  var keys: [(time: Int64, seek: Int64)]
  /// How long the last frame is shown, in ticks.
  var lastDuration: Int64
  var notices: [String] = []
  /// Frames that were lost on the way, by number: the decoder passes from the one before to the one after.
  private(set) var lost: Set<Int> = []
  /// What is known of damage before a frame is asked for.
  var damaged = DamagedFrames()

  /// Gives the frames numbers that are missing in or beside damage, so that what is asked for at their times is damaged.
  mutating func fillGaps(step: Int64) {
    var filled: [Int64] = []
    var moved: [Int] = []
    var gaps: [(Range<Int>, cause: String)] = []
    for (number, time) in times.enumerated() {
      moved.append(filled.count)
      filled.append(time)
      guard number + 1 < times.count, step > 0, times[number + 1] &- time > step + step / 2,
        let run = damaged.run(of: number) ?? damaged.run(of: number + 1)
      else { continue }
      let count = (times[number + 1] &- time) / step
      // More is no gap but a clock that is wrong.
      if count > 1_000_000 { continue }
      let first = filled.count
      filled += (1..<max(2, count + 1)).map { time + $0 * step }.filter { $0 < times[number + 1] - step / 2 }
      gaps.append((first..<filled.count, run.cause))
    }
    if gaps.isEmpty { return }
    times = filled
    damaged.renumber(moved)
    for (numbers, cause) in gaps {
      damaged.add(numbers, cause: cause)
      lost.formUnion(numbers)
    }
  }

  /// The number of the frame nearest to a time in ticks after the first frame; of two equally near ones the earlier.
  func nearest(to ticks: Double) -> Int {
    func after(_ number: Int) -> Double { Double(times[number] &- times[0]) - ticks }
    let next = firstIndex(of: times.count) { after($0) >= 0 }
    if next == 0 { return 0 }
    if next == times.count { return next - 1 }
    // The tolerance leaves exact halves, which binary fractions cannot hold, with the earlier frame.
    return -after(next - 1) <= after(next) + 1e-6 ? next - 1 : next
  }

  /// The number of the first frame at or after a time; the count of frames where there is none.
  func firstFrame(notBefore time: Int64) -> Int { firstIndex(of: times.count) { times[$0] >= time } }

  /// The last key packet shown at or before a time.
  func key(before time: Int64) -> Int? {
    let next = firstIndex(of: keys.count) { keys[$0].time > time }
    return next == 0 ? nil : next - 1
  }

  /// The first frame at or after `number` from which on nothing leans on what `number` leans on; the count of frames
  /// where there is none.
  func recovery(after number: Int) -> Int {
    let next = firstIndex(of: keys.count) { keys[$0].time > times[number] }
    return next == keys.count ? times.count : firstFrame(notBefore: keys[next].time)
  }

  /// The first of `count` ascending positions for which `isReached` holds.
  private func firstIndex(of count: Int, where isReached: (Int) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if isReached(middle) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
