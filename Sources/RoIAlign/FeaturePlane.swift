public import Tensors

/// A view of channels-last features: for every picture of a batch, height x width pixels of C channels each.
///
/// Shapes: N H W C. Layout: picture after picture, row after row, pixel after pixel without gaps, except that a
/// pixel takes `pitch` floats of which the first `channels` are read: a plane may be a slice of the channels of
/// a wider tensor.
public struct FeaturePlane: Sendable {
  public let storage: Storage
  /// The place of the first channel of the first pixel, in floats.
  public let offset: Int
  public let batch: Int
  public let height: Int
  public let width: Int
  public let channels: Int
  /// The distance from a pixel to the next, in floats.
  public let pitch: Int

  /// Views a part of a storage, which must hold all of it.
  public init(
    storage: Storage, offset: Int = 0, batch: Int, height: Int, width: Int, channels: Int, pitch: Int? = nil
  ) {
    self.storage = storage
    self.offset = offset
    self.batch = batch
    self.height = height
    self.width = width
    self.channels = channels
    self.pitch = pitch ?? channels
    precondition(batch >= 0 && height >= 0 && width >= 0 && channels >= 0, "a feature plane has no negative extents")
    precondition(offset >= 0 && self.pitch >= channels, "a feature plane's pixels must not overlap")
    let pixels = batch * height * width
    let end = pixels == 0 ? offset : offset + (pixels - 1) * self.pitch + channels
    precondition(end <= storage.count, "a feature plane must lie within its storage")
  }

  /// Views a whole tensor [N, H, W, C].
  public init(_ tensor: Tensor) {
    precondition(tensor.shape.count == 4, "a feature plane is [N, H, W, C]")
    self.init(
      storage: tensor.storage, batch: tensor.shape[0], height: tensor.shape[1], width: tensor.shape[2],
      channels: tensor.shape[3])
  }

  /// The first channel of a pixel.
  func pixel(_ picture: Int, _ y: Int, _ x: Int) -> UnsafePointer<Float> {
    UnsafePointer(storage.pointer) + offset + ((picture * height + y) * width + x) * pitch
  }
}
