public import Checkpoint
public import Kernels
public import NN
public import Parallel
public import RoIAlign
public import Tensors

/// What is wrong with a clip or boxes that a model is given.
public enum VideoModelError: Error, Equatable, CustomStringConvertible {
  /// The batch is empty.
  case noClips
  /// A pathway reads something beside the clip, and it is not there or of another shape.
  case otherInput(name: String, expected: String, found: String?)
  /// A pathway reads something beside the clip, which only training gives it.
  case trainedAlone(input: String)
  /// The clip has more or fewer frames than the model takes.
  case wrongFrames(expected: Int, found: Int)
  /// The clip has more or fewer channels than the model takes.
  case wrongChannels(expected: Int, found: Int)
  /// The clip has another height or width than the one that the model takes.
  case wrongSize(expected: Int, height: Int, width: Int)
  /// A clip's number is NaN or infinite: where integers are computed with, the scores would not show it.
  case clipNotFinite(index: [Int], value: Float)
  /// A clip's number is no pixel, where these are computed with as integers and it would be cut off.
  case clipBeyondPixels(index: [Int], value: Float, least: Float, most: Float)
  /// Boxes were given to a model of whole clips.
  case noRoIHead
  /// No boxes were given to a model that scores boxes.
  case noClassificationHead
  /// The last map is smaller than the window that the head averages.
  case tooSmallForWindow(map: String, window: Int)
  /// The head's gradient is not known here.
  case untrainableHead(String)

  /// What was being done, what was expected and found, and what to do.
  public var description: String {
    switch self {
    case .noClips:
      return "running the model: the batch holds 0 clips, expected 1 or more -> give a clip [N, C, T, H, W]"
    case .otherInput(let name, let expected, let found):
      return
        "running the model: the input '\(name)' is \(found ?? "not there"), expected \(expected) -> give every clip its own"
    case .trainedAlone(let name):
      return "running the model: a pathway reads '\(name)' beside the clip, which only training gives it"
        + " -> score with TrainableModel"
    case .wrongFrames(let expected, let found):
      return "running the model: the clip has \(found) frames, the model takes \(expected)"
        + " -> give clips of \(expected) frames"
    case .wrongChannels(let expected, let found):
      return "running the model: the clip has \(found) channels, the model takes \(expected)"
        + " -> check the clip's axes (N, C, T, H, W)"
    case .wrongSize(let expected, let height, let width):
      return "running the model: the clip is \(width) x \(height), the model takes \(expected) x \(expected) alone"
        + " -> give square clips of that size"
    case .clipNotFinite(let index, let value):
      return "running the model: the clip's number at \(index) is \(value) -> look for NaN and infinity in the clip"
    case .clipBeyondPixels(let index, let value, let least, let most):
      return
        "running the model: the clip's number at \(index) is \(value), and int8 takes pixels from \(least) to \(most)"
        + " -> give (pixel / 255 - DATA.MEAN) / DATA.STD, or compute with --precision bf16"
    case .noRoIHead:
      return "running the model: boxes were given, but the model scores whole clips -> leave the boxes out"
    case .noClassificationHead:
      return "running the model: the model scores boxes, and none were given -> give boxes"
    case .untrainableHead(let head):
      return "building the model for training: the gradient of \(head) is not known here"
        + " -> train with the heads of PySlowFast's own models"
    case .tooSmallForWindow(let map, let window):
      return "running the model: the head averages windows of \(window) x \(window) positions, the last map has \(map)"
        + " -> give larger pictures"
    }
  }
}

/// A network with its weights, ready to compute on clips of any size.
///
/// Not to be used by two threads at once: the plan's memory is shared between calls.
public final class VideoModel {
  /// What the backbone and the head are.
  public let architecture: Architecture
  /// What computes.
  public let engine: Engine
  /// The backbone: operators in the order in which they run.
  public let network: Network
  /// How many classes a row of scores has.
  public var classes: Int { architecture.head.classes }
  /// What the network's weights take in memory, without the head's.
  public var weightBytes: Int { network.operators.reduce(0) { $0 + $1.weightBytes } }
  /// What clips' numbers are, where they become integers.
  private let pixels: PixelScale?
  private let head: any HeadLayers
  private let plans: PlanCache
  /// Which of the models that share the plans' memory it is.
  private let number: Int

  /// What a network makes of a clip, valid until the next clip is computed.
  public struct Features {
    /// What the head scores: one map per pathway.
    public let maps: [FeatureMap]
    /// The named activations, where they were asked for.
    public let named: [(name: String, map: FeatureMap)]
    /// The clip's height and width in pixels.
    fileprivate let size: (height: Int, width: Int)
  }

  /// Builds the model; ask `weights.report` afterwards whether everything was found.
  ///
  /// - Parameter other: A model that never computes while this one does: both compute in the same memory, and what is
  ///   computed with either ends what the other has computed.
  public convenience init(
    _ architecture: Architecture, weights: WeightReader, engine: Engine, sharing other: VideoModel? = nil
  ) {
    let builder = Self.build(architecture, weights, NetworkBuilder(weights: weights, engine: engine))
    self.init(architecture, builder.network, weights: weights, engine: engine, pixels: nil, sharing: other)
  }

  /// Builds the model with integers of 8 bits where they can be; the head computes as it does without.
  ///
  /// - Parameter pixels: What clips' numbers are.
  /// - Throws: `CalibrationError` where the calibration is of another network or other weights.
  public convenience init(
    _ architecture: Architecture, weights: WeightReader, engine: Engine, quantizedBy calibration: Calibration,
    pixels: PixelScale? = nil, sharing other: VideoModel? = nil
  ) throws(CalibrationError) {
    let builder = Self.build(
      architecture, weights, NetworkBuilder(weights: weights, engine: engine, isToBeQuantized: true))
    let network = try builder.network.quantized(by: calibration, pixels: pixels)
    // A first layer that multiplies pixels has float32 inputs all the same.
    let multiplies = network.convolutions.contains { $0.multipliesIntegers && $0.input == .float32 }
    self.init(
      architecture, network, weights: weights, engine: engine, pixels: multiplies ? pixels : nil, sharing: other)
  }

  private static func build(
    _ architecture: Architecture, _ weights: WeightReader, _ builder: NetworkBuilder
  ) -> NetworkBuilder {
    var builder = builder
    let channels = architecture.backbone.featureChannels
    let inputs = architecture.backbone.inputs.map { builder.network.input(channels: $0.channels) }
    let features = architecture.backbone.build(&builder, inputs)
    for map in architecture.head.build(&builder, features, channels: channels) { builder.network.output(map) }
    return builder
  }

  private init(
    _ architecture: Architecture, _ network: Network, weights: WeightReader, engine: Engine, pixels: PixelScale?,
    sharing other: VideoModel?
  ) {
    self.pixels = pixels
    plans = other?.plans ?? PlanCache()
    number = plans.addModel()
    self.architecture = architecture
    self.engine = engine
    self.network = network
    head = architecture.head.layers(
      channels: architecture.backbone.featureChannels, weights: weights, engine: engine)
    // The weights as they came are gone.
    returnFreeMemory()
  }

  private init(_ other: VideoModel, _ engine: Engine, _ plans: PlanCache) {
    self.plans = plans
    number = plans.addModel()
    architecture = other.architecture
    self.engine = engine
    network = other.network.on(engine)
    pixels = other.pixels
    head = other.head.copy(on: engine)
  }

  /// For each stream of the engine these models, which are of one engine and compute in turn: they share the weights, and
  /// those of a stream compute on its threads in memory of its own.
  ///
  /// - Returns: The models themselves where there is one stream.
  public static func streams(_ models: [VideoModel]) -> [[VideoModel]] {
    guard let engine = models.first?.engine, engine.streams > 1 else { return [models] }
    return engine.divided().map { engine in
      let plans = PlanCache()
      return models.map { VideoModel($0, engine, plans) }
    }
  }

  /// This model on another engine, of the same kernels and formats, with the same weights in memory.
  public func on(_ engine: Engine) -> VideoModel { VideoModel(self, engine, PlanCache()) }

  /// Lays the network out for clips of a size, or takes the layout that was made for such ones before.
  public func plan(batch: Int, height: Int, width: Int, keepingNamed: Bool = false) throws -> NetworkPlan {
    try architecture.backbone.checkSize(height: height, width: width)
    let key = PlanCache.Key(model: number, batch: batch, height: height, width: width, keepingNamed: keepingNamed)
    return try plans.plan(key) {
      let extents = architecture.backbone.inputs.map { Extent3($0.frames.count, height, width) }
      return try NetworkLayout(network, batch: batch, extents: extents, keepingNamed: keepingNamed)
    }
  }

  /// Clips of numbers from elsewhere, as the network takes them.
  ///
  /// - Parameter tensor: [N, C, T, H, W].
  /// - Throws: `VideoModelError.clipNotFinite`, and `.clipBeyondPixels` where pixels are computed with as integers.
  public func clip(_ tensor: Tensor) throws(VideoModelError) -> FeatureMap {
    func index(_ place: Int) -> [Int] {
      var (index, rest) = ([Int](), place)
      for extent in tensor.shape.reversed() {
        index.insert(rest % extent, at: 0)
        rest /= extent
      }
      return index
    }
    if let place = tensor.values.firstIndex(where: { !$0.isFinite }) {
      throw .clipNotFinite(index: index(place), value: tensor.values[place])
    }
    // Half of a step is rounding.
    if let pixels, let place = tensor.values.firstIndex(where: { !(-0.5...255.5 ~= $0 / pixels.step + pixels.zero) }) {
      throw .clipBeyondPixels(
        index: index(place), value: tensor.values[place], least: -pixels.zero * pixels.step,
        most: (255 - pixels.zero) * pixels.step)
    }
    return FeatureMap(channelsFirst: tensor)
  }

  /// Runs the network on clips at the fast rate.
  ///
  /// - Parameter clip: N, [T, H, W], channels in the order the weights were trained with.
  /// - Throws: `VideoModelError` for a clip of another shape, `NetworkError` for one that is too small.
  public func features(_ clip: FeatureMap, keepingNamed: Bool = false) throws -> Features {
    let (plan, inputs) = try plan(for: clip, keepingNamed: keepingNamed)
    plan.run(inputs)
    return Features(maps: plan.outputs, named: plan.named, size: (clip.extent.h, clip.extent.w))
  }

  /// Lays the network out for a clip, and binds its frames to the pathways.
  private func plan(for clip: FeatureMap, keepingNamed: Bool = false) throws -> (NetworkPlan, [BoundInput]) {
    let inputs = try inputs(clip)
    let plan = try plan(
      batch: clip.batch, height: clip.extent.h, width: clip.extent.w, keepingNamed: keepingNamed)
    return (plan, inputs)
  }

  /// A clip as the pathways see it.
  ///
  /// - Throws: `VideoModelError` for a clip of another shape, and where pathways read something else.
  func inputs(_ clip: FeatureMap) throws -> [BoundInput] {
    let backbone = architecture.backbone
    guard clip.batch > 0 else { throw VideoModelError.noClips }
    // Every pathway sees the same frames. A clip with its axes in another order shows here first.
    for input in backbone.inputs {
      if let name = input.source { throw VideoModelError.trainedAlone(input: name) }
      if input.channels != clip.channels {
        throw VideoModelError.wrongChannels(expected: input.channels, found: clip.channels)
      }
    }
    guard clip.extent.t == backbone.frames else {
      throw VideoModelError.wrongFrames(expected: backbone.frames, found: clip.extent.t)
    }
    return backbone.inputs.map { BoundInput(clip, frames: $0.frames) }
  }

  /// Scores boxes.
  ///
  /// - Parameters:
  ///   - clip: N, [T, H, W], C at the fast rate.
  ///   - regions: Boxes in pixels of the clip, each with the number of its clip.
  /// - Returns: [R, classes].
  /// - Throws: `VideoModelError`, `RoIAlignError`, `NetworkError`.
  public func detect(_ clip: FeatureMap, _ regions: [Region]) throws -> Tensor {
    try detect(features(clip), regions)
  }

  /// Scores boxes on features that were computed already.
  public func detect(_ features: Features, _ regions: [Region]) throws -> Tensor {
    guard architecture.head.scoresBoxes else { throw VideoModelError.noRoIHead }
    return try head.score(
      features.maps,
      architecture.head.pooledRegions(
        regions, clipHeight: features.size.height, clipWidth: features.size.width))
  }

  /// Scores whole clips.
  ///
  /// - Returns: [N, classes].
  /// - Throws: `VideoModelError`, `NetworkError`.
  public func classify(_ clip: FeatureMap) throws -> Tensor { try classify(features(clip)) }

  /// Scores clips on features that were computed already.
  public func classify(_ features: Features) throws -> Tensor {
    guard !architecture.head.scoresBoxes else { throw VideoModelError.noClassificationHead }
    return try head.score(features.maps, [])
  }

  /// Runs on a clip and times every layer, the head's included.
  ///
  /// - Parameter regions: For a head that scores boxes.
  public func timedLayers(_ clip: FeatureMap, _ regions: [Region]) throws -> [LayerReport] {
    let (plan, inputs) = try plan(for: clip)
    let pooled = architecture.head.pooledRegions(regions, clipHeight: clip.extent.h, clipWidth: clip.extent.w)
    return try plan.timedLayers(inputs) + head.timed(plan.outputs, pooled)
  }

  /// Runs on a clip and takes the seconds of the pieces of every layer of the network.
  ///
  /// - Parameter record: That of the engine that the model is on (`Engine.simulating`).
  public func timedPieces(_ clip: FeatureMap, _ record: LoopRecord) throws -> [LayerPieces] {
    let (plan, inputs) = try plan(for: clip)
    return plan.timedPieces(inputs, record)
  }

  /// The multiply-adds of a clip of a size, the head's included.
  public func macs(batch: Int = 1, height: Int, width: Int, _ regions: [Region]) throws -> Int {
    let plan = try plan(batch: batch, height: height, width: width)
    let pooled = architecture.head.pooledRegions(regions, clipHeight: height, clipWidth: width)
    return try plan.macs + head.timed(plan.outputs, pooled).reduce(0) { $0 + $1.macs }
  }
}
