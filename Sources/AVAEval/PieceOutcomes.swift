/// The outcomes of a run of key frames under one protocol, in the order of matching, then sorted by class.
struct PieceOutcomes {
  var counts = Evaluation.Counts()
  private var outcomes: [Match] = []
  private var classes: [Int32] = []
  private var starts: [Int] = []

  struct Match {
    let row: Int32
    /// -1 for a miss.
    let truthRow: Int32
  }

  mutating func append(row: Int32, truthRow: Int32, class position: Int) {
    outcomes.append(Match(row: row, truthRow: truthRow))
    classes.append(Int32(position))
  }

  /// Brings the outcomes of each class together, each class's in their order.
  mutating func sort(classCount: Int) {
    counts.scoredRows = outcomes.count
    starts = Array(repeating: 0, count: classCount + 1)
    for position in classes { starts[Int(position) + 1] += 1 }
    for position in 0..<classCount { starts[position + 1] += starts[position] }
    var next = starts
    var sorted = [Match](repeating: Match(row: 0, truthRow: 0), count: outcomes.count)
    for (index, position) in classes.enumerated() {
      sorted[next[Int(position)]] = outcomes[index]
      next[Int(position)] += 1
    }
    outcomes = sorted
    classes = []
  }

  /// The outcomes of a class, once sorted.
  func outcomes(ofClass position: Int) -> ArraySlice<Match> { outcomes[starts[position]..<starts[position + 1]] }
}
