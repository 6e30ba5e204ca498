public import Tensors

/// A view of channels-last features: for every item of a batch, height x width positions of C channels each.
///
/// A batch item may be a stretch of several frames: then what is pooled is their average.
///
/// Shapes: N T H W C. Layout: batch item after batch item, frame after frame, row after row, position after position without
/// gaps, except that a position takes `pitch` floats of which the first `channels` are read: a plane may be a slice of
/// the channels of a wider tensor.
public struct FeaturePlane: Sendable {
  /// Where the features lie.
  public let storage: Storage
  /// The place of the first channel of the first position, in floats.
  public let offset: Int
  /// How many items there are, each with frames of its own.
  public let batch: Int
  /// How many frames an item has, whose features are averaged before they are pooled.
  public let frames: Int
  /// Rows of cells.
  public let height: Int
  /// Cells in a row.
  public let width: Int
  /// How many channels a cell has.
  public let channels: Int
  /// The distance from a position to the next, in floats.
  public let pitch: Int

  /// Views a part of a storage, which must hold all of it.
  public init(
    storage: Storage, offset: Int = 0, batch: Int, frames: Int = 1, height: Int, width: Int, channels: Int,
    pitch: Int? = nil
  ) {
    self.storage = storage
    self.offset = offset
    self.batch = batch
    self.frames = frames
    self.height = height
    self.width = width
    self.channels = channels
    self.pitch = pitch ?? channels
    precondition(frames > 0, "an average is over one frame at least")
    precondition(batch >= 0 && height >= 0 && width >= 0 && channels >= 0, "a feature plane has no negative extents")
    precondition(offset >= 0 && self.pitch >= channels, "a feature plane's positions must not overlap")
    let positions = batch * frames * height * width
    let end = positions == 0 ? offset : offset + (positions - 1) * self.pitch + channels
    precondition(end <= storage.count, "a feature plane must lie within its storage")
  }

  /// Views a whole tensor [N, H, W, C].
  public init(_ tensor: Tensor) {
    precondition(tensor.shape.count == 4, "a feature plane is [N, H, W, C]")
    self.init(
      storage: tensor.storage, batch: tensor.shape[0], height: tensor.shape[1], width: tensor.shape[2],
      channels: tensor.shape[3])
  }

  /// Views all frames of a map [N, T, H, W, C], which has one at least.
  public init(_ map: FeatureMap) {
    self.init(
      storage: map.storage, offset: map.offset, batch: map.batch, frames: map.extent.t, height: map.extent.h,
      width: map.extent.w, channels: map.channels, pitch: map.pitch)
  }

  /// The first channel of a position.
  func position(_ batchIndex: Int, _ y: Int, _ x: Int, frame: Int = 0) -> UnsafePointer<Float> {
    UnsafePointer(storage.pointer) + offset + (((batchIndex * frames + frame) * height + y) * width + x) * pitch
  }
}
