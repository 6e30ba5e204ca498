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
    segments(count: source.frameCount - first).map { first + ($0.lowerBound + $0.upperBound) / 2 }
  }

  /// The segments of a video; training takes a random frame of each. Neighbours share their bounds.
  ///
  /// - Parameter count: Of the video's frames.
  public func segments(count: Int) -> [ClosedRange<Int>] {
    let segment = Double(count - 1) / Double(frames)
    // Halves go to the even number, as NumPy rounds.
    func bound(_ index: Int) -> Int { Int((segment * Double(index)).rounded(.toNearestOrEven)) }
    return (0..<frames).map { bound($0)...bound($0 + 1) }
  }
}
