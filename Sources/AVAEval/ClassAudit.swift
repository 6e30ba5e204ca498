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

  /// What the ids say by themselves; what they say beside the ground truth is said elsewhere.
  ///
  /// - Parameter isTrusted: Whether the ground truth says that ids mean what they should: then nothing is guessed.
  func findings(_ kind: Finding.Kind, isTrusted: Bool = false) -> [Finding] {
    guard !unknown.isEmpty else { return [] }
    let count = unknown.reduce(0) { $0 + $1.rows }
    let isTruth = kind == .unknownTruthClasses
    let text =
      "\(counted(count, "row")) of \(counted(unknown.count, "class", plural: "classes")) that the label map of "
      + "\(labelMap.labels.count) does not have"
    let guess = isTruth || isTrusted ? nil : guess
    return [
      Finding(
        kind, isFault: guess != nil || !isTruth && count == rows.values.reduce(0, +), count: count,
        isTruth ? "ground truth: " + text : text, examples: unknown.map { "\($0.id) (\(counted($0.rows, "row")))" },
        hint: guess ?? "they are not scored")
    ]
  }

  /// What the ids look like when they are not the label map's.
  private var guess: String? {
    let all = rows.values.reduce(0, +)
    // A stray row is a slip; a class of a shifted file has its share of the rows.
    func isCommon(_ rows: Int) -> Bool { rows * 500 >= all }
    if let first = unknown.first, first.id <= 0, isCommon(first.rows) {
      return "ids begin with \(labelMap.labels.map(\.id).min() ?? 1): are these counted from 0 "
        + "(--classes from-zero), or is 0 the background?"
    }
    let places = 1...max(1, labelMap.labels.count)
    let used = rows.keys
    if labelMap.largestID > labelMap.labels.count, used.count > labelMap.labels.count / 2,
      used.allSatisfy({ places.contains($0) })
    {
      return "all ids are at most \(labelMap.labels.count), the count of classes: are they places in the label map "
        + "(--classes places)?"
    }
    // A head of more classes than the label map ends elsewhere, so no count of labels is asked for: the challenge's map
    // has 60 of 80.
    if let last = unknown.last, last.id == labelMap.largestID + 1, isCommon(last.rows) {
      return "id \(last.id) is one more than the last: was a background class counted (--classes one-more)?"
    }
    return nil
  }
}
