/// How good detections of actions through time are, at one or several thresholds of IoU.
public struct VideoEvaluation: Sendable, Equatable {
  /// What was found of a class.
  public struct ClassResult: Sendable, Equatable {
    public let action: Int
    /// Tubes of the ground truth, or boxes where frames are evaluated.
    public let truth: Int
    public let detections: Int
    /// The average precision at each threshold, 0 to 1.
    public let precisions: [Double]
  }

  public let thresholds: [Double]
  /// The classes of which there is ground truth, by id.
  public let classes: [ClassResult]

  /// The mean over the classes at each threshold; nil where there is no class.
  public var meanPrecisions: [Double]? {
    if classes.isEmpty { return nil }
    return thresholds.indices.map { index in
      classes.reduce(0) { $0 + $1.precisions[index] } / Double(classes.count)
    }
  }

  /// The mean over the classes and thresholds; nil where there is no class or threshold.
  public var mean: Double? {
    guard let each = meanPrecisions, !each.isEmpty else { return nil }
    return each.reduce(0, +) / Double(each.count)
  }

  init(_ rankings: [ClassRanking], _ rules: VideoRules, thresholds: [Double]) {
    self.thresholds = thresholds
    classes = rankings.map { ranking in
      ClassResult(
        action: ranking.action, truth: ranking.truth, detections: ranking.candidates.count,
        precisions: thresholds.map { ranking.precision(rules, threshold: $0) })
    }
  }
}

extension VideoEvaluation {
  /// Video mAP: which tubes were found, by spatio-temporal IoU.
  ///
  /// Detections of one score go in the order in which they stand.
  ///
  /// - Parameters:
  ///   - leavingOut: Classes that are not scored.
  public static func ofTubes(
    _ detections: [ActionTube], truth: [ActionTube], rules: VideoRules, thresholds: [Double],
    leavingOut: Set<Int> = []
  ) -> VideoEvaluation {
    let rankings = rankings(
      of: detections, \.action, \.score, truth: Dictionary(grouping: truth, by: \.action), leavingOut
    ) { truth in
      let byVideo = Dictionary(grouping: truth.indices) { truth[$0].video }
      return { detection in
        (byVideo[detection.video] ?? []).map { ($0, rules.overlap(truth[$0], detection)) }
      }
    }
    return VideoEvaluation(rankings, rules, thresholds: thresholds)
  }

  /// Frame mAP: which boxes of the ground truth's tubes were found in their frames, by IoU.
  ///
  /// Detections of one score go in the order in which they stand.
  public static func ofFrames(
    _ detections: [FrameDetection], truth: [ActionTube], rules: VideoRules, thresholds: [Double],
    leavingOut: Set<Int> = []
  ) -> VideoEvaluation {
    let boxes = truth.flatMap { tube in
      tube.boxes.enumerated().map {
        FrameDetection(
          video: tube.video, frame: tube.firstFrame + $0, action: tube.action, score: 1, box: $1)
      }
    }
    let rankings = rankings(
      of: detections, \.action, \.score, truth: Dictionary(grouping: boxes, by: \.action), leavingOut
    ) { truth in
      let byFrame = Dictionary(grouping: truth.indices) { Frame(video: truth[$0].video, number: truth[$0].frame) }
      return { detection in
        (byFrame[Frame(video: detection.video, number: detection.frame)] ?? []).map {
          ($0, rules.overlap(truth[$0].box, detection.box))
        }
      }
    }
    return VideoEvaluation(rankings, rules, thresholds: thresholds)
  }

  private struct Frame: Hashable {
    let video: String
    let number: Int
  }

  /// - Parameter candidates: Makes, of a class's truth, what says of a detection what it could have found.
  private static func rankings<Detection, Truth>(
    of detections: [Detection], _ action: (Detection) -> Int, _ score: (Detection) -> Double, truth: [Int: [Truth]],
    _ leftOut: Set<Int>,
    candidates: ([Truth]) -> (Detection) -> [(truth: Int, overlap: Double)]
  ) -> [ClassRanking] {
    let byClass = Dictionary(grouping: detections, by: action)
    return truth.keys.sorted().filter { !leftOut.contains($0) }.map { id in
      let own = truth[id] ?? []
      // The sort is stable.
      let ranked = (byClass[id] ?? []).sorted { score($0) > score($1) }
      return ClassRanking(action: id, truth: own.count, candidates: ranked.map(candidates(own)))
    }
  }
}
