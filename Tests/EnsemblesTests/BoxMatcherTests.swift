import Ensembles
import Geometry
import Tensors
import Testing

func box(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double) -> UnitBox { UnitBox(x1: x1, y1: y1, x2: x2, y2: y2) }

/// Which boxes of several models are one person: by hand, and what must hold whatever the boxes are.
struct BoxMatcherTests {
  private func groups(_ boxes: [[UnitBox]], _ threshold: Double = 0.5) -> Set<[Int?]> {
    Set(BoxMatcher(threshold: threshold).groups(boxes))
  }

  /// IoU of 10 wide boxes moved by d: (10 - d) / (10 + d); by 1 it is 0.818, by 2 0.667, by 4 0.429.
  @Test func byHand() {
    let at = { (x: Double) in box(x / 100, 0, (x + 10) / 100, 1) }
    #expect(groups([[at(0)], [at(1)]], 0.8) == [[0, 0]])
    #expect(groups([[at(0)], [at(1)]], 0.82) == [[0, nil], [nil, 0]])
    // The pair 1-3 overlaps most; 0 has no other partner left. The assignment with the greatest sum would give both less.
    #expect(groups([[at(0), at(3)], [at(2), at(20)]], 0.4) == [[0, nil], [1, 0], [nil, 1]])
    // A chain: 0-2 and 2-4 overlap enough, 0-4 do not.
    #expect(groups([[at(0)], [at(2)], [at(4)]], 0.5) == [[0, 0, nil], [nil, nil, 0]])
    #expect(groups([[at(0)], [at(2)], [at(4)]], 0.4) == [[0, 0, 0]])
    #expect(groups([[at(0)], []]) == [[0, nil]])
    #expect(groups([[], []]).isEmpty)
  }

  /// What a CSV has rounded is the same box, however small: by IoU these would be none.
  @Test func roundingComesFirst() {
    let small = box(0.1234, 0.5, 0.1244, 0.5008)
    let rounded = box(0.123, 0.5, 0.124, 0.501)
    #expect(intersectionOverUnion(small, rounded) < 0.75)
    #expect(groups([[small], [rounded]], 0.9) == [[0, 0]])
    // The rounded one's own partner comes before one that overlaps it just as well.
    let large = box(0.1, 0.1, 0.5004, 0.5)
    #expect(groups([[box(0.1, 0.1, 0.502, 0.5), large], [box(0.1, 0.1, 0.5, 0.5)]]) == [[0, nil], [1, 0]])
    // Without area there is no overlap, and it is the same box all the same.
    #expect(groups([[box(0.2, 0.2, 0.2, 0.4)], [box(0.2, 0.2, 0.2, 0.4)]]) == [[0, 0]])
  }

  /// Two people with one box: the first with the first, the second with the second.
  @Test func equalBoxes() {
    let one = box(0.1, 0.1, 0.4, 0.9)
    #expect(groups([[one, one], [one, one], [one]]) == [[0, 0, 0], [1, 1, nil]])
  }

  /// Whatever the boxes: every box is in one group, groups agree pair by pair, and the order of the models does not matter.
  @Test(arguments: 0..<20) func properties(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    func coordinate() -> Double { Double(Int.random(in: 0..<20, using: &random)) / 40 }
    let models = (0..<4).map { _ in
      (0..<Int.random(in: 0..<7, using: &random)).map { _ in
        let (x, y) = (coordinate(), coordinate())
        return box(x, y, x + 0.3, y + 0.4)
      }
    }
    let found = BoxMatcher(threshold: 0.5).groups(models)
    for (model, boxes) in models.enumerated() {
      #expect(found.compactMap { $0[model] }.sorted() == Array(boxes.indices))
    }
    for group in found {
      let boxes = zip(models, group).compactMap { boxes, index in index.map { boxes[$0] } }
      for a in boxes { for b in boxes { #expect(intersectionOverUnion(a, b) >= 0.5) } }
    }
    let order = [2, 0, 3, 1]
    let other = BoxMatcher(threshold: 0.5).groups(order.map { models[$0] })
    // Equal boxes of one model cannot be told apart: groups are compared by what their boxes are.
    func shapes(_ groups: [[Int?]], _ models: [[UnitBox]], _ order: [Int]) -> [String] {
      groups.map { group in
        let entries = zip(order, zip(models, group)).map { model, pair in (model, pair.1.map { pair.0[$0] }) }
        return entries.sorted { $0.0 < $1.0 }.map { "\($0.0): \($0.1.map { "\($0)" } ?? "-")" }.joined(separator: "; ")
      }.sorted()
    }
    #expect(shapes(found, models, [0, 1, 2, 3]) == shapes(other, order.map { models[$0] }, order))
  }
}
