internal import Checkpoint
public import Configuration
internal import Files
public import Kernels
public import ModelZoo
public import NN
internal import Tensors
public import VideoModels

/// Where a model's weights come from, and how strictly they must fit.
public struct WeightOptions: Sendable {
  /// Seeded random weights instead of a file.
  public var randomSeed: UInt64?
  /// Whether missing and mismatched weights are replaced by seeded random ones instead of stopping the run.
  public var allowPartial: Bool
  /// The file of a calibration, for engines that quantize; nil is the one beside the weights.
  public var calibration: String?

  /// Makes options; without any, weights are those that the configuration names, all of them.
  public init(randomSeed: UInt64? = nil, allowPartial: Bool = false, calibration: String? = nil) {
    self.randomSeed = randomSeed
    self.allowPartial = allowPartial
    self.calibration = calibration
  }
}

/// Why there are no weights to load.
public enum WeightsError: Error, Equatable, CustomStringConvertible {
  /// Neither a file nor a seed was given.
  case none

  /// What is missing, and what to do.
  public var description: String {
    """
    weights: none were given, and random ones would mean nothing
             -> give --weights FILE or TEST.CHECKPOINT_FILE_PATH FILE (or, to try the machinery, --random-weights SEED)
    """
  }
}

/// A model with its weights, and what the user should know about them.
public struct LoadedModel {
  /// The network with its weights.
  public let model: VideoModel
  /// The file; nil for random weights.
  public let weightsPath: String?
  /// The file of the calibration; nil where the model is not quantized, or for random weights.
  public let calibrationPath: String?
  /// How the weights were chosen.
  public let options: WeightOptions
  /// What a caller should know of configuration and weights, a line each.
  public let notices: [String]
  /// The pixels that the weights were trained on; nil where the configuration's are as good.
  let pixels: PeerPixels?

  /// Builds the model of a configuration and loads its weights.
  ///
  /// - Parameters:
  ///   - other: A model that computes in turn with this one, in the same memory.
  ///   - calibration: What integers stand for, where the engine quantizes; nil has it read from its file.
  ///   - families: Whose networks there are.
  ///   - change: What is built otherwise than the configuration says, such as another head.
  /// - Throws: `ModelConfigurationError`, `WeightsError`, `FileError`, `CheckpointError`, and what `change` throws.
  public init(
    _ config: Configuration, _ options: WeightOptions, engine: Engine, sharing other: LoadedModel? = nil,
    calibration: Calibration? = nil, families: [any ModelFamily] = modelFamilies,
    changing change: (inout Architecture) throws -> Void = { _ in }
  ) throws {
    var architecture = try Architecture(config, families: families)
    try change(&architecture)
    self.options = options
    if let seed = options.randomSeed {
      if let path = options.calibration { throw NoCalibrationError.randomWeights(path: path) }
      func weights() -> WeightReader { WeightReader(random: seed) }
      if engine.quantizes {
        let calibration =
          try calibration
          ?? VideoModel(
            architecture, weights: weights(), engine: engine.with(.fp32)
          )
          .calibratedOnNoise(crop: config[.dataTestCropSize])
        model = try VideoModel(
          architecture, weights: weights(), engine: engine, quantizedBy: calibration, pixels: PixelScale(config, nil),
          sharing: other?.model)
      } else {
        model = VideoModel(architecture, weights: weights(), engine: engine, sharing: other?.model)
      }
      weightsPath = nil
      calibrationPath = nil
      pixels = nil
      notices = architecture.notices + ["the weights are random (seed \(seed)): the scores mean nothing"]
      return
    }
    guard let (path, isFound) = try checkpointPath(config) else { throw WeightsError.none }
    let checkpoint = try Checkpoint(
      path: path,
      naming: PySlowFastNames(families: families, clearing: config[.trainCheckpointClearNamePattern]),
      pool: engine.pool)
    let peer = PeerNetwork(checkpoint, families: families)
    let taken = try peer?.adapt(&architecture, config) ?? []
    pixels = peer?.pixels
    let weights = WeightReader(
      checkpoint, allowPartial: options.allowPartial, inflates: config[.trainCheckpointInflate])
    var read: (path: String, file: CalibrationFile)?
    if engine.quantizes && calibration == nil {
      do {
        read = try options.calibration(of: path)
      } catch NoCalibrationError.none {
        // A calibration would not help some.
        let usual = VideoModel(architecture, weights: weights, engine: engine.with(.fp32))
        throw usual.network.canMultiplyIntegers
          ? NoCalibrationError.none(path: options.calibrationPath(of: path)) : NoCalibrationError.nothing
      }
    }
    let pixelScale = PixelScale(config, peer?.pixels)
    if let read, read.file.pixels != pixelScale {
      throw CalibrationFileError(path: read.path, found: "it was made with other pixels (DATA.MEAN, DATA.STD)")
    }
    calibrationPath = read?.path
    let chosen = calibration ?? read?.file.calibration
    let built = Result {
      guard engine.quantizes, let calibration = chosen else {
        return VideoModel(architecture, weights: weights, engine: engine, sharing: other?.model)
      }
      do {
        return try VideoModel(
          architecture, weights: weights, engine: engine, quantizedBy: calibration,
          pixels: pixelScale, sharing: other?.model)
      } catch let error as CalibrationError {
        if case .notFinite(let operation) = error {
          throw NoCalibrationError.damagedWeights(path: path, operation: operation)
        }
        throw CalibrationFileError(path: read?.path ?? "", found: "\(error)")
      }
    }
    var report = weights.report
    let guess = ArchitectureGuess(checkpoint, families: families)
    report.hints = LoadHints(report, guess, config, families: families)
    // Weights that do not fit are said before a calibration that does not.
    try report.check(allowPartial: options.allowPartial)
    model = try built.get()
    weightsPath = path
    let calibrated = read.flatMap { $0.file.difference.isLarge ? "'\($0.path)': \($0.file.difference.warning)" : nil }
    let found = isFound ? ["the weights are the last checkpoint of OUTPUT_DIR: '\(path)'"] : []
    notices =
      found + checkpoint.notices + taken + report.notices
      + guess.notices(architecture, config, file: report.fileName) + (peer.map { pixelNotices($0, config) } ?? [])
      + (calibrated.map { [$0] } ?? [])
  }
}

/// What hinders the weights from being read, in one line; nil where their file is there or they are to be random.
///
/// For commands that name everything that is missing at once; ``LoadedModel`` has the whole of it.
public func missingWeights(_ config: Configuration, _ options: WeightOptions) -> String? {
  if options.randomSeed != nil { return nil }
  guard let found = try? checkpointPath(config) else { return "weights: none were given -> give --weights FILE" }
  return pathExists(found.path) ? nil : "reading weights: no file '\(found.path)' -> give --weights FILE"
}

/// The files that ``LoadedModel`` reads: the weights, and with integers their calibration.
///
/// - Parameter quantizes: Whether the engine will.
public func weightFiles(_ config: Configuration, _ options: WeightOptions, quantizes: Bool) -> [String] {
  guard options.randomSeed == nil, let weights = try? checkpointPath(config)?.path else { return [] }
  return [weights] + (quantizes ? [options.calibrationPath(of: weights)] : [])
}

/// The file that the reference would test: `TEST.CHECKPOINT_FILE_PATH`, else the last checkpoint of the output
/// folder, else `TRAIN.CHECKPOINT_FILE_PATH`.
///
/// - Returns: The path, and whether it was found in the output folder rather than named; nil where there is none.
/// - Throws: `FileError` for an output folder that cannot be read.
private func checkpointPath(_ config: Configuration) throws -> (path: String, isFound: Bool)? {
  let test = config[.testCheckpointFilePath]
  if !test.isEmpty { return (test, false) }
  if let last = try outputCheckpoints(config).last { return (last, true) }
  let train = config[.trainCheckpointFilePath]
  return train.isEmpty ? nil : (train, false)
}
