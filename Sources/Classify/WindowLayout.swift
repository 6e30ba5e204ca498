public import Clips
public import Imaging

/// Where windows of one length lie in a video, so that each is as long as a clip of the network.
public struct WindowLayout: Sendable {
  public struct Window: Equatable, Sendable {
    /// The number of the frame that is seen when it begins.
    public let frame: Int
    /// In seconds after the video's first frame: when that frame appears, or where frames come irregularly when the window
    /// was to begin.
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
  ///   - clips: How long a window is, and which frames it takes. They may appear half a frame of the target rate later than
  ///     asked for.
  ///   - every: From the beginning of one to that of the next, in seconds.
  /// - Returns: Nil where there would be more than `most` windows.
  public init?(_ source: any FrameSource, _ clips: UniformClips, every: Double) {
    let tolerance = 0.5 / clips.targetRate
    let duration = source.duration
    let last = max(0, duration - clips.seconds)
    isLonger = duration < clips.seconds - tolerance
    if !(min(duration, last + every) / every < Double(Self.most)) { return nil }
    var windows: [Window] = []
    var number = 0
    while true {
      let start = Double(number) * every
      let frame = source.shown(at: min(start, last), within: tolerance)
      if !clips.isSteady(from: frame, in: source) {
        // In a pause windows of one still frame differ in their times, and in the frames that come after it.
        windows.append(Window(frame: frame, begin: min(start, last)))
      } else if windows.last?.frame != frame {
        windows.append(Window(frame: frame, begin: source.time(of: frame)))
      }
      number += 1
      // A window that would begin after the end is none; nor is one that was moved to the end before.
      if start >= last || Double(number) * every >= duration { break }
    }
    self.windows = windows
  }

  /// How many seconds of a video no window shows.
  func unseen(_ clips: UniformClips, of duration: Double) -> Double {
    var (end, unseen) = (0.0, 0.0)
    for window in windows {
      unseen += max(0, window.begin - end)
      end = max(end, window.begin + clips.seconds)
    }
    return unseen + max(0, duration - end)
  }

  /// More windows than anybody looks at; a clock that is damaged asks for more.
  public static let most = 1_000_000
}
