public import NN
public import RoIAlign
public import Tensors

extension VideoModel {
  /// Scores once and times every step of the head, as `NetworkPlan.timedLayers` does for the operations before it.
  ///
  /// - Parameters:
  ///   - features: The outputs of the plan.
  ///   - regions: For a head that scores boxes.
  /// - Throws: As `detect` and `classify`.
  public func timedHead(_ features: [FeatureMap], _ regions: [Region]) throws -> [LayerReport] {
    if case .classification = architecture.head { return try timedClassification(features) }
    let aligner = try aligner()
    let rows = Tensor(zeros: [regions.count, architecture.featureChannels.reduce(0, +)])
    var reports: [LayerReport] = []
    var channel = 0
    for map in features {
      let bins = "\(aligner.resolution)x\(aligner.resolution)"
      let report = try LayerReport(
        timing: "mean of \(map.extent.t) frames + RoIAlign \(bins) + max", output: "\(regions.count) x \(map.channels)",
        macs: aligner.multiplyAdds(FeaturePlane(map.float32()), regions),
        bytes: 4 * (map.positions + regions.count) * map.channels
      ) { try pool(map, regions, aligner, into: rows, at: channel) }
      reports.append(report)
      channel += map.channels
    }
    return reports + [timedProjection(rows)]
  }

  private func timedClassification(_ features: [FeatureMap]) throws -> [LayerReport] {
    var reports: [LayerReport] = []
    var positions = 0
    for map in features {
      let shape = try average(map).shape
      let report = try LayerReport(
        timing: "mean of \(map.extent.t) frames and windows", output: describe(shape: shape), macs: 0,
        bytes: 4 * (map.positions * map.channels + shape.reduce(1, *))
      ) { _ = try average(map) }
      reports.append(report)
      positions = shape.dropLast().reduce(1, *)
    }
    return reports + [timedProjection(Tensor(zeros: [positions, architecture.featureChannels.reduce(0, +)]))]
  }

  private func timedProjection(_ rows: Tensor) -> LayerReport {
    let (count, depth, classes) = (rows.shape[0], rows.shape[1], architecture.classes)
    return LayerReport(
      timing: "linear \(depth)->\(classes) + \(architecture.activation)", output: "\(count) x \(classes)",
      macs: count * depth * classes, bytes: 4 * (count * depth + depth * classes + count * classes)
    ) { _ = score(rows) }
  }
}
