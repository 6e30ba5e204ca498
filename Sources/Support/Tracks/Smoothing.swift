internal import Glibc

/// The score of an action at a moment of a track.
public struct ScoreSample: Sendable, Equatable {
  /// In seconds.
  public var time: Double
  public var score: Double

  public init(time: Double, score: Double) {
    self.time = time
    self.score = score
  }
}

/// How the scores of an action are smoothed along a track.
public enum Smoothing: Sendable, Equatable {
  /// Not at all.
  case none
  /// Each becomes the mean of all that lie within half of so many seconds before and after it.
  case window(Double)
  /// Each moves the value before it towards itself: by 63 % when so many seconds have passed, by more after more time
  /// (1 - exp(-elapsed / seconds)). Looks back only, as a stream has to.
  case exponential(Double)

  /// Smooths samples in the order of time; times stay.
  public func callAsFunction(_ samples: [ScoreSample]) -> [ScoreSample] {
    switch self {
    case .none: samples
    case .window(let seconds): windowed(samples, half: seconds / 2)
    case .exponential(let seconds): decayed(samples, over: seconds)
    }
  }

  private func windowed(_ samples: [ScoreSample], half: Double) -> [ScoreSample] {
    // Half a microsecond, the resolution of the time stamps: a neighbour at the window's edge is in it on both sides.
    let half = half + 5e-7
    var (first, end) = (0, 0)
    return samples.map { sample in
      while samples[first].time < sample.time - half { first += 1 }
      while end < samples.count, samples[end].time <= sample.time + half { end += 1 }
      let sum = samples[first..<end].reduce(0) { $0 + $1.score }
      return ScoreSample(time: sample.time, score: sum / Double(end - first))
    }
  }

  private func decayed(_ samples: [ScoreSample], over seconds: Double) -> [ScoreSample] {
    guard var last = samples.first else { return [] }
    return samples.map { sample in
      // Without a time there is nothing to wait for.
      let share = seconds > 0 ? 1 - exp(-(sample.time - last.time) / seconds) : 1
      last = ScoreSample(time: sample.time, score: last.score + share * (sample.score - last.score))
      return last
    }
  }
}
