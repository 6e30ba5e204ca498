public import Configuration
public import NN
public import VideoModels

/// Why a config does not describe a model that can be built.
public enum ModelConfigurationError: Error, Equatable, CustomStringConvertible {
  case notYet(key: String, value: String, what: String)
  case impossible(key: String, found: String, expected: String, todo: String)

  public var description: String {
    switch self {
    case .notYet(let key, let value, let what):
      return "building the model: \(key) is \(value): \(what) come with a later version of this program"
        + " -> use a slowfast, slow, c2d, i3d or x3d config"
    case .impossible(let key, let found, let expected, let todo):
      return "building the model: \(key) is \(found), expected \(expected) -> \(todo)"
    }
  }
}

/// A family of networks: how a configuration describes one.
///
/// A family of one's own is one file that conforms to this, and an entry in ``modelFamilies``; `docs/extending.md` adds
/// one.
public protocol ModelFamily: Sendable {
  /// The values of `MODEL.MODEL_NAME` and `MODEL.ARCH` that name its networks.
  var modelNames: Set<String> { get }
  var archs: Set<String> { get }

  /// The backbone of a configuration that names this family.
  ///
  /// - Throws: `ModelConfigurationError`.
  func backbone(_ config: Configuration) throws -> any Backbone

  /// The head for whole clips on that backbone.
  ///
  /// - Throws: `ModelConfigurationError`.
  func classificationHead(_ config: Configuration, _ activation: Activation) throws -> any Head
}

/// Every family that can be built, asked in this order.
public let modelFamilies: [any ModelFamily] = [ResNetFamily(), X3DFamily()]

extension Architecture {
  /// Reads backbone and head off a PySlowFast configuration.
  ///
  /// - Throws: `ModelConfigurationError`.
  public init(_ config: Configuration) throws {
    let (name, arch) = (config.string("MODEL.MODEL_NAME"), config.string("MODEL.ARCH"))
    guard let family = modelFamilies.first(where: { $0.modelNames.contains(name) && $0.archs.contains(arch) }) else {
      throw ModelConfigurationError.notYet(
        key: "MODEL.MODEL_NAME / MODEL.ARCH", value: "\(name) / \(arch)", what: "networks of this kind")
    }
    let backbone = try family.backbone(config)
    let activation = try Architecture.activation(config)
    let isDetector = config.bool("DETECTION.ENABLE")
    self.init(
      backbone: backbone,
      head: isDetector ? roiHead(config, activation) : try family.classificationHead(config, activation))
  }

  /// What of the architecture the user should know.
  var notices: [String] {
    guard let head = head as? RoIHead, head.stride != backbone.featureStride else { return [] }
    return [
      "DETECTION.SPATIAL_SCALE_FACTOR is \(head.stride), this network's features are \(backbone.featureStride) pixels "
        + "apart: boxes are looked up in the wrong place -> set DETECTION.SPATIAL_SCALE_FACTOR \(backbone.featureStride)"
    ]
  }

  private static func activation(_ config: Configuration) throws -> Activation {
    let name = config.string("MODEL.HEAD_ACT")
    guard let activation = Activation(rawValue: name), !(activation == .none && config.bool("DETECTION.ENABLE")) else {
      throw ModelConfigurationError.impossible(
        key: "MODEL.HEAD_ACT", found: name,
        expected: config.bool("DETECTION.ENABLE") ? "sigmoid or softmax" : "sigmoid, softmax or none",
        todo: "set MODEL.HEAD_ACT sigmoid for AVA, softmax for Kinetics")
    }
    return activation
  }
}

private func roiHead(_ config: Configuration, _ activation: Activation) -> RoIHead {
  RoIHead(
    classes: config.int("MODEL.NUM_CLASSES"), activation: activation,
    resolution: config.int("DETECTION.ROI_XFORM_RESOLUTION"), stride: config.int("DETECTION.SPATIAL_SCALE_FACTOR"),
    aligned: config.bool("DETECTION.ALIGNED"))
}

extension Array {
  /// The entry of a configuration's list; PySlowFast's own defaults list one pathway where SlowFast has two.
  func entry(_ index: Int, of key: String) throws -> Element {
    if indices.contains(index) { return self[index] }
    throw ModelConfigurationError.impossible(
      key: key, found: "a list of \(count)", expected: "an entry [\(index)]",
      todo: "list four stages, in each one entry per pathway")
  }
}
