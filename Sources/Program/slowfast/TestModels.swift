internal import Configuration
internal import Files
internal import Inference
internal import Runs

/// The models of a test: the one of the call, or those that the file of an ensemble names.
struct TestModels {
  /// Nil for one model.
  let ensemble: TestEnsemble?
  private let parts: [(options: ModelOptions, config: Configuration)]
  private let file: EnsembleFile?
  private let streams: Int

  /// Reads the configurations.
  ///
  /// - Parameters:
  ///   - options: Of the call.
  ///   - config: Of the run: what is tested, and what becomes of the scores.
  ///   - path: The file of an ensemble; nil for the call's own model.
  ///   - overrides: The call's pairs, which hold for every model.
  ///   - streams: How many clips are computed side by side.
  init(
    _ options: ModelOptions, _ config: Configuration, _ path: String?, overrides: [String], streams: Int
  ) throws {
    self.streams = streams
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
      let ownConfig = try Self.configuration(own, overrides, of: entry)
      for notice in try file.notices(on: entry, ownConfig, of: config, keysOfRun: Configuration.keysOfRun) {
        Console.warn(notice)
      }
      parts.append((own, ownConfig))
    }
    if !config[.testCheckpointFilePath].isEmpty {
      Console.warn(
        "\(config.cite(.testCheckpointFilePath)) is not read: '\(path)' names the weights of each model")
    }
    for (number, part) in parts.enumerated() {
      if let first = parts.prefix(number).firstIndex(where: { Self.isSame($0, part) }) {
        Console.warn(
          "'\(path)': \(file.models[number].name) is \(file.models[first].name) again, with the same weights and keys: the "
            + "model counts twice -> leave one out, or say how much it is to count with WEIGHT")
      }
    }
    self.file = file
    self.parts = parts
    do {
      ensemble = try TestEnsemble(
        zip(file.models, parts).map { TestEnsemble.Model($0.name, $1.config) },
        ModelFusion(ViewFusion(rawValue: file.fusion) ?? .mean, weights: file.models.map(\.weight)), of: config,
        text: file.text)
    } catch {
      guard let entry = file.models.first(where: { $0.name == error.model }) else { throw error }
      throw EnsembleModelError(entry, "\(error)")
    }
  }

  /// The configuration of one of the models.
  private static func configuration(
    _ options: ModelOptions, _ overrides: [String], of entry: EnsembleFile.Entry
  ) throws -> Configuration {
    do {
      return try options.load(overrides, of: entry)
    } catch FileError.missing(let doing, let path, let nearest?)
      where splitPath(nearest).name == splitPath(entry.file).name
    {
      // The nearest name is no config.
      throw EnsembleModelError(
        entry, line: entry.configLine, "\(FileError.missing(doing: doing, path: path, nearest: nil))")
    } catch let error as FileError {
      throw EnsembleModelError(entry, line: entry.configLine, "\(error)")
    } catch { throw EnsembleModelError(entry, "\(error)") }
  }

  private typealias Part = (options: ModelOptions, config: Configuration)

  /// Whether two models give the same scores.
  private static func isSame(_ a: Part, _ b: Part) -> Bool {
    let isOneSeed = a.options.randomWeights == b.options.randomWeights
    let isOneFile = zip([a.options.weights].compactMap(\.self), [b.options.weights].compactMap(\.self)).allSatisfy {
      isSameFile($0, $1)
    }
    return isOneSeed && isOneFile && (a.options.weights == nil) == (b.options.weights == nil)
      && a.config.keysOfScores.allSatisfy { a.config.literal($0) == b.config.literal($0) }
  }

  /// What hinders weights from being read, a line for each.
  var missing: [String] {
    parts.enumerated().compactMap { number, part in
      guard let reason = missingWeights(part.config, part.options.weightOptions) else { return nil }
      guard let entry = file?.models[number] else { return reason }
      return
        "\(EnsembleModelError(entry, line: entry.weightsLine, "no file '\(entry.weights ?? "")' -> correct its WEIGHTS"))"
    }
  }

  /// The files that were and will be read.
  var inputFiles: [String] { [file?.path].compactMap(\.self) + parts.flatMap { $0.options.inputFiles($0.config) } }

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
    for (number, (options, config)) in parts.enumerated() {
      do {
        models.append(try options.model(config, beside: models.first, streams: streams))
      } catch {
        guard let entry = file?.models[number] else { throw error }
        throw EnsembleModelError(entry, line: entry.weightsLine, "\(error)")
      }
    }
    return models
  }
}
