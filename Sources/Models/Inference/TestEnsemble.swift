public import Clips
public import Configuration
internal import Wording

/// The models that one run asks about each key frame.
public struct TestEnsemble: Sendable, CustomStringConvertible {
  /// A network by its name and configuration.
  public struct Model: Sendable {
    public let name: String
    public let config: Configuration

    public init(_ name: String, _ config: Configuration) {
      self.name = name
      self.config = config
    }
  }

  public let models: [Model]
  public let fusion: ModelFusion
  /// The file that names them, as it was read; nil where no file does.
  public let text: String?

  /// - Parameters:
  ///   - config: Of the run: which classes its results have.
  ///   - text: The file that names the models.
  /// - Throws: `TestEnsembleError` for networks that score something else.
  public init(
    _ models: [Model], _ fusion: ModelFusion, of config: Configuration, text: String? = nil
  ) throws(TestEnsembleError) {
    let classes = config[.modelNumClasses]
    for model in models {
      if !model.config[.detectionEnable] { throw .noDetector(model.name) }
      if model.config[.modelNumClasses] != classes {
        throw .otherClasses(model.name, model.config[.modelNumClasses], expected: classes)
      }
      if fusion.way == .logitMean, model.config[.modelHeadAct] != "sigmoid" {
        throw .noLogits(model.name, model.config[.modelHeadAct])
      }
    }
    self.models = models
    self.fusion = fusion
    self.text = text
  }

  /// The views of all models, one model after the other.
  public var views: [View] {
    models.enumerated().flatMap { number, model in
      TestViews(model.config).views.map { view in
        var own = view
        own.model = number
        return own
      }
    }
  }

  /// What a run asks the models with.
  ///
  /// - Parameter loaded: One for each, in their order.
  public func networks(_ loaded: [LoadedModel], isStill: Bool) -> [ClipRun.Network] {
    zip(models, loaded).map { model, loaded in
      ClipRun.Network(
        loaded.model, window: ClipWindow(model.config, isStill: isStill),
        preprocessing: loaded.preprocessing(model.config))
    }
  }

  /// A line for each model: "model 1, fast: 2 views a key frame: short side 256, with and without flip; the mean of their
  /// scores; weight 1".
  public var description: String {
    zip(models, fusion.weights).enumerated().map { number, pair in
      "model \(number + 1), \(pair.0.name): \(TestViews(pair.0.config)); weight \(pair.1)"
    }.joined(separator: "\n") + "\n\(counted(models.count, "model")): \(fusion.way.rawValue) of their scores"
  }
}

/// Why networks cannot be asked in one run.
public enum TestEnsembleError: Error, Equatable, CustomStringConvertible {
  case noDetector(String)
  case otherClasses(String, Int, expected: Int)
  case noLogits(String, String)

  /// The name of the network.
  public var model: String {
    switch self {
    case .noDetector(let name), .otherClasses(let name, _, _), .noLogits(let name, _): name
    }
  }

  public var description: String {
    switch self {
    case .noDetector(let name):
      "testing an ensemble: model '\(name)' is a classification config (DETECTION.ENABLE is False) -> give models that score "
        + "boxes"
    case .otherClasses(let name, let found, let expected):
      "testing an ensemble: model '\(name)' scores \(counted(found, "class", plural: "classes")) (MODEL.NUM_CLASSES), the config "
        + "of the run has \(expected) -> give models of the same classes"
    case .noLogits(let name, let activation):
      "testing an ensemble: FUSION logit_mean takes sigmoid scores, model '\(name)' has MODEL.HEAD_ACT \(activation) -> set "
        + "FUSION to mean"
    }
  }
}
