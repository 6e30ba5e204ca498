internal import Geometry
internal import Glibc
internal import Tensors

/// A box that may hold an object.
public struct RegionProposal: Hashable, Sendable {
  /// In the scaled image.
  public var box: DetectorBox
  /// What the library ranks proposals by: a logit or a probability.
  public var score: Float
}

/// Makes proposals of what the region proposal network says of every anchor.
struct RegionProposalSelection {
  let conventions: RCNNConventions
  let settings: RCNNSettings

  /// Chooses the proposals of all levels.
  ///
  /// - Parameter maps: Of p2, p3 ...: 1, [1, H, W], an objectness for each anchor of a cell, then four deltas for each.
  /// - Returns: Falling scores.
  func callAsFunction(_ maps: [FeatureMap], _ input: RCNNInput) -> [RegionProposal] {
    let kept = maps.enumerated().flatMap { number, map in
      let anchors = PyramidAnchors(
        conventions.anchors, level: PyramidLevelRule.levels.lowerBound + number,
        map: ImageSize(width: map.extent.w, height: map.extent.h), padded: input.paddedSize)
      return level(map, anchors, input)
    }
    return Array(byFallingScore(kept, \.score).prefix(settings.proposals))
  }

  /// Chooses those of one level, as many as all levels may have.
  private func level(_ map: FeatureMap, _ anchors: PyramidAnchors, _ input: RCNNInput) -> [RegionProposal] {
    let decode = BoxDecoding(geometry: conventions.geometry, limit: conventions.deltaLimit)
    let perCell = anchors.cell.count
    let count = map.positions * perCell
    let ranks = (0..<count).map { index in
      let logit = map.start[index / perCell * map.pitch + index % perCell]
      return conventions.ranking == .probabilities ? sigmoid(logit) : logit
    }
    let bounds = conventions.clipsToPadding ? input.paddedSize : input.size
    var candidates: [RegionProposal] = []
    for index in largest(settings.candidatesPerLevel, of: ranks) {
      let deltas = map.start + index / perCell * map.pitch + perCell + index % perCell * 4
      let decoded = decode(anchors[index], deltas)
      guard decoded.isFinite else { continue }
      let box = conventions.geometry.clip(decoded, to: bounds)
      guard isLargeEnough(box, bounds, input) else { continue }
      let isLogit = conventions.ranking == .logitsThenProbabilities
      candidates.append(RegionProposal(box: box, score: isLogit ? sigmoid(ranks[index]) : ranks[index]))
    }
    // Where probabilities tie that logits told apart, their order stays.
    let suppress = NonMaximumSuppression(threshold: settings.proposalOverlap, convention: conventions.geometry)
    return suppress(candidates.map(\.box), limit: settings.proposals).map { candidates[$0] }
  }

  private func isLargeEnough(_ box: DetectorBox, _ bounds: ImageSize, _ input: RCNNInput) -> Bool {
    switch conventions.leastProposal {
    case .positive: return box.width > 0 && box.height > 0
    case .side(let least): return box.width >= least && box.height >= least
    case .originalPixel:
      let factor = Float(input.target.factor)
      let (width, height) = (box.width + 1, box.height + 1)
      return box.width / factor + 1 >= 1 && box.height / factor + 1 >= 1
        && box.x1 + width / 2 < Float(bounds.width) && box.y1 + height / 2 < Float(bounds.height)
    }
  }
}

func sigmoid(_ x: Float) -> Float { 1 / (1 + expf(-x)) }

/// Elements by falling score, those of equal scores in the order in which they came.
func byFallingScore<Element>(_ elements: [Element], _ score: (Element) -> Float) -> [Element] {
  elements.enumerated().sorted { a, b in
    let (first, second) = (score(a.element), score(b.element))
    return first > second || (first == second && a.offset < b.offset)
  }.map(\.element)
}

/// The places of the largest values, falling, those of equal values in their order. What is not a number is none of them.
///
/// - Complexity: O(n + count log count) on average: the least of them is found by partition, and only they are sorted.
func largest(_ count: Int, of values: [Float]) -> [Int] {
  if count <= 0 { return [] }
  var numbers = values.filter { $0 == $0 }
  var threshold = -Float.infinity
  if numbers.count > count {
    // Hoare's selection of the value that has count - 1 before it.
    var (low, high) = (0, numbers.count - 1)
    while low < high {
      let pivot = numbers[low + (high - low) / 2]
      var (i, j) = (low, high)
      while i <= j {
        while numbers[i] > pivot { i += 1 }
        while numbers[j] < pivot { j -= 1 }
        if i <= j {
          numbers.swapAt(i, j)
          i += 1
          j -= 1
        }
      }
      if count - 1 <= j { high = j } else if count - 1 >= i { low = i } else { break }
    }
    threshold = numbers[count - 1]
  }
  let places = values.indices.filter { values[$0] >= threshold }
  return Array(byFallingScore(places) { values[$0] }.prefix(count))
}
