internal import AVARecords
internal import Datasets
public import Parallel
public import Statistics

/// Draws videos anew, many times, and evaluates each time.
///
/// - Parameter pool: The threads that share the work; the caller's alone when nil. The result does not depend on it.
/// - Returns: Between which bounds mAP and AP lie in most resamples.
/// - Complexity: Linear in the detections that rank before their class's last hit, times resamples.
public func bootstrap(
  _ tables: AlignedTables, _ outcomes: ProtocolOutcomes, _ resampling: Resampling, pool: WorkerPool? = nil
) -> Bootstrap {
  let pool = pool ?? WorkerPool(threads: 1)
  let draws = VideoDraws(names: countedVideos(tables, outcomes), resampling)
  let resampled = Resampled(tables, outcomes, draws, pool: pool)
  return Bootstrap(
    resampling: resampling, videoCount: draws.names.count, truthVideoCount: resampled.truthVideoCount,
    mAP: resampled.hasMeans ? BootstrapInterval(resampled.mAP { _ in true }, resampling) : nil,
    actionGroups: tables.dataset.groups,
    groups: tables.dataset.groups.map { group in
      if !resampled.hasMeans { return nil }
      return BootstrapInterval(
        resampled.mAP { tables.dataset.group(of: outcomes.classes[$0].label.id) == group }, resampling)
    },
    perClass: zip(resampled.ap, resampled.isVaried).map { $1 ? BootstrapInterval($0, resampling) : nil })
}

/// The numbers of every resample, NaN where there is none.
struct Resampled {
  /// Class by class.
  let ap: [[Double]]
  /// Class by class, whether its ground truth lies in more than one video. Where it does not, every resample asks for
  /// the same boxes, and how alike they come out says nothing about other videos.
  let isVaried: [Bool]
  /// How many videos the ground truth that counts lies in.
  let truthVideoCount: Int
  /// Whether resamples differ in what is to be found. From one video's ground truth they differ by false detections
  /// elsewhere at most.
  var hasMeans: Bool { truthVideoCount > 1 }
  private let count: Int

  init(_ tables: AlignedTables, _ outcomes: ProtocolOutcomes, _ draws: VideoDraws, pool: WorkerPool) {
    let places = draws.places(tables)
    let classes = pool.map(outcomes.classes.count) {
      ResampledClass(tables, outcomes.classes[$0], outcomes.rules, places: places, count: draws.names.count)
    }
    let blockCount = draws.blocks.count
    let results = pool.map(classes.count * blockCount) { piece in
      classes[piece / blockCount].averagePrecision(draws.blocks[piece % blockCount])
    }
    let resampleCount = draws.resampling.count
    ap = classes.indices.map { position in
      (0..<resampleCount).map { results[position * blockCount + $0 / 8][$0 % 8] }
    }
    count = resampleCount
    isVaried = classes.map { $0.truthVideoCount > 1 }
    truthVideoCount = draws.names.indices.count { video in classes.contains { $0.hasTruth(in: video) } }
  }

  /// The mean over the classes that are wanted and count, in each resample.
  func mAP(_ isWanted: (Int) -> Bool) -> [Double] {
    let wanted = ap.indices.filter(isWanted)
    return (0..<count).map { resample in
      let values = wanted.lazy.map { ap[$0][resample] }.filter { !$0.isNaN }
      return values.reduce(0, +) / Double(values.count)
    }
  }
}

extension BootstrapInterval {
  /// What became of a number over the resamples; nil where it never exists.
  init?(_ values: [Double], _ resampling: Resampling) {
    let sorted = values.filter { !$0.isNaN }.sorted()
    guard let interval = percentileInterval(sorted: sorted, resampling.confidence) else { return nil }
    let mean = sorted.reduce(0, +) / Double(sorted.count)
    let squares = sorted.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    self.interval = interval
    standardError = sorted.count > 1 ? (squares / Double(sorted.count - 1)).squareRoot() : 0
    count = sorted.count
  }
}
