internal import Kernels
internal import Tensors

/// Where the gradients of a network's values lie: in an arena of their own, each from the backward pass of its value's last
/// reader to that of its maker.
///
/// What only a view or a concatenation reads has its gradient in place: a view or a slice of that of the whole.
struct GradientLayout {
  /// By value; nil where no gradient is needed.
  private(set) var places: [NetworkLayout.Slot?]
  /// Whether a value's gradient lies in that of the view or concatenation that reads it.
  private(set) var isPart: [Bool]
  private var blocks: [NetworkLayout.Block] = []
  /// In floats.
  private(set) var arenaCount = 0

  /// - Parameters:
  ///   - readers: By value, the nodes that read it.
  ///   - isNeeded: By value.
  init(_ layout: NetworkLayout, readers: [[Int]], isNeeded: [Bool], outputs: Set<Int>) {
    let network = layout.network
    let count = network.nodes.count
    places = [NetworkLayout.Slot?](repeating: nil, count: count)
    isPart = [Bool](repeating: false, count: count)
    for index in network.nodes.indices.reversed() where isNeeded[index] {
      let shape = layout.shapes[index]
      if places[index] == nil {
        blocks.append(NetworkLayout.Block(count: shape.positions * shape.channels, first: count, last: 0))
        places[index] = NetworkLayout.Slot(block: blocks.count - 1, channel: 0, pitch: shape.channels)
      }
      let place = places[index]!
      // In reverse: an output's gradient is there from the start.
      let first = outputs.contains(index) ? 0 : readers[index].map { count - $0 }.min() ?? count - index
      blocks[place.block].first = min(blocks[place.block].first, first)
      blocks[place.block].last = max(blocks[place.block].last, count - index)
      guard let op = network.nodes[index].op else { continue }
      func share(_ value: Value, _ channel: Int) {
        guard isNeeded[value.id], readers[value.id] == [index], !outputs.contains(value.id) else { return }
        places[value.id] = NetworkLayout.Slot(block: place.block, channel: place.channel + channel, pitch: place.pitch)
        isPart[value.id] = true
      }
      switch op.aliasing {
      case .view(let input): share(network.nodes[index].inputs[input], 0)
      case .joinsInputs:
        var channel = 0
        for value in network.nodes[index].inputs {
          share(value, channel)
          channel += layout.shapes[value.id].channels
        }
      case .none, .mayOverwrite: break
      }
    }
    arenaCount = NetworkLayout.arrange(&blocks)
  }

  /// Where a value's gradient lies; nil where none is needed.
  func map(_ index: Int, _ shape: ValueShape, in arena: Storage) -> FeatureMap? {
    places[index].map { place in
      FeatureMap(
        storage: arena, offset: blocks[place.block].offset + place.channel, batch: shape.batch, extent: shape.extent,
        channels: shape.channels, pitch: place.pitch)
    }
  }
}
