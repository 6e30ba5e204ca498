public import Statistics
internal import Wording
public import AVAEval
public import AVARecords
public import Datasets
public import Inference
public import Parallel

/// Weights of an ensemble's models, fitted to labelled videos, and what they bring on videos that they were not fitted to.
///
/// The videos are dealt out into folds. For each fold the weights are fitted to the videos of the others, and only the fold's
/// own key frames are then scored with them: the gain over equal weights is counted on these, so that no video is judged by
/// weights that have seen it.
public struct WeightFit: Sendable {
  /// Fitted to all videos; their mean is 1.
  public let weights: [Double]
  /// Those of each fold, fitted without its videos.
  public let foldWeights: [[Double]]
  /// Equal weights, and the weights of each video's fold, under the official protocol.
  public let comparison: Comparison
  /// The mAP of `weights` on the videos that they were fitted to, which flatters them.
  public let fittedMAP: Double

  /// Fits weights.
  ///
  /// - Parameters:
  ///   - dataset: Whose overlap decides what is found.
  ///   - folds: From 2 to as many as there are videos.
  ///   - progress: Called after each fold, and after the fit to all, with the number of fits done.
  /// - Throws: `EnsembleError`, `EvaluationError`, `WeightFitError`.
  public init(
    _ ensemble: Ensemble, _ way: ViewFusion, unmatched: Ensemble.Unmatched, truth: GroundTruthTable,
    labelMap: LabelMap, exclusions: ExcludedTimestamps = ExcludedTimestamps(), dataset: ActionDataset,
    folds: Int = 5, resampling: Resampling = Resampling(), pool: WorkerPool? = nil,
    progress: (Int) throws -> Void = { _ in }
  ) throws {
    let known = Set(truth.frameIndex.videos)
    let videos = ensemble.videos.filter(known.contains)
    if videos.count < folds { throw WeightFitError.fewVideos(videos.count, folds: folds) }
    let judge = Judge(ensemble, way, unmatched, truth, labelMap, exclusions, dataset, pool)
    var foldWeights: [[Double]] = []
    var heldOut = DetectionTable()
    for fold in 0..<folds {
      let (own, others) = (
        videos.enumerated().filter { $0.offset % folds == fold },
        videos.enumerated().filter { $0.offset % folds != fold }
      )
      let weights = try judge.fit(Set(others.map(\.element)))
      foldWeights.append(weights)
      heldOut.append(try judge.rows(weights, Set(own.map(\.element))))
      try progress(fold + 1)
    }
    self.foldWeights = foldWeights
    let all = Set(videos)
    let equal = try judge.rows(ensemble.members.map { _ in 1 }, all)
    let tables = try [equal, heldOut].map { try judge.tables($0, all) }
    let outcomes = tables.map { match($0, rules: [.official], pool: pool)[0] }
    comparison = compare((tables[0], outcomes[0]), (tables[1], outcomes[1]), resampling, frameLimit: 0, pool: pool)
    weights = try judge.fit(all)
    fittedMAP = try judge.mAP(weights, all)
    try progress(folds + 1)
  }
}

/// Judges weights by the mAP that they reach on some videos.
private struct Judge {
  let ensemble: Ensemble
  let way: ViewFusion
  let unmatched: Ensemble.Unmatched
  let truth: GroundTruthTable
  let labelMap: LabelMap
  let exclusions: ExcludedTimestamps
  let dataset: ActionDataset
  let pool: WorkerPool?

  init(
    _ ensemble: Ensemble, _ way: ViewFusion, _ unmatched: Ensemble.Unmatched, _ truth: GroundTruthTable,
    _ labelMap: LabelMap, _ exclusions: ExcludedTimestamps, _ dataset: ActionDataset, _ pool: WorkerPool?
  ) {
    (self.ensemble, self.way, self.unmatched, self.truth) = (ensemble, way, unmatched, truth)
    (self.labelMap, self.exclusions, self.dataset, self.pool) = (labelMap, exclusions, dataset, pool)
  }

  /// Climbs from equal weights: a model after the other counts for nothing, for less or for more, as long as mAP rises.
  func fit(_ videos: Set<String>) throws -> [Double] {
    var weights = ensemble.members.map { _ in 1.0 }
    var best = try mAP(weights, videos)
    for _ in 0..<4 {
      let before = best
      for model in weights.indices {
        for factor in [0, 0.5, 2] {
          var other = weights
          other[model] *= factor
          if other == weights || !other.contains(where: { $0 > 0 }) { continue }
          let reached = try mAP(other, videos)
          // A gain of rounding is none.
          if reached > best + 1e-6 { (weights, best) = (other, reached) }
        }
      }
      if best == before { break }
    }
    let mean = weights.reduce(0, +) / Double(weights.count)
    return weights.map { $0 / mean }
  }

  func rows(_ weights: [Double], _ videos: Set<String>) throws -> DetectionTable {
    do {
      return try ensemble.fuse(
        ModelFusion(way, weights: weights), unmatched: unmatched, only: { videos.contains($0.video) }
      ).table
    } catch EnsembleError.nothingLeft { return DetectionTable() }
  }

  func tables(_ rows: DetectionTable, _ videos: Set<String>) throws -> AlignedTables {
    var own = GroundTruthTable()
    for frame in truth.frameIndex.frames where videos.contains(truth.frameIndex.videos[frame.video]) {
      own.list(video: truth.frameIndex.videos[frame.video], time: frame.time)
    }
    for row in 0..<truth.count {
      let frame = truth.frameIndex.frames[Int(truth.frames[row])]
      let video = truth.frameIndex.videos[frame.video]
      if !videos.contains(video) { continue }
      own.append(
        video: video, time: frame.time, box: truth.boxes[row], actionID: Int(truth.actionIDs[row]),
        personID: truth.personIDs[row])
    }
    return try AlignedTables(
      detections: rows, groundTruth: own, labelMap: labelMap, exclusions: exclusions, dataset: dataset)
  }

  func mAP(_ weights: [Double], _ videos: Set<String>) throws -> Double {
    let tables = try tables(rows(weights, videos), videos)
    return evaluate(match(tables, rules: [.official], pool: pool)[0], pool: pool).mAP ?? 0
  }
}

extension DetectionTable {
  /// Adds all rows of another table.
  fileprivate mutating func append(_ other: DetectionTable) {
    for row in 0..<other.count {
      let frame = other.frameIndex.frames[Int(other.frames[row])]
      append(
        video: other.frameIndex.videos[frame.video], time: frame.time, box: other.box(ofRow: row),
        actionID: Int(other.actionIDs[row]), score: other.scores[row])
    }
  }
}

/// Why weights cannot be fitted.
public enum WeightFitError: Error, Equatable, CustomStringConvertible {
  case fewVideos(Int, folds: Int)

  public var description: String {
    switch self {
    case .fewVideos(let count, let folds):
      return
        count < 2
        ? "fitting weights: sources and ground truth have \(counted(count, "video")) in common, expected 2 or more -> check "
          + "that all are of the same labelled videos, named alike"
        : "fitting weights: \(folds) folds of videos that sources and ground truth have in common, and there are \(count) "
          + "-> give --folds from 2 to \(max(2, count)), or more labelled videos"
    }
  }
}
