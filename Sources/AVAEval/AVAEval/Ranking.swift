internal import AVARecords

/// Ranks the outcomes of a class: scores descending, of equal ones the later in the stated order first.
struct Ranking {
  /// Where each key frame stands in the stated order, where that is not the order of the detections; by the
  /// detections' own numbers.
  private let places: [Int32]?
  private let frames: [Int32]

  init(_ tables: AlignedTables, _ rules: EvaluationRules) {
    frames = tables.detections.frames
    places = rules.followsTruthOrder ? truthPlaces(tables) : nil
  }

  /// Ranks what came out of pieces of key frames that follow each other in the order of the detections.
  func rank(_ pieces: [PieceOutcomes], class position: Int, scratch: inout [Outcome]) -> [Outcome] {
    var entries: [Outcome] = []
    entries.reserveCapacity(pieces.reduce(0) { $0 + $1.outcomes(ofClass: position).count })
    // Backwards, a stable descending sort puts the later of equal scores first.
    for piece in pieces.reversed() { entries.append(contentsOf: piece.outcomes(ofClass: position)) }
    if let places {
      // The same order within a key frame, key frames in their other order, backwards.
      entries.sort { places[Int(frames[Int($0.row)])] > places[Int(frames[Int($1.row)])] }
    }
    sortByDescendingScore(&entries, scratch: &scratch)
    return entries
  }
}

/// Key frames as the ground truth orders them, then those without ground truth in the detections' order; nil where
/// that is the order of the detections.
private func truthPlaces(_ tables: AlignedTables) -> [Int32]? {
  let frameCount = tables.frames.count
  var placeOfFrame = [Int32](repeating: Int32(frameCount), count: frameCount)
  for (place, frame) in tables.truthOrder.enumerated() { placeOfFrame[Int(frame)] = Int32(place) }
  var last: Int32 = -1
  var isSameOrder = true
  for frame in tables.detectionOrder {
    let place = placeOfFrame[Int(frame)]
    if place < last { isSameOrder = false }
    last = place
  }
  if isSameOrder { return nil }
  return tables.ownFrames.map { placeOfFrame[Int($0)] }
}
