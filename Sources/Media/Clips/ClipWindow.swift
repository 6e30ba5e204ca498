/// Which frames a clip takes around its key frame.
///
/// The key frame is element `frames / 2` of the clip, as in PySlowFast: 32 frames at rate 2 reach from 32 frames
/// before it to 30 after.
public struct ClipWindow: Hashable, Sendable {
  public let frames: Int
  public let rate: Int
  /// Whether all frames are the key frame: a clip without motion.
  public let isStill: Bool

  /// - Parameters:
  ///   - frames: `DATA.NUM_FRAMES`.
  ///   - rate: `DATA.SAMPLING_RATE`.
  public init(frames: Int, rate: Int, isStill: Bool = false) {
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
}
