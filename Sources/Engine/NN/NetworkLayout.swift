internal import Kernels
internal import Parallel
public import Tensors

/// The shapes, lifetimes and places of a network's values, for input extents: what a ``NetworkPlan`` is made of.
public struct NetworkLayout {
  /// Memory of its own: a value that is no slice and no view of another.
  struct Block {
    var count: Int
    var first: Int
    var last: Int
    var offset = 0
  }

  /// The block of values that lie in the caller's memory.
  private static let noBlock = -1

  /// Where a value lies inside a block.
  struct Slot {
    var block: Int
    var channel: Int
    var pitch: Int
  }

  private(set) var shapes: [ValueShape] = []
  /// Stretches of operations that run frame by frame.
  private(set) var runs: [FrameRun] = []
  /// How many frames of a value exist at a time, where it lives inside a stretch only.
  private(set) var passing: [Int?] = []
  /// The values that lie in the caller's memory, each with the input that it is or is a view of. An input lies in the
  /// arena only where it, or a view of it, is kept until the end of a run.
  private(set) var inputOf: [Int: Int] = [:]
  private(set) var blocks: [Block] = []
  private(set) var places: [Slot] = []
  /// The network, with operators that took over what made their inputs.
  let network: Network
  /// Whether every named value is kept until the end of a run.
  let keepsNamed: Bool
  /// The floats of the arena that the values lie in.
  public private(set) var arenaCount = 0

  /// Lays a network out.
  ///
  /// - Parameters:
  ///   - extents: One per input of the network.
  ///   - keepingNamed: Keeps every named value until the end of a run, at the price of memory.
  ///   - grouping: When operations run frame by frame; nil for what suits the engine's threads.
  ///   - absorbing: Whether operators take over what makes their inputs; not where every value is to be observed.
  ///   - batches: The batch of each input, where they differ.
  ///   - keepingAll: Keeps every value until the end of a run, inputs in the arena among them.
  ///   - format: What values are kept in where they need not be float32, see `bfloat16Unless`.
  /// - Throws: `NetworkError` when these extents do not suit the network.
  public init(
    _ diagram: Network, batch: Int, extents: [Extent3], keepingNamed: Bool = false,
    grouping: FrameGrouping? = nil, absorbing: Bool = true, batches: [Int]? = nil, keepingAll: Bool = false,
    in format: ElementFormat = .float32
  ) throws {
    // References are for the diagram as it was drawn.
    let network = diagram.engine.usesReferences || !absorbing ? diagram : diagram.absorbed(keepingNamed: keepingNamed)
    self.network = network
    keepsNamed = keepingNamed
    precondition(extents.count == network.inputs.count, "one extent per input")
    var unused = zip(batches ?? extents.map { _ in batch }, extents).map { (batch: $0, extent: $1) }[...]
    let origins = Self.origins(network)
    let ofOutputs = Set(network.outputs.map { origins[$0.id] })
    for (index, node) in network.nodes.enumerated() {
      var shape: ValueShape
      if let op = node.op {
        shape = try op.shape(of: node.inputs.map { shapes[$0.id] })
      } else {
        let input = unused.removeFirst()
        shape = ValueShape(batch: input.batch, extent: input.extent, channels: node.channels)
      }
      shape.format =
        format == .bfloat16 ? bfloat16Unless(index, shape, isOutput: ofOutputs.contains(index)) : network.formats[index]
      shapes.append(shape)
    }
    let kept =
      keepingAll
      ? Set(network.nodes.indices)
      : Set((network.outputs + (keepingNamed ? network.named.map(\.value) : [])).map(\.id))
    runs = FrameRun.find(
      network, shapes, grouping ?? FrameGrouping(threads: network.engine.pool.threads))
    passing = passingFrames(network, kept: kept)
    let keptOrigins = Set(kept.map { origins[$0] })
    for (index, origin) in origins.enumerated() where network.nodes[origin].op == nil && !keptOrigins.contains(origin) {
      inputOf[index] = origin
    }
    place(network, kept: kept)
    live(network, kept: kept)
    arenaCount = Self.arrange(&blocks)
  }

  /// The format of a value of a network whose values are kept in bfloat16.
  ///
  /// Float32 remain inputs (boxes are among them) and outputs, what has an odd number of channels, which would end within a
  /// float, and what has one position an item: rows of heads, gates and tokens, which take no memory to speak of.
  private func bfloat16Unless(_ index: Int, _ shape: ValueShape, isOutput: Bool) -> ElementFormat {
    let node = network.nodes[index]
    guard let op = node.op else { return .float32 }
    let inputs = node.inputs.map { shapes[$0.id].format }
    switch op.aliasing {
    case .view(let input): return inputs[input]
    case .joinsInputs where inputs.contains(.float32): return .float32
    case .none, .mayOverwrite, .joinsInputs: break
    }
    return isOutput || shape.extent == .one || !ElementFormat.bfloat16.divides(shape.channels) ? .float32 : .bfloat16
  }

  /// Gives the blocks of a layout that keeps every value other places.
  mutating func move(_ checkpoints: ActivationCheckpoints) {
    for (block, offset) in checkpoints.offsets.enumerated() { blocks[block].offset = offset }
    arenaCount = checkpoints.arenaCount
  }

  /// Where a value lies in the arena; of one in the caller's memory nothing.
  func map(_ index: Int, in arena: Storage) -> FeatureMap {
    let place = places[index]
    let shape = shapes[index]
    if inputOf[index] != nil {
      return FeatureMap(
        storage: arena, offset: 0, batch: 0, extent: shape.extent, channels: shape.channels, pitch: shape.floats,
        format: shape.format)
    }
    let extent = shape.extent
    return FeatureMap(
      storage: arena, offset: blocks[place.block].offset + place.channel,
      batch: passing[index] == nil ? shape.batch : 1,
      extent: passing[index].map { Extent3($0, extent.h, extent.w) } ?? extent, channels: shapes[index].channels,
      pitch: place.pitch,
      format: shapes[index].format, scales: network.scales[index])
  }

  /// Finds the values that are made and read inside one stretch.
  private func passingFrames(_ network: Network, kept: Set<Int>) -> [Int?] {
    var result = [Int?](repeating: nil, count: shapes.count)
    for run in runs {
      for index in run.operators where !kept.contains(index) {
        let readers = network.nodes.indices.filter { network.nodes[$0].inputs.contains(Value(id: index)) }
        if !readers.isEmpty && readers.allSatisfy(run.operators.contains) { result[index] = run.frames }
      }
    }
    return result
  }

  /// Gives every value a block, a slice of the block of what joins it, or the place of an input that may be overwritten
  /// and is read for the last time.
  private mutating func place(_ network: Network, kept: Set<Int>) {
    var sliceOf: [Int: (joined: Int, channel: Int)] = [:]
    for (index, node) in network.nodes.enumerated() where node.op?.aliasing == .joinsInputs {
      var channel = 0
      for value in node.inputs {
        let isAlike = shapes[value.id].format == shapes[index].format
        if isAlike, network.nodes[value.id].op?.writesSlices == true, sliceOf[value.id] == nil {
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
    let origins = Self.origins(network)
    for (index, node) in network.nodes.enumerated() {
      if inputOf[index] != nil {
        places.append(Slot(block: Self.noBlock, channel: 0, pitch: shapes[index].floats))
        continue
      }
      switch node.op?.aliasing {
      case .view(let input):
        places.append(places[node.inputs[input].id])
      case .mayOverwrite(let input)
      where sliceOf[index] == nil && sliceOf[origins[node.inputs[input].id]] == nil
        && canOverwrite(input, by: index, network, origins, kept):
        places.append(places[node.inputs[input].id])
      default:
        if let slice = sliceOf[index] {
          let owner = block(for: slice.joined, &blocks)
          places.append(Slot(block: owner, channel: slice.channel, pitch: shapes[slice.joined].floats))
        } else {
          places.append(Slot(block: block(for: index, &blocks), channel: 0, pitch: shapes[index].floats))
        }
      }
    }
  }

  /// The value that each value is a view of, or itself.
  private static func origins(_ network: Network) -> [Int] {
    var origins: [Int] = []
    for (index, node) in network.nodes.enumerated() {
      if case .view(let input) = node.op?.aliasing {
        origins.append(origins[node.inputs[input].id])
      } else {
        origins.append(index)
      }
    }
    return origins
  }

  /// Whether an output may be written over an input that its operator allows: nothing else reads that memory then or
  /// later, and both have the same elements.
  private func canOverwrite(
    _ input: Int, by index: Int, _ network: Network, _ origins: [Int], _ kept: Set<Int>
  ) -> Bool {
    let inputs = network.nodes[index].inputs.map(\.id)
    let overwritten = inputs[input]
    let origin = origins[overwritten]
    // The caller fills inputs of the network; parts of a joined value lie in its place, and may be read by themselves.
    guard let maker = network.nodes[origin].op, maker.aliasing != .joinsInputs else { return false }
    let others = inputs.indices.filter { $0 != input }
    let views = origins.indices.filter { origins[$0] == origin }
    return others.allSatisfy { origins[inputs[$0]] != origin } && shapes[overwritten] == shapes[index]
      && (passing[overwritten] == nil) == (passing[index] == nil) && views.allSatisfy { !kept.contains($0) }
      && network.nodes.indices.allSatisfy { later in
        later <= index || network.nodes[later].inputs.allSatisfy { origins[$0.id] != origin }
      }
  }

  /// Finds when each block is first written and last read.
  private mutating func live(_ network: Network, kept: Set<Int>) {
    for (index, node) in network.nodes.enumerated() {
      for used in [Value(id: index)] + node.inputs where inputOf[used.id] == nil {
        let block = places[used.id].block
        blocks[block].first = min(blocks[block].first, index)
        blocks[block].last = max(blocks[block].last, index)
      }
    }
    // Inputs are written before the first operation.
    for value in network.inputs where inputOf[value.id] == nil { blocks[places[value.id].block].first = 0 }
    for index in kept { blocks[places[index].block].last = network.nodes.count }
    // Frames take turns in a stretch: what outlives it, or was there before, must not be written over inside it.
    for run in runs {
      for index in run.operators {
        for used in [index] + network.nodes[index].inputs.map(\.id)
        where passing[used] == nil && inputOf[used] == nil {
          let block = places[used].block
          blocks[block].first = min(blocks[block].first, run.operators.lowerBound)
          blocks[block].last = max(blocks[block].last, run.operators.upperBound - 1)
        }
      }
    }
  }

  /// Packs blocks: the largest first, each at the lowest offset where nothing alive at the same time lies.
  ///
  /// - Returns: The floats that they take.
  static func arrange(_ blocks: inout [Block]) -> Int {
    var placed: [Int] = []
    var total = 0
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
      total = max(total, offset + size)
    }
    return total
  }

  /// Blocks start on a cache line.
  private static func aligned(_ count: Int) -> Int { (count + 15) / 16 * 16 }
}
