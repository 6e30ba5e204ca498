internal import Parallel

/// What is wrong under one protocol, and where the loss of mAP lies.
struct ProtocolDiagnosis {
  let tables: AlignedTables
  let outcomes: ProtocolOutcomes
  let evaluation: Evaluation
  let classes: [ClassDiagnosis]
  let shares: [LossShares]
  /// What one class's share of 1 - AP is of 1 - mAP, 0 for classes that do not count.
  let scales: [Double]

  init(_ tables: AlignedTables, _ outcomes: ProtocolOutcomes, pool: WorkerPool) {
    self.tables = tables
    self.outcomes = outcomes
    let evaluation = evaluate(outcomes, pool: pool)
    classes = pool.map(outcomes.classes.count) {
      ClassDiagnosis(tables, outcomes.classes[$0], rules: outcomes.rules)
    }
    shares = pool.map(outcomes.classes.count) { LossShares(outcomes.classes[$0]) }
    let counting = evaluation.perClass.count { $0.ap != nil }
    scales = evaluation.perClass.map { $0.ap == nil ? 0 : 1 / Double(counting) }
    self.evaluation = evaluation
  }

  /// Calls `body` for every detection of a class that costs something.
  func forEachFalseDetection(of position: Int, _ body: (_ outcome: Outcome, _ kind: ErrorKind, _ loss: Double) -> Void)
  {
    let scale = scales[position]
    if scale == 0 { return }
    for (rank, share) in shares[position].ofRank.enumerated() {
      guard let kind = classes[position].kinds[rank] else { continue }
      body(outcomes.classes[position].ranked[rank], kind, share * scale)
    }
  }

  /// Calls `body` for every ground-truth row of a class that was not found.
  func forEachUnfound(of position: Int, _ body: (_ unfound: ClassDiagnosis.Unfound, _ loss: Double) -> Void) {
    let loss = shares[position].ofTruth * scales[position]
    for unfound in classes[position].unfound { body(unfound, loss) }
  }

  /// Every key frame's share of 1 - mAP.
  func frameLosses() -> [Double] {
    var losses = [Double](repeating: 0, count: tables.frames.count)
    for position in classes.indices {
      forEachFalseDetection(of: position) { losses[tables.frame(ofDetection: Int($0.row))] += $2 }
      forEachUnfound(of: position) { losses[tables.frame(ofTruth: Int($0.row))] += $1 }
    }
    return losses
  }

  /// What key frames cost by class.
  ///
  /// - Parameter frames: Numbers of key frames, each once.
  /// - Returns: A loss for every class, frame by frame.
  func classLosses(in frames: [Int]) -> [[Double]] {
    var losses = [[Double]](repeating: Array(repeating: 0, count: classes.count), count: frames.count)
    let places = places(of: frames)
    for position in classes.indices {
      forEachFalseDetection(of: position) { outcome, _, loss in
        let place = places[tables.frame(ofDetection: Int(outcome.row))]
        if place >= 0 { losses[Int(place)][position] += loss }
      }
      forEachUnfound(of: position) { unfound, loss in
        let place = places[tables.frame(ofTruth: Int(unfound.row))]
        if place >= 0 { losses[Int(place)][position] += loss }
      }
    }
    return losses
  }

  /// Where each key frame stands in a list, -1 for those that it lacks.
  func places(of frames: [Int]) -> [Int32] {
    var places = [Int32](repeating: -1, count: tables.frames.count)
    for (place, frame) in frames.enumerated() { places[frame] = Int32(place) }
    return places
  }
}
