public import Imaging

extension UniformClips {
  /// How long a clip lasts, in seconds.
  public var seconds: Double { Double(rate * frames) / targetRate }

  /// How far times may be rounded, in seconds: some containers count in milliseconds.
  private static let rounding = 0.002

  /// The frame numbers of the clip that begins at a frame, each in 0..<count of the source.
  ///
  /// Where frames come at a steady rate they are those of the reference's clips, counted from the first. Elsewhere they are
  /// the frames seen at the times of a video of `targetRate` frames a second: the motion is that of the clips which the
  /// network was trained on either way. A clip that is longer than the rest of the video repeats its last frame.
  ///
  /// - Parameter start: When the clip begins, in seconds, where its first frame is one that is seen longer; nil for the time
  ///   at which that appears.
  public func indices(from first: Int, at start: Double? = nil, in source: any FrameSource) -> [Int] {
    if let rate = steadyRate(from: first, in: source) {
      let span = max(1, seconds * rate)
      return spread(from: 0, to: span - 1, count: source.frameCount - first).map { first + $0 }
    }
    let (start, frame) = (start ?? source.time(of: first), 1 / targetRate)
    return spread(from: 0, to: Double(rate * frames - 1), count: rate * frames).map {
      max(first, source.shown(at: start + Double($0) * frame, within: frame / 2))
    }
  }

  /// Whether the frames of the clip that begins at a frame come at one rate, so that they are counted and not looked for by
  /// their times.
  public func isSteady(from first: Int, in source: any FrameSource) -> Bool {
    steadyRate(from: first, in: source) != nil
  }

  /// Of fewer frames in a clip's time each is a still picture for so long that counting them would pass one over.
  private static let fewestFrames = 3.0

  /// The frames a second that the frames of a clip come at, by the header or on average; nil where they come otherwise, or
  /// where a clip's time has few of them.
  private func steadyRate(from first: Int, in source: any FrameSource) -> Double? {
    let start = source.time(of: first)
    let rates = [source.statedClock?.framesPerSecond, source.framesPerSecond].compactMap(\.self)
    return rates.first { rate in
      guard rate.isFinite, seconds * rate >= Self.fewestFrames else { return false }
      let length = Int(min(Double(source.frameCount - 1 - first), seconds * rate))
      return length > 0
        && (1...length).allSatisfy {
          abs(source.time(of: first + $0) - start - Double($0) / rate) < Self.rounding
        }
    }
  }
}
