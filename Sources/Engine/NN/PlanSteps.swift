internal import Kernels
internal import Parallel
internal import Tensors

/// The maps of one run of a plan, and what each operator sees of them.
struct PlanSteps {
  let network: Network
  let layout: NetworkLayout
  private(set) var maps: [FeatureMap]
  /// The frames that are meant of a map in the caller's memory, counted through the batch, where not all are.
  private var chosen: [Int: [Int]] = [:]

  init(network: Network, layout: NetworkLayout, maps: [FeatureMap]) {
    self.network = network
    self.layout = layout
    self.maps = maps
  }

  /// Puts the caller's map in the place of an input and its views, or copies it to the plan's own where that cannot be
  /// done: the input lies in the arena, or operators want chosen frames side by side.
  mutating func bind(_ value: Int, _ input: BoundInput, own: () -> FeatureMap) {
    let readers = network.nodes.filter { $0.inputs.contains { $0.id == value } }
    let canChoose = readers.allSatisfy { $0.op?.runsByFrames == true }
    var map = input.map
    if layout.inputOf[value] == nil || input.chosen != nil && !canChoose {
      map = own()
      copy(input, to: map)
    } else if let frames = input.chosen {
      chosen[value] = frames
    }
    for (index, origin) in layout.inputOf where origin == value {
      let shape = layout.shapes[index]
      // The map of chosen frames stays whole: they are taken of it step by step.
      let isWhole = index == value
      maps[index] = FeatureMap(
        storage: map.storage, offset: map.offset, batch: isWhole ? map.batch : shape.batch,
        extent: isWhole ? map.extent : shape.extent, channels: shape.channels, pitch: map.pitch)
    }
  }

  private func copy(_ input: BoundInput, to map: FeatureMap) {
    if input.map.storage === map.storage && input.map.offset == map.offset { return }
    let isDense = input.map.pitch == map.channels && map.pitch == map.channels
    let (rows, row) = isDense ? (1, map.extent.h * map.extent.w) : (map.extent.h * map.extent.w, 1)
    let frames = input.chosen ?? Array(0..<map.batch * map.extent.t)
    network.engine.pool.forEach(frames.count) { position in
      let (from, to) = (input.map.frames(frames[position]..<frames[position] + 1), map.frames(position..<position + 1))
      for p in 0..<rows {
        (to.start + p * to.pitch).update(from: from.start + p * from.pitch, count: row * map.channels)
      }
    }
  }

  /// Calls a body with the maps of an operator.
  ///
  /// - Parameter group: The frames at hand, counted through the batch, of a stretch that runs frame by frame; nil for all.
  func call(
    _ index: Int, _ group: Range<Int>?,
    _ body: (_ index: Int, _ inputs: [FeatureMap], _ output: FeatureMap) -> Void
  ) {
    let inputs = network.nodes[index].inputs.map(\.id)
    guard inputs.contains(where: { chosen[$0] != nil }) else {
      return body(index, inputs.map { map($0, group, of: group) }, map(index, group, of: group))
    }
    let all = group ?? 0..<layout.shapes[index].batch * layout.shapes[index].extent.t
    for part in neighbours(all, inputs.compactMap { chosen[$0] }) {
      body(
        index,
        inputs.map { id in
          guard let frames = chosen[id] else { return map(id, part, of: group) }
          return maps[id].frames(frames[part.lowerBound]..<frames[part.lowerBound] + part.count)
        }, map(index, part, of: group))
    }
  }

  /// A value's frames; those of a value that lives inside a stretch only are counted from the group's first.
  private func map(_ index: Int, _ frames: Range<Int>?, of group: Range<Int>?) -> FeatureMap {
    guard let frames else { return maps[index] }
    let first = layout.passing[index] == nil ? frames.lowerBound : frames.lowerBound - (group?.lowerBound ?? 0)
    return maps[index].frames(first..<first + frames.count)
  }

  /// Cuts positions into runs whose chosen frames follow each other in every list.
  private func neighbours(_ positions: Range<Int>, _ lists: [[Int]]) -> [Range<Int>] {
    var parts: [Range<Int>] = []
    var first = positions.lowerBound
    for next in positions.dropFirst() where !lists.allSatisfy({ $0[next] == $0[next - 1] + 1 }) {
      parts.append(first..<next)
      first = next
    }
    return parts + [first..<positions.upperBound]
  }
}
