public import Imaging

/// Clips of every `rate`-th frame, as PySlowFast's Charades test cuts them: the first begins with the video, the last ends
/// with it, those between at equal distances. A video that is shorter than a clip repeats its last frame.
///
/// A single clip, which the reference cannot cut, lies in the middle.
public struct StridedClips: ClipSampling {
  /// `DATA.NUM_FRAMES`.
  public let frames: Int
  /// `DATA.SAMPLING_RATE`.
  public let rate: Int

  public init(frames: Int, rate: Int) {
    self.frames = frames
    self.rate = rate
  }

  public func indices(part: Int, of parts: Int, in source: any FrameSource) -> [Int] {
    let left = Double(max(source.frameCount - ((frames - 1) * rate + 1), 0))
    let place = parts == 1 ? left / 2 : left / Double(parts - 1) * Double(part)
    // Halves go to the even number, as Python rounds.
    return indices(from: Int(place.rounded(.toNearestOrEven)), at: nil, in: source)
  }

  /// Where a clip at a random place may begin, as in training; a video that is shorter than a clip may begin within it, and
  /// then repeats its first frame before.
  public func starts(in source: any FrameSource) -> ClosedRange<Int> {
    let room = source.frameCount - ((frames - 1) * rate + 1)
    return min(room, 0)...max(room, 0)
  }

  public func indices(from first: Int, at start: Double?, in source: any FrameSource) -> [Int] {
    (0..<frames).map { min(max(first + $0 * rate, 0), source.frameCount - 1) }
  }
}
