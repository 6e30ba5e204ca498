public import Geometry

/// The frames of a video: their size, and when each appears, in seconds after the first.
public struct FrameClock: Sendable, Equatable {
  public let size: ImageSize
  /// On average, where frames come irregularly.
  public let framesPerSecond: Double
  /// When the last frame ends; nil where that is not known.
  public let duration: Double?
  /// When each frame appears; nil for a constant rate.
  private let times: [Double]?

  /// Frames at a constant rate, of which nobody says how many there are.
  ///
  /// - Parameter framesPerSecond: Above 0.
  public init(size: ImageSize, framesPerSecond: Double) {
    precondition(framesPerSecond > 0, "frames follow one another")
    (self.size, self.framesPerSecond) = (size, framesPerSecond)
    (duration, times) = (nil, nil)
  }

  /// Frames by their own time stamps.
  ///
  /// - Parameters:
  ///   - times: Ascending, at least one.
  ///   - duration: When the last one ends, after it appears.
  public init(size: ImageSize, times: [Double], duration: Double) {
    precondition(!times.isEmpty && duration > 0, "a video has frames")
    (self.size, self.times, self.duration) = (size, times, duration)
    framesPerSecond = Double(times.count) / duration
  }

  /// How many frames there are; nil where that is not known.
  public var frameCount: Int? { times?.count }

  /// The frame that appears nearest to a time, of two equally near ones the earlier; the first before the beginning, the
  /// last after the end.
  public func frame(at seconds: Double) -> Int {
    // What binary fractions cannot hold of exact halves.
    let tolerance = 1e-6
    guard let times else {
      return Int(min(max((seconds * framesPerSecond - 0.5 - tolerance).rounded(.up), 0), 1e15))
    }
    var (low, high) = (0, times.count)
    while low < high {
      let middle = (low + high) / 2
      if times[middle] < seconds { low = middle + 1 } else { high = middle }
    }
    if low == times.count { return low - 1 }
    if low > 0, seconds - times[low - 1] <= times[low] - seconds + tolerance { return low - 1 }
    return low
  }

  /// The frames of a stretch of time: from the one nearest to its start to the one before that nearest to its end, at least
  /// one; of a stretch that goes on to the video's end all that are left.
  public func frames(from start: Double, to end: Double) -> ClosedRange<Int> {
    let first = frame(at: start)
    if let count = frameCount, let duration, end >= duration - 0.5 / framesPerSecond {
      return first...max(first, count - 1)
    }
    return first...max(first, frame(at: end) - 1)
  }
}
