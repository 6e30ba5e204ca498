public import Statistics

/// A number between 0 and 1, and between which bounds it lies with other videos of the same kind (percentile bootstrap over
/// videos).
public struct EstimatedShare: Sendable, Equatable {
  /// The number itself, of all videos.
  public let value: Double
  /// Nil where no resamples were asked for, or there are fewer than two videos.
  public let interval: ClosedRange<Double>?

  /// Makes a number of its value and the bounds that resamples give.
  public init(value: Double, interval: ClosedRange<Double>?) {
    self.value = value
    self.interval = interval
  }
}

/// How good predictions of whole videos are: accuracies or mAP with intervals, classes, confusions, calibration, and the
/// videos that are worst.
public struct PredictionEvaluation: Sendable {
  /// What became of the videos of one class.
  public struct ClassResult: Sendable, Equatable {
    /// The class, counted from 0.
    public let label: Int
    /// How many videos are of this class.
    public let videos: Int
    /// The share whose highest score is this class's; of several classes a video the average precision.
    public let value: Double
    /// The share that has this class among its five highest scores; nil of several classes a video.
    public let top5: Double?
  }

  /// Videos of one class whose highest score is another's.
  public struct Confusion: Sendable, Equatable {
    /// The videos' class, counted from 0.
    public let label: Int
    /// The class of their highest score, counted from 0.
    public let found: Int
    /// How many videos these are.
    public let count: Int
    /// Of the class's videos.
    public let share: Double
  }

  /// Videos whose highest score, as a share of all of theirs, lies within bounds.
  public struct CalibrationBin: Sendable, Equatable {
    /// Between which shares of all their scores these videos' highest scores lie.
    public let bounds: ClosedRange<Double>
    /// How many videos these are.
    public let videos: Int
    /// The mean of these shares.
    public let confidence: Double
    /// The share of these videos whose highest score is their class's.
    public let accuracy: Double
  }

  /// A video whose true class has a low score; of several classes that of the lowest place.
  public struct WorstVideo: Sendable, Equatable {
    /// Among the predictions, from 0.
    public let index: Int
    /// The video's.
    public let name: String
    /// Its class, counted from 0.
    public let label: Int
    /// The class of its highest score, counted from 0.
    public let found: Int
    /// Of the true class, from 1.
    public let rank: Int
    /// The highest score and that of the true class; of several classes the highest one of a class that the video has not.
    public let foundScore: Float
    /// The score of its own class.
    public let ownScore: Float
    /// How high the video's classes stand among all by their scores; nil where a video has one class.
    public let averagePrecision: Double?
  }

  /// What was evaluated.
  public let predictions: Predictions
  /// How videos were drawn anew; nil where no intervals were asked for.
  public let resampling: Resampling?
  /// How many videos have known classes: the others do not count.
  public let videos: Int
  /// Nil of several classes a video.
  public let top1: EstimatedShare?
  /// The share of videos whose class is among their five highest scores; nil of several classes a video.
  public let top5: EstimatedShare?
  /// Of several classes a video.
  public let mAP: EstimatedShare?
  /// The mean of the classes' own accuracies: each class counts alike, however many videos it has.
  public let meanClassAccuracy: Double?
  /// Of the classes that some video has.
  public let classes: [ClassResult]
  /// The most frequent first; none of several classes a video.
  public let confusions: [Confusion]
  /// Counts [true class][class of the highest score]; empty of several classes a video.
  public let matrix: [[Int]]
  /// Empty where scores are no shares: below zero somewhere, or of several classes a video.
  public let calibration: [CalibrationBin]
  /// The mean distance of confidence and accuracy, over videos.
  public let calibrationError: Double?
  /// The worst first.
  public let worst: [WorstVideo]

  /// - Throws: `PredictionError.noLabels`.
  public init(_ predictions: Predictions, _ resampling: Resampling? = nil, worstCount: Int = 20) throws {
    self.predictions = predictions
    self.resampling = resampling
    let known = predictions.labels.indices.filter { predictions.labels[$0] != nil }
    if known.allSatisfy({ predictions.labels[$0]?.isEmpty != false }) {
      throw PredictionError.noLabels(path: predictions.path)
    }
    videos = known.count
    let scores = known.map { predictions.scores[$0] }
    let labels = known.map { predictions.labels[$0] ?? [] }
    let draws = resampling.flatMap { known.count < 2 ? nil : Draws(known.count, $0) }
    if predictions.isMultiLabel {
      (top1, top5, meanClassAccuracy, calibrationError) = (nil, nil, nil, nil)
      (confusions, matrix, calibration) = ([], [], [])
      worst = Self.worstOfSeveral(predictions, known, count: worstCount)
      let ranked = RankedClasses(scores, labels)
      let all = ranked.precisions(Array(repeating: 1, count: known.count))
      mAP = EstimatedShare(
        value: mean(all.compactMap(\.self)),
        interval: draws?.interval { mean(ranked.precisions($0).compactMap(\.self)) })
      classes = all.enumerated().compactMap { label, precision in
        precision.map {
          ClassResult(label: label, videos: ranked.positives[label], value: $0, top5: nil)
        }
      }
      return
    }
    mAP = nil
    let outcomes = zip(scores, labels).map { Outcome($0, label: $1[0]) }
    let (first, five) = (outcomes.map { $0.rank == 1 }, outcomes.map { $0.rank <= 5 })
    func share(_ hits: [Bool]) -> EstimatedShare {
      let values = hits.map { $0 ? 1.0 : 0 }
      return EstimatedShare(
        value: mean(values),
        interval: draws?.interval { weights in
          zip(weights, values).reduce(0) { $0 + Double($1.0) * $1.1 } / Double(values.count)
        })
    }
    (top1, top5) = (share(first), share(five))
    let byClass = Dictionary(grouping: outcomes.indices) { outcomes[$0].label }
    classes = byClass.keys.sorted().map { label in
      let own = byClass[label] ?? []
      func part(_ hits: [Bool]) -> Double { Double(own.count { hits[$0] }) / Double(own.count) }
      return ClassResult(label: label, videos: own.count, value: part(first), top5: part(five))
    }
    meanClassAccuracy = mean(classes.map(\.value))
    var counts = [[Int]](repeating: [Int](repeating: 0, count: predictions.classes), count: predictions.classes)
    for outcome in outcomes { counts[outcome.label][outcome.found] += 1 }
    matrix = counts
    confusions = byClass.keys.flatMap { label in
      counts[label].enumerated().filter { $0.offset != label && $0.element > 0 }.map {
        Confusion(
          label: label, found: $0.offset, count: $0.element,
          share: Double($0.element) / Double(byClass[label]?.count ?? 1))
      }
    }.sorted { ($1.count, $0.label, $0.found) < ($0.count, $1.label, $1.found) }
    let bins = Self.bins(outcomes)
    calibration = bins
    calibrationError =
      bins.isEmpty
      ? nil : bins.reduce(0) { $0 + Double($1.videos) * abs($1.confidence - $1.accuracy) } / Double(outcomes.count)
    // Where the true class stands lowest among the scores; of equal ranks, where another one is surest.
    let order = outcomes.indices.filter { outcomes[$0].rank > 1 }.sorted {
      (outcomes[$1].rank, outcomes[$1].lead, known[$0]) < (outcomes[$0].rank, outcomes[$0].lead, known[$1])
    }
    worst = order.prefix(worstCount).map { index in
      let outcome = outcomes[index]
      return WorstVideo(
        index: known[index], name: predictions.names[known[index]], label: outcome.label, found: outcome.found,
        rank: outcome.rank, foundScore: outcome.foundScore, ownScore: outcome.ownScore, averagePrecision: nil)
    }
  }

  /// The videos whose classes stand lowest among all by their scores, for each of them by average precision: the mean, over
  /// the video's classes, of the share of its own among those that stand as high. Equal ones in their order.
  private static func worstOfSeveral(_ predictions: Predictions, _ known: [Int], count: Int) -> [WorstVideo] {
    let found = known.compactMap { index -> WorstVideo? in
      let scores = predictions.scores[index]
      let own = Set(predictions.labels[index] ?? [])
      let order = scores.indices.sorted { (-scores[$0], $0) < (-scores[$1], $1) }
      let places = order.indices.filter { own.contains(order[$0]) }
      guard let last = places.last, let other = order.first(where: { !own.contains($0) }) else { return nil }
      let precision = mean(places.enumerated().map { Double($0.offset + 1) / Double($0.element + 1) })
      return WorstVideo(
        index: index, name: predictions.names[index], label: order[last], found: other, rank: last + 1,
        foundScore: scores[other], ownScore: scores[order[last]], averagePrecision: precision)
    }.filter { $0.averagePrecision != 1 }
    return Array(
      found.sorted { ($0.averagePrecision ?? 1, $0.index) < ($1.averagePrecision ?? 1, $1.index) }.prefix(count))
  }

  /// Ten bins of equal width; those without a video are left out.
  private static func bins(_ outcomes: [Outcome]) -> [CalibrationBin] {
    let shares = outcomes.compactMap { outcome in outcome.confidence.map { ($0, outcome.rank == 1) } }
    if shares.count < outcomes.count { return [] }
    let bins = Dictionary(grouping: shares) { min(Int($0.0 * 10), 9) }
    return bins.keys.sorted().map { bin in
      let own = bins[bin] ?? []
      return CalibrationBin(
        bounds: Double(bin) / 10...Double(bin + 1) / 10, videos: own.count, confidence: mean(own.map(\.0)),
        accuracy: mean(own.map { $0.1 ? 1 : 0 }))
    }
  }
}

/// What the scores of a video say beside its class.
private struct Outcome {
  let label: Int
  /// The class of the highest score; of equal ones the lowest class.
  let found: Int
  /// Of the true class, from 1; of equal scores that of the lower class stands first.
  let rank: Int
  let foundScore: Float
  let ownScore: Float
  /// The highest score as a share of the sum; nil where a score is below zero, or all are zero.
  let confidence: Double?

  var lead: Float { foundScore - ownScore }

  init(_ scores: [Float], label: Int) {
    self.label = label
    ownScore = scores[label]
    rank = ClassificationEval.rank(of: label, in: scores)
    let best = scores.indices.max { (scores[$0], -$0) < (scores[$1], -$1) } ?? 0
    found = best
    foundScore = scores[best]
    let sum = scores.reduce(0) { $0 + Double($1) }
    confidence = scores.contains { $0 < 0 } || sum <= 0 ? nil : Double(scores[best]) / sum
  }
}

/// How often each video is drawn in every resample.
private struct Draws {
  private let weights: [[Int]]
  private let confidence: Double

  init(_ videos: Int, _ resampling: Resampling) {
    var weights = [[Int]](repeating: [Int](repeating: 0, count: videos), count: resampling.count)
    resampling.draw(from: videos) { weights[$0][$1] += 1 }
    self.weights = weights
    confidence = resampling.confidence
  }

  /// Where a number lies in most resamples; nil without resamples.
  func interval(_ value: ([Int]) -> Double) -> ClosedRange<Double>? {
    percentileInterval(sorted: weights.map(value).sorted(), confidence)
  }
}

private func mean(_ values: [Double]) -> Double { values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count) }
