internal import Glibc
internal import Kernels
public import Tensors

/// A network laid out for given input extents: every value has its place in one arena, values that are never
/// alive together share memory, and what is to be concatenated is written side by side in the first place.
///
/// One run at a time: the arena is shared by all of them, and a run may write over the inputs once they were read.
public final class NetworkPlan: @unchecked Sendable {
  public let network: Network
  /// Where the caller puts the inputs before every `run()`.
  public let inputs: [FeatureMap]
  /// Where the outputs are after `run()`, until the inputs of the next one are put in; they may have a pitch.
  public let outputs: [FeatureMap]
  /// The named values, with their contents after `run()`; empty unless they were asked for.
  public let named: [(name: String, map: FeatureMap)]
  /// The floats of the arena.
  public var arenaCount: Int { arena.count }
  private let arena: Storage
  private let maps: [FeatureMap]
  let layout: NetworkLayout
  /// What was found faster than a layer's own convolution, by operation.
  private var measured: [Int: Convolution] = [:]

  func map(_ index: Int) -> FeatureMap { maps[index] }

  /// Lays a network out.
  ///
  /// - Parameters:
  ///   - extents: One per input of the network.
  ///   - keepingNamed: Keeps every named value until the end of a run, at the price of memory.
  ///   - grouping: When operations run frame by frame.
  /// - Throws: `NetworkError` when these extents do not suit the network.
  public init(
    _ network: Network, batch: Int, extents: [Extent3], keepingNamed: Bool = false,
    grouping: FrameGrouping = FrameGrouping()
  ) throws {
    let layout = try NetworkLayout(
      network, batch: batch, extents: extents, keepingNamed: keepingNamed, grouping: grouping)
    let memory = physicalMemoryBytes()
    guard layout.arenaCount < memory / 4 else {
      throw NetworkError.tooLarge(bytes: 4 * layout.arenaCount, memory: memory)
    }
    let arena = Storage(count: layout.arenaCount)
    let maps = network.operations.indices.map { layout.map($0, in: arena) }
    self.network = network
    self.arena = arena
    self.maps = maps
    self.layout = layout
    inputs = network.inputs.map { maps[$0.id] }
    outputs = network.outputs.map { maps[$0.id] }
    named = keepingNamed ? network.named.map { ($0.name, maps[$0.value.id]) } : []
    if network.engine.planner.measures { network.engine.exclusively { measure() } }
  }

  /// The convolution of an operation.
  func convolution(_ index: Int, _ own: Convolution) -> Convolution { measured[index] ?? own }

  /// Times the candidates of every convolution on its own maps and remembers the fastest; layers of one shape, extent
  /// and format choose together.
  private func measure() {
    var fastest: [String: ConvolutionAlgorithm] = [:]
    var done = Set<Int>()
    forEachStep { index, maps in
      guard case .convolution(let own, let x, let residual, let relu) = network.operations[index],
        done.insert(index).inserted
      else { return }
      let candidates = own.candidates()
      if candidates.count < 2 { return }
      let key = "\(own.shape) on \(maps(x.id).extent) \(own.input) \(residual != nil)"
      if fastest[key] == nil {
        let seconds = candidates.map { candidate in
          (0..<4).map { _ in
            clocked { candidate.run(maps(x.id), into: maps(index), adding: residual.map { maps($0.id) }, relu: relu) }
          }.min()!
        }
        fastest[key] = candidates[seconds.indices.min { seconds[$0] < seconds[$1] }!].algorithm
      }
      if fastest[key] != own.algorithm { measured[index] = candidates.first { $0.algorithm == fastest[key] } }
    }
  }

  /// Computes the outputs from what stands in the inputs.
  public func run() { network.engine.exclusively { forEachStep { index, maps in step(index, maps) } } }

  /// Calls a body for every operation, in order, with the maps it works on; for those of a stretch that is run frame by
  /// frame once per group of frames.
  func forEachStep(_ body: (_ index: Int, _ maps: (Int) -> FeatureMap) -> Void) {
    var index = 0
    for run in layout.runs {
      while index < run.operations.lowerBound {
        body(index) { maps[$0] }
        index += 1
      }
      let total = layout.shapes[index].batch * layout.shapes[index].extent.t
      for first in stride(from: 0, to: total, by: run.frames) {
        let frames = first..<min(total, first + run.frames)
        for index in run.operations {
          body(index) { layout.passing[$0] == nil ? maps[$0].frames(frames) : maps[$0].frames(0..<frames.count) }
        }
      }
      index = run.operations.upperBound
    }
    while index < network.operations.count {
      body(index) { maps[$0] }
      index += 1
    }
  }

  private func step(_ index: Int, _ maps: (Int) -> FeatureMap) {
    switch network.operations[index] {
    case .input, .framesToBatch, .batchToFrames: break
    case .convolution(let convolution, let x, let residual, let relu):
      let fastest = measured[index] ?? convolution
      fastest.run(maps(x.id), into: maps(index), adding: residual.map { maps($0.id) }, relu: relu)
    case .maxPool(let shape, let x):
      shape.run(maps(x.id), into: maps(index), engine: network.engine)
    case .concatenate(let values):
      copyUnplaced(values, into: maps(index))
    case .attention(let kind, let theta, let phi, let g):
      kind.run(theta: maps(theta.id), phi: maps(phi.id), g: maps(g.id), into: maps(index), engine: network.engine)
    }
  }

  /// Runs once and adds up the seconds of every operation.
  func timedSteps() -> [Double] {
    var seconds = [Double](repeating: 0, count: network.operations.count)
    network.engine.exclusively {
      forEachStep { index, maps in seconds[index] += clocked { step(index, maps) } }
    }
    return seconds
  }

  /// Copies the parts of a concatenation that were not written in place.
  private func copyUnplaced(_ values: [Value], into output: FeatureMap) {
    var channel = 0
    for value in values {
      let part = maps[value.id]
      if part.format != output.format {
        for position in 0..<output.positions {
          for c in 0..<part.channels {
            output.set(part.value(position: position, channel: c), position: position, channel: channel + c)
          }
        }
      } else {
        let first = channel * output.format.bytes / 4
        let isPlaced = part.offset == output.offset + first && part.pitch == output.pitch
        for position in 0..<output.positions where !isPlaced {
          (output.start + position * output.pitch + first).update(
            from: part.start + position * part.pitch, count: part.floats)
        }
      }
      channel += part.channels
    }
  }
}

/// The seconds that a body takes.
private func clocked(_ body: () -> Void) -> Double {
  var start = timespec()
  var end = timespec()
  clock_gettime(CLOCK_MONOTONIC, &start)
  body()
  clock_gettime(CLOCK_MONOTONIC, &end)
  return Double(end.tv_sec - start.tv_sec) + Double(end.tv_nsec - start.tv_nsec) * 1e-9
}
