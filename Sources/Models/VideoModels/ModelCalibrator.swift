public import NN
public import Tensors

/// Finds what integers of 8 bits are to stand for in a model, from clips. Every clip is observed twice: all for their largest
/// numbers first, then all for their sizes.
public final class ModelCalibrator {
  private let model: VideoModel
  private let observer: CalibrationObserver
  /// The plan of the latest clip.
  private var latest: (extent: Extent3, batch: Int, plan: NetworkPlan)?

  /// - Parameter model: In float32.
  public init(_ model: VideoModel) {
    self.model = model
    observer = CalibrationObserver(model.network)
  }

  /// Finds the largest numbers of one more clip.
  ///
  /// - Throws: `VideoModelError`, `NetworkError` for a clip that does not suit the model.
  public func observeLargest(_ clip: FeatureMap) throws {
    let inputs = try model.inputs(clip)
    observer.observeLargest(try plan(clip), inputs)
  }

  /// Counts the numbers of a clip whose largest were found before.
  public func observeSizes(_ clip: FeatureMap) throws {
    let inputs = try model.inputs(clip)
    observer.observeSizes(try plan(clip), inputs)
  }

  /// What was found; nil where a number was not finite, or no clip was observed.
  public func calibration() -> Calibration? { observer.calibration() }

  private func plan(_ clip: FeatureMap) throws -> NetworkPlan {
    if let latest, latest.extent == clip.extent, latest.batch == clip.batch { return latest.plan }
    try model.architecture.backbone.checkSize(height: clip.extent.h, width: clip.extent.w)
    let extents = model.architecture.backbone.inputs.map { Extent3($0.frames.count, clip.extent.h, clip.extent.w) }
    let layout = try NetworkLayout(model.network, batch: clip.batch, extents: extents, absorbing: false)
    latest = nil
    let plan = try NetworkPlan(layout)
    latest = (clip.extent, clip.batch, plan)
    return plan
  }
}
