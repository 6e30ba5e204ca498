internal import ArgumentParser
internal import Configuration
internal import Inference

/// The choice of several models for one run.
struct EnsembleOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Ask several models about each key frame, in one run: the file names their configs and weights (docs/challenge.md). \
      --cfg says what is tested; KEY VALUE pairs hold for all models.
      """, valueName: "file.yaml"), completion: .file())
  var ensemble: String?

  func check(_ options: ModelOptions) throws {
    if ensemble != nil, options.arguments.contains(Key.testCheckpointFilePath.name) {
      throw ValidationError(
        "--ensemble names the weights of each model -> leave out \(Key.testCheckpointFilePath.name)")
    }
    if ensemble != nil, options.weights != nil || options.randomWeights != nil {
      throw ValidationError("--ensemble names the weights of each model -> leave out --weights and --random-weights")
    }
  }

  /// The models of a run, and how they see its key frames said.
  ///
  /// - Parameters:
  ///   - overrides: The call's pairs, which hold for every model.
  ///   - streams: How many clips are computed side by side.
  func models(
    _ options: ModelOptions, _ config: Configuration, overrides: [String], streams: Int
  ) throws -> TestModels {
    let models = try TestModels(options, config, ensemble, overrides: overrides, streams: streams)
    let views = TestViews(config)
    if let ensemble = models.ensemble {
      Console.say("\(ensemble)")
    } else if views.count > 1 {
      Console.say("\(views)")
    }
    return models
  }
}
