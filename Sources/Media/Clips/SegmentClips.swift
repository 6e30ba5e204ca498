public import Imaging

/// One frame from the middle of each of as many equal segments of the video as a clip has frames, as PySlowFast's
/// Something-Something test takes them. All parts have the same frames: a clip spans the video.
public struct SegmentClips: ClipSampling {
  /// `DATA.NUM_FRAMES`.
  public let frames: Int

  public init(frames: Int) { self.frames = frames }

  public func indices(part: Int, of parts: Int, in source: any FrameSource) -> [Int] {
    indices(from: 0, at: nil, in: source)
  }

  /// Segments of what follows a frame.
  public func indices(from first: Int, at start: Double?, in source: any FrameSource) -> [Int] {
    let segment = Double(source.frameCount - 1 - first) / Double(frames)
    // Halves go to the even number, as NumPy rounds.
    func bound(_ index: Int) -> Int { Int((segment * Double(index)).rounded(.toNearestOrEven)) }
    return (0..<frames).map { first + (bound($0) + bound($0 + 1)) / 2 }
  }
}
