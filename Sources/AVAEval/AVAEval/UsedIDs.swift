internal import AVARecords

/// The action ids that a file uses, and what they say about how it counts.
struct UsedIDs {
  private let labelMap: LabelMap
  /// Those with their share of the rows: a stray row is a slip.
  private let ids: [Int]

  /// - Parameter rows: The rows of each id.
  init(_ rows: [Int: Int], _ labelMap: LabelMap) {
    self.labelMap = labelMap
    let all = rows.values.reduce(0, +)
    ids = rows.filter { $0.value * 500 >= all }.keys.sorted()
  }

  private var range: ClosedRange<Int> {
    let ids = labelMap.labels.map(\.id)
    return min(1, ids.min() ?? 1)...max(1, ids.max() ?? 1)
  }

  /// Whether every id, read by a numbering, is one of the label map's range.
  private func areInside(_ numbering: ClassNumbering) -> Bool {
    let count = labelMap.labels.count
    return switch numbering {
    case .ids, .fromZero, .oneMore: ids.allSatisfy { range.contains(numbering.id($0, labelMap)) }
    case .places: ids.allSatisfy { (1...count).contains($0) }
    case .placesFromZero: ids.allSatisfy { (0..<count).contains($0) }
    }
  }

  /// Whether the ids are those of a file that counts as AVA does, and could not be such of another numbering.
  func speakAgainst(_ numbering: ClassNumbering) -> Bool { areInside(.ids) && !areInside(numbering) }

  /// Whether the ids could not be such of a file that counts as AVA does, and are those of a numbering.
  func speakFor(_ numbering: ClassNumbering) -> Bool { !areInside(.ids) && areInside(numbering) }

  /// What the ids alone say for a numbering.
  func evidence(of numbering: ClassNumbering) -> Evidence {
    let count = labelMap.labels.count
    if ids.isEmpty { return .none }
    switch numbering {
    case .ids: return .none
    case .fromZero, .placesFromZero:
      // No id of AVA's is 0, and what counts from 0 never reaches the last.
      return ids[0] == 0 && areInside(numbering) ? .certain : .none
    case .oneMore:
      // A head of one class more than the label map has that id as well, and the first one too, where it says enough.
      return speakFor(numbering) && ids.count >= 16 ? .certain : .none
    case .places:
      // How likely ids of the label map's range would all be so small.
      guard range.upperBound > count, let last = ids.last, ids[0] >= 1, last <= count else { return .none }
      let chance = ids.indices.reduce(1.0) { $0 * Double(count - $1) / Double(range.upperBound - $1) }
      return Evidence(chance: chance)
    }
  }

  /// The numbering that the ids look like by themselves, if any.
  var guess: (numbering: ClassNumbering, evidence: Evidence)? {
    for numbering in [ClassNumbering.fromZero, .places, .oneMore] {
      let evidence = evidence(of: numbering)
      if evidence.isConclusive { return (numbering, evidence) }
    }
    // A head of more classes than the label map ends elsewhere, so no count of labels is asked for: the challenge's map
    // has 60 of 80.
    return ids.last == range.upperBound + 1 && areInside(.oneMore) ? (.oneMore, .none) : nil
  }

  /// Whether 0 is among them.
  var haveZero: Bool { ids.first.map { $0 <= 0 } ?? false }
}
