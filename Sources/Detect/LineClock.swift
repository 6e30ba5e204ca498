internal import Wording

/// Whether the times of lines are of the clock that key frames have: seconds after the stream's first frame.
struct LineClock {
  /// So many key frames in a row without a line near them say something.
  private static let patience = 3
  /// Lines so many seconds ahead of the key frames do, too, where some key frames had theirs.
  private static let farAhead = 100.0

  private var lines: (count: Int, low: Double, high: Double)?
  private var asked: (count: Int, low: Double, high: Double)?
  private var answered = 0
  private var missed = 0
  private var isSaid = false

  /// A line has come.
  ///
  /// - Parameter time: Its time, in seconds.
  mutating func add(_ time: Double) {
    lines = ((lines?.count ?? 0) + 1, min(lines?.low ?? time, time), max(lines?.high ?? time, time))
  }

  /// A key frame has asked for its line.
  ///
  /// - Parameters:
  ///   - time: The key frame's, in seconds.
  ///   - isAnswered: Whether a line was near it.
  ///   - reach: How many seconds away that may be.
  /// - Returns: What there is to say as soon as it is to be seen.
  mutating func ask(at time: Double, isAnswered: Bool, reach: Double) -> String? {
    asked = ((asked?.count ?? 0) + 1, min(asked?.low ?? time, time), time)
    (answered, missed) = isAnswered ? (answered + 1, 0) : (answered, missed + 1)
    guard !isSaid, missed >= Self.patience, let lines, isOther(lines.high, time) else { return nil }
    isSaid = true
    return
      "reading boxes: the last \(missed) key frames, up to \(short(time)) s, had no line within \(short(reach)) s: "
      + "\(said(lines)) so far" + advice
  }

  /// What there is to say once the stream has ended; nil where every key frame had its line.
  func closingNote(reach: Double) -> String? {
    guard let asked, answered < asked.count else { return nil }
    let had = "reading boxes: \(answered) of \(counted(asked.count, "key frame"))"
    guard let lines else { return "\(had) had a line, for none came that could be read" }
    return "\(had) (\(short(asked.low)) to \(short(asked.high)) s) had a line within \(short(reach)) s: \(said(lines))"
      + (isOther(lines.high, asked.high) ? advice : "")
  }

  /// Whether lines seem to be of another clock, of which the latest one has this time.
  private func isOther(_ time: Double, _ keyFrame: Double) -> Bool { answered == 0 || time > keyFrame + Self.farAhead }

  private func said(_ lines: (count: Int, low: Double, high: Double)) -> String {
    "\(counted(lines.count, "line")) had times from \(short(lines.low)) to \(short(lines.high))"
  }

  private var advice: String {
    " -> \"time\" is in seconds after the stream's first frame: divide milliseconds by 1000, subtract the first frame's time"
  }
}

/// A second for a message: without decimals where it has none.
func short(_ seconds: Double) -> String {
  seconds == seconds.rounded() && abs(seconds) < 1e15 ? fixed(seconds, 0) : "\(seconds)"
}
