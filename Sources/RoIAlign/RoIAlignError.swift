internal import Tensors

/// Why boxes cannot be pooled.
public enum RoIAlignError: Error, Equatable, CustomStringConvertible {
  /// A parameter of the aligner is outside its range.
  case badParameter(name: String, found: String, expected: String)
  /// Boxes are no rows of five numbers.
  case notRows(shape: [Int])
  /// `batch` is nil while the batch is not known yet.
  case badBatchIndex(box: Int, found: String, batch: Int?)
  /// A corner is infinite or no number.
  case notFinite(box: Int, region: Region)
  /// A box would take more samples than can be counted.
  case tooLarge(box: Int, region: Region)

  /// What is wrong, with which box, and what to do.
  public var description: String {
    switch self {
    case .badParameter(let name, let found, let expected):
      return "RoIAlign: \(name) is \(found) -> give \(expected)"
    case .notRows(let shape):
      return "RoIAlign: boxes of shape \(describe(shape: shape)), expected Rx5"
        + " -> give rows of batch index, x1, y1, x2, y2"
    case .badBatchIndex(let box, let found, let batch):
      let range = batch.map { "a whole number from 0 to \($0 - 1)" } ?? "a whole number from 0 on"
      return "RoIAlign, box \(box): the batch index is \(found), expected \(range)"
        + " -> number the pictures of the batch from 0"
    case .notFinite(let box, let region):
      return "RoIAlign, box \(box): \(corners(region)) is not finite -> drop the box or repair its source"
    case .tooLarge(let box, let region):
      return "RoIAlign, box \(box): \(corners(region)) is too large to be sampled"
        + " -> clip boxes to the picture"
    }
  }
}

private func corners(_ region: Region) -> String {
  "(\(region.x1), \(region.y1), \(region.x2), \(region.y2))"
}
