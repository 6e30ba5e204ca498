internal import Kernels
internal import Tensors

/// What can be wrong with the extents that a network is laid out for.
public enum NetworkError: Error, Equatable, CustomStringConvertible {
  /// A kernel does not fit into what reaches it.
  case tooSmall(operation: String, input: String)
  /// Maps that are to be joined differ in extent.
  case unequal(maps: [String])
  /// The frames do not divide into the groups of a non-local block.
  case ungrouped(frames: Int, groups: Int)
  /// The activations take more memory than the machine has.
  case tooLarge(bytes: Int, memory: Int)

  public var description: String {
    switch self {
    case .unequal(let maps):
      return
        "laying out the network: maps of \(maps.joined(separator: " and ")) (T x H x W) are to be joined, and differ"
        + " -> give a number of frames that every pathway's rate divides"
    case .ungrouped(let frames, let groups):
      return "laying out the network: a non-local block of \(groups) groups cannot share out \(frames) frames"
        + " -> give a number of frames that the groups divide"
    case .tooLarge(let bytes, let memory):
      return "laying out the network: its activations take \(bytes >> 20) MB, the machine has \(memory >> 20) MB"
        + " -> give smaller pictures (DATA.TEST_CROP_SIZE), fewer frames or a narrower network"
    case .tooSmall(let operation, let input):
      return "laying out the network: \(operation) does not fit into a map of \(input) (T x H x W)"
        + " -> give larger pictures or more frames"
    }
  }
}

/// The shapes, lifetimes and places of a network's values.
struct NetworkLayout {
  /// The shape of one value.
  struct Shape {
    var batch: Int
    var extent: Extent3
    var channels: Int
    var format: ElementFormat

    /// The floats that a position's channels take.
    var floats: Int { format == .float32 ? channels : channels / 2 }
  }

  /// Memory of its own: a value that is no slice and no view of another.
  struct Block {
    var count: Int
    var first: Int
    var last: Int
    var offset = 0
  }

  /// A value's place inside a block.
  struct Place {
    var block: Int
    var channel: Int
    var pitch: Int
  }

  private(set) var shapes: [Shape] = []
  /// Stretches of operations that run frame by frame.
  private(set) var runs: [FrameRun] = []
  /// How many frames of a value exist at a time, where it lives inside a stretch only.
  private(set) var passing: [Int?] = []
  private var blocks: [Block] = []
  private var places: [Place] = []
  private(set) var arenaCount = 0

  init(
    _ network: Network, batch: Int, extents: [Extent3], keepingNamed: Bool, grouping: FrameGrouping
  ) throws {
    precondition(extents.count == network.inputs.count, "one extent per input")
    for index in network.operations.indices {
      var shape = try shape(of: network.operations[index], network, batch: batch, extents: extents, at: index)
      shape.format = network.formats[index]
      shapes.append(shape)
    }
    let kept = Set((network.outputs + (keepingNamed ? network.named.map(\.value) : [])).map(\.id))
    runs = FrameRun.find(network, shapes, grouping)
    passing = passingFrames(network, kept: kept)
    place(network, kept: kept)
    live(network, kept: kept)
    arrange()
  }

  func map(_ index: Int, in arena: Storage) -> FeatureMap {
    let place = places[index]
    let shape = shapes[index]
    let extent = shape.extent
    return FeatureMap(
      storage: arena, offset: blocks[place.block].offset + place.channel,
      batch: passing[index] == nil ? shape.batch : 1,
      extent: passing[index].map { Extent3($0, extent.h, extent.w) } ?? extent, channels: shapes[index].channels,
      pitch: place.pitch,
      format: shapes[index].format)
  }

  private func shape(
    of operation: Operation, _ network: Network, batch: Int, extents: [Extent3], at index: Int
  ) throws -> Shape {
    switch operation {
    case .input(let channels):
      let number = network.inputs.firstIndex { $0.id == index }!
      return Shape(batch: batch, extent: extents[number], channels: channels, format: .float32)
    case .convolution(let convolution, let x, _, _):
      let input = shapes[x.id]
      let output = convolution.shape.output(for: input.extent)
      guard output.count > 0 else {
        throw NetworkError.tooSmall(operation: "a convolution \(convolution.shape)", input: "\(input.extent)")
      }
      return Shape(batch: input.batch, extent: output, channels: convolution.shape.outChannels, format: .float32)
    case .maxPool(let pool, let x):
      let input = shapes[x.id]
      let output = pool.output(for: input.extent)
      guard output.count > 0 else {
        throw NetworkError.tooSmall(operation: "a max pooling \(pool.kernel)", input: "\(input.extent)")
      }
      return Shape(batch: input.batch, extent: output, channels: input.channels, format: .float32)
    case .concatenate(let values):
      let parts = values.map { shapes[$0.id] }
      guard parts.allSatisfy({ $0.extent == parts[0].extent && $0.batch == parts[0].batch }) else {
        throw NetworkError.unequal(maps: parts.map { $0.extent.description })
      }
      return Shape(
        batch: parts[0].batch, extent: parts[0].extent, channels: parts.reduce(0) { $0 + $1.channels }, format: .float32
      )
    case .attention(_, let theta, _, let g):
      return Shape(
        batch: shapes[theta.id].batch, extent: shapes[theta.id].extent, channels: shapes[g.id].channels,
        format: .float32)
    case .framesToBatch(let x, let groups):
      let input = shapes[x.id]
      guard input.extent.t % groups == 0 else {
        throw NetworkError.ungrouped(frames: input.extent.t, groups: groups)
      }
      return Shape(
        batch: input.batch * groups,
        extent: Extent3(input.extent.t / groups, input.extent.h, input.extent.w), channels: input.channels,
        format: .float32)
    case .batchToFrames(let x, let groups):
      let input = shapes[x.id]
      return Shape(
        batch: input.batch / groups,
        extent: Extent3(input.extent.t * groups, input.extent.h, input.extent.w), channels: input.channels,
        format: .float32)
    }
  }

  /// Finds the values that are made and read inside one stretch.
  private func passingFrames(_ network: Network, kept: Set<Int>) -> [Int?] {
    var result = [Int?](repeating: nil, count: shapes.count)
    for run in runs {
      for index in run.operations where !kept.contains(index) {
        let readers = network.operations.indices.filter { network.operations[$0].inputs.contains(Value(id: index)) }
        if !readers.isEmpty && readers.allSatisfy(run.operations.contains) { result[index] = run.frames }
      }
    }
    return result
  }

  /// Gives every value a block, a slice of the block of the concatenation that it goes into, or the place of what is
  /// added to it and is read for the last time.
  private mutating func place(_ network: Network, kept: Set<Int>) {
    var sliceOf: [Int: (concatenation: Int, channel: Int)] = [:]
    for (index, operation) in network.operations.enumerated() {
      guard case .concatenate(let values) = operation else { continue }
      var channel = 0
      for value in values {
        let isAlike = shapes[value.id].format == shapes[index].format
        if isAlike, canBeSlice(network.operations[value.id]), sliceOf[value.id] == nil {
          sliceOf[value.id] = (index, channel)
        }
        // In floats of the joined map, whatever the part's format is.
        channel += shapes[value.id].channels * shapes[index].format.bytes / 4
      }
    }
    var blockOf: [Int: Int] = [:]
    func block(for index: Int, _ blocks: inout [Block]) -> Int {
      if let known = blockOf[index] { return known }
      let shape = shapes[index]
      let frames = passing[index] ?? shape.batch * shape.extent.t
      blocks.append(Block(count: frames * shape.extent.h * shape.extent.w * shape.floats, first: index, last: index))
      blockOf[index] = blocks.count - 1
      return blocks.count - 1
    }
    let origins = origins(network)
    for (index, operation) in network.operations.enumerated() {
      switch operation {
      case .framesToBatch(let x, _), .batchToFrames(let x, _):
        places.append(places[x.id])
      case .convolution(_, let x, let residual?, _)
      where sliceOf[index] == nil && sliceOf[origins[residual.id]] == nil
        && canReplace(residual.id, by: index, reading: x.id, network, origins, kept):
        places.append(places[residual.id])
      default:
        if let slice = sliceOf[index] {
          let owner = block(for: slice.concatenation, &blocks)
          places.append(Place(block: owner, channel: slice.channel, pitch: shapes[slice.concatenation].floats))
        } else {
          places.append(Place(block: block(for: index, &blocks), channel: 0, pitch: shapes[index].floats))
        }
      }
    }
  }

  /// The value that each value is a view of, or itself.
  private func origins(_ network: Network) -> [Int] {
    var origins: [Int] = []
    for (index, operation) in network.operations.enumerated() {
      switch operation {
      case .framesToBatch(let x, _), .batchToFrames(let x, _): origins.append(origins[x.id])
      default: origins.append(index)
      }
    }
    return origins
  }

  /// Whether an output may be written over the value that is added to it: element by element, read just before.
  private func canReplace(
    _ residual: Int, by index: Int, reading input: Int, _ network: Network, _ origins: [Int], _ kept: Set<Int>
  ) -> Bool {
    let origin = origins[residual]
    let views = origins.indices.filter { origins[$0] == origin }
    // Parts of a concatenation lie in its place, and may be read by themselves.
    switch network.operations[origin] {
    case .input, .concatenate: return false
    default: break
    }
    return origins[input] != origin && shapes[residual].format == shapes[index].format
      && shapes[residual].channels == shapes[index].channels
      && (passing[residual] == nil) == (passing[index] == nil) && views.allSatisfy { !kept.contains($0) }
      && network.operations.indices.allSatisfy { later in
        later <= index || network.operations[later].inputs.allSatisfy { origins[$0.id] != origin }
      }
  }

  /// Only operations that write position by position with a pitch can write into a wider map.
  private func canBeSlice(_ operation: Operation) -> Bool {
    switch operation {
    case .convolution, .maxPool, .attention: return true
    case .input, .concatenate, .framesToBatch, .batchToFrames: return false
    }
  }

  /// Finds when each block is first written and last read.
  private mutating func live(_ network: Network, kept: Set<Int>) {
    for (index, operation) in network.operations.enumerated() {
      for used in [Value(id: index)] + operation.inputs {
        let block = places[used.id].block
        blocks[block].first = min(blocks[block].first, index)
        blocks[block].last = max(blocks[block].last, index)
      }
    }
    // Inputs are written before the first operation.
    for value in network.inputs { blocks[places[value.id].block].first = 0 }
    for index in kept { blocks[places[index].block].last = network.operations.count }
    // Frames take turns in a stretch: what outlives it, or was there before, must not be written over inside it.
    for run in runs {
      for index in run.operations {
        for used in [index] + network.operations[index].inputs.map(\.id) where passing[used] == nil {
          let block = places[used].block
          blocks[block].first = min(blocks[block].first, run.operations.lowerBound)
          blocks[block].last = max(blocks[block].last, run.operations.upperBound - 1)
        }
      }
    }
  }

  /// Packs the blocks: the largest first, each at the lowest offset where nothing alive at the same time lies.
  private mutating func arrange() {
    var placed: [Int] = []
    for index in blocks.indices.sorted(by: { (blocks[$1].count, $0) < (blocks[$0].count, $1) }) {
      let size = aligned(blocks[index].count)
      var offset = 0
      let neighbours = placed.filter {
        blocks[$0].first <= blocks[index].last && blocks[$0].last >= blocks[index].first
      }
      for other in neighbours.sorted(by: { blocks[$0].offset < blocks[$1].offset }) {
        if blocks[other].offset >= offset + size { break }
        offset = max(offset, blocks[other].offset + aligned(blocks[other].count))
      }
      blocks[index].offset = offset
      placed.append(index)
      arenaCount = max(arenaCount, offset + size)
    }
  }

  /// Blocks start on a cache line.
  private func aligned(_ count: Int) -> Int { (count + 15) / 16 * 16 }
}
