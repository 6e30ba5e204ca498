import Kernels
import NN
import Parallel
import Tensors
import TestSupport
import Testing

/// What layers are cut to, and how long their pieces take on more cores.
@Suite struct LayerPiecesTests {
  private func pieces(_ loops: [[Double]], seconds: Double) -> LayerPieces {
    LayerPieces(
      layer: LayerReport(operation: "a", algorithm: "", output: "", macs: 0, bytes: 0, seconds: seconds), loops: loops)
  }

  @Test func piecesAreTakenByTheCoreThatIsFreeFirst() {
    // 1 | 4, then 2 beside 4, then 3 after 1 + 2.
    let layer = pieces([[1, 4, 2, 3]], seconds: 10)
    #expect(layer.alone == 0 && layer.pieces == 4)
    #expect(layer.seconds(on: 1) == 10)
    #expect(layer.seconds(on: 2) == 6)
    #expect(layer.seconds(on: 3) == 4)
    #expect(layer.seconds(on: 64) == 4)
  }

  @Test func loopsFollowEachOtherAndTheRestIsAlone() {
    let layer = pieces([[1, 1, 1], [5, 5]], seconds: 15)
    #expect(layer.alone == 2 && layer.pieces == 2)
    #expect(layer.seconds(on: 2) == 2 + 2 + 5)
    #expect(pieces([], seconds: 3).seconds(on: 8) == 3)
  }

  /// A network on a simulated engine gives the same numbers as on the threads that there are, and its layers are cut finer.
  @Test func aSimulatedEngineComputesTheSame() throws {
    let engine = Engine(threads: 2)
    var network = Network(engine: engine)
    let x = network.input(channels: 32)
    let shape = ConvolutionShape(32, 64, kernel: Extent3(1, 3, 3), padding: Extent3(0, 1, 1))
    var generator = SeededGenerator(seed: 5)
    let weights = (0..<64 * shape.depth).map { _ in Float(generator.uniform(-1, 1)) }
    network.output(
      network.convolution(
        x, shape, weights: Tensor(shape.weightShape, weights), bias: [Float](repeating: 0.5, count: 64)))
    let extent = Extent3(2, 40, 40)
    let clip = FeatureMap(zeros: 1, extent, channels: 32)
    for index in 0..<clip.storage.count { clip.start[index] = Float(generator.uniform(-1, 1)) }
    let plan = try NetworkPlan(network, batch: 1, extents: [extent])
    plan.run([BoundInput(clip)])
    let expected = plan.outputs[0].channelsFirst().array
    var counts: [Int] = []
    for cores in [1, 40] {
      let record = LoopRecord()
      let simulated = try NetworkPlan(network.on(engine.simulating(cores, noting: record)), batch: 1, extents: [extent])
      let layers = simulated.timedPieces([BoundInput(clip)], record)
      #expect(simulated.outputs[0].channelsFirst().array == expected)
      #expect(layers.count == 1 && layers[0].layer.seconds > 0 && layers[0].alone < layers[0].layer.seconds)
      counts.append(layers[0].pieces)
    }
    #expect(counts[1] >= 30 && counts[1] > counts[0], "\(counts)")
  }
}
