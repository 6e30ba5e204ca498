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
  /// The place of each frame in the order of decoding, the last one for frames that the file lacks; empty where it is not
  /// known.
  var decodingOrder: [Int32] = []
  /// How long the last frame is shown, in ticks.
  var lastDuration: Int64
  var notices: [String] = []
  /// Frames that were lost on the way, by number: the decoder passes from the one before to the one after.
  private(set) var lost: Set<Int> = []
  /// What is known of damage before a frame is asked for.
  var damaged = DamagedFrames()

  /// Whether the file was cut short and does not tell how many frames it was to have: there are a few damaged ones for
  /// those at the end.
  var isOpenEnded = false

  /// Gives the frames numbers that are missing in or beside damage, so that what is asked for at their times is damaged.
  ///
  /// - Parameter missing: From which time on all frames between others are missing, and why; nil for nowhere.
  mutating func fillGaps(step: Int64, missing: (after: Int64, cause: String)? = nil) {
    var filled: [Int64] = []
    var moved: [Int] = []
    var gaps: [(Range<Int>, cause: String)] = []
    for (number, time) in times.enumerated() {
      moved.append(filled.count)
      filled.append(time)
      guard number + 1 < times.count, step > 0, times[number + 1] &- time > step + step / 2,
        let cause = damaged.run(of: number)?.cause ?? damaged.run(of: number + 1)?.cause
          ?? missing.flatMap({ time >= $0.after ? $0.cause : nil })
      else { continue }
      let count = (times[number + 1] &- time) / step
      // More is no gap but a clock that is wrong.
      if count > 1_000_000 { continue }
      let first = filled.count
      filled += (1..<max(2, count + 1)).map { time + $0 * step }.filter { $0 < times[number + 1] - step / 2 }
      gaps.append((first..<filled.count, cause))
    }
    if gaps.isEmpty { return }
    times = filled
    if !decodingOrder.isEmpty {
      let known = decodingOrder
      decodingOrder = Array(repeating: .max, count: filled.count)
      for (old, new) in moved.enumerated() { decodingOrder[new] = known[old] }
    }
    damaged.renumber(moved)
    for (numbers, cause) in gaps {
      damaged.add(numbers, cause: cause)
      lost.formUnion(numbers)
    }
  }

  /// Adds frames at the end, at a steady distance, as damaged ones.
  mutating func extend(by count: Int, step: Int64, cause: String) {
    guard let last = times.last else { return }
    let first = times.count
    times += (1...Int64(count)).map { last + $0 * step }
    if !decodingOrder.isEmpty { decodingOrder += Array(repeating: .max, count: count) }
    damaged.add(first..<first + count, cause: cause)
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

  /// The frames that damage of one takes away, as ranges: those that are decoded from it on, up to the next key frame. It
  /// and what precedes it there lean on none of them, wherever they are shown.
  ///
  /// - Parameter time: When the damaged frame is shown.
  /// - Returns: nil where the order of decoding is not known, or there is no such frame.
  func leaning(on time: Int64) -> [Range<Int>]? {
    guard decodingOrder.count == times.count, let frame = frame(at: time) else { return nil }
    var ranges: [Range<Int>] = []
    for number in max(0, frame - Self.farthestBefore)..<recovery(after: frame)
    where decodingOrder[number] >= decodingOrder[frame] {
      if ranges.last?.upperBound == number {
        ranges[ranges.count - 1] = ranges[ranges.count - 1].lowerBound..<number + 1
      } else {
        ranges.append(number..<number + 1)
      }
    }
    return ranges
  }

  /// A frame is shown before one that was decoded earlier by no more frames than these.
  private static let farthestBefore = 32

  /// Whether the frame of a time leans on the damaged one of another time.
  func leans(_ time: Int64?, on damaged: Int64?) -> Bool {
    guard let time, let damaged, decodingOrder.count == times.count, let frame = frame(at: time),
      let other = self.frame(at: damaged)
    else { return true }
    return decodingOrder[frame] >= decodingOrder[other]
  }

  /// The number of the frame of a time; nil where there is none.
  func frame(at time: Int64) -> Int? {
    let frame = firstFrame(notBefore: time)
    return frame < times.count && times[frame] == time ? frame : nil
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
