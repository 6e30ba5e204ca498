import Kernels
import NN
import RoIAlign
import TestSupport
import Tensors
import Testing
import VideoModels
import Visualization

/// Gradients of scores through whole networks, and the heat maps that they give.
struct GradCAMTests {
  private static let regions = [
    Region(batchIndex: 0, x1: 4, y1: 8, x2: 30, y2: 60), Region(batchIndex: 0, x1: 20, y1: 2, x2: 61, y2: 40),
  ]

  /// The network that gradients are taken of scores what the one for inference does: windows, softmax and all.
  @Test(arguments: [
    ("Kinetics/C2D_8x8_R50", 64), ("Kinetics/SLOWFAST_4x16_R50", 96), ("Kinetics/X3D_XS", 96),
    ("AVA/SLOWFAST_32x2_R50_SHORT", 64),
  ])
  func scoresAreThoseOfATest(_ name: String, _ side: Int) throws {
    let probe = try Probe(name, side: side)
    let scoresBoxes = probe.evaluated.architecture.head.scoresBoxes
    let regions = scoresBoxes ? Self.regions : []
    try probe.cam.run(probe.clip, regions)
    let expected =
      try scoresBoxes ? probe.evaluated.detect(probe.clip, regions) : probe.evaluated.classify(probe.clip)
    let found = (0..<expected.shape[0]).flatMap { row in
      probe.cam.score(.probability, box: scoresBoxes ? row : nil).scores(probe.cam.values).map { Float($0) }
    }
    #expect(difference(found, expected.array, .absolute(2e-5)) == nil)
    // Nine windows of 2 x 2 where the map is 3 x 3 and training's was 2 x 2.
    #expect(probe.cam.values.shape[0] == (scoresBoxes ? 2 : side == 96 ? 4 : 1))
  }

  /// Where averages and a linear layer follow, Grad-CAM is CAM: the map's channels with the class's own weights.
  @Test(arguments: [("Kinetics/C2D_8x8_R50", 64), ("Kinetics/SLOWFAST_4x16_R50", 96)])
  func isCAMUnderALinearHead(_ name: String, _ side: Int) throws {
    let probe = try Probe(name, side: side)
    let pathways = probe.model.architecture.backbone.inputs
    let layers = try probe.cam.layers(probe.clip).last(pathways: pathways.count)
    try probe.cam.run(probe.clip, [], layers: layers)
    let heats = probe.cam.heatMaps(of: 3, probe.cam.score(.logit), layers)
    let projection = try #require(probe.model.parameters.first { $0.name == "head.projection.weight" }).value
    var first = 0
    for (pathway, (layer, heat)) in zip(layers, heats).enumerated() {
      let map = try #require(probe.cam.activation(layer))
      let values = (0..<map.positions).map { position in
        max(
          0,
          (0..<map.channels).reduce(Float(0)) {
            $0 + projection.values[3 * projection.shape[1] + first + $1] * map.value(position: position, channel: $1)
          })
      }
      first += map.channels
      let expected = HeatMap(map.extent, values)
        .resized(to: Extent3(pathways[pathway].frames.count, side, side)).normalized
      #expect(difference(try #require(heat).values, expected.values, .absolute(2e-5)) == nil, "\(layer.name)")
    }
    #expect(first == projection.shape[1])
  }

  /// Every window that a position lies in has its part in the gradient there.
  @Test func windowsOverlap() throws {
    let probe = try Probe("Kinetics/C2D_8x8_R50", side: 96)
    let value = try #require(probe.model.network.named.last { $0.name == "s5.p0" }).value
    probe.model.observed = [value]
    let scores = try probe.model.forward(probe.clip)
    let weights = try #require(probe.model.parameters.first { $0.name == "head.projection.weight" }).value
    let ones = Tensor(scores.shape, (0..<scores.count).map { $0 % 5 == 2 ? 1 : 0 })
    var found: [Float] = []
    probe.model.backward(
      ones,
      observer: { observed, gradient in
        if observed == value { found = (0..<gradient.positions).map { gradient.value(position: $0, channel: 5) } }
      })
    // 3 x 3 places, windows of 2 x 2 over all frames.
    let frames = found.count / 9
    let counts: [Float] = [1, 2, 1, 2, 4, 2, 1, 2, 1]
    let expected = (0..<frames).flatMap { _ in
      counts.map { $0 * weights.values[2 * weights.shape[1] + 5] / Float(4 * frames) }
    }
    #expect(difference(found, expected, .absolute(1e-6)) == nil)
  }

  /// A shift of all of a layer's channel is what a normalisation's bias adds: the score grows by the gradient's sum.
  @Test(arguments: [
    ("Kinetics/SLOWFAST_4x16_R50", "s3.pathway0_res0.branch1_bn"),
    ("Kinetics/SLOWFAST_4x16_R50", "s4.pathway1_res0.branch1_bn"), ("Kinetics/SLOWFAST_4x16_R50", "s2_fuse.relu"),
    ("Kinetics/X3D_XS", "s4.pathway0_res0.branch2.b_bn"),
    ("AVA/SLOWFAST_32x2_R50_SHORT", "s4.pathway0_res0.branch1_bn"),
  ])
  func foretellsDifferences(_ name: String, _ layer: String) throws {
    let probe = try Probe(name)
    let model = probe.model
    let scoresBoxes = model.architecture.head.scoresBoxes
    let regions = scoresBoxes ? Self.regions : []
    let value = try #require(model.network.named.last { $0.name == layer }).value
    model.observed = [value]
    let score = ClassScore(.probability, model.architecture.head.activation, rows: 0..<1)
    let values = try model.forward(probe.clip, regions)
    let (gradient, scale) = score.gradient(of: 1, values)
    var sums: [Double] = []
    model.backward(
      gradient,
      observer: { observed, gradient in
        guard observed == value, let map = model.map(of: value) else { return }
        sums = (0..<gradient.channels).map { c in
          (0..<gradient.positions).reduce(0.0) { sum, position in
            // What the bias does not reach: a ReLU that is one with the normalisation.
            let isOff = layer.hasSuffix("relu") && map.value(position: position, channel: c) <= 0
            return isOff ? sum : sum + Double(gradient.value(position: position, channel: c)) * scale
          }
        }
      })
    let bias = try #require(
      model.parameters.first { $0.name == layer.replacing("fuse.relu", with: "fuse.bn") + ".bias" })
    #expect(sums.count == bias.value.count)
    // Along all channels at once, as the gradient points.
    let square = sums.reduce(0) { $0 + $1 * $1 }
    #expect(square > 0)
    let start = bias.value.array
    let step = 2e-3 / square.squareRoot()
    let ends = try [-step, step].map { step -> Double in
      for c in start.indices { bias.value.mutableValues[c] = start[c] + Float(step * sums[c]) }
      bias.hasChanged()
      return try score.scores(model.forward(probe.clip, regions))[1]
    }
    let found = (ends[1] - ends[0]) / (2 * step)
    #expect(abs(found / square - 1) < 0.02, "\(layer): \(found), foretold \(square)")
  }

  /// A network that does not tell left from right looks at the other side of a mirrored clip.
  @Test func mirroredClipsHaveMirroredHeatMaps() throws {
    let side = 65
    let probe = try Probe("Kinetics/C2D_8x8_R50", side: side)
    for parameter in probe.model.parameters where parameter.value.shape.count == 5 {
      let width = parameter.value.shape[4]
      let values = parameter.value.array
      for index in values.indices {
        let mirrored = index / width * width + width - 1 - index % width
        parameter.value.mutableValues[index] = (values[index] + values[mirrored]) / 2
      }
      parameter.hasChanged()
    }
    let layers = try probe.cam.layers(probe.clip).last(pathways: 1)
    func heat(_ clip: FeatureMap) throws -> [Float] {
      try probe.cam.run(clip, [], layers: layers)
      return try #require(probe.cam.heatMaps(of: 2, probe.cam.score(.probability), layers)[0]).values
    }
    // Dark on one side, so that the two maps differ.
    for position in 0..<probe.clip.positions where position % side > side / 2 {
      for c in 0..<3 { probe.clip.set(0, position: position, channel: c) }
    }
    let mirrored = FeatureMap(zeros: 1, probe.clip.extent, channels: 3)
    for position in 0..<mirrored.positions {
      let other = position / side * side + side - 1 - position % side
      for c in 0..<3 { mirrored.set(probe.clip.value(position: other, channel: c), position: position, channel: c) }
    }
    let (plain, found) = (try heat(probe.clip), try heat(mirrored))
    #expect(plain.max() == 1)
    let expected = plain.indices.map { plain[$0 / side * side + side - 1 - $0 % side] }
    #expect(difference(found, expected, .absolute(1e-4)) == nil)
    #expect(difference(found, plain, .absolute(1e-3)) != nil)
  }

  /// Somebody's heat map is that of their own box: it lies there, moves with it, and others' boxes have no part in it.
  @Test func heatMapsFollowTheBoxes() throws {
    let probe = try Probe("AVA/SLOWFAST_32x2_R50_SHORT", side: 128)
    func box(_ x: Int) -> Region { Region(batchIndex: 0, x1: Float(x), y1: 2, x2: Float(x) + 28, y2: 126) }
    let layers = try probe.cam.layers(probe.clip, [box(2)]).last(pathways: 2)
    /// By box and pathway.
    func heats(_ boxes: [Region]) throws -> [[HeatMap]] {
      try probe.cam.run(probe.clip, boxes, layers: layers)
      return try boxes.indices.map { row in
        try probe.cam.heatMaps(of: 1, probe.cam.score(.logit, box: row), layers).map { try #require($0) }
      }
    }
    let (left, middle, right) = (2, 50, 98)
    for places in [[left], [middle], [right], [left, right], [right, left], [right, middle, left]] {
      for (x, found) in zip(places, try heats(places.map(box))) {
        for (heat, alone) in zip(found, try heats([box(x)])[0]) {
          #expect(difference(heat.values, alone.values, .absolute(1e-5)) == nil, "\(x) of \(places)")
          #expect(heat.values.max() == 1)
          // Places of the map are 16 pixels apart: RoIAlign reads the next one, and enlarging spreads that over another.
          let columns = Set(heat.values.indices.filter { heat.values[$0] > 0 }.map { $0 % 128 })
          #expect(columns.allSatisfy { (x - 32..<x + 28 + 32).contains($0) }, "\(x) of \(places): \(columns.sorted())")
        }
      }
    }
  }

  /// Several classes of one forward pass: each as if it were asked for alone.
  @Test func classesAreAskedForInTurn() throws {
    let probe = try Probe("Kinetics/SLOWFAST_4x16_R50")
    let layers = try probe.cam.layers(probe.clip).last(pathways: 2)
    let score = { probe.cam.score(.probability) }
    try probe.cam.run(probe.clip, [], layers: layers)
    let first = (0..<5).map { probe.cam.heatMaps(of: $0, score(), layers) }
    for label in (0..<5).reversed() {
      try probe.cam.run(probe.clip, [], layers: layers)
      #expect(probe.cam.heatMaps(of: label, score(), layers) == first[label])
    }
    #expect(first[0] != first[1])
  }

  /// What a score does not depend on has no heat map.
  @Test func otherLayersHaveNone() throws {
    let probe = try Probe("Kinetics/SLOWFAST_4x16_R50")
    let known = try probe.cam.layers(probe.clip)
    let last = try known.last(pathways: 2)
    #expect(last.map(\.name) == ["s5.p0", "s5.p1"] && last.map(\.pathway) == [0, 1])
    try probe.cam.run(probe.clip, [], layers: [last[1]])
    #expect(probe.cam.heatMaps(of: 0, probe.cam.score(.logit), last).map { $0 == nil } == [true, false])
  }
}
