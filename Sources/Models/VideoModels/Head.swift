public import Kernels
public import Checkpoint
public import NN
public import RoIAlign
public import Tensors

/// What turns feature maps into scores, as a description.
public protocol Head: Sendable {
  /// `MODEL.NUM_CLASSES`
  var classes: Int { get }

  /// What makes scores of what the last layer computes, row by row; by default nothing.
  var activation: Activation { get }

  /// Whether it scores boxes, else whole clips.
  var scoresBoxes: Bool { get }

  /// The pixels of the clip from one position of the maps to the next that it goes by; nil where it needs none.
  var assumedStride: Int? { get }

  /// The regions whose features stand for boxes; by default the boxes themselves.
  ///
  /// - Parameters:
  ///   - boxes: In pixels of the clip.
  ///   - clipHeight: The clip's, in pixels, as its width.
  func pooledRegions(_ boxes: [Region], clipHeight: Int, clipWidth: Int) -> [Region]

  /// Adds to the network what the head computes on whole maps.
  ///
  /// - Parameter channels: Those of each feature map.
  /// - Returns: The maps that ``layers(channels:weights:engine:)`` is to score; the features themselves by default.
  func build(_ builder: inout NetworkBuilder, _ features: [Value], channels: [Int]) -> [Value]

  /// Adds to a network that is trained everything that follows.
  ///
  /// - Parameters:
  ///   - maps: What ``build(_:_:channels:)`` made.
  ///   - boxes: For heads that score boxes: R, [1, 1, 1], 5 of batch index, x1, y1, x2, y2 in pixels of the clip.
  ///   - channels: Those of each feature map of the backbone.
  /// - Returns: What the loss is taken of: rows, [1, 1, 1], classes.
  /// - Throws: `VideoModelError.untrainableHead`, as by default.
  func buildTrained(
    _ builder: inout NetworkBuilder, _ maps: [Value], boxes: Value?, channels: [Int], _ options: TrainingOptions
  ) throws(VideoModelError) -> Value

  /// Refuses boxes that cannot be scored; by default none.
  func check(_ regions: [Region], batch: Int) throws

  /// Makes what follows the network, with its weights.
  ///
  /// - Parameter channels: Those of each feature map of the backbone.
  func layers(channels: [Int], weights: WeightReader, engine: Engine) -> any HeadLayers
}

extension Head {
  /// What makes scores of the last layer's numbers.
  public var activation: Activation { .none }
  public var assumedStride: Int? { nil }
  public func pooledRegions(_ boxes: [Region], clipHeight: Int, clipWidth: Int) -> [Region] { boxes }
  public func build(_ builder: inout NetworkBuilder, _ features: [Value], channels: [Int]) -> [Value] { features }
  public func check(_ regions: [Region], batch: Int) throws {}

  public func buildTrained(
    _ builder: inout NetworkBuilder, _ maps: [Value], boxes: Value?, channels: [Int], _ options: TrainingOptions
  ) throws(VideoModelError) -> Value {
    throw .untrainableHead("a \(type(of: self))")
  }
}

/// The layers of a head with their weights.
///
/// Not to be used by two threads at once: what they work in is kept from clip to clip.
public protocol HeadLayers: AnyObject {
  /// Scores maps.
  ///
  /// - Parameters:
  ///   - maps: What the network made: N, [T, H, W], C each.
  ///   - regions: For heads that score boxes: in pixels of the clip, each with its batch index, as
  ///     ``Head/pooledRegions(_:clipHeight:clipWidth:)`` gives them.
  /// - Returns: [regions, classes] or [N, classes].
  /// - Throws: `VideoModelError`, `RoIAlignError`.
  func score(_ maps: [FeatureMap], _ regions: [Region]) throws -> Tensor

  /// The same layers with the same weights in memory, for a model that computes beside this one.
  ///
  /// - Parameter engine: Of the same kernels and formats.
  func copy(on engine: Engine) -> any HeadLayers

  /// Scores once and times every step, as `NetworkPlan.timedLayers` does for what comes before.
  func timed(_ maps: [FeatureMap], _ regions: [Region]) throws -> [LayerReport]
}
