public import Imaging

/// Where windows of one length lie in a video, so that each is as long as a clip of the network.
public struct WindowLayout: Sendable {
  public struct Window: Equatable, Sendable {
    /// The number of its first frame.
    public let frame: Int
    /// When that appears, in seconds after the video's first frame.
    public let begin: Double
  }

  /// In ascending order; one at least.
  public let windows: [Window]
  /// Whether a window is longer than the video.
  public let isLonger: Bool

  /// Windows at equal distances from the first frame on. The last ones are moved so that they end with the video: none but
  /// that of a video shorter than a window lacks frames.
  ///
  /// - Parameters:
  ///   - length: Of a window, in seconds.
  ///   - every: From the beginning of one to that of the next, in seconds.
  ///   - tolerance: How much later than asked for a frame may appear, in seconds.
  /// - Returns: Nil where there would be more than `most` windows.
  public init?(_ source: any FrameSource, length: Double, every: Double, tolerance: Double) {
    let duration = source.duration
    let last = max(0, duration - length)
    isLonger = duration < length - tolerance
    if !(min(duration, last + every) / every < Double(Self.most)) { return nil }
    var windows: [Window] = []
    var number = 0
    while true {
      let start = Double(number) * every
      let frame = source.shown(at: min(start, last), within: tolerance)
      if windows.last?.frame != frame { windows.append(Window(frame: frame, begin: source.time(of: frame))) }
      number += 1
      // A window that would begin after the end is none; nor is one that was moved to the end before.
      if start >= last || Double(number) * every >= duration { break }
    }
    self.windows = windows
  }

  /// More windows than anybody looks at; a clock that is damaged asks for more.
  public static let most = 1_000_000
}
