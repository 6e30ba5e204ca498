import Kernels
import NN
import Tensors
import TestSupport
import Testing

/// Whole networks: the same bits from any number of threads, run after run.
struct RepeatedRunTests {
  private static let formats: [ElementFormat] =
    KernelTable.best.supportsBFloat16 ? [.float32, .bfloat16] : [.float32]

  private func plan(threads: Int, _ format: ElementFormat) throws -> NetworkPlan {
    let network = SampleNetwork(Engine(threads: threads, activations: format), seed: 1).network
    let inputs = SampleNetwork.inputs(1)
    return try NetworkPlan(network, batch: 2, extents: inputs.map { Extent3($0.shape[2], $0.shape[3], $0.shape[4]) })
  }

  @Test("every algorithm is in the network", arguments: formats)
  func coverage(format: ElementFormat) {
    let network = SampleNetwork(Engine(threads: 1, activations: format), seed: 1).network
    let used = Set(network.convolutions.map(\.algorithm))
    #expect(used == [.direct, .planar, .winogradSpace, .winogradTime])
  }

  @Test("the thread count does not change a bit", arguments: formats)
  func threads(format: ElementFormat) throws {
    let one = outputs(try plan(threads: 1, format), SampleNetwork.inputs(1))
    #expect(one.allSatisfy { !$0.contains { $0.isNaN } && Set($0).count > 1000 })
    for threads in [2, 3, 5, 8] {
      let found = outputs(try plan(threads: threads, format), SampleNetwork.inputs(1))
      for (a, b) in zip(found, one) {
        let gap = difference(a, b, .exact, "\(format), \(threads) threads")
        #expect(gap == nil, "\(gap ?? "")")
      }
    }
  }

  /// A plan's arena and its threads' memory hold what the last clip left there.
  @Test("clips after each other do not disturb each other", arguments: formats)
  func clips(format: ElementFormat) throws {
    let plan = try plan(threads: 2, format)
    let clips = (1...3).map { SampleNetwork.inputs(UInt64($0)) }
    let alone = try clips.map { outputs(try self.plan(threads: 2, format), $0) }
    #expect(alone[0] != alone[1])
    for index in [0, 0, 1, 0, 2, 2, 1, 0] {
      #expect(outputs(plan, clips[index]) == alone[index], "\(format), clip \(index)")
    }
  }

  /// What one plan leaves in the arena does not show in another that shares it.
  @Test("plans that share an arena do not disturb each other", arguments: formats)
  func sharedArena(format: ElementFormat) throws {
    let network = SampleNetwork(Engine(threads: 2, activations: format), seed: 2).network
    let large = SampleNetwork.inputs(4)
    let small = [random([1, 3, 2, 12, 16], seed: 5), random([1, 3, 4, 12, 16], seed: 6)]
    func plan(_ inputs: [Tensor], sharing other: NetworkPlan? = nil) throws -> NetworkPlan {
      let layout = try NetworkLayout(
        network, batch: inputs[0].shape[0], extents: inputs.map { Extent3($0.shape[2], $0.shape[3], $0.shape[4]) })
      return try NetworkPlan(network, layout, sharing: other)
    }
    let alone = [outputs(try plan(large), large), outputs(try plan(small), small)]
    let first = try plan(large)
    let second = try plan(small, sharing: first)
    #expect(second.arenaCount == first.arenaCount, "shared")
    for _ in 0..<2 {
      #expect(outputs(first, large) == alone[0])
      #expect(outputs(second, small) == alone[1])
    }
    #expect(try plan(large, sharing: plan(small)).arenaCount == first.arenaCount, "too small to share")
  }

  @Test("two plans of one engine do not disturb each other", arguments: formats)
  func plans(format: ElementFormat) throws {
    let network = SampleNetwork(Engine(threads: 2, activations: format), seed: 2).network
    let large = SampleNetwork.inputs(4)
    let small = [random([1, 3, 2, 12, 16], seed: 5), random([1, 3, 4, 12, 16], seed: 6)]
    let plans = try [large, small].map { inputs in
      try NetworkPlan(
        network, batch: inputs[0].shape[0],
        extents: inputs.map { Extent3($0.shape[2], $0.shape[3], $0.shape[4]) })
    }
    let first = [outputs(plans[0], large), outputs(plans[1], small)]
    #expect(outputs(plans[0], large) == first[0])
    #expect(outputs(plans[1], small) == first[1])
  }
}
