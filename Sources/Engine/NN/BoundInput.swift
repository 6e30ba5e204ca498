public import Tensors

/// What a run reads as one input of a network: the caller's map, or some of its frames.
///
/// Nothing writes into it. Where every operator that reads the input keeps frames apart, chosen frames cost no copy: the
/// slow pathway of a clip is a view of it.
public struct BoundInput: Sendable {
  /// N, [T, H, W], C
  public let map: FeatureMap
  /// The positions along T that are the input, ascending, of every item of the batch; nil where all are.
  public let frames: [Int]?

  public init(_ map: FeatureMap, frames: [Int]? = nil) {
    self.map = map
    self.frames = frames == Array(0..<map.extent.t) ? nil : frames
  }

  /// The frames, counted through the whole batch; nil where all are.
  var chosen: [Int]? {
    frames.map { frames in (0..<map.batch).flatMap { n in frames.map { n * map.extent.t + $0 } } }
  }

  var extent: Extent3 { Extent3(frames?.count ?? map.extent.t, map.extent.h, map.extent.w) }
}
