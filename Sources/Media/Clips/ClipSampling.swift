public import Imaging

/// How the clips of a video's parts take their frames: a rule for each data set that tests whole videos.
public protocol ClipSampling: Hashable, Sendable {
  /// The frame numbers of clip `part` of `parts`, each in 0..<count of the source.
  func indices(part: Int, of parts: Int, in source: any FrameSource) -> [Int]
  /// The frame numbers of the clip that begins with a frame of the source.
  ///
  /// - Parameter start: When it begins, in seconds; nil for the time at which that frame appears.
  func indices(from first: Int, at start: Double?, in source: any FrameSource) -> [Int]
}
