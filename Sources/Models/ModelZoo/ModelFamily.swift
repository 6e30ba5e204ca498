public import Configuration
public import NN
public import VideoModels

/// A family of networks: which configurations and files are its own, and what is built of them.
///
/// A family of one's own is a file or a few that conform to this, and an entry in ``modelFamilies``; `docs/extending.md`
/// adds one.
public protocol ModelFamily: Sendable {
  associatedtype OwnBackbone: Backbone

  /// The values of `MODEL.MODEL_NAME` and `MODEL.ARCH` that name its networks.
  var modelNames: [String] { get }
  var archs: [String] { get }

  /// Its networks as users call them: "SlowFast", "Slow".
  var networks: [String] { get }

  /// The keys that shape its networks and not those of every family, sections as "X3D.*": of these, a key that is set for
  /// another family changes nothing, and users are told so. `MODEL.*`, `DATA.*` and `DETECTION.*` go without saying.
  var keys: [String] { get }

  /// Whether one of these keys says nothing of the network of a configuration, which has not what the key is of; by default
  /// none.
  func isIdle(_ key: String, in config: Configuration) -> Bool

  /// Those of the keys that set how many channels its stages have, for what is said where those are too many.
  var widthKeys: [String] { get }

  /// What is known of the values of some of these keys, beyond their types and ranges. The names that several families give
  /// a value are all known; of advice the first is said. Configurations that name this family keep to its own.
  var valueRules: [String: ValueRule] { get }

  /// The values of `MODEL.ARCH` that go with a value of `MODEL.MODEL_NAME`, by default all. Others are refused before
  /// ``check(_:)`` is asked.
  func archs(of modelName: String) -> [String]

  /// Checks what must fit together in a configuration whose `MODEL.MODEL_NAME` and `MODEL.ARCH` are its own, as soon as it
  /// is read; by default nothing. Names of values (``valueRules``) are checked before, and what ``backbone(_:)`` and the
  /// heads throw is said after it, with the key's place.
  ///
  /// - Returns: What stays without effect, for the notices.
  func check(_ config: Configuration) throws(ConfigurationError) -> [String]

  /// The backbone of a configuration that names this family, and that ``check(_:)`` has passed.
  ///
  /// - Throws: `ModelConfigurationError`, `ConfigurationError`.
  func backbone(_ config: Configuration) throws -> OwnBackbone

  /// The head for whole clips on that backbone.
  ///
  /// - Throws: `ModelConfigurationError`.
  func classificationHead(
    _ config: Configuration, _ activation: Activation, on backbone: OwnBackbone
  ) throws -> any Head

  /// The head for boxes on that backbone, with `DETECTION.ENABLE`; by default PySlowFast's RoI head.
  ///
  /// - Throws: `ModelConfigurationError`.
  func boxHead(_ config: Configuration, _ activation: Activation, on backbone: OwnBackbone) throws -> any Head

  /// Whether PySlowFast can score boxes with these networks: `DETECTION.SPATIAL_SCALE_FACTOR` is then 16 where it is not
  /// given, as there. Else it is the stride of the features.
  var hasReferenceHead: Bool { get }

  /// What the names of its tensors begin with, up to the first point: what wrappers put before one of these is left out. By
  /// default `s1`, the stem of networks of stages.
  var firstModules: [String] { get }

  /// What a file's tensors tell, where they may be those of one of its networks; nil for all others. Some of them may be
  /// missing: where several families recognise a file, it holds the network that has the most of its tensors.
  func recognise(_ tensors: TensorIndex) -> Recognition?

  /// Whether the head of such a file scores boxes; nil where the tensors do not tell, as by default: both heads of PySlowFast
  /// have the same.
  func scoresBoxes(_ tensors: TensorIndex) -> Bool?

  /// What was published of its networks, and with which configurations, for `inspect` to name; by default what the tables of
  /// PySlowFast's, PyTorchVideo's and MMAction2's model zoos have of its ``archs``. Recognised networks are told by their
  /// `traits`.
  var published: [PublishedModel] { get }

  /// The configs of the project for its networks of which nothing was published, for `inspect` to name; by default none.
  var unpublished: [UnpublishedConfig] { get }

  /// How other libraries have its networks: whose files are read, and under whose names weights are written. Of a file the
  /// one that knows the most of its layers is believed.
  var peers: [any PeerMapping] { get }

  /// The configuration keys that decide whether its networks have a tensor of that name.
  func keys(deciding name: String) -> Set<String>

  /// The keys that are likely to have other values too where some have, for files that do not suit a configuration.
  ///
  /// - Parameter isNews: Whether the file speaks for another value of a key than the configuration has.
  func keys(changingWith keys: Set<String>, isNews: (String) -> Bool) -> Set<String>
}

extension ModelFamily {
  public var networks: [String] { modelNames }
  public func archs(of modelName: String) -> [String] { archs }
  public var valueRules: [String: ValueRule] { [:] }
  public func isIdle(_ key: String, in config: Configuration) -> Bool { false }
  public func boxHead(_ config: Configuration, _ activation: Activation, on backbone: OwnBackbone) throws -> any Head {
    roiHead(config, activation, stride: hasReferenceHead ? nil : backbone.featureStride)
  }

  public var hasReferenceHead: Bool { false }
  public func check(_ config: Configuration) throws(ConfigurationError) -> [String] { [] }
  public var widthKeys: [String] { [] }
  public var firstModules: [String] { [StageNames.stage(1)] }
  public func recognise(_ tensors: TensorIndex) -> Recognition? { nil }
  public func scoresBoxes(_ tensors: TensorIndex) -> Bool? { nil }
  public var published: [PublishedModel] { PublishedModel.all.filter { !$0.traits.isDisjoint(with: archs) } }
  public var unpublished: [UnpublishedConfig] { [] }
  public var peers: [any PeerMapping] { [] }
  public func keys(deciding name: String) -> Set<String> { [] }
  public func keys(changingWith keys: Set<String>, isNews: (String) -> Bool) -> Set<String> { [] }

  /// Whether the key is one of its ``keys``.
  func reads(_ key: String) -> Bool {
    keys.contains { $0 == key || $0.hasSuffix(".*") && key.hasPrefix($0.dropLast()) }
  }

  /// Backbone and head of a configuration that names this family.
  func architecture(_ config: Configuration) throws -> Architecture {
    // A configuration may come from code, and nobody have checked it.
    _ = try checkAll(config)
    let backbone = try backbone(config)
    return Architecture(backbone: backbone, head: try head(config, on: backbone))
  }

  func head(_ config: Configuration, on backbone: OwnBackbone) throws -> any Head {
    let activation = try headActivation(config)
    return config[.detectionEnable]
      ? try boxHead(config, activation, on: backbone) : try classificationHead(config, activation, on: backbone)
  }
}

/// Every family that can be built. Where several have a file's tensors, the last of them is believed.
public let modelFamilies: [any ModelFamily] = [ResNetFamily(), X3DFamily(), FactorisedFamily(), MViTFamily()]
