public import Checkpoint
public import Kernels
public import NN
public import RoIAlign
public import Tensors

/// A network that is trained, with its head: forward passes keep what backward passes read.
///
/// Not to be used by two threads at once.
public final class TrainableModel {
  /// What the backbone and the head are.
  public let architecture: Architecture
  /// The backbone: operators in the order in which they run.
  public let network: Network
  /// Everything that is learned, in the order of the modules.
  public let parameters: [Parameter]
  public let statistics: [RunningStatistics]
  /// The parameters that the network wants without weight decay: parts of their names, or whole names.
  public var namesWithoutDecay: [String] { architecture.namesWithoutDecay }
  /// The values whose gradients are asked for beside those of the parameters, see ``backward(_:_:observer:)``.
  public var observed: Set<Value> = [] { didSet { if observed != oldValue { shapes = [] } } }
  private let keepsCheckpoints: Bool
  private let keepsBFloat16: Bool
  private var plan: TrainingPlan?
  private var shapes: [TrainingPlan.Input] = []

  /// Builds the model; ask `weights.report` afterwards whether everything was found.
  ///
  /// - Throws: `VideoModelError` for a head that cannot be trained.
  public init(
    _ architecture: Architecture, weights: WeightReader, engine: Engine, _ options: TrainingOptions
  ) throws {
    var builder = NetworkBuilder(weights: weights, engine: engine, training: options)
    let channels = architecture.backbone.featureChannels
    let inputs = architecture.backbone.inputs.map { builder.network.input(channels: $0.channels) }
    let boxes = architecture.head.scoresBoxes ? builder.network.input(channels: 5) : nil
    let features = architecture.backbone.build(&builder, inputs)
    let maps = architecture.head.build(&builder, features, channels: channels)
    let scores = try architecture.head.buildTrained(&builder, maps, boxes: boxes, channels: channels, options)
    builder.network.output(scores)
    self.architecture = architecture
    keepsCheckpoints = options.keepsCheckpoints
    keepsBFloat16 = options.keepsBFloat16
    network = builder.network
    parameters = builder.parameters
    statistics = network.statistics
  }

  /// Scores clips, or boxes on them, in training: batch norms take the statistics of these clips, unless they are frozen.
  ///
  /// - Parameters:
  ///   - clip: N, [T, H, W], C at the fast rate.
  ///   - regions: For heads that score boxes: in pixels of the clip.
  ///   - others: The inputs of other kinds that pathways name (``PathwayInput/source``): N, [T, H, W], C, of any extent.
  ///   - seed: For what is drawn at random.
  /// - Returns: [rows, classes]: what the loss is taken of.
  /// - Throws: `VideoModelError`, `RoIAlignError`, `NetworkError`.
  public func forward(
    _ clip: FeatureMap, _ regions: [Region] = [], others: [String: FeatureMap] = [:], seed: UInt64 = 0
  ) throws -> Tensor {
    let backbone = architecture.backbone
    guard clip.batch > 0 else { throw VideoModelError.noClips }
    let sources = try backbone.inputs.map { try source(of: $0, clip, others) }
    guard clip.extent.t == backbone.frames else {
      throw VideoModelError.wrongFrames(expected: backbone.frames, found: clip.extent.t)
    }
    try backbone.checkSize(height: clip.extent.h, width: clip.extent.w)
    var shapes = zip(backbone.inputs, sources).map { input, map in
      TrainingPlan.Input(batch: clip.batch, extent: Extent3(input.frames.count, map.extent.h, map.extent.w))
    }
    if architecture.head.scoresBoxes {
      guard !regions.isEmpty else { throw VideoModelError.noClassificationHead }
      try architecture.head.check(regions, batch: clip.batch)
      shapes.append(TrainingPlan.Input(batch: regions.count, extent: .one))
    } else if !regions.isEmpty {
      throw VideoModelError.noRoIHead
    }
    if shapes != self.shapes || plan == nil {
      let other = plan
      plan = nil
      plan = try TrainingPlan(
        network, shapes, sharing: other, observing: observed, keepsCheckpoints: keepsCheckpoints,
        keptIn: keepsBFloat16 ? .bfloat16 : .float32)
      self.shapes = shapes
    }
    guard let plan else { preconditionFailure("there is a plan") }
    for (index, input) in backbone.inputs.enumerated() { copy(sources[index], input.frames, into: plan.inputs[index]) }
    if architecture.head.scoresBoxes, let rows = plan.inputs.last {
      for (row, region) in regions.enumerated() {
        let to = rows.start + row * rows.pitch
        to[0] = Float(region.batchIndex)
        (to[1], to[2], to[3], to[4]) = (region.x1, region.y1, region.x2, region.y2)
      }
    }
    plan.forward(seed: seed)
    let scores = plan.outputs[0]
    let result = Tensor(zeros: [scores.positions, scores.channels])
    for row in 0..<scores.positions {
      (result.storage.pointer + row * scores.channels).update(
        from: scores.start + row * scores.pitch, count: scores.channels)
    }
    return result
  }

  /// What a pathway reads.
  private func source(
    of input: PathwayInput, _ clip: FeatureMap, _ others: [String: FeatureMap]
  ) throws(VideoModelError) -> FeatureMap {
    guard let name = input.source else {
      guard input.channels == clip.channels else {
        throw .wrongChannels(expected: input.channels, found: clip.channels)
      }
      return clip
    }
    let frames = (input.frames.last ?? -1) + 1
    guard let other = others[name], other.batch == clip.batch, other.channels == input.channels,
      other.extent.t >= frames
    else {
      throw .otherInput(
        name: name, expected: "\(clip.batch) of \(frames) or more frames with \(input.channels) channels",
        found: others[name].map { "\($0.batch) of \($0.extent.t) with \($0.channels)" })
    }
    return other
  }

  /// Adds the loss's gradients by all parameters that are trained to theirs.
  ///
  /// - Parameters:
  ///   - gradient: By what ``forward(_:_:others:seed:)`` returned last.
  ///   - ready: Told of every parameter once its gradient is final, the last of the network first.
  ///   - observer: Shown the gradients by values, those of ``observed`` among them; valid during the call.
  public func backward(
    _ gradient: Tensor, _ ready: ((Parameter) -> Void)? = nil, observer: ((Value, FeatureMap) -> Void)? = nil
  ) {
    guard let plan else { preconditionFailure("a backward pass follows a forward pass") }
    fill(gradient, plan)
    plan.backward(ready, observer: observer)
  }

  /// A value of the last forward pass; nil before one.
  public func map(of value: Value) -> FeatureMap? { plan?.map(of: value) }

  private func fill(_ gradient: Tensor, _ plan: TrainingPlan) {
    guard let target = plan.outputGradients[0] else { return }
    precondition(gradient.shape == [target.positions, target.channels], "a gradient is as the scores are")
    for row in 0..<target.positions {
      (target.start + row * target.pitch).update(
        from: gradient.storage.pointer + row * target.channels, count: target.channels)
    }
  }

  /// Where the last forward pass made something else than numbers first, in words; nil where it did not.
  public var firstNotFinite: String? { plan?.firstNotFinite }

  /// The first tensor among parameters and running statistics with a value that is no finite number, as a checkpoint calls it; nil
  /// where all are.
  public var firstUnsoundWeight: String? {
    func isSound(_ tensor: Tensor) -> Bool { tensor.values.allSatisfy(\.isFinite) }
    if let parameter = parameters.first(where: { !isSound($0.value) }) { return parameter.name }
    for running in statistics {
      if !isSound(running.mean) { return "\(running.name).running_mean" }
      if !isSound(running.variance) { return "\(running.name).running_var" }
    }
    return nil
  }

  /// Forgets the gradients of all parameters.
  public func clearGradients() {
    for parameter in parameters { parameter.gradient.mutableValues.update(repeating: 0) }
  }

  /// The bytes of the activations and gradients of the last pass.
  public var activationBytes: Int { plan?.bytes ?? 0 }

  /// Times every operator in a forward and a backward pass on what the last forward pass read, in seconds.
  ///
  /// - Parameter gradient: By the scores.
  public func timedLayers(_ gradient: Tensor) -> [TrainingPlan.LayerTime] {
    plan.map { plan in plan.timedLayers { fill(gradient, plan) } } ?? []
  }

  private func copy(_ clip: FeatureMap, _ frames: [Int], into target: FeatureMap) {
    let plane = clip.extent.h * clip.extent.w
    for item in 0..<clip.batch {
      for (index, frame) in frames.enumerated() {
        for position in 0..<plane {
          (target.start + ((item * frames.count + index) * plane + position) * target.pitch).update(
            from: clip.start + ((item * clip.extent.t + frame) * plane + position) * clip.pitch, count: clip.channels)
        }
      }
    }
  }
}
