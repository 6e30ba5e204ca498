internal import AVARecords

/// How many times as far the detections' key frames of common videos reach as the ground truth's; nil where the ground
/// truth has one moment only. Detections of a part of the videos reach less far, but lie no closer.
func relativePace(_ tables: AlignedTables) -> Double? {
  func lengths(_ frames: [Int32]) -> [Int: Double] {
    var spans: [Int: ClosedRange<Double>] = [:]
    for frame in frames {
      let (video, time) = (tables.frames[Int(frame)].video, tables.frames[Int(frame)].time.seconds)
      let span = spans[video] ?? time...time
      spans[video] = min(span.lowerBound, time)...max(span.upperBound, time)
    }
    return spans.mapValues { $0.upperBound - $0.lowerBound }
  }
  let (found, known) = (lengths(tables.detectionOrder), lengths(tables.truthOrder))
  let common = known.keys.filter { found[$0] != nil }
  let truth = common.reduce(0) { $0 + (known[$1] ?? 0) }
  let own = common.reduce(0) { $0 + (found[$1] ?? 0) }
  guard truth > 0 else { return nil }
  if own >= truth || own == 0 { return own / truth }
  let steps = Double(max(1, tables.detectionOrder.count - 1)) / Double(max(1, tables.truthOrder.count - 1))
  return min(1, max(own / truth, own / truth / steps))
}

/// Videos with at least ten key frames on both sides of which less than a tenth are the same.
func apartVideos(_ tables: AlignedTables) -> [String] {
  var counts: [Int: (found: Int, known: Int, common: Int)] = [:]
  for number in tables.frames.indices where !tables.frames[number].isExcluded {
    let (isFound, isKnown) = (!tables.detectionRows(of: number).isEmpty, tables.frames[number].isListed)
    let video = tables.frames[number].video
    counts[video, default: (0, 0, 0)].found += isFound ? 1 : 0
    counts[video, default: (0, 0, 0)].known += isKnown ? 1 : 0
    counts[video, default: (0, 0, 0)].common += isFound && isKnown ? 1 : 0
  }
  let apart = counts.filter { min($1.found, $1.known) >= 10 && $1.common * 10 < min($1.found, $1.known) }
  return apart.keys.map { tables.videos[$0] }.sorted()
}
