public import Configuration
internal import Files
public import Inference
public import Kernels
internal import Tensors
internal import VideoModels
internal import Wording

extension RunIdentity {
  /// What the scores of a run depend on beside its files.
  ///
  /// - Parameters:
  ///   - others: Keys of the configuration that do not count.
  ///   - framesPerSecond: At which rate frames are counted; nil where each video's own counts.
  public init(
    _ config: Configuration, but others: Set<String> = [], framesPerSecond: Double?, _ model: LoadedModel,
    _ ensemble: TestEnsemble? = nil,
    isStill: Bool
  ) throws {
    self.init()
    add(config, but: others)
    if let framesPerSecond { add(.framesPerSecond, "\(framesPerSecond)") }
    add(.still, "\(isStill)")
    add(model.model.engine)
    if ensemble == nil { try addWeights(of: model) }
  }

  /// Adds how the arithmetic is done: the last bits of sums differ.
  public mutating func add(_ engine: Engine) {
    add(.precision, engine.precision.rawValue)
    add(.kernels, engine.instructionSet.rawValue)
    add(.convolution, Self.choice(engine.planner))
  }

  /// By what algorithms are chosen. Of a tuned plan its choices count, not the file: measured again it may choose the same.
  private static func choice(_ planner: ConvolutionPlanner) -> String {
    if let forced = planner.forced { return forced.rawValue }
    guard let tuned = planner.tuned else { return planner.measures ? measured : "by shape" }
    var sum = SHA256()
    sum.update(tuned.text)
    return "by a tuned plan of \(counted(tuned.choices.count, "shape")), sha256 \(sum.finish())"
  }

  private static let measured = "measured"

  /// Whether every start of the program chooses algorithms by timing them: the last bits of its scores are its own.
  public var isMeasured: Bool { self[.convolution] == Self.measured }

  /// Adds the models of an ensemble by number: their weights, and what of their configurations is not the run's.
  public mutating func add(_ ensemble: TestEnsemble, _ models: [LoadedModel], of config: Configuration) throws {
    let keys = Configuration.keys.filter(config.keysOfScores.contains)
    for (number, model) in ensemble.models.enumerated() {
      for key in keys where model.config.literal(key) != config.literal(key) {
        add(.model, "\(number + 1) \(key)", model.config.literal(key) ?? "")
      }
      try addWeights(of: models[number], number: number + 1)
    }
  }

  /// - Parameter number: The model's in an ensemble; nil for the only one.
  private mutating func addWeights(of model: LoadedModel, number: Int? = nil) throws {
    func add(_ thing: Thing, _ value: String) {
      if let number { self.add(.model, "\(number) \(thing.rawValue)", value) } else { self.add(thing, value) }
    }
    if let path = model.weightsPath {
      add(.weights, try fileFingerprint(path, isWhole: true, doing: "reading the weights"))
    }
    if let path = model.calibrationPath {
      add(.calibration, try fileFingerprint(path, isWhole: true, doing: "reading the calibration"))
    }
    if let seed = model.options.randomSeed { add(.randomWeights, "seed \(seed)") }
    add(.partialWeights, "\(model.options.allowPartial)")
  }

  /// Adds files of one kind, whatever their order.
  public mutating func add(_ thing: Thing, files: [String]) throws {
    let prints = try files.map { try fileFingerprint($0, doing: "reading the \(thing.rawValue)") }.sorted()
    for (number, print) in prints.enumerated() { add(thing, "\(number + 1)", print) }
  }
}
