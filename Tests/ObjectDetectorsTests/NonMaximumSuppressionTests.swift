import Geometry
import ObjectDetectors
import Tensors
import Testing

struct NonMaximumSuppressionTests {
  private func box(_ x1: Float, _ y1: Float, _ x2: Float, _ y2: Float) -> DetectorBox {
    DetectorBox(x1: x1, y1: y1, x2: x2, y2: y2)
  }

  @Test func computedByHand() {
    // The second overlaps the first by 80 of 120, the third by 50 of 150, the fourth is elsewhere.
    let boxes = [box(0, 0, 10, 10), box(2, 0, 12, 10), box(5, 0, 15, 10), box(40, 40, 50, 50)]
    #expect(NonMaximumSuppression(threshold: 0.5)(boxes) == [0, 2, 3])
    #expect(NonMaximumSuppression(threshold: 0.3)(boxes) == [0, 3])
    #expect(NonMaximumSuppression(threshold: 0.7)(boxes) == [0, 1, 2, 3])
    #expect(NonMaximumSuppression(threshold: 0.5)(boxes, limit: 2) == [0, 2])
  }

  @Test func theThresholdItselfSuppressesOnlyInclusivePixels() {
    // IoU 1/2 by continuous areas: 50 of 100.
    let halves = [box(0, 0, 10, 10), box(0, 0, 10, 5)]
    #expect(NonMaximumSuppression(threshold: 0.5)(halves) == [0, 1])
    // By inclusive pixels 10 x 10 and 10 x 5: 50 of 100 again.
    let pixels = [box(0, 0, 9, 9), box(0, 0, 9, 4)]
    #expect(NonMaximumSuppression(threshold: 0.5, convention: .inclusivePixels)(pixels) == [0])
  }

  @Test func nothingThatStaysOverlapsAndNothingElseGoes() {
    var random = SeededGenerator(seed: 7)
    for count in [1, 2, 30, 200] {
      let boxes = (0..<count).map { _ in
        let (x, y) = (Float.random(in: 0..<50, using: &random), Float.random(in: 0..<50, using: &random))
        return box(
          x, y, x + Float.random(in: 1..<30, using: &random), y + Float.random(in: 1..<30, using: &random))
      }
      let kept = NonMaximumSuppression(threshold: 0.4)(boxes)
      // Formulated anew: in double, over all pairs.
      func iou(_ a: Int, _ b: Int) -> Double {
        let (p, q) = (boxes[a].pixels, boxes[b].pixels)
        let overlap = max(0, min(p.x2, q.x2) - max(p.x1, q.x1)) * max(0, min(p.y2, q.y2) - max(p.y1, q.y1))
        return overlap / ((p.x2 - p.x1) * (p.y2 - p.y1) + (q.x2 - q.x1) * (q.y2 - q.y1) - overlap)
      }
      for place in boxes.indices {
        let isFree = !kept.contains { $0 < place && iou($0, place) > 0.4 }
        #expect(kept.contains(place) == isFree, "box \(place) of \(count)")
      }
      // Moving all boxes changes nothing but rounding.
      let moved = boxes.map { box($0.x1 + 64, $0.y1 + 64, $0.x2 + 64, $0.y2 + 64) }
      #expect(NonMaximumSuppression(threshold: 0.4)(moved) == kept)
    }
  }

  @Test func boxesWithoutAreaStay() {
    let points = [box(1, 1, 1, 1), box(1, 1, 1, 1), box(0, 0, 2, 2)]
    #expect(NonMaximumSuppression(threshold: 0.5)(points) == [0, 1, 2])
    #expect(NonMaximumSuppression(threshold: 0.5)([]) == [])
  }
}
