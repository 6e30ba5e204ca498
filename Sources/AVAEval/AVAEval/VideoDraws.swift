internal import Statistics

/// How often each video is drawn in every resample, eight resamples at a time.
struct VideoDraws {
  /// The names of the videos, sorted, so that no file's order decides who is drawn.
  let names: [String]
  let resampling: Resampling
  /// Of each block of resamples, a weight for every video. The last block may have lanes to spare.
  let blocks: [[SIMD8<Double>]]

  init(names: Set<String>, _ resampling: Resampling) {
    self.names = names.sorted()
    self.resampling = resampling
    var blocks = Array(
      repeating: [SIMD8<Double>](repeating: .zero, count: names.count), count: (resampling.count + 7) / 8)
    resampling.draw(from: names.count) { blocks[$0 / 8][$1][$0 % 8] += 1 }
    self.blocks = blocks
  }

  /// The place of each video of some tables among the names, -1 for those that are not drawn.
  func places(_ tables: AlignedTables) -> [Int32] {
    var places: [String: Int32] = [:]
    for (place, name) in names.enumerated() { places[name] = Int32(place) }
    return tables.videos.map { places[$0] ?? -1 }
  }
}

/// The videos that a protocol has ground truth or scored detections of.
func countedVideos(_ tables: AlignedTables, _ outcomes: ProtocolOutcomes) -> Set<String> {
  var isCounted = tables.videos.map { _ in false }
  for classOutcomes in outcomes.classes {
    for outcome in classOutcomes.ranked {
      isCounted[tables.frames[tables.frame(ofDetection: Int(outcome.row))].video] = true
    }
    for row in classOutcomes.truthRows { isCounted[tables.frames[tables.frame(ofTruth: Int(row))].video] = true }
  }
  return Set(zip(tables.videos, isCounted).compactMap { $1 ? $0 : nil })
}
