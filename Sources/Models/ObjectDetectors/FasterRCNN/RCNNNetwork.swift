internal import Checkpoint
internal import Kernels
internal import NN
internal import Tensors

/// The part of Faster R-CNN that sees the whole image: backbone, pyramid, region proposal network.
final class RCNNNetwork {
  /// What it makes of an image, valid until the next one.
  struct Maps {
    /// p2 to p6: 1, [1, H, W], C.
    var pyramid: [FeatureMap]
    /// Of p2 to p6: 1, [1, H, W], an objectness for each anchor of a cell, then four deltas for each.
    var proposals: [FeatureMap]
    /// The named values, where they were asked for.
    var named: [(name: String, map: FeatureMap)]
  }

  let network: Network
  private let levels: Int
  /// Of the latest extents, the latest first: images of one size follow each other, or two turn.
  private var plans: [(extent: Extent3, plan: NetworkPlan)] = []
  private static let mostPlans = 4

  init(
    _ architecture: RCNNArchitecture, _ names: any RCNNNames, strideAt: Int, _ weights: WeightReader, engine: Engine
  ) {
    let layers = RCNNLayers(weights: weights)
    var network = Network(engine: engine)
    let stages = Self.backbone(&network, layers, architecture, names, strideAt: strideAt)
    let pyramid = Self.pyramid(&network, layers, architecture, names, stages)
    let proposals = Self.proposals(&network, layers, architecture, names, pyramid)
    for value in pyramid + proposals { network.output(value) }
    self.network = network
    levels = pyramid.count
  }

  /// - Returns: What res2 to res5 make.
  private static func backbone(
    _ network: inout Network, _ layers: RCNNLayers, _ architecture: RCNNArchitecture, _ names: any RCNNNames,
    strideAt: Int
  ) -> [Value] {
    let image = network.input(channels: 3)
    var x = layers.convolution(
      &network, image, names.stem, ConvolutionShape(picture: 3, architecture.stem, side: 7, stride: 2), epilogue: .relu)
    x = network.maxPool(
      x, MaxPooling(kernel: Extent3(1, 3, 3), stride: Extent3(1, 2, 2), padding: Extent3(0, 1, 1)))
    network.setName(x, "stem")
    var channels = architecture.stem
    return architecture.stages.enumerated().map { number, shape in
      let stage = number + 2
      for block in 0..<shape.blocks {
        let stride = block == 0 && stage > 2 ? 2 : 1
        func tensors(_ number: Int) -> LayerTensors { names.convolution(number, block: block, stage: stage) }
        var shortcut = x
        if block == 0 {
          shortcut = layers.convolution(
            &network, x, names.shortcut(stage: stage),
            ConvolutionShape(picture: channels, shape.outputs, side: 1, stride: stride))
        }
        var y = layers.convolution(
          &network, x, tensors(1),
          ConvolutionShape(picture: channels, shape.width, side: 1, stride: strideAt == 1 ? stride : 1), epilogue: .relu
        )
        y = layers.convolution(
          &network, y, tensors(2),
          ConvolutionShape(
            picture: shape.width, shape.width, side: 3, stride: strideAt == 2 ? stride : 1, groups: architecture.groups),
          epilogue: .relu)
        x = layers.convolution(
          &network, y, tensors(3), ConvolutionShape(picture: shape.width, shape.outputs, side: 1), adding: shortcut,
          epilogue: .relu)
        channels = shape.outputs
      }
      network.setName(x, "res\(stage)")
      return x
    }
  }

  /// - Returns: p2 to p6.
  private static func pyramid(
    _ network: inout Network, _ layers: RCNNLayers, _ architecture: RCNNArchitecture, _ names: any RCNNNames,
    _ stages: [Value]
  ) -> [Value] {
    let width = architecture.pyramid
    var levels: [Value] = []
    var coarser: Value?
    for (number, shape) in architecture.stages.enumerated().reversed() {
      let stage = number + 2
      var inner = layers.convolution(
        &network, stages[number], names.lateral(stage: stage, blocks: shape.blocks),
        ConvolutionShape(picture: shape.outputs, width, side: 1))
      if let coarser { inner = network.addUpsampled(inner, coarser) }
      coarser = inner
      let level = layers.convolution(
        &network, inner, names.output(stage: stage, blocks: shape.blocks),
        ConvolutionShape(picture: width, width, side: 3))
      levels.insert(level, at: 0)
    }
    // p6 is every second position of p5.
    levels.append(network.maxPool(levels[3], MaxPooling(kernel: .one, stride: Extent3(1, 2, 2))))
    for (number, level) in levels.enumerated() { network.setName(level, "p\(number + 2)") }
    return levels
  }

  /// - Returns: For each level an objectness and four deltas for each anchor of a cell.
  private static func proposals(
    _ network: inout Network, _ layers: RCNNLayers, _ architecture: RCNNArchitecture, _ names: any RCNNNames,
    _ pyramid: [Value]
  ) -> [Value] {
    // The levels share the layers; the first one makes them.
    var x = pyramid
    for number in 0..<architecture.proposalConvolutions {
      let first = layers.convolution(
        &network, x[0], names.proposalConvolution(number),
        ConvolutionShape(picture: architecture.pyramid, architecture.pyramid, side: 3), epilogue: .relu)
      x = [first] + x.dropFirst().map { network.convolution($0, as: first) }
    }
    let anchors = RCNNArchitecture.anchors
    let objectness = layers.folded(names.objectness, [anchors, architecture.pyramid, 1, 1, 1])
    let deltas = layers.folded(names.anchorDeltas, [4 * anchors, architecture.pyramid, 1, 1, 1])
    let both = Tensor([5 * anchors, architecture.pyramid, 1, 1, 1], objectness.weights.array + deltas.weights.array)
    let first = network.convolution(
      x[0], ConvolutionShape(picture: architecture.pyramid, 5 * anchors, side: 1), weights: both,
      bias: objectness.bias + deltas.bias, output: .float32)
    return [first] + x.dropFirst().map { network.convolution($0, as: first) }
  }

  /// Lays the network out for images of an extent, or takes the layout that was made for such ones before.
  private func plan(_ extent: Extent3, keepingNamed: Bool) throws -> NetworkPlan {
    if keepingNamed { return try NetworkPlan(network, batch: 1, extents: [extent], keepingNamed: true) }
    if let known = plans.firstIndex(where: { $0.extent == extent }) {
      if known > 0 { plans.insert(plans.remove(at: known), at: 0) }
      return plans[0].plan
    }
    let layout = try NetworkLayout(network, batch: 1, extents: [extent])
    // The old arena goes before the new one comes.
    if let latest = plans.first, latest.plan.arenaCount < layout.arenaCount { plans = [] }
    let plan = try NetworkPlan(layout, sharing: plans.first?.plan)
    plans = [(extent, plan)] + plans.prefix(Self.mostPlans - 1)
    return plan
  }

  /// Runs on an image.
  ///
  /// - Throws: `NetworkError` where the machine has no memory for it.
  func callAsFunction(_ image: FeatureMap, keepingNamed: Bool = false) throws -> Maps {
    let plan = try plan(image.extent, keepingNamed: keepingNamed)
    plan.run([BoundInput(image)])
    return Maps(
      pyramid: plan.outputs.prefix(levels).map { $0.float32() }, proposals: Array(plan.outputs.dropFirst(levels)),
      named: plan.named)
  }

  /// Runs on an image and times every layer.
  func timedLayers(_ image: FeatureMap) throws -> [LayerReport] {
    try plan(image.extent, keepingNamed: false).timedLayers([BoundInput(image)])
  }
}
