internal import Kernels
internal import NN
internal import Tensors

/// SSDLite on MobileNet v2 as a network: a picture in, for every map the offsets and the logits of its anchors out.
///
/// Widths, the number of further maps and classes are those of the weights; strides are MobileNet v2's.
///
/// Source: Liu et al., "SSD: Single Shot MultiBox Detector", 2015; Sandler et al., "MobileNetV2", 2018.
struct SSDNetwork {
  private(set) var network: Network
  /// The extent of every map.
  private(set) var maps: [Extent3] = []
  /// Without the background.
  private(set) var classes = 0
  private let weights: SSDWeights
  /// Blocks that halve height and width, beside the first layer.
  private static let halvingBlocks: Set = [1, 3, 6, 13]
  /// The block whose expanded channels are the first map.
  private static let firstMap = 13

  /// A value with what its readers must know.
  private struct Map {
    var value: Value
    var extent: Extent3
    var channels: Int
  }

  /// - Parameters:
  ///   - input: Of the picture, one frame; what "SAME" pads depends on it.
  ///   - Throws: `ObjectDetectorError` for weights of another form.
  init(_ weights: SSDWeights, input: Extent3, engine: Engine) throws {
    self.weights = weights
    network = Network(engine: engine)
    let picture = Map(value: network.input(channels: 3), extent: input, channels: 3)
    var x = try convolution(picture, "\(SSDWeights.features)/Conv", stride: 2)
    var number = 0
    var found: [Map] = []
    while weights.has("\(Self.block(number))/project/weights") {
      x = try block(x, number, &found)
      number += 1
    }
    guard found.count == 1 else {
      throw weights.misfit("there are \(number) blocks 'expanded_conv'", "17, of which number 13 expands its channels")
    }
    found.append(try convolution(x, "\(SSDWeights.features)/Conv_1"))
    while let between = furtherLayer(1, found.count, "1x1"), let last = furtherLayer(2, found.count, "3x3_s2") {
      x = try convolution(found[found.count - 1], between)
      x = try depthwise(x, "\(last)_depthwise", stride: 2)
      found.append(try convolution(x, last))
    }
    for (number, map) in found.enumerated() {
      network.setName(map.value, "map\(number)")
      maps.append(map.extent)
      try predict(map, number)
    }
  }

  private static func block(_ number: Int) -> String {
    SSDWeights.features + "/expanded_conv" + (number == 0 ? "" : "_\(number)")
  }

  /// An inverted residual: wide, each channel by itself, narrow.
  private mutating func block(_ x: Map, _ number: Int, _ maps: inout [Map]) throws -> Map {
    let name = Self.block(number)
    var y = x
    if weights.has("\(name)/expand/weights") {
      y = try convolution(x, "\(name)/expand")
      if number == Self.firstMap { maps.append(y) }
    }
    y = try depthwise(y, "\(name)/depthwise", stride: Self.halvingBlocks.contains(number) ? 2 : 1)
    let layer = try weights.convolution("\(name)/project")
    let adds = y.extent == x.extent && layer.outChannels == x.channels
    return try add(y, layer, "\(name)/project", epilogue: .none, residual: adds ? x : nil)
  }

  /// The layer of a further map, whose name ends in its width: `layer_19_1_Conv2d_2_1x1_256`.
  private func furtherLayer(_ step: Int, _ map: Int, _ kind: String) -> String? {
    weights.name(
      beginning: "\(SSDWeights.features)/layer_19_\(step)_Conv2d_\(map)_\(kind)_", ending: "/weights")
  }

  /// Offsets and logits of a map's anchors.
  private mutating func predict(_ map: Map, _ number: Int) throws {
    let anchors = SSDAnchors.perPlace(map: number)
    for kind in ["BoxEncodingPredictor", "ClassPredictor"] {
      let name = "BoxPredictor_\(number)/\(kind)"
      let seen = try depthwise(map, "\(name)_depthwise", stride: 1)
      let layer = try weights.predictor(name)
      let count = layer.outChannels / anchors
      if kind == "ClassPredictor" && number == 0 { classes = count - 1 }
      let expected = kind == "ClassPredictor" ? classes + 1 : 4
      guard expected > 1, layer.outChannels == expected * anchors else {
        throw weights.misfit(
          "'\(name)' has \(layer.outChannels) channels", "\(expected) for each of \(anchors) anchors")
      }
      network.output(try add(seen, layer, name, epilogue: .none, output: .float32).value)
    }
  }

  private mutating func convolution(_ x: Map, _ name: String, stride: Int = 1) throws -> Map {
    try add(x, try weights.convolution(name), name, stride: stride, epilogue: .relu6)
  }

  private mutating func depthwise(_ x: Map, _ name: String, stride: Int) throws -> Map {
    let layer = try weights.depthwise(name)
    return try add(x, layer, name, stride: stride, groups: layer.inChannels, epilogue: .relu6)
  }

  private mutating func add(
    _ x: Map, _ layer: SSDWeights.Layer, _ name: String, stride: Int = 1, groups: Int = 1, epilogue: Epilogue,
    residual: Map? = nil, output: ElementFormat? = nil
  ) throws -> Map {
    guard layer.inChannels == x.channels else {
      throw weights.misfit("'\(name)' takes \(layer.inChannels) channels", "a layer of \(x.channels)")
    }
    let side = layer.side
    let (above, below) = same(x.extent.h, side, stride)
    let (left, right) = same(x.extent.w, side, stride)
    let shape = ConvolutionShape(
      layer.inChannels, layer.outChannels, kernel: Extent3(1, side, side), stride: Extent3(1, stride, stride),
      padding: Extent3(0, above, left), paddingAfter: Extent3(0, below, right), groups: groups)
    let value = network.convolution(
      x.value, shape, weights: layer.kernels, bias: layer.bias, adding: residual?.value, epilogue: epilogue,
      output: output)
    return Map(value: value, extent: shape.output(for: x.extent), channels: layer.outChannels)
  }
}

/// TensorFlow's padding "SAME" along one axis: as many outputs as strides begin, the smaller half of the zeros before.
private func same(_ length: Int, _ kernel: Int, _ stride: Int) -> (before: Int, after: Int) {
  let total = max(((length + stride - 1) / stride - 1) * stride + kernel - length, 0)
  return (total / 2, total - total / 2)
}
