internal import AVAEval
internal import ArgumentParser
internal import Datasets
internal import Ensembles
internal import Inference
internal import Parallel
internal import TextReports

/// Weights of an ensemble that are fitted to labelled videos.
struct FitOptions: ParsableArguments {
  @Flag(
    help: """
      Fit the weights to the ground truth: its mAP under the official protocol, from equal weights on. The gain that is \
      said is that on held-out videos: those of each fold are scored by weights fitted to the others.
      """)
  var fit = false

  @Option(help: ArgumentHelp("Into how many folds the videos are dealt out.", valueName: "count"))
  var folds = 5

  @Option(help: ArgumentHelp("How many resamples of the videos the gain's interval is of.", valueName: "count"))
  var bootstrap = 1000

  func check(hasTruth: Bool, _ fusing: FusionOptions) throws {
    if !fit { return }
    if !hasTruth { throw ValidationError("--fit fits weights to labelled videos -> add --groundtruth FILE") }
    if fusing.modelWeights != nil {
      throw ValidationError("--fit and --model-weights exclude each other -> give one of them")
    }
    if fusing.fusion == .max { throw ValidationError("--fusion max takes no weights -> leave out --fit") }
    if folds < 2 { throw ValidationError("--folds is \(folds), expected 2 or more -> 5 is usual") }
    if !(1...1_000_000).contains(bootstrap) {
      throw ValidationError("--bootstrap is \(bootstrap), expected 1 to 1000000 -> 1000 is usual")
    }
  }

  /// Fits weights, and says what they bring; nil where that is not asked for.
  func fit(
    _ ensemble: Ensemble, _ way: ViewFusion, _ unmatched: Ensemble.Unmatched, _ judge: EvaluationInputs,
    _ pool: WorkerPool
  ) throws -> WeightFit? {
    if !fit || ensemble.members.count < 2 { return nil }
    let progress = Progress("fitting weights", total: folds + 1, unit: "fit")
    let found = try WeightFit(
      ensemble, way, unmatched: unmatched, truth: judge.truth, labelMap: judge.labels, exclusions: judge.exclusions,
      dataset: .ava, folds: folds, resampling: Resampling(count: bootstrap), pool: pool
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
