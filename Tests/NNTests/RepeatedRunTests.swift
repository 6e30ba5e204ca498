import Kernels
import NN
import Tensors
import TestSupport
import Testing

/// Whole networks: the same bits from any number of threads, run after run.
struct RepeatedRunTests {
  /// Of every instruction set that has kernels for it in bfloat16, of the widest in float32.
  struct Setting: CustomStringConvertible {
    var set = InstructionSet.best
    var format = ElementFormat.float32

    var description: String { "\(set) \(format)" }

    func engine(threads: Int) throws -> Engine {
      Engine(threads: threads, kernels: try KernelTable(set), activations: format)
    }
  }

  private static let settings =
    [Setting()]
    + InstructionSet.available.filter { (try? KernelTable($0))?.supportsBFloat16 ?? false }.map {
      Setting(set: $0, format: .bfloat16)
    }

  private func plan(threads: Int, _ setting: Setting) throws -> NetworkPlan {
    let network = SampleNetwork(try setting.engine(threads: threads), seed: 1).network
    let inputs = SampleNetwork.inputs(1)
    return try NetworkPlan(network, batch: 2, extents: inputs.map { Extent3($0.shape[2], $0.shape[3], $0.shape[4]) })
  }

  @Test("every algorithm is in the network", arguments: settings)
  func coverage(setting: Setting) throws {
    let network = SampleNetwork(try setting.engine(threads: 1), seed: 1).network
    let used = Set(network.convolutions.map(\.algorithm))
    let tiles = setting.set == .amx && setting.format == .bfloat16
    #expect(used == (tiles ? [.direct, .windows] : [.direct, .planar, .winogradSpace, .winogradTime]))
  }

  @Test("the thread count does not change a bit", arguments: settings)
  func threads(setting: Setting) throws {
    let one = outputs(try plan(threads: 1, setting), SampleNetwork.inputs(1))
    #expect(one.allSatisfy { !$0.contains { $0.isNaN } && Set($0).count > 1000 })
    for threads in [2, 3, 5, 8] {
      let found = outputs(try plan(threads: threads, setting), SampleNetwork.inputs(1))
      for (a, b) in zip(found, one) {
        let gap = difference(a, b, .exact, "\(setting), \(threads) threads")
        #expect(gap == nil, "\(gap ?? "")")
      }
    }
  }

  /// A plan's arena and its threads' memory hold what the last clip left there.
  @Test("clips after each other do not disturb each other", arguments: settings)
  func clips(setting: Setting) throws {
    let plan = try plan(threads: 2, setting)
    let clips = (1...3).map { SampleNetwork.inputs(UInt64($0)) }
    let alone = try clips.map { outputs(try self.plan(threads: 2, setting), $0) }
    #expect(alone[0] != alone[1])
    for index in [0, 0, 1, 0, 2, 2, 1, 0] {
      #expect(outputs(plan, clips[index]) == alone[index], "\(setting), clip \(index)")
    }
  }

  /// What one plan leaves in the arena does not show in another that shares it.
  @Test("plans that share an arena do not disturb each other", arguments: settings)
  func sharedArena(setting: Setting) throws {
    let network = SampleNetwork(try setting.engine(threads: 2), seed: 2).network
    let large = SampleNetwork.inputs(4)
    let small = [random([1, 3, 2, 12, 16], seed: 5), random([1, 3, 4, 12, 16], seed: 6)]
    func plan(_ inputs: [Tensor], sharing other: NetworkPlan? = nil) throws -> NetworkPlan {
      let layout = try NetworkLayout(
        network, batch: inputs[0].shape[0], extents: inputs.map { Extent3($0.shape[2], $0.shape[3], $0.shape[4]) })
      return try NetworkPlan(layout, sharing: other)
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

  @Test("two plans of one engine do not disturb each other", arguments: settings)
  func plans(setting: Setting) throws {
    let network = SampleNetwork(try setting.engine(threads: 2), seed: 2).network
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
