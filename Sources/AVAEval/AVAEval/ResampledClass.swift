/// A class in the form that resampling needs: whose video each ranked detection is of, and which of them are hits.
struct ResampledClass {
  /// The video of each detection up to the last hit, bits inverted at hits.
  private let steps: [Int32]
  /// The videos of the hits.
  private let hits: [Int32]
  /// How many ground-truth rows, and detections, each video has.
  private let truth: [Double]
  private let detections: [Double]
  private let leavesOutUndetected: Bool
  /// In how many videos the class has ground truth.
  var truthVideoCount: Int { truth.count { $0 > 0 } }

  /// Whether the class has ground truth in one of the videos that are drawn.
  func hasTruth(in video: Int) -> Bool { truth[video] > 0 }

  /// - Parameter places: The place of each of the tables' videos among those that are drawn.
  init(_ tables: AlignedTables, _ outcomes: ClassOutcomes, _ rules: EvaluationRules, places: [Int32], count: Int) {
    leavesOutUndetected = rules.leavesOutUndetectedClasses
    let last = outcomes.ranked.lastIndex(where: \.isHit) ?? -1
    var steps: [Int32] = []
    steps.reserveCapacity(last + 1)
    var hits: [Int32] = []
    var detections = [Double](repeating: 0, count: count)
    for (rank, outcome) in outcomes.ranked.enumerated() {
      let place = places[tables.frames[tables.frame(ofDetection: Int(outcome.row))].video]
      detections[Int(place)] += 1
      if rank <= last { steps.append(outcome.isHit ? ~place : place) }
      if outcome.isHit { hits.append(place) }
    }
    var truth = [Double](repeating: 0, count: count)
    for row in outcomes.truthRows { truth[Int(places[tables.frames[tables.frame(ofTruth: Int(row))].video])] += 1 }
    (self.steps, self.hits, self.truth, self.detections) = (steps, hits, truth, detections)
  }

  /// AP in eight resamples, NaN where the class does not count.
  ///
  /// A row that is drawn w times stands w times in the ranking: D + w detections with H + w hits after it. Of the w
  /// hits the last has the highest precision, which the envelope gives to all.
  ///
  /// - Parameter weights: How often each video is drawn.
  func averagePrecision(_ weights: [SIMD8<Double>]) -> SIMD8<Double> {
    var found = SIMD8<Double>.zero
    var ranked = SIMD8<Double>.zero
    var precisions: [SIMD8<Double>] = []
    precisions.reserveCapacity(hits.count)
    for step in steps {
      if step >= 0 {
        ranked += weights[Int(step)]
      } else {
        let weight = weights[Int(~step)]
        ranked += weight
        found += weight
        precisions.append(found / ranked.replacing(with: 1, where: ranked .== 0))
      }
    }
    var envelope = SIMD8<Double>.zero
    var sum = SIMD8<Double>.zero
    for index in hits.indices.reversed() {
      envelope.replace(with: precisions[index], where: precisions[index] .> envelope)
      sum += envelope * weights[Int(hits[index])]
    }
    // 0/0 is NaN: without ground truth there is no AP.
    let ap = sum / weighted(truth, weights)
    return leavesOutUndetected ? ap.replacing(with: .nan, where: weighted(detections, weights) .== 0) : ap
  }

  private func weighted(_ counts: [Double], _ weights: [SIMD8<Double>]) -> SIMD8<Double> {
    zip(counts, weights).reduce(into: SIMD8<Double>.zero) { $0 += $1.0 * $1.1 }
  }
}
