internal import Configuration
internal import Inference
internal import Runs

/// The models of a test: the one of the call, or those that the file of an ensemble names.
struct TestModels {
  /// Nil for one model.
  let ensemble: TestEnsemble?
  private let parts: [(options: ModelOptions, config: Configuration)]
  private let file: EnsembleFile?

  /// Reads the configurations.
  ///
  /// - Parameters:
  ///   - options: Of the call.
  ///   - config: Of the run: what is tested, and what becomes of the scores.
  ///   - path: The file of an ensemble; nil for the call's own model.
  ///   - overrides: The call's pairs, which hold for every model.
  init(_ options: ModelOptions, _ config: Configuration, _ path: String?, overrides: [String]) throws {
    guard let path else {
      (ensemble, file, parts) = (nil, nil, [(options, config)])
      return
    }
    let file = try EnsembleFile.read(path)
    var parts: [(options: ModelOptions, config: Configuration)] = []
    for entry in file.models {
      var own = options
      own.config = entry.config ?? options.config
      own.weights = entry.weights
      own.randomWeights = entry.randomSeed
      let ownConfig = try own.load(overrides + entry.overrides)
      for notice in try file.notices(on: entry, ownConfig, of: config, keysOfRun: Configuration.keysOfRun) {
        Console.warn(notice)
      }
      parts.append((own, ownConfig))
    }
    if !config[.testCheckpointFilePath].isEmpty {
      Console.warn(
        "\(config.cite(.testCheckpointFilePath)) is not read: '\(path)' names the weights of each model")
    }
    self.file = file
    self.parts = parts
    ensemble = try TestEnsemble(
      zip(file.models, parts).map { TestEnsemble.Model($0.name, $1.config) },
      ModelFusion(ViewFusion(rawValue: file.fusion) ?? .mean, weights: file.models.map(\.weight)), of: config,
      text: file.text)
  }

  /// What hinders weights from being read, a line for each.
  var missing: [String] { parts.compactMap { missingWeights($0.config, $0.options.weightOptions) } }

  /// The files that were and will be read.
  var inputFiles: [String] { [file?.path].compactMap(\.self) + parts.flatMap(\.options.inputFiles) }

  /// Says of a run's status how its models' scores become one.
  func note(in status: RunStatus) -> RunStatus {
    guard let ensemble else { return status }
    var noted = status
    noted.weights = nil
    noted.fusion = ensemble.fusion
    return noted
  }

  /// Builds the models with their weights, on one engine and in one memory; notices go to stderr.
  func load() throws -> [LoadedModel] {
    var models: [LoadedModel] = []
    for (options, config) in parts { models.append(try options.model(config, beside: models.first)) }
    return models
  }
}
