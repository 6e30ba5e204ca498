/// The outcomes of a run of key frames under one protocol: in the order of matching, then sorted by class, backwards.
struct PieceOutcomes {
  var counts = Evaluation.Counts()
  private var outcomes: [Outcome] = []
  private var classes: [Int32] = []
  private var starts: [Int] = []

  /// - Parameter capacity: How many outcomes there will be at most.
  init(capacity: Int) {
    outcomes.reserveCapacity(capacity)
    classes.reserveCapacity(capacity)
  }

  mutating func append(_ outcome: Outcome, class position: Int) {
    outcomes.append(outcome)
    classes.append(Int32(position))
  }

  /// Brings the outcomes of each class together, the last one first.
  mutating func sort(classCount: Int) {
    counts.scoredRows = outcomes.count
    starts = Array(repeating: 0, count: classCount + 1)
    for position in classes { starts[Int(position) + 1] += 1 }
    for position in 0..<classCount { starts[position + 1] += starts[position] }
    var next = starts
    var sorted = [Outcome](repeating: Outcome(score: 0, row: 0, truthRow: 0), count: outcomes.count)
    var target = sorted.mutableSpan
    for index in outcomes.indices.reversed() {
      let position = Int(classes[index])
      target[next[position]] = outcomes[index]
      next[position] += 1
    }
    outcomes = sorted
    classes = []
  }

  /// The outcomes of a class, once sorted: the last one first.
  func outcomes(ofClass position: Int) -> ArraySlice<Outcome> { outcomes[starts[position]..<starts[position + 1]] }
}
