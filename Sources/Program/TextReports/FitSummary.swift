public import AVAEval
internal import Statistics
internal import Wording

/// Weights that were fitted to an ensemble's models, and whether they are worth anything on other videos.
public struct FitSummary: Sendable {
  private let weights: [Double]
  private let foldWeights: [[Double]]
  private let comparison: Comparison
  private let fittedMAP: Double

  /// - Parameters:
  ///   - weights: Fitted to all videos.
  ///   - foldWeights: Those of each fold, fitted without its videos.
  ///   - comparison: Equal weights beside the folds' own, on held-out videos.
  ///   - fittedMAP: What `weights` reach on the videos that they were fitted to.
  public init(weights: [Double], foldWeights: [[Double]], comparison: Comparison, fittedMAP: Double) {
    (self.weights, self.foldWeights) = (weights, foldWeights)
    (self.comparison, self.fittedMAP) = (comparison, fittedMAP)
  }

  /// The weights, and what they gain on held-out videos.
  public var lines: [String] {
    let folds = foldWeights.enumerated().map { "  without fold \($0.offset + 1): \(text($0.element))" }
    return ["weights fitted to all videos: \(text(weights)) (--model-weights takes them)"] + folds + [gain]
  }

  private var gain: String {
    let gain = comparison.mAP
    let interval = gain.interval.map {
      ", \(percent(comparison.resampling.confidence)) of \(comparison.resampling.count) resamples of the "
        + "\(counted(comparison.videoCount, "video")): \(fixed($0.lowerBound, 4)) to \(fixed($0.upperBound, 4))"
    }
    return "held-out gain over equal weights: mAP \(figure(gain.a)) to \(figure(gain.b)), "
      + "\(fixed(gain.difference ?? 0, 4))" + (interval ?? "") + " (\(comparison.rules.name) protocol)"
  }

  /// Said where the gain is none, or none that other videos need show.
  public var warning: String? {
    if (comparison.mAP.difference ?? 0) <= 0 {
      return "no gain on held-out videos: equal weights do as well there, or better"
    }
    if (comparison.mAP.interval?.lowerBound ?? -1) <= 0 {
      return "the held-out gain may be chance: equal weights may do as well on other videos"
    }
    return nil
  }

  /// What the figures of the fitted weights are worth.
  public var note: String {
    "note: on the videos that they were fitted to the weights reach \(fixed(fittedMAP, 4)), and so do the figures below: "
      + "that flatters them"
  }

  private func text(_ weights: [Double]) -> String { weights.map { fixed($0, 3) }.joined(separator: ",") }
}
