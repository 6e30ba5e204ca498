internal import Kernels
internal import Tensors

/// Copies in float32 of what a plan keeps in bfloat16, for operators that take no other: of some items of a batch at a time where
/// an operator keeps them apart, so that copies are small and stay in the caches.
///
/// How a batch is parted hangs on shapes alone, so that the order of sums does not depend on the number of threads.
struct WidenedCopies {
  /// The floats of all copies of a part, where an item has no more.
  private static let wantedFloats = 1 << 21
  /// Where weights are many, copies are larger: weights are packed and read once a part.
  private static let timesParameters = 4

  /// By operator.
  private enum Part {
    /// No copy is needed.
    case none
    /// As many items at a time.
    case items(Int)
    /// All at once.
    case whole
  }

  private var forwardParts: [Part] = []
  private var backwardParts: [Part] = []
  /// In floats.
  private(set) var count = 0

  init(_ layout: NetworkLayout, _ operators: [(any TrainableOperator)?]) {
    for (index, node) in layout.network.nodes.enumerated() {
      let inputs = node.inputs.map { layout.shapes[$0.id] }
      let trained = operators[index]
      let needsCopies = node.op.map(Self.needsCopies) ?? false
      // What is copied: the inputs, and the output where it is written or read.
      forwardParts.append(needsCopies ? add(inputs, layout.shapes[index], copiesOutput: true, trained) : .none)
      backwardParts.append(
        needsCopies
          ? add(inputs, layout.shapes[index], copiesOutput: trained?.readsOutput ?? false, trained) : .none)
    }
  }

  /// Parts an operator's batch, and makes room for its copies.
  private mutating func add(
    _ inputs: [ValueShape], _ output: ValueShape, copiesOutput: Bool, _ op: (any TrainableOperator)?
  ) -> Part {
    let copied = (inputs + (copiesOutput ? [output] : [])).filter { $0.format == .bfloat16 }
    if copied.isEmpty { return .none }
    guard let op, op.keepsItemsApart, inputs.allSatisfy({ $0.batch == output.batch }) else {
      count = max(count, copied.reduce(0) { $0 + Self.room($1.positions * $1.channels) })
      return .whole
    }
    let wanted = max(Self.wantedFloats, Self.timesParameters * op.parameters.reduce(0) { $0 + $1.value.count })
    let floats = copied.reduce(0) { $0 + $1.extent.count * $1.channels }
    let items = max(1, min(output.batch, wanted / max(1, floats)))
    count = max(count, copied.reduce(0) { $0 + Self.room(items * $1.extent.count * $1.channels) })
    return .items(items)
  }

  private static func needsCopies(_ op: any Operator) -> Bool {
    switch op.aliasing {
    // Numbers are not looked at.
    case .view, .joinsInputs: false
    case .none, .mayOverwrite: (op as? any TrainableOperator)?.takesBFloat16 != true
    }
  }

  private static func room(_ floats: Int) -> Int { (floats + 15) / 16 * 16 }

  /// Calls a body for the parts of a batch, with what an operator reads and writes then.
  ///
  /// - Parameters:
  ///   - isMade: Whether the body makes the output, which is rounded then; else it is there, and copied if it is read.
  ///   - body: Told the items of the part; nil for all of them.
  func forEachPart(
    _ index: Int, _ inputs: [FeatureMap], _ output: FeatureMap, isMade: Bool, readsOutput: Bool, in memory: Storage,
    _ engine: Engine, _ body: (_ inputs: [FeatureMap], _ output: FeatureMap, _ items: Range<Int>?) -> Void
  ) {
    let step: Int
    switch isMade ? forwardParts[index] : backwardParts[index] {
    case .none: return body(inputs, output, nil)
    case .items(let items): step = items
    case .whole: step = Int.max
    }
    var first = 0
    repeat {
      let items = step == Int.max || step >= output.batch ? nil : first..<min(output.batch, first + step)
      var free = 0
      func place(_ map: FeatureMap) -> FeatureMap {
        defer { free += Self.room(map.positions * map.channels) }
        return FeatureMap(
          storage: memory, offset: free, batch: map.batch, extent: map.extent, channels: map.channels,
          pitch: map.channels)
      }
      func widened(_ map: FeatureMap) -> FeatureMap {
        let part = map.items(items)
        if part.format == .float32 { return part }
        let copy = place(part)
        engine.widen(part, into: copy)
        return copy
      }
      let seen = inputs.map(widened)
      if isMade {
        let part = output.items(items)
        let made = part.format == .float32 ? part : place(part)
        body(seen, made, items)
        if part.format == .bfloat16 { engine.round(made, into: part) }
      } else {
        body(seen, readsOutput ? widened(output) : output.items(items), items)
      }
      first = items?.upperBound ?? output.batch
    } while first < output.batch
  }
}

extension FeatureMap {
  /// Views some items of the batch; nil for all.
  func items(_ range: Range<Int>?) -> FeatureMap {
    guard let range else { return self }
    return FeatureMap(
      storage: storage, offset: offset + range.lowerBound * extent.count * pitch, batch: range.count, extent: extent,
      channels: channels, pitch: pitch, format: format, scales: scales)
  }
}
