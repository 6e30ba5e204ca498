internal import Checkpoint
internal import Kernels
internal import NN
internal import RoIAlign
internal import Tensors

/// The part of Faster R-CNN that looks at each proposal: RoIAlign over the pyramid, convolutions and fully connected layers,
/// a score for each class and the numbers that move its box.
final class RCNNBoxHead {
  /// What it makes of proposals, each in its row of the matrices.
  struct Output {
    /// Which row a proposal has.
    var rows: [Int]
    /// [R, classes + 1], before the softmax.
    var scores: Tensor
    /// [R, 4 for every class], or 4 for all of them; of the background too, where it comes first.
    var deltas: Tensor
    /// What was made on the way, where it was asked for.
    var named: [(name: String, map: FeatureMap)] = []
  }

  private let conventions: RCNNConventions
  let convolutions: [Convolution]
  private let layers: [PackedLinear]
  private let classScores: PackedLinear
  private let boxDeltas: PackedLinear
  private let channels: Int
  private let engine: Engine
  /// What is worked in, kept from image to image.
  private var memory = [Storage(count: 0), Storage(count: 0)]

  private static let resolution = RCNNArchitecture.resolution

  init(
    _ architecture: RCNNArchitecture, _ names: any RCNNNames, _ conventions: RCNNConventions, _ weights: WeightReader,
    engine: Engine
  ) {
    self.conventions = conventions
    self.engine = engine
    channels = architecture.pyramid
    let made = RCNNLayers(weights: weights)
    var width = architecture.pyramid
    convolutions = architecture.headConvolutions.enumerated().compactMap { number, outputs in
      guard let tensors = names.headConvolution(number) else { return nil }
      let shape = ConvolutionShape(picture: width, outputs, side: 3)
      let (weights, bias) = made.folded(tensors, shape.weightShape)
      width = outputs
      return Convolution(shape, weights: weights, bias: bias, engine: engine)
    }
    let bins = Self.resolution * Self.resolution
    var depth = width * bins
    layers = architecture.headLayers.enumerated().compactMap { number, outputs in
      guard let tensors = names.headLayer(number) else { return nil }
      let (weights, bias) = made.folded(tensors, [outputs, depth])
      defer { depth = outputs }
      return PackedLinear(
        weights: number == 0 ? Self.channelsLast(weights, channels: width, bins: bins) : weights, bias: bias,
        engine: engine)
    }
    func linear(_ tensors: LayerTensors, _ outputs: Int) -> PackedLinear {
      let (weights, bias) = made.folded(tensors, [outputs, depth])
      return PackedLinear(weights: weights, bias: bias, engine: engine)
    }
    classScores = linear(names.classScores, architecture.classes + 1)
    boxDeltas = linear(names.boxDeltas, architecture.boxRows(conventions.background))
  }

  /// Weights for maps whose channels come last, from weights for maps whose channels come first.
  private static func channelsLast(_ weights: Tensor, channels: Int, bins: Int) -> Tensor {
    let result = Tensor(zeros: weights.shape)
    for o in 0..<weights.shape[0] {
      let first = o * channels * bins
      for c in 0..<channels {
        for bin in 0..<bins {
          result.storage.pointer[first + bin * channels + c] = weights.storage.pointer[first + c * bins + bin]
        }
      }
    }
    return result
  }

  /// Runs a step under a clock, or without one.
  typealias Clock = (_ operation: String, _ macs: Int, _ body: () throws -> Void) throws -> Void

  /// Scores proposals.
  ///
  /// - Parameters:
  ///   - pyramid: p2 to p5, and what may follow.
  ///   - boxes: In the scaled image.
  /// - Throws: `RoIAlignError` for boxes that are absurdly large.
  func callAsFunction(
    _ pyramid: [FeatureMap], _ boxes: [DetectorBox], keepingNamed: Bool = false,
    clock: Clock = { _, _, body in try body() }
  ) throws -> Output {
    let count = boxes.count
    var rows: [Int] = []
    let regions = map(0, count, Extent3(1, Self.resolution, Self.resolution), channels)
    try clock("RoIAlign of \(count) regions", 0) { rows = try pool(pyramid, boxes, into: regions) }
    var named = [("roi_features", keepingNamed ? copy(regions) : regions)]
    var x = regions
    for (number, convolution) in convolutions.enumerated() {
      let y = map(number + 1, count, regions.extent, convolution.shape.outChannels)
      try clock("conv \(convolution.shape) + relu", convolution.shape.macs(batch: count, input: x.extent)) {
        if count > 0 { convolution.run(x, into: y, epilogue: .relu, on: engine) }
      }
      x = y
      if keepingNamed { named.append(("conv\(number + 1)", copy(y))) }
    }
    var flat = FeatureMap(
      storage: x.storage, offset: x.offset, batch: count, extent: .one, channels: x.channels * x.extent.count,
      pitch: x.channels * x.extent.count)
    func product(_ layer: PackedLinear, _ epilogue: Epilogue) throws -> Tensor {
      let result = Tensor(zeros: [count, layer.shape[0]])
      let operation = "linear \(layer.shape[1])->\(layer.shape[0])" + (epilogue == .none ? "" : " + \(epilogue)")
      try clock(operation, count * layer.shape[0] * layer.shape[1]) {
        layer.run(flat, into: Self.rows(result), epilogue: epilogue, engine: engine)
      }
      return result
    }
    for (number, layer) in layers.enumerated() {
      flat = Self.rows(try product(layer, .relu))
      named.append(("fc\(number + 1)", flat))
    }
    return try Output(
      rows: rows, scores: product(classScores, .none), deltas: product(boxDeltas, .none),
      named: keepingNamed ? named : [])
  }

  /// Scores proposals and times every step.
  func timed(_ pyramid: [FeatureMap], _ boxes: [DetectorBox]) throws -> ([LayerReport], Output) {
    var reports: [LayerReport] = []
    let output = try self(pyramid, boxes) { operation, macs, body in
      reports.append(
        try LayerReport(timing: operation, output: "\(boxes.count) regions", macs: macs, bytes: 0, body))
    }
    return (reports, output)
  }

  /// A matrix as a map whose batch items are its rows.
  private static func rows(_ tensor: Tensor) -> FeatureMap {
    FeatureMap(
      storage: tensor.storage, offset: 0, batch: tensor.shape[0], extent: .one, channels: tensor.shape[1],
      pitch: tensor.shape[1])
  }

  /// Pools every box from its level of the pyramid, level after level.
  ///
  /// - Parameter map: R, [1, 7, 7], C
  /// - Returns: In which row of it each box stands.
  private func pool(_ pyramid: [FeatureMap], _ boxes: [DetectorBox], into map: FeatureMap) throws -> [Int] {
    let levels = boxes.map { conventions.levels.level(of: $0) }
    var rows = [Int](repeating: 0, count: boxes.count)
    var first = 0
    for level in PyramidLevelRule.levels {
      let members = boxes.indices.filter { levels[$0] == level }
      for (row, box) in members.enumerated() { rows[box] = first + row }
      let regions = members.map { place in
        let box = boxes[place]
        return Region(batchIndex: 0, x1: box.x1, y1: box.y1, x2: box.x2, y2: box.y2)
      }
      let aligner = try RoIAligner(
        resolution: Self.resolution, spatialScale: 1 / Float(1 << level), grid: conventions.grid,
        samplingRatio: conventions.sampling)
      let plane = FeaturePlane(pyramid[level - PyramidLevelRule.levels.lowerBound])
      let place = map.offset + first * map.extent.count * map.pitch
      if engine.usesReferences {
        let bins = try aligner.reference(plane, regions)
        (map.storage.pointer + place).update(from: bins.storage.pointer, count: bins.count)
      } else {
        try aligner.align(
          plane, regions, into: map.storage, offset: place, pool: engine.pool, kernels: engine.kernels)
      }
      first += members.count
    }
    return rows
  }

  /// Memory for regions: of three steps that follow each other, the first and the last share it.
  private func map(_ step: Int, _ regions: Int, _ extent: Extent3, _ channels: Int) -> FeatureMap {
    let count = regions * extent.count * channels
    if memory[step % 2].count < count { memory[step % 2] = Storage(count: count) }
    return FeatureMap(
      storage: memory[step % 2], offset: 0, batch: regions, extent: extent, channels: channels, pitch: channels)
  }

  private func copy(_ map: FeatureMap) -> FeatureMap {
    let result = FeatureMap(zeros: map.batch, map.extent, channels: map.channels)
    result.start.update(from: map.start, count: map.positions * map.channels)
    return result
  }
}
