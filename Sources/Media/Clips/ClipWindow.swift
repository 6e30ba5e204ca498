public import Imaging

/// Which frames a clip takes around its key frame.
///
/// The key frame is element `frames / 2` of the clip, as in PySlowFast: 32 frames at rate 2 reach from 32 frames
/// before it to 30 after.
public struct ClipWindow: Sendable {
  public let frames: Int
  public let rate: Int
  /// Whether all frames are the key frame: a clip without motion.
  public let isStill: Bool
  /// How the clips of a video's parts take their frames; nil where they are windows as those of key frames.
  public let parts: (any ClipSampling)?

  /// - Parameters:
  ///   - frames: `DATA.NUM_FRAMES`.
  ///   - rate: `DATA.SAMPLING_RATE`.
  public init(frames: Int, rate: Int, isStill: Bool = false, parts: (any ClipSampling)? = nil) {
    self.parts = parts
    self.frames = frames
    self.rate = rate
    self.isStill = isStill
  }

  /// The frame numbers of the clip around a key frame, each moved into 0..<count.
  public func indices(around center: Int, count: Int) -> [Int] {
    let first = center - frames * rate / 2
    if isStill { return Array(repeating: min(max(center, 0), count - 1), count: frames) }
    return (0..<frames).map { min(max(first + $0 * rate, 0), count - 1) }
  }

  /// The frame numbers of a view's clip.
  ///
  /// - Parameters:
  ///   - center: The task's own frame.
  ///   - seconds: The task's own time, where it is not that at which the frame appears; views `onward` begin then.
  public func indices(of view: View, around center: Int, at seconds: Double? = nil, in source: any FrameSource) -> [Int]
  {
    if case .part(let index, let count) = view.position, let parts {
      let chosen = parts.indices(part: index, of: count, in: source)
      return isStill ? Array(repeating: chosen[frames / 2], count: frames) : chosen
    }
    if view.position == .onward, let parts {
      let chosen = parts.indices(from: center, at: seconds, in: source)
      return isStill ? Array(repeating: chosen[frames / 2], count: frames) : chosen
    }
    let count = source.frameCount
    return indices(around: self.center(of: view, around: center, count: count), count: count)
  }
}

extension ClipWindow: Hashable {
  public static func == (a: ClipWindow, b: ClipWindow) -> Bool {
    a.frames == b.frames && a.rate == b.rate && a.isStill == b.isStill
      && a.parts.map { AnyHashable($0) } == b.parts.map { AnyHashable($0) }
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(frames)
    hasher.combine(rate)
    hasher.combine(isStill)
    if let parts { hasher.combine(AnyHashable(parts)) }
  }
}
