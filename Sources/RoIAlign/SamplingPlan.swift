/// The checked geometry of all boxes of a call: what the kernels need beside the features.
struct SamplingPlan {
  private(set) var rows: AxisWeights
  private(set) var columns: AxisWeights

  init(_ aligner: RoIAligner, _ features: FeaturePlane, _ regions: [Region]) throws(RoIAlignError) {
    let bins = aligner.resolution
    rows = AxisWeights(bins: bins, cells: features.height, stride: features.width * features.pitch)
    columns = AxisWeights(bins: bins, cells: features.width, stride: features.pitch)
    for (box, region) in regions.enumerated() {
      let (x, y) = try aligner.axes(of: region, box: box, batch: features.batch)
      rows.append(y)
      columns.append(x)
    }
  }

  /// The positions that some box weighs, in ascending order: batch item after batch item, row after row.
  func touchedPositions(of features: FeaturePlane, _ regions: [Region]) -> [Int] {
    var isTouched = [Bool](repeating: false, count: features.batch * features.height * features.width)
    var isColumn = [Bool](repeating: false, count: features.width)
    for (box, region) in regions.enumerated() {
      for x in columns.lines(ofBox: box) { isColumn[x] = true }
      for y in rows.lines(ofBox: box) {
        let line = (region.batchIndex * features.height + y) * features.width
        for x in isColumn.indices where isColumn[x] { isTouched[line + x] = true }
      }
      for x in columns.lines(ofBox: box) { isColumn[x] = false }
    }
    return isTouched.indices.filter { isTouched[$0] }
  }
}

extension RoIAligner {
  /// Checks one box and places its samples.
  func axes(of region: Region, box: Int, batch: Int) throws(RoIAlignError) -> (x: AxisSampling, y: AxisSampling) {
    guard region.batchIndex >= 0, region.batchIndex < batch else {
      throw .badBatchIndex(box: box, found: "\(region.batchIndex)", batch: batch)
    }
    guard region.x1.isFinite, region.y1.isFinite, region.x2.isFinite, region.y2.isFinite else {
      throw .notFinite(box: box, region: region)
    }
    func axis(_ low: Float, _ high: Float) throws(RoIAlignError) -> AxisSampling {
      let sampling = AxisSampling(
        low: low, high: high, bins: resolution, scale: spatialScale, grid: grid, ratio: samplingRatio)
      guard let sampling else { throw .tooLarge(box: box, region: region) }
      return sampling
    }
    return (try axis(region.x1, region.x2), try axis(region.y1, region.y2))
  }
}
