internal import Kernels
internal import Tensors

/// Which values of a network that is trained are kept from its forward to its backward pass, and which are computed again.
///
/// The operators are cut into stretches. What a stretch makes and nothing outside reads lies in memory that all stretches
/// share: it is lost when the next one runs, and computed again before the stretch's backward pass.
///
/// Source: Chen et al., "Training Deep Nets with Sublinear Memory Cost", 2016.
struct ActivationCheckpoints {
  /// Operators whose inner values share memory, in order; the others keep what they make.
  let stretches: [Range<Int>]
  /// By block of the layout: where it lies.
  let offsets: [Int]
  /// In floats.
  let arenaCount: Int
  /// By block: whether it is of the memory that stretches share.
  let isShared: [Bool]

  /// Cuts so that what is kept and the largest stretch together take the least memory.
  ///
  /// - Parameters:
  ///   - layout: Of a plan that keeps every value.
  ///   - pinned: Values that are kept in any case, beside the network's inputs and outputs.
  init(_ layout: NetworkLayout, pinned: Set<Int>) {
    let uses = Self.uses(layout, pinned)
    let sizes = layout.blocks.map { ($0.count + 15) / 16 * 16 }
    let total = sizes.reduce(0, +)
    var best: (cut: Cut, floats: Int)?
    // Every bound on a stretch's memory has its own best cut: a dense series of them.
    var bound = total
    while bound > 0 {
      let cut = Cut(uses, sizes, operators: layout.network.nodes.count, bound: bound)
      let floats = total - cut.saved + cut.largest
      if best == nil || floats < best!.floats { best = (cut, floats) }
      // The next one that can differ.
      bound = min(bound * 9 / 10, cut.largest - 1)
    }
    stretches = best?.cut.stretches ?? []
    let base = total - (best?.cut.saved ?? 0)
    var offsets = [Int](repeating: 0, count: sizes.count)
    var isShared = [Bool](repeating: false, count: sizes.count)
    for stretch in stretches {
      var offset = base
      for (block, use) in uses.enumerated() where Self.contains(stretch, use) {
        (offsets[block], isShared[block]) = (offset, true)
        offset += sizes[block]
      }
    }
    var offset = 0
    for block in sizes.indices where !isShared[block] {
      offsets[block] = offset
      offset += sizes[block]
    }
    (self.offsets, self.isShared) = (offsets, isShared)
    arenaCount = best?.floats ?? total
  }

  /// By block, the operators that write or read it; nil where it is kept in any case.
  private static func uses(_ layout: NetworkLayout, _ pinned: Set<Int>) -> [ClosedRange<Int>?] {
    let network = layout.network
    var uses = [ClosedRange<Int>?](repeating: nil, count: layout.blocks.count)
    for (index, node) in network.nodes.enumerated() {
      for used in [index] + node.inputs.map(\.id) {
        let block = layout.places[used].block
        uses[block] = min(uses[block]?.lowerBound ?? index, index)...max(uses[block]?.upperBound ?? index, index)
      }
    }
    for kept in network.inputs.map(\.id) + network.outputs.map(\.id) + pinned { uses[layout.places[kept].block] = nil }
    return uses
  }

  private static func contains(_ stretch: Range<Int>, _ use: ClosedRange<Int>?) -> Bool {
    use.map { stretch.contains($0.lowerBound) && stretch.contains($0.upperBound) } ?? false
  }

  /// The cut whose stretches save the most, of all those whose stretches take no more than a bound.
  private struct Cut {
    private(set) var stretches: [Range<Int>] = []
    /// The floats of all blocks inside stretches, and the most of one stretch.
    let saved: Int
    let largest: Int

    init(_ uses: [ClosedRange<Int>?], _ sizes: [Int], operators: Int, bound: Int) {
      var beginningAt = [[(last: Int, size: Int)]](repeating: [], count: operators)
      for (use, size) in zip(uses, sizes) {
        if let use { beginningAt[use.lowerBound].append((use.upperBound, size)) }
      }
      // What the first so many operators save at most, and where the last of their stretches begins.
      var most = [0]
      var starts = [0]
      var inside = [0]
      for end in 1...max(1, operators) {
        var (best, start, own) = (most[end - 1], end - 1, 0)
        var size = 0
        for first in stride(from: min(end, operators) - 1, through: 0, by: -1) {
          for block in beginningAt[first] where block.last < end { size += block.size }
          if size > bound { break }
          if most[first] + size > best { (best, start, own) = (most[first] + size, first, size) }
        }
        most.append(best)
        starts.append(start)
        inside.append(own)
      }
      var end = operators
      var largest = 0
      while end > 0 {
        if inside[end] > 0 {
          stretches.append(starts[end]..<end)
          largest = max(largest, inside[end])
        }
        end = starts[end]
      }
      stretches.reverse()
      (saved, self.largest) = (most[operators], largest)
    }
  }
}
