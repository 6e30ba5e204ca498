import Kernels
import NN
import Tensors
import TestSupport
import Testing

@Suite struct BoundInputTests {
  private func plan(
    _ drawing: NetworkDrawing, _ grouping: FrameGrouping = FrameGrouping(), keepingNamed: Bool = false
  ) throws -> NetworkPlan {
    let shapes = drawing.inputs.map(\.shape)
    return try NetworkPlan(
      drawing.network, batch: shapes[0][0], extents: shapes.map { Extent3($0[2], $0[3], $0[4]) },
      keepingNamed: keepingNamed, grouping: grouping)
  }

  private func values(_ map: FeatureMap) -> [Float] { (0..<map.storage.count).map { map.storage.pointer[$0] } }

  /// Maps of the caller's give what copies of them in the plan's inputs give, and stay as they are.
  @Test(arguments: 0..<40) func boundInputsAreCopiedInputs(_ seed: Int) throws {
    let drawing = NetworkDrawing(fast, seed: UInt64(seed), operations: 4 + seed % 25)
    let copied = try run(drawing, keepingNamed: seed % 2 == 0)
    let bound = try plan(drawing, keepingNamed: seed % 2 == 0)
    let maps = drawing.inputs.map { FeatureMap(channelsFirst: $0) }
    let before = maps.map(values)
    for round in 0..<2 {
      bound.run(maps.map { BoundInput($0) })
      for (index, (a, b)) in zip(bound.outputs, copied.outputs).enumerated() {
        let about = "output \(index) of seed \(seed), run \(round)"
        #expect(difference(a.channelsFirst().array, b.channelsFirst().array, .exact, about) == nil)
      }
    }
    for (map, old) in zip(maps, before) { #expect(values(map) == old) }
  }

  /// Chosen frames of a longer map give what these frames side by side give: whether operators keep frames
  /// apart or not, frame by frame or all together.
  @Test(arguments: 0..<40) func chosenFramesAreFramesSideBySide(_ seed: Int) throws {
    let drawing = NetworkDrawing(fast, seed: UInt64(seed), operations: 4 + seed % 25)
    let copied = try run(drawing, keepingNamed: false)
    var generator = SeededGenerator(seed: UInt64(seed) &+ 1000)
    let inputs = drawing.inputs.map { tensor -> BoundInput in
      let dense = FeatureMap(channelsFirst: tensor)
      let extent = dense.extent
      // Every position from 0 on, some twice as far from each other.
      var frames: [Int] = []
      for _ in 0..<extent.t { frames.append((frames.last ?? -1) + Int.random(in: 1...2, using: &generator)) }
      let long = Extent3(frames.last! + 2, extent.h, extent.w)
      let map = FeatureMap(zeros: dense.batch, long, channels: dense.channels)
      for index in 0..<map.storage.count { map.start[index] = .nan }
      for n in 0..<dense.batch {
        for (t, frame) in frames.enumerated() {
          let (from, to) = (n * extent.t + t, n * long.t + frame)
          let source = dense.frames(from..<from + 1)
          map.frames(to..<to + 1).start.update(from: source.start, count: source.positions * source.channels)
        }
      }
      return BoundInput(map, frames: frames)
    }
    for grouping in [FrameGrouping(), FrameGrouping(leastPositions: 1, groupBytes: 1 + seed % 2 * 2000)] {
      let plan = try plan(drawing, grouping)
      plan.run(inputs)
      for (index, (a, b)) in zip(plan.outputs, copied.outputs).enumerated() {
        let about = "output \(index) of seed \(seed)"
        #expect(difference(a.channelsFirst().array, b.channelsFirst().array, .exact, about) == nil)
      }
    }
  }

  /// Frame by frame without a copy: two neighbours, then one.
  @Test func chosenFramesByHand() throws {
    var network = Network(engine: fast)
    let x = network.input(channels: 1)
    let y = network.convolution(
      x, ConvolutionShape(1, 1, kernel: .one), weights: Tensor([1, 1, 1, 1, 1], [2]), bias: [1])
    network.output(network.maxPool(y, MaxPooling(kernel: Extent3(1, 1, 2), stride: .one)))
    let plan = try NetworkPlan(network, batch: 1, extents: [Extent3(3, 1, 2)])
    let map = FeatureMap(channelsFirst: Tensor([1, 1, 5, 1, 2], (0..<10).map { Float($0) }))
    plan.run([BoundInput(map, frames: [0, 1, 4])])
    #expect(plan.outputs[0].channelsFirst().array == [3, 7, 19])
    // Nothing of the clip was taken into the plan: what its own input holds is zeros.
    #expect(plan.inputs[0].channelsFirst().array == [Float](repeating: 0, count: 6))
  }
}
