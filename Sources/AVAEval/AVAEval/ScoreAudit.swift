internal import AVARecords
internal import Wording

/// Tells scores that are none: person ids, where ground truth is given as detections, and such as are no
/// probabilities.
func scoreFindings(_ table: DetectionTable) -> [Finding] {
  let odd = table.scores.count { $0 < 0 || $0 > 1 }
  guard odd > 0, let largest = table.scores.max(), let least = table.scores.min() else { return [] }
  if let whole = wholeScoreFinding(table, largest) { return [whole] }
  let range = least < 0 ? "from \(short(least)) to \(short(largest))" : "up to \(short(largest))"
  let examples = table.scores.indices.lazy.filter { table.scores[$0] < 0 || table.scores[$0] > 1 }
    .prefix(Finding.exampleLimit).map { describe(row: $0, table) + ",\(short(table.scores[$0]))" }
  return [
    Finding(
      .oddScores, isFault: false, count: odd, "\(counted(odd, "row")) with a score that is not from 0 to 1, \(range)",
      examples: Array(examples), hint: "evaluators only rank by scores, but were these meant?")
  ]
}

/// In ground truth the last column counts people: every action of a box has the same number.
private func wholeScoreFinding(_ table: DetectionTable, _ largest: Double) -> Finding? {
  guard largest > 1, table.scores.allSatisfy({ $0 == $0.rounded() }) else { return nil }
  var (boxes, shared, rows) = (1, 0, 1)
  for row in 1..<max(1, table.count) {
    if table.boxNumbers[row] != table.boxNumbers[row - 1] {
      (boxes, rows) = (boxes + 1, 1)
    } else if table.scores[row] != table.scores[row - 1] {
      return nil
    } else {
      rows += 1
      if rows == 2 { shared += 1 }
    }
  }
  // Percents are whole as well, but end at 100, and differ from action to action.
  return Finding(
    .wholeScores, Evidence(supporting: largest > 100 ? boxes : shared, opposing: 0), count: table.count,
    "all scores are whole numbers up to \(short(largest)), one for each box",
    hint: "is this ground truth, with person ids in the last column?", doubt: "")
}
