/// An action of a person, from when to when.
public struct ActionInterval: Sendable, Equatable {
  /// The class's id.
  public var action: Int
  /// In seconds, before `end`.
  public var start: Double
  public var end: Double
  /// The mean of the smoothed scores at which it was on.
  public var score: Double

  public init(action: Int, start: Double, end: Double, score: Double) {
    self.action = action
    self.start = start
    self.end = end
    self.score = score
  }
}

/// When an action begins and ends, of its scores along a track.
public struct IntervalRules: Sendable, Equatable {
  public var smoothing = Smoothing.none
  /// The score at which an action begins where nobody says it, and the share of it below which it ends.
  public static let usualOn = 0.5
  public static let usualShare = 0.8

  /// An action begins at a score of at least this.
  public var on: Double
  /// It ends at a score below this; at most `on`.
  public var off: Double
  /// How far samples usually lie apart, in seconds: each stands for half of that on either side, but not beyond the
  /// middle between it and its neighbour.
  public var spacing: Double
  /// Two intervals of one action become one where at most so many seconds are between them.
  public var mergedGap = 0.0
  /// Intervals shorter than this, in seconds, are dropped, after the others have been merged.
  public var leastDuration = 0.0

  public init(on: Double, off: Double, spacing: Double) {
    precondition(off <= on && spacing > 0, "an action ends at or below the score at which it begins")
    self.on = on
    self.off = off
    self.spacing = spacing
  }

  /// Which samples, smoothed already, the action is on at: from a score of `on` to before the first below `off`.
  public func isOn(_ samples: [ScoreSample]) -> [Bool] {
    var isOn = false
    return samples.map { sample in
      isOn = sample.score >= (isOn ? off : on)
      return isOn
    }
  }

  /// Makes intervals of an action's scores.
  ///
  /// - Parameter samples: One for each box of the track, in the order of time.
  public func intervals(of action: Int, _ samples: [ScoreSample]) -> [ActionInterval] {
    let samples = smoothing(samples)
    var runs: [(start: Double, end: Double, scores: [Double])] = []
    for (index, isOn) in isOn(samples).enumerated() where isOn {
      let sample = samples[index]
      let before = index > 0 ? (sample.time - samples[index - 1].time) / 2 : spacing / 2
      let after = index + 1 < samples.count ? (samples[index + 1].time - sample.time) / 2 : spacing / 2
      let (start, end) = (sample.time - min(before, spacing / 2), sample.time + min(after, spacing / 2))
      // Half a microsecond is what rounded times may leave between two that touch.
      if let last = runs.last, start - last.end <= mergedGap + 5e-7 {
        runs[runs.count - 1].end = end
        runs[runs.count - 1].scores.append(sample.score)
      } else {
        runs.append((start, end, [sample.score]))
      }
    }
    return runs.filter { $0.end - $0.start >= leastDuration - 5e-7 }.map { run in
      ActionInterval(
        action: action, start: run.start, end: run.end, score: run.scores.reduce(0, +) / Double(run.scores.count))
    }
  }
}
