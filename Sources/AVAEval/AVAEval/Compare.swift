internal import AVARecords
internal import Datasets
public import Parallel
public import Statistics

/// Compares two files of detections under one protocol, on the same ground truth, label map and exclusions.
///
/// - Parameters:
///   - a: The first file's rows, and what became of them.
///   - b: The second file's.
///   - frameLimit: How many key frames are listed.
///   - pool: The threads that share the work; the caller's alone when nil. The result does not depend on it.
public func compare(
  _ a: (tables: AlignedTables, outcomes: ProtocolOutcomes), _ b: (tables: AlignedTables, outcomes: ProtocolOutcomes),
  _ resampling: Resampling = Resampling(), frameLimit: Int = 20, pool: WorkerPool? = nil
) -> Comparison {
  precondition(a.outcomes.rules == b.outcomes.rules, "two protocols do not compare")
  precondition(a.outcomes.classes.map(\.label) == b.outcomes.classes.map(\.label), "two label maps do not compare")
  precondition(a.tables.dataset == b.tables.dataset, "two data sets do not compare")
  let pool = pool ?? WorkerPool(threads: 1)
  let diagnoses = (
    ProtocolDiagnosis(a.tables, a.outcomes, pool: pool), ProtocolDiagnosis(b.tables, b.outcomes, pool: pool)
  )
  let draws = VideoDraws(
    names: countedVideos(a.tables, a.outcomes).union(countedVideos(b.tables, b.outcomes)), resampling)
  let resampled = (
    Resampled(a.tables, a.outcomes, draws, pool: pool), Resampled(b.tables, b.outcomes, draws, pool: pool)
  )
  let evaluations = (diagnoses.0.evaluation, diagnoses.1.evaluation)
  func meanDifference(_ a: Double?, _ b: Double?, _ isWanted: (Int) -> Bool) -> Difference {
    Difference(
      a, b, resampled.0.mAP(isWanted), resampled.1.mAP(isWanted), resampling, isVaried: resampled.0.hasMeans)
  }
  return Comparison(
    rules: a.outcomes.rules, resampling: resampling, videoCount: draws.names.count,
    truthVideoCount: resampled.0.truthVideoCount,
    mAP: meanDifference(evaluations.0.mAP, evaluations.1.mAP) { _ in true },
    tieIntervals: (evaluations.0.mAPInterval, evaluations.1.mAPInterval),
    dataset: a.tables.dataset,
    groups: a.tables.dataset.groups.map { group in
      meanDifference(evaluations.0.mAP(of: group), evaluations.1.mAP(of: group)) {
        a.tables.dataset.group(of: a.outcomes.classes[$0].label.id) == group
      }
    },
    classes: a.outcomes.classes.indices.map { position in
      ClassDifference(
        label: a.outcomes.classes[position].label, groundTruthCount: a.outcomes.classes[position].groundTruthCount,
        ap: Difference(
          evaluations.0.perClass[position].ap, evaluations.1.perClass[position].ap, resampled.0.ap[position],
          resampled.1.ap[position], resampling, isVaried: resampled.0.isVaried[position]))
    },
    frames: frameDifferences(diagnoses.0, diagnoses.1, limit: frameLimit))
}

extension Difference {
  /// - Parameters:
  ///   - first: A's number in every resample, NaN where there is none.
  ///   - second: B's.
  ///   - isVaried: Whether resamples differ in what is to be found; without, there is no interval.
  fileprivate init(
    _ a: Double?, _ b: Double?, _ first: [Double], _ second: [Double], _ resampling: Resampling, isVaried: Bool
  ) {
    self.a = a
    self.b = b
    if !isVaried {
      (interval, share) = (nil, nil)
      return
    }
    let differences = zip(first, second).map { $1 - $0 }.filter { !$0.isNaN }.sorted()
    interval = percentileInterval(sorted: differences, resampling.confidence)
    let (notMore, notLess) = (differences.count { $0 <= 0 }, differences.count { $0 >= 0 })
    share =
      differences.isEmpty ? nil : min(1, 2 * Double(min(notMore, notLess) + 1) / Double(differences.count + 1))
  }
}

/// A key frame of either file.
private struct FrameName: Hashable {
  let video: String
  let time: Timestamp

  init(_ tables: AlignedTables, _ frame: Int) {
    video = tables.videos[tables.frames[frame].video]
    time = tables.frames[frame].time
  }
}

/// The key frames whose losses differ most.
private func frameDifferences(
  _ a: ProtocolDiagnosis, _ b: ProtocolDiagnosis, limit: Int
) -> [FrameDifference] {
  // The ground truth's key frames have the same numbers in both; the others are found by name.
  var numbers: [FrameName: Int] = [:]
  for frame in b.tables.frames.indices { numbers[FrameName(b.tables, frame)] = frame }
  var pairs: [(a: Int?, b: Int?)] = []
  for frame in a.tables.frames.indices {
    pairs.append((frame, numbers.removeValue(forKey: FrameName(a.tables, frame))))
  }
  for frame in numbers.values.sorted() { pairs.append((nil, frame)) }
  let (lossesA, lossesB) = (a.frameLosses(), b.frameLosses())
  let gaps = pairs.map { pair in abs((pair.a.map { lossesA[$0] } ?? 0) - (pair.b.map { lossesB[$0] } ?? 0)) }
  let chosen = largest(gaps, limit: limit).map { pairs[$0] }
  let classesA = classLosses(a, chosen.map(\.a))
  let classesB = classLosses(b, chosen.map(\.b))
  return chosen.enumerated().map { place, pair in
    let name = pair.a.map { FrameName(a.tables, $0) } ?? pair.b.map { FrameName(b.tables, $0) }
    return FrameDifference(
      video: name?.video ?? "", time: name?.time ?? Timestamp(second: 0), lossA: pair.a.map { lossesA[$0] } ?? 0,
      lossB: pair.b.map { lossesB[$0] } ?? 0, classes: classDifferences(classesA[place], classesB[place]))
  }
}

/// What key frames cost by class; nothing where a file lacks the key frame.
private func classLosses(_ diagnosis: ProtocolDiagnosis, _ frames: [Int?]) -> [[Double]] {
  let known = diagnosis.classLosses(in: frames.compactMap { $0 })
  var next = known[...]
  return frames.map { frame in
    frame == nil ? Array(repeating: 0, count: diagnosis.classes.count) : next.removeFirst()
  }
}

private func classDifferences(_ a: [Double], _ b: [Double]) -> [FrameDifference.ClassLoss] {
  let losses = zip(a, b).enumerated().map { position, pair in
    FrameDifference.ClassLoss(classPosition: position, lossA: pair.0, lossB: pair.1)
  }
  return losses.filter { $0.lossA != $0.lossB }.sorted { abs($0.lossA - $0.lossB) > abs($1.lossA - $1.lossB) }
}
