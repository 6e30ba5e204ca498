public import Geometry

/// Greedy non-maximum suppression: of boxes that overlap, the one with the highest score stays.
///
/// Source: Felzenszwalb et al., 2010; the order and the comparisons are those of torchvision's nms and of Detectron's.
public struct NonMaximumSuppression: Sendable {
  /// How the area of a box is counted, and when a box goes.
  public enum Convention: Sendable {
    /// (x2 - x1) (y2 - y1); a box goes whose IoU is above the threshold.
    case continuous
    /// Boxes of inclusive pixels, (x2 - x1 + 1) (y2 - y1 + 1); a box goes whose IoU is at or above the threshold.
    case inclusivePixels
  }

  public var threshold: Float
  public var convention: Convention

  public init(threshold: Float, convention: Convention = .continuous) {
    self.threshold = threshold
    self.convention = convention
  }

  /// The places of the boxes that stay.
  ///
  /// - Parameters:
  ///   - boxes: By falling scores, those of equal scores in the order in which they are to be asked.
  ///   - limit: The most boxes that stay.
  /// - Returns: Ascending places, of falling scores therefore.
  /// - Complexity: O(boxes x boxes that stay).
  public func callAsFunction(_ boxes: [DetectorBox], limit: Int = .max) -> [Int] {
    let extra: Float = convention == .inclusivePixels ? 1 : 0
    var kept: [Int] = []
    var keptBoxes: [DetectorBox] = []
    var keptAreas: [Float] = []
    for (place, box) in boxes.enumerated() {
      if kept.count >= limit { break }
      let area = (box.x2 - box.x1 + extra) * (box.y2 - box.y1 + extra)
      var isFree = true
      for k in kept.indices {
        let other = keptBoxes[k]
        let width = max(0, min(box.x2, other.x2) - max(box.x1, other.x1) + extra)
        let height = max(0, min(box.y2, other.y2) - max(box.y1, other.y1) + extra)
        let overlap = width * height
        let iou = overlap / (area + keptAreas[k] - overlap)
        // A NaN, of two boxes without area, suppresses nothing.
        if convention == .continuous ? iou > threshold : iou >= threshold {
          isFree = false
          break
        }
      }
      if isFree {
        kept.append(place)
        keptBoxes.append(box)
        keptAreas.append(area)
      }
    }
    return kept
  }
}

/// A box in float32, as detectors compute with it; units are those of whoever made it.
public struct DetectorBox: Hashable, BitwiseCopyable, Sendable {
  public var x1: Float
  public var y1: Float
  public var x2: Float
  public var y2: Float

  public init(x1: Float, y1: Float, x2: Float, y2: Float) {
    self.x1 = x1
    self.y1 = y1
    self.x2 = x2
    self.y2 = y2
  }

  public var area: Float { (x2 - x1) * (y2 - y1) }
  /// In the precision of boxes elsewhere.
  public var pixels: PixelBox { PixelBox(x1: Double(x1), y1: Double(y1), x2: Double(x2), y2: Double(y2)) }
}
