internal import AVARecords

/// The key frames that cost most, with the rows to blame.
func worstFrames(_ diagnosis: ProtocolDiagnosis, _ losses: [Double], limit: Int) -> [FrameExplanation] {
  let frames = largest(losses, limit: limit)
  let places = diagnosis.places(of: frames)
  let tables = diagnosis.tables
  var unfound = frames.map { _ in [FrameExplanation.Truth]() }
  var found = frames.map { _ in [FrameExplanation.Detection]() }
  var hits = frames.map { _ in 0 }
  for position in diagnosis.classes.indices {
    diagnosis.forEachUnfound(of: position) { truth, loss in
      let place = Int(places[tables.frame(ofTruth: Int(truth.row))])
      if place < 0 || loss == 0 { return }
      unfound[place].append(.init(row: Int(truth.row), classPosition: position, kind: truth.kind, loss: loss))
    }
    diagnosis.forEachFalseDetection(of: position) { outcome, kind, loss in
      let place = Int(places[tables.frame(ofDetection: Int(outcome.row))])
      if place < 0 || loss == 0 { return }
      found[place].append(.init(row: Int(outcome.row), classPosition: position, kind: kind, loss: loss))
    }
    for outcome in diagnosis.outcomes.classes[position].ranked where outcome.isHit {
      let place = Int(places[tables.frame(ofDetection: Int(outcome.row))])
      if place >= 0 { hits[place] += 1 }
    }
  }
  // The library's sort is stable: equal losses stay in the order of the classes.
  return frames.enumerated().map { place, frame in
    FrameExplanation(
      frame: frame, loss: losses[frame], unfound: unfound[place].sorted { $0.loss > $1.loss },
      falseDetections: found[place].sorted { $0.loss > $1.loss }, truePositiveCount: hits[place])
  }
}

/// The indices of the largest positive values, largest first, of equal ones the first first.
func largest(_ values: [Double], limit: Int) -> [Int] {
  let candidates = values.indices.filter { values[$0] > 0 }
  return Array(candidates.sorted { (values[$0], $1) > (values[$1], $0) }.prefix(limit))
}
