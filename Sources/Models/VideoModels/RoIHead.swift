public import Checkpoint
public import Kernels
public import NN
public import RoIAlign
internal import Tensors

/// Scores boxes: the average over the frames, RoIAlign, the largest bin of each channel, projection, activation.
///
/// Source: PySlowFast's ResNetRoIHead; Detectron2's RoIAlign. What other libraries' heads can have besides
/// is off by default.
public struct RoIHead: Head, Equatable {
  /// How many scores a box has.
  public var classes: Int
  /// What makes scores of the last layer's numbers.
  public var activation: Activation
  /// `DETECTION.ROI_XFORM_RESOLUTION`
  public var resolution: Int
  /// `DETECTION.SPATIAL_SCALE_FACTOR`: pixels of the clip from one position of the maps to the next.
  public var stride: Int
  /// `DETECTION.ALIGNED`
  public var aligned: Bool
  /// What is made of the frames before RoIAlign.
  public var frames: FramePooling
  /// Whether each box has beside its own features those of the whole map, averaged in as many bins.
  public var hasContext: Bool
  /// The width of a layer before the projection.
  public var hidden: Int?
  /// By how much boxes grow first; nil for not at all.
  public var boxExtension: BoxExtension?

  public init(
    classes: Int, activation: Activation, resolution: Int, stride: Int, aligned: Bool, frames: FramePooling = .mean,
    hasContext: Bool = false, hidden: Int? = nil, boxExtension: BoxExtension? = nil
  ) {
    self.classes = classes
    self.activation = activation
    self.resolution = resolution
    self.stride = stride
    self.aligned = aligned
    self.frames = frames
    self.hasContext = hasContext
    self.hidden = hidden
    self.boxExtension = boxExtension
  }

  public var scoresBoxes: Bool { true }
  public var assumedStride: Int? { stride }

  public func pooledRegions(_ boxes: [Region], clipHeight: Int, clipWidth: Int) -> [Region] {
    guard let boxExtension else { return boxes }
    return boxes.map { boxExtension.grown($0, clipHeight: clipHeight, clipWidth: clipWidth) }
  }

  public func layers(channels: [Int], weights: WeightReader, engine: Engine) -> any HeadLayers {
    RoIHeadLayers(self, channels: channels, weights: weights, engine: engine)
  }
}

extension RoIHead {
  private var aligner: RoIAligner {
    get throws(RoIAlignError) {
      try RoIAligner(
        resolution: resolution, spatialScale: 1 / Float(stride), grid: aligned ? .halfPixel : .legacy)
    }
  }

  public func check(_ regions: [Region], batch: Int) throws { try aligner.check(regions, batch: batch) }

  /// The scores are those after the activation, as in PySlowFast, unless they are for an evaluation.
  public func buildTrained(
    _ builder: inout NetworkBuilder, _ maps: [Value], boxes: Value?, channels: [Int], _ options: TrainingOptions
  ) throws(VideoModelError) -> Value {
    guard frames == .mean, !hasContext, hidden == nil, boxExtension == nil,
      activation != .softmax || options.isEvaluation,
      let boxes, let aligner = try? aligner
    else {
      throw .untrainableHead(
        "a head that pools the largest frame, has context, a hidden layer, grown boxes or a softmax")
    }
    let pooled = maps.map { builder.network.add(RoIPooling(aligner: aligner), [$0, boxes]) }
    let rows = pooled.count == 1 ? pooled[0] : builder.network.concatenate(pooled)
    let scores = builder.trainedProjection(rows, channels: channels.reduce(0, +), classes: classes, options)
    if options.isEvaluation { return scores }
    return activation == .sigmoid ? builder.network.function(.sigmoid, scores) : scores
  }
}

/// Gives of each box what a head for boxes scores: its features, before a hidden layer, dropout and projection.
///
/// It has no weights. What a network computes with it is what a head on a frozen backbone learns from.
public struct RoIFeatures: Head, Equatable {
  public let head: RoIHead
  /// How many numbers a box has: what stands in the place of classes.
  public let classes: Int

  /// - Parameters:
  ///   - head: Whose features are given.
  ///   - channels: Those of each feature map of the backbone.
  public init(of head: RoIHead, channels: [Int]) {
    self.head = head
    classes = channels.reduce(0, +) * (head.hasContext ? 2 : 1)
  }

  public var scoresBoxes: Bool { true }
  public var assumedStride: Int? { head.assumedStride }
  public func check(_ regions: [Region], batch: Int) throws { try head.check(regions, batch: batch) }

  public func pooledRegions(_ boxes: [Region], clipHeight: Int, clipWidth: Int) -> [Region] {
    head.pooledRegions(boxes, clipHeight: clipHeight, clipWidth: clipWidth)
  }

  public func layers(channels: [Int], weights: WeightReader, engine: Engine) -> any HeadLayers {
    RoIHeadLayers(head, channels: channels, weights: weights, engine: engine, scores: false)
  }
}

private final class RoIHeadLayers: HeadLayers {
  private let head: RoIHead
  /// Of all maps, and of what is projected.
  private let channels: Int
  private let width: Int
  private let hidden: HiddenLayer?
  /// Nil where the features are wanted that it would score.
  private let projection: Projection?
  private let engine: Engine
  private let workspace = RoIAlignWorkspace()

  /// - Parameter scores: Whether features become scores.
  init(_ head: RoIHead, channels: [Int], weights: WeightReader, engine: Engine, scores: Bool = true) {
    self.head = head
    self.channels = channels.reduce(0, +)
    self.engine = engine
    let width = head.hasContext ? 2 * self.channels : self.channels
    self.width = width
    hidden = scores ? head.hidden.map { HiddenLayer(width, width: $0, weights: weights, engine: engine) } : nil
    projection =
      scores
      ? Projection(head.hidden ?? width, classes: head.classes, head.activation, weights: weights, engine: engine) : nil
  }

  private init(_ other: RoIHeadLayers, _ engine: Engine) {
    (head, channels, width) = (other.head, other.channels, other.width)
    (hidden, projection) = (other.hidden, other.projection)
    self.engine = engine
  }

  func copy(on engine: Engine) -> any HeadLayers { RoIHeadLayers(self, engine) }

  func score(_ maps: [FeatureMap], _ regions: [Region]) throws -> Tensor {
    let aligner = try aligner()
    let pooled = Tensor(zeros: [regions.count, width])
    var channel = 0
    for map in maps {
      try pool(map, regions, aligner, into: pooled, at: channel)
      channel += map.channels
    }
    let rows = hidden.map { $0(pooled) } ?? pooled
    return projection.map { $0(rows) } ?? rows
  }

  private func aligner() throws -> RoIAligner {
    try RoIAligner(
      resolution: head.resolution, spatialScale: 1 / Float(head.stride), grid: head.aligned ? .halfPixel : .legacy)
  }

  /// Pools the boxes of one pathway: average over the frames, RoIAlign, the largest bin of each channel; and the whole
  /// map, where there is context.
  ///
  /// - Parameter rows: [R, all channels, then those of the context]; gets this pathway's from `channel` on.
  private func pool(
    _ map: FeatureMap, _ regions: [Region], _ aligner: RoIAligner, into rows: Tensor, at channel: Int
  ) throws {
    var map = map.float32()
    if head.frames == .maximum { map = map.pooled(over: .maximum) }
    if head.hasContext { addContext(of: map, regions, into: rows, at: channels + channel) }
    let plane = FeaturePlane(map)
    if engine.usesReferences {
      copyColumns(largest(of: try aligner.reference(plane, regions)), into: rows, at: channel)
    } else {
      try aligner.alignMaxPooled(
        plane, regions, into: rows.storage, offset: channel, pitch: rows.shape[1], pool: engine.pool,
        kernels: engine.kernels, workspace: workspace)
    }
  }

  private func addContext(of map: FeatureMap, _ regions: [Region], into rows: Tensor, at channel: Int) {
    let frame = map.extent.t == 1 ? map : map.pooled(over: .mean)
    let context = frame.largestAverage(side: head.resolution)
    for (row, region) in regions.enumerated() where (0..<map.batch).contains(region.batchIndex) {
      (rows.storage.pointer + row * width + channel).update(
        from: context.storage.pointer + region.batchIndex * map.channels, count: map.channels)
    }
  }

  /// The largest bin of each channel, NaN above all: [R, P, P, C] to [R, C].
  private func largest(of bins: Tensor) -> Tensor {
    let (count, channels) = (bins.shape[1] * bins.shape[2], bins.shape[3])
    let result = Tensor(zeros: [bins.shape[0], channels])
    for row in 0..<bins.shape[0] * channels {
      let (region, c) = (row / channels, row % channels)
      let values = (0..<count).lazy.map { bins.values[(region * count + $0) * channels + c] }
      result.storage.pointer[row] = values.reduce(-.infinity) { $0.isNaN || $0 > $1 ? $0 : $1 }
    }
    return result
  }

  func timed(_ maps: [FeatureMap], _ regions: [Region]) throws -> [LayerReport] {
    let aligner = try aligner()
    let rows = Tensor(zeros: [regions.count, width])
    var reports: [LayerReport] = []
    var channel = 0
    for map in maps {
      let bins = "\(aligner.resolution)x\(aligner.resolution)"
      let report = try LayerReport(
        timing: "\(head.frames) of \(map.extent.t) frames + RoIAlign \(bins) + max",
        output: "\(regions.count) x \(map.channels)",
        macs: aligner.multiplyAdds(FeaturePlane(map.float32()), regions),
        bytes: 4 * (map.positions + regions.count) * map.channels
      ) { try pool(map, regions, aligner, into: rows, at: channel) }
      reports.append(report)
      channel += map.channels
    }
    return reports + [hidden?.timed(rows: regions.count), projection?.timed(rows: regions.count)].compactMap(\.self)
  }
}
