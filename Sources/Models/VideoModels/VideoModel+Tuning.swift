public import NN
public import Tensors

extension VideoModel {
  /// What measures the algorithms of the network on clips.
  ///
  /// - Parameter clip: N, [T, H, W], channels, as for `features`; it is kept.
  /// - Throws: `VideoModelError` for a clip of another shape, `NetworkError` for one that is too small.
  public func tuner(_ clip: FeatureMap) throws -> ConvolutionTuner {
    let inputs = try inputs(clip)
    return ConvolutionTuner(try plan(batch: clip.batch, height: clip.extent.h, width: clip.extent.w), inputs)
  }
}
