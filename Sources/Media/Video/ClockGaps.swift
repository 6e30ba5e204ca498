internal import Wording

/// Stretches of a video's clock in which no frame begins, though many are usual in such a time.
///
/// Screen recordings have them where nothing moves, recordings of streams where nothing came. They are no damage; but who
/// asks for a time there gets a frame of another one.
struct ClockGaps {
  /// The longest gap: seconds after the first frame.
  private let from: Double
  private let to: Double
  private let count: Int

  /// - Parameters:
  ///   - times: Of all frames, ascending.
  ///   - usual: The usual distance of frames in ticks.
  /// - Returns: nil where there is no gap.
  init?(_ times: [Int64], _ timeBase: Ratio, usual: Int64) {
    let tick = timeBase.value
    let shortest = max(1, 10 * Double(usual) * tick)
    let steps = zip(times.dropFirst(), times).map { Double($0 &- $1) * tick }
    let gaps = steps.indices.filter { steps[$0] > shortest }
    guard let longest = gaps.max(by: { steps[$0] < steps[$1] }) else { return nil }
    from = Double(times[longest] &- times[0]) * tick
    to = Double(times[longest + 1] &- times[0]) * tick
    count = gaps.count
  }

  func description(isTransportStream: Bool) -> String {
    let others = count > 1 ? " (the longest of \(count) such gaps)" : ""
    let found =
      "from \(fixed(from, 2)) to \(fixed(to, 2)) s no frame begins\(others): what is asked for there gets the nearest frames"
    if isTransportStream {
      return found
        + ", and times after it are those of the file's clock -> if streams were joined there and are to follow "
        + "one another, join them with ffmpeg's concat demuxer (-f concat)"
    }
    return found + " -> where the picture stood still this is right; else a part was not recorded"
  }
}
