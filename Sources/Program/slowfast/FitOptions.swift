internal import AVAEval
internal import ArgumentParser
internal import Datasets
internal import Ensembles
internal import Inference
internal import Parallel
internal import Statistics
internal import TextReports

/// Weights of an ensemble that are fitted to labelled videos.
struct FitOptions: ParsableArguments {
  @Flag(
    help: """
      Fit the weights to the ground truth: its mAP under the official protocol, from equal weights on. The gain that is \
      said is that on held-out videos: those of each fold are scored by weights fitted to the others.
      """)
  var fit = false

  @Option(help: ArgumentHelp("Into how many folds the videos are dealt out. (default: 5)", valueName: "count"))
  var folds: Int?

  @Option(
    help: ArgumentHelp(
      "How many resamples of the videos the gain's interval is of. (default: 1000)", valueName: "count"))
  var bootstrap: Int?

  func check(hasTruth: Bool, _ fusing: FusionOptions) throws {
    if !fit {
      for (option, value) in [("--folds", folds), ("--bootstrap", bootstrap)] where value != nil {
        throw ValidationError("\(option) says how weights are fitted -> add --fit, or leave it out")
      }
      return
    }
    if !hasTruth { throw ValidationError("--fit fits weights to labelled videos -> add --groundtruth FILE") }
    if fusing.modelWeights != nil {
      throw ValidationError("--fit and --model-weights exclude each other -> give one of them")
    }
    if fusing.fusion == .max { throw ValidationError("--fusion max takes no weights -> leave out --fit") }
    if let folds, folds < 2 { throw ValidationError("--folds is \(folds), expected 2 or more -> 5 is usual") }
    if let bootstrap, !(1...1_000_000).contains(bootstrap) {
      throw ValidationError("--bootstrap is \(bootstrap), expected 1 to 1000000 -> 1000 is usual")
    }
  }

  /// Makes sure that there are several models.
  func check(models count: Int) throws {
    if fit, count < 2 {
      throw ValidationError(
        "--fit says how much each of several models counts, the sources are one model -> leave it out")
    }
  }

  /// Fits weights, and says what they bring; nil where that is not asked for.
  func fit(
    _ ensemble: Ensemble, _ way: ViewFusion, _ unmatched: Ensemble.Unmatched, _ judge: EvaluationInputs,
    _ pool: WorkerPool
  ) throws -> WeightFit? {
    if !fit { return nil }
    let folds = folds ?? 5
    let progress = Progress("fitting weights", total: folds + 1, unit: "fit")
    let found = try WeightFit(
      ensemble, way, unmatched: unmatched, truth: judge.truth, labelMap: judge.labels, exclusions: judge.exclusions,
      dataset: .ava, folds: folds, resampling: Resampling(count: bootstrap ?? 1000), pool: pool
    ) { progress.update($0) }
    progress.finish()
    let summary = FitSummary(
      weights: found.weights, foldWeights: found.foldWeights, comparison: found.comparison, fittedMAP: found.fittedMAP)
    for line in summary.lines { Console.say(line) }
    if let warning = summary.warning { Console.warn(warning) }
    Console.say(summary.note)
    return found
  }
}
