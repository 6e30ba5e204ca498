internal import AVARecords
internal import Wording

/// Action ids that the label map lacks, and what they may mean.
struct ClassAudit {
  private let labelMap: LabelMap
  /// Rows of each id.
  private let rows: [Int: Int]
  private let unknown: [(id: Int, rows: Int)]

  init(_ actionIDs: [Int32], _ labelMap: LabelMap) {
    self.labelMap = labelMap
    var rows: [Int32: Int] = [:]
    // Ids come in long runs or short circles; a table of the usual ones spares the dictionary.
    var usual = [Int](repeating: 0, count: 256)
    for id in actionIDs {
      if id >= 0, id < 256 { usual[Int(id)] += 1 } else { rows[id, default: 0] += 1 }
    }
    for (id, count) in usual.enumerated() where count > 0 { rows[Int32(id)] = count }
    self.rows = Dictionary(uniqueKeysWithValues: rows.map { (Int($0.key), $0.value) })
    unknown = rows.filter { !labelMap.contains(Int($0.key)) }.map { (Int($0.key), $0.value) }.sorted { $0.id < $1.id }
  }

  /// What the ids say about how they count.
  var usedIDs: UsedIDs { UsedIDs(rows, labelMap) }

  /// What the ids of detections say by themselves; what they say beside the ground truth is said elsewhere.
  ///
  /// - Parameter isTrusted: Whether the ground truth says that ids mean what they should: then nothing is guessed.
  func findings(isTrusted: Bool) -> [Finding] {
    guard !unknown.isEmpty else { return [] }
    let (evidence, hint) = isTrusted ? (.none, nil) : guess
    let isNoneKnown = count == rows.values.reduce(0, +)
    return [
      Finding(
        .unknownClasses, isNoneKnown ? .certain : evidence, count: count, text, examples: examples,
        hint: hint ?? "they are not scored", doubt: "")
    ]
  }

  /// What the ids of ground truth say by themselves.
  var truthFindings: [Finding] {
    guard !unknown.isEmpty else { return [] }
    func isMended(by change: Int) -> Bool { rows.keys.allSatisfy { labelMap.contains($0 + change) } }
    let guess =
      isMended(by: 1)
      ? "with 1 added all ids would be in it: are they counted from 0?"
      : isMended(by: -1) ? "with 1 taken from them all ids would be in it: was a background class counted?" : nil
    return [
      Finding(
        .unknownTruthClasses, isFault: false, count: count, "ground truth: " + text, examples: examples,
        hint: guess ?? "they are not scored")
    ]
  }

  private var count: Int { unknown.reduce(0) { $0 + $1.rows } }

  private var examples: [String] { unknown.map { "\($0.id) (\(counted($0.rows, "row")))" } }

  private var text: String {
    "\(counted(count, "row")) of \(counted(unknown.count, "class", plural: "classes")) that the label map of "
      + "\(labelMap.labels.count) does not have"
  }

  /// What the ids look like when they are not the label map's.
  private var guess: (evidence: Evidence, hint: String?) {
    let ids = usedIDs
    let first = labelMap.labels.map(\.id).min() ?? 1
    guard let (numbering, evidence) = ids.guess else {
      return (.none, ids.haveZero ? "ids begin with \(first): is 0 the background?" : nil)
    }
    let hint =
      switch numbering {
      case .places, .placesFromZero:
        "all ids are at most \(labelMap.labels.count), the count of classes: are they places in the label map "
          + "(--classes places)?"
      case .oneMore:
        "id \(unknown.last?.id ?? 0) is one more than the last: was a background class counted (--classes one-more)?"
      case .ids, .fromZero:
        "ids begin with \(first): are these counted from 0 (--classes from-zero), or is 0 the background?"
      }
    return (evidence, hint)
  }
}
