public import Kernels
public import Parallel
public import Tensors

/// Pools the features under boxes of any size into grids of one size: RoIAlign.
///
/// A box is cut into resolution x resolution bins; each bin averages bilinear samples of the features, taken on
/// a regular grid. Samples up to one cell outside the features take the border's value; those further out count
/// as 0, but count. Boxes are not clipped. Of features with several frames the average over the frames is pooled. An
/// empty or inverted box gives zeros on the half-pixel grid under adaptive sampling, and is stretched to one cell on the
/// legacy grid. Features must be finite: a NaN or an infinity spreads to the bins that weigh it, and not beyond.
///
/// Results do not depend on the number of threads. Between instruction sets they differ by the rounding of
/// float32 sums.
///
/// Source: He et al., "Mask R-CNN", 2017, section 3; the conventions are those of Detectron2's ROIAlign and
/// torchvision's roi_align.
public struct RoIAligner: Sendable {
  /// How many bins a box has on each axis.
  public let resolution: Int
  /// Feature cells per pixel of the boxes: 1/16 for features of stride 16.
  public let spatialScale: Float
  /// Where a cell's centre lies.
  public let grid: SamplingGrid
  /// How many samples a bin has on each side.
  public let samplingRatio: SamplingRatio

  /// - Throws: `RoIAlignError.badParameter`.
  public init(
    resolution: Int, spatialScale: Float, grid: SamplingGrid, samplingRatio: SamplingRatio = .adaptive
  ) throws(RoIAlignError) {
    guard resolution > 0, resolution <= 1024 else {
      throw .badParameter(name: "the resolution", found: "\(resolution)", expected: "1 to 1024")
    }
    guard spatialScale > 0, spatialScale.isFinite else {
      throw .badParameter(name: "the spatial scale", found: "\(spatialScale)", expected: "a number above 0")
    }
    if case .fixed(let count) = samplingRatio, count <= 0 || count > 1024 {
      throw .badParameter(name: "the sampling ratio", found: "\(count)", expected: "1 to 1024, or choose adaptive")
    }
    self.resolution = resolution
    self.spatialScale = spatialScale
    self.grid = grid
    self.samplingRatio = samplingRatio
  }

  /// Pools every box into [R, P, P, C], P being the resolution.
  ///
  /// - Throws: `RoIAlignError` for a box that is not finite, absurdly large, or of no item of the batch.
  public func callAsFunction(
    _ features: FeaturePlane, _ regions: [Region], pool: WorkerPool, kernels: KernelTable
  ) throws(RoIAlignError) -> Tensor {
    let output = Tensor(zeros: [regions.count, resolution, resolution, features.channels])
    try align(features, regions, into: output.storage, pool: pool, kernels: kernels)
    return output
  }

  /// Pools every box and keeps the largest bin of each channel: [R, C].
  ///
  /// - Throws: As `callAsFunction`.
  public func maxPooled(
    _ features: FeaturePlane, _ regions: [Region], pool: WorkerPool, kernels: KernelTable
  ) throws(RoIAlignError) -> Tensor {
    let output = Tensor(zeros: [regions.count, features.channels])
    try alignMaxPooled(features, regions, into: output.storage, pool: pool, kernels: kernels)
    return output
  }

  /// Pools every box into memory that the caller owns.
  ///
  /// - Parameters:
  ///   - output: Gets [R, P, P, C]; no other floats are touched.
  ///   - offset: The place of the first bin's first channel.
  ///   - pitch: The distance from a bin to the next, in floats; nil is C.
  ///   - workspace: Memory for the average of several frames, to be used by one call at a time.
  /// - Throws: As `callAsFunction`; nothing is written then.
  public func align(
    _ features: FeaturePlane, _ regions: [Region], into output: Storage, offset: Int = 0, pitch: Int? = nil,
    pool: WorkerPool, kernels: KernelTable, workspace: RoIAlignWorkspace = RoIAlignWorkspace()
  ) throws(RoIAlignError) {
    let target = Target(storage: output, offset: offset, pitch: pitch ?? features.channels, takesMaximum: false)
    try run(features, regions, target, pool, kernels, workspace)
  }

  /// Pools every box, keeping the largest bin of each channel, into memory that the caller owns: with a pitch,
  /// a part of the rows of a wider matrix.
  ///
  /// - Parameters:
  ///   - output: Gets [R, C]; no other floats are touched.
  ///   - offset: The place of the first box's first channel.
  ///   - pitch: The distance from a box to the next, in floats; nil is C.
  ///   - workspace: Memory for the average of several frames, to be used by one call at a time.
  /// - Throws: As `callAsFunction`; nothing is written then.
  public func alignMaxPooled(
    _ features: FeaturePlane, _ regions: [Region], into output: Storage, offset: Int = 0, pitch: Int? = nil,
    pool: WorkerPool, kernels: KernelTable, workspace: RoIAlignWorkspace = RoIAlignWorkspace()
  ) throws(RoIAlignError) {
    let target = Target(storage: output, offset: offset, pitch: pitch ?? features.channels, takesMaximum: true)
    try run(features, regions, target, pool, kernels, workspace)
  }

  /// The products that pooling these boxes takes: one for every feature that a bin weighs.
  ///
  /// - Throws: As `callAsFunction`.
  public func multiplyAdds(_ features: FeaturePlane, _ regions: [Region]) throws(RoIAlignError) -> Int {
    let plan = try SamplingPlan(self, features, regions)
    return regions.indices.reduce(0) {
      $0 + plan.rows.entries(ofBox: $1) * plan.columns.entries(ofBox: $1)
    } * features.channels
  }
}
