public import Configuration
internal import NN
public import VideoModels

extension Architecture {
  /// Reads backbone and head off a PySlowFast configuration.
  ///
  /// - Parameter families: Whose networks are built.
  /// - Throws: `ModelConfigurationError`, `ConfigurationError`.
  public init(_ config: Configuration, families: [any ModelFamily] = modelFamilies) throws {
    guard let family = try config.modelFamily(of: families) else {
      if UnbuiltModels.modelNames.contains(config[.modelModelName]) {
        throw ModelConfigurationError.pretraining(keys: [config.cite(.modelModelName)])
      }
      throw ModelConfigurationError.notYet(
        keys: [config.cite(.modelModelName), config.cite(.modelArch)], what: "networks of this kind",
        networks: families.flatMap(\.networks))
    }
    self = try family.architecture(config)
  }

  /// What of the architecture the user should know.
  public var notices: [String] {
    let (key, stride) = (Key.detectionSpatialScaleFactor.name, backbone.featureStride)
    guard let assumed = head.assumedStride, assumed != stride else { return [] }
    return [
      "\(key) is \(assumed), this network's features are \(stride) pixels apart: boxes are looked up in the wrong place "
        + "-> set \(key) \(stride)"
    ]
  }
}

/// `MODEL.HEAD_ACT`.
func headActivation(_ config: Configuration) throws(ModelConfigurationError) -> Activation {
  let name = config[.modelHeadAct]
  guard let activation = Activation(rawValue: name), !(activation == .none && config[.detectionEnable]) else {
    throw ModelConfigurationError.impossible(
      key: Key.modelHeadAct.name, found: name,
      expected: config[.detectionEnable] ? "sigmoid or softmax" : "sigmoid, softmax or none",
      todo: "set MODEL.HEAD_ACT sigmoid for AVA, softmax for Kinetics")
  }
  return activation
}

/// - Parameter stride: Of the features, where the configuration does not give it; nil takes PySlowFast's default.
func roiHead(_ config: Configuration, _ activation: Activation, stride: Int?) -> RoIHead {
  let key = Key.detectionSpatialScaleFactor
  let own = config.source(of: key) == .fallback ? stride : nil
  return RoIHead(
    classes: config[.modelNumClasses], activation: activation,
    resolution: config[.detectionRoiXformResolution], stride: own ?? config[key],
    aligned: config.alignsBoxes)
}

extension Array {
  /// The entry of a configuration's list; PySlowFast's own defaults list one pathway where SlowFast has two.
  func entry<Content: Sendable>(_ index: Int, of key: Key<Content>) throws(ModelConfigurationError) -> Element {
    if indices.contains(index) { return self[index] }
    throw ModelConfigurationError.impossible(
      key: key.name, found: "a list of \(count)", expected: "an entry [\(index)]",
      todo: "list four stages, in each one entry per pathway")
  }
}
