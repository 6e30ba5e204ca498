public import Tensors

/// What each step of a detector made of an image.
///
/// Stages are named `input`, `stem`, `res2`..., `p2`..., `objectness_p2`..., `deltas_p2`..., `anchors_p2`..., `roi_features`,
/// `conv1`..., `fc1`..., `class_logits`, `box_deltas`; maps are [N, C, H, W], anchors and what follows have a row each.
public struct RCNNTrace: Sendable {
  public internal(set) var stages: [(name: String, tensor: Tensor)] = []
  /// Falling scores.
  public internal(set) var proposals: [RegionProposal] = []
  public internal(set) var objects: [DetectedObject] = []

  /// Adds a map of one frame; of rows of regions, those of the proposals in their order.
  mutating func add(_ name: String, _ map: FeatureMap, rows: [Int]? = nil) {
    let tensor = map.channelsFirst()
    let shape =
      map.extent == .one && rows != nil
      ? [map.batch, map.channels] : [map.batch, map.channels, map.extent.h, map.extent.w]
    add(name, tensor.reshaped(shape), rows: rows)
  }

  mutating func add(_ name: String, _ tensor: Tensor, rows: [Int]? = nil) {
    guard let rows else { return stages.append((name, tensor)) }
    let length = tensor.count / max(1, tensor.shape[0])
    let result = Tensor(zeros: tensor.shape)
    for (place, row) in rows.enumerated() {
      (result.storage.pointer + place * length).update(from: tensor.storage.pointer + row * length, count: length)
    }
    stages.append((name, result))
  }

  /// Adds what the region proposal network says of a level.
  mutating func addProposals(_ map: FeatureMap, level: Int, _ anchors: PyramidAnchors) {
    let perCell = anchors.cell.count
    func part(_ name: String, from channel: Int, _ channels: Int) {
      let values = FeatureMap(
        storage: map.storage, offset: map.offset + channel, batch: 1, extent: map.extent, channels: channels,
        pitch: map.pitch)
      add("\(name)_p\(level)", values)
    }
    part("objectness", from: 0, perCell)
    part("deltas", from: perCell, 4 * perCell)
    let boxes = (0..<map.positions * perCell).map { anchors[$0] }
    add("anchors_p\(level)", Tensor([boxes.count, 4], boxes.flatMap { [$0.x1, $0.y1, $0.x2, $0.y2] }))
  }
}
