internal import NN
internal import Tensors

extension VideoModel {
  /// The bytes that a clip of a size is computed in, beside the clip and the weights. Streams need as much each.
  ///
  /// - Throws: `NetworkError`, `VideoModelError` for a clip that is too small, or of a size that the network does not take.
  public func arenaBytes(height: Int, width: Int) throws -> Int {
    try architecture.backbone.checkSize(height: height, width: width)
    let extents = architecture.backbone.inputs.map { Extent3($0.frames.count, height, width) }
    return 4 * (try NetworkLayout(network, batch: 1, extents: extents)).arenaCount
  }
}
