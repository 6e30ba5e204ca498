/// The detections of a class from the highest score down, each with what it could have found.
struct ClassRanking {
  let action: Int
  /// How many tubes or boxes there are to be found.
  let truth: Int
  /// For each detection the truth of its video (or frame), in the order of the file, and how much it overlaps.
  let candidates: [[(truth: Int, overlap: Double)]]

  /// The average precision at a threshold.
  func precision(_ rules: VideoRules, threshold: Double) -> Double {
    var isTaken = [Bool](repeating: false, count: truth)
    var found = 0
    var points: [(precision: Double, recall: Double)] = []
    for (rank, candidates) in candidates.enumerated() {
      var best: (truth: Int, overlap: Double)?
      for candidate in candidates where !(rules.takesNextBest && isTaken[candidate.truth]) {
        if candidate.overlap > best?.overlap ?? -1 { best = candidate }
      }
      if let best, best.overlap >= threshold, !isTaken[best.truth] {
        isTaken[best.truth] = true
        found += 1
      }
      points.append((Double(found) / Double(rank + 1), Double(found) / Double(truth)))
    }
    return switch rules.area {
    case .envelope: envelopeArea(points)
    case .trapezoids: trapezoidArea(points)
    }
  }
}

private func envelopeArea(_ points: [(precision: Double, recall: Double)]) -> Double {
  var area = 0.0
  var highest = 0.0
  for (index, point) in points.enumerated().reversed() {
    highest = max(highest, point.precision)
    area += (point.recall - (index > 0 ? points[index - 1].recall : 0)) * highest
  }
  return area
}

private func trapezoidArea(_ points: [(precision: Double, recall: Double)]) -> Double {
  var last = (precision: 1.0, recall: 0.0)
  var area = 0.0
  for point in points {
    area += (point.recall - last.recall) * (point.precision + last.precision) / 2
    last = point
  }
  return area
}
