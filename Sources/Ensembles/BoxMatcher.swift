public import Geometry

/// Which boxes of several models in one key frame are one person.
///
/// Greedy by overlap: pairs of boxes of two models are gone through, those first that are the same but for rounding, then
/// by falling IoU, and the groups of both become one where no model would be in it twice and every box of one agrees
/// with every box of the other. The assignment with the greatest sum of overlaps (the Hungarian method's) is defined for
/// two models only; for more it would depend on their order, and it gives up a good pair where two poor ones sum up to more.
public struct BoxMatcher: Sendable {
  /// The least IoU of two boxes of one person.
  public let threshold: Double

  /// By how much a coordinate moves where it is rounded to three decimals, in one file to three and in the other to four.
  static let rounding = 0.0005 + 0.00005 + 1e-9

  public init(threshold: Double) { self.threshold = threshold }

  /// A box of a model.
  private struct Node {
    let model: Int
    let index: Int
    let box: UnitBox
    /// How many equal boxes its model has before it.
    let occurrence: Int
  }

  private struct Pair {
    let a: Int
    let b: Int
    let isSame: Bool
    let overlap: Double
    let lower: UnitBox
    let upper: UnitBox
    let occurrences: (apart: Int, first: Int)

    /// By overlap; ties by what the boxes are, so that nothing depends on the order of the models.
    static func precedes(_ a: Pair, _ b: Pair) -> Bool {
      if a.isSame != b.isSame { return a.isSame }
      if a.overlap != b.overlap { return a.overlap > b.overlap }
      if a.lower != b.lower { return a.lower.precedes(b.lower) }
      if a.upper != b.upper { return a.upper.precedes(b.upper) }
      return a.occurrences < b.occurrences
    }
  }

  /// Groups boxes.
  ///
  /// - Parameter boxes: Those of each model.
  /// - Returns: For each person the number of the box of each model; nil where a model has none. Every box is in one group.
  public func groups(_ boxes: [[UnitBox]]) -> [[Int?]] {
    let nodes = boxes.enumerated().flatMap { model, own in
      own.enumerated().map { index, box in
        Node(model: model, index: index, box: box, occurrence: own.prefix(index).count { $0 == box })
      }
    }
    var groupOf = Array(nodes.indices)
    var members = nodes.indices.map { [$0] }
    for pair in pairs(nodes).sorted(by: Pair.precedes) {
      let (first, second) = (groupOf[pair.a], groupOf[pair.b])
      if first == second || !canJoin(members[first], members[second], nodes) { continue }
      for node in members[second] { groupOf[node] = first }
      members[first] += members[second]
      members[second] = []
    }
    return members.filter { !$0.isEmpty }.map { group in
      var entries = [Int?](repeating: nil, count: boxes.count)
      for node in group { entries[nodes[node].model] = nodes[node].index }
      return entries
    }
  }

  private func pairs(_ nodes: [Node]) -> [Pair] {
    var pairs: [Pair] = []
    for a in nodes.indices {
      for b in nodes.indices.dropFirst(a + 1)
      where nodes[a].model != nodes[b].model && agree(nodes[a].box, nodes[b].box) {
        let (first, second) = (nodes[a], nodes[b])
        let isOrdered = !second.box.precedes(first.box)
        pairs.append(
          Pair(
            a: a, b: b, isSame: first.box.isSame(second.box), overlap: intersectionOverUnion(first.box, second.box),
            lower: isOrdered ? first.box : second.box, upper: isOrdered ? second.box : first.box,
            occurrences: (
              abs(first.occurrence - second.occurrence), min(first.occurrence, second.occurrence)
            )))
      }
    }
    return pairs
  }

  private func canJoin(_ a: [Int], _ b: [Int], _ nodes: [Node]) -> Bool {
    a.allSatisfy { first in
      b.allSatisfy { second in
        nodes[first].model != nodes[second].model && agree(nodes[first].box, nodes[second].box)
      }
    }
  }

  /// Whether two boxes may be one person's.
  private func agree(_ a: UnitBox, _ b: UnitBox) -> Bool { a.isSame(b) || intersectionOverUnion(a, b) >= threshold }
}

extension UnitBox {
  /// Whether both are one box but for the rounding of CSV files.
  func isSame(_ other: UnitBox) -> Bool {
    abs(x1 - other.x1) <= BoxMatcher.rounding && abs(y1 - other.y1) <= BoxMatcher.rounding
      && abs(x2 - other.x2) <= BoxMatcher.rounding && abs(y2 - other.y2) <= BoxMatcher.rounding
  }

  /// An order of boxes, from left to right, then downwards.
  func precedes(_ other: UnitBox) -> Bool { (x1, y1, x2, y2) < (other.x1, other.y1, other.x2, other.y2) }
}
