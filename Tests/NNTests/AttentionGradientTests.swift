import Glibc
import Kernels
import NN
import Tensors
import TestSupport
import Testing

/// Attention once more, in Double and by its definition: what it makes, and the gradients of it, every pair by itself.
struct DoubleAttention: Sendable, CustomTestStringConvertible {
  var queries: Extent3
  var keys: Extent3
  var heads: Int
  var depth: Int
  var hasExtraKey = false
  /// Height, width, time.
  var axes: [Bool] = [false, false, false]
  var addsQueries = false
  /// By how many rows the tables differ from those that are needed.
  var moreRows = 0

  var testDescription: String {
    "\(queries) queries, \(keys) keys\(hasExtraKey ? " + 1" : ""), \(heads) x \(depth), axes \(axes)"
      + (addsQueries ? ", + queries" : "") + (moreRows == 0 ? "" : ", \(moreRows) more rows")
  }

  var channels: Int { heads * depth }
  private var keyCount: Int { keys.count + (hasExtraKey ? 1 : 0) }
  private var lengths: [(Int, Int)] { [(queries.h, keys.h), (queries.w, keys.w), (queries.t, keys.t)] }

  /// The rows of each table; nil for none.
  var tableRows: [Int?] {
    zip(axes, lengths).map { $0 ? 2 * max($1.0, $1.1) - 1 + moreRows : nil }
  }

  /// Queries, keys, values, then tables, all in one row.
  struct Numbers {
    var queries: [Double]
    /// With the extra one at the end.
    var keys: [Double]
    var values: [Double]
    var tables: [[Double]]

    /// All of them, one after the other.
    var all: [Double] {
      get { queries + keys + values + tables.flatMap(\.self) }
      set {
        var rest = newValue[...]
        func take(_ count: Int) -> [Double] {
          defer { rest = rest.dropFirst(count) }
          return Array(rest.prefix(count))
        }
        queries = take(queries.count)
        keys = take(keys.count)
        values = take(values.count)
        tables = tables.map { take($0.count) }
      }
    }
  }

  func drawn(seed: UInt64) -> Numbers {
    func numbers(_ count: Int, _ seed: UInt64) -> [Double] { drawnNumbers(count, seed: seed).map { Double($0) } }
    return Numbers(
      queries: numbers(queries.count * channels, seed), keys: numbers(keyCount * channels, seed + 1),
      values: numbers(keyCount * channels, seed + 2),
      tables: tableRows.enumerated().map { numbers(($1 ?? 0) * depth, seed + 3 + UInt64($0)) })
  }

  private func place(_ index: Int, _ extent: Extent3) -> [Int] {
    [index / extent.w % extent.h, index % extent.w, index / (extent.h * extent.w)]
  }

  /// The rows of a table, each with its share, whose sum is the vector of a query and a key along an axis.
  private func taps(_ axis: Int, _ query: Int, _ key: Int) -> [(row: Int, share: Double)] {
    let (q, k) = lengths[axis]
    let (queryStep, keyStep) = (max(Double(k) / Double(q), 1), max(Double(q) / Double(k), 1))
    let row = Int(Double(query) * queryStep - Double(key) * keyStep + Double(k - 1) * keyStep)
    let (count, needed) = (tableRows[axis]!, 2 * max(q, k) - 1)
    let place = max(0, (Double(row) + 0.5) * Double(count) / Double(needed) - 0.5)
    let first = min(count - 1, Int(place))
    let share = place - Double(first)
    return [(first, 1 - share), (min(count - 1, first + 1), share)]
  }

  /// The softmax of one query of one head.
  private func weights(_ numbers: Numbers, _ query: Int, _ head: Int) -> [Double] {
    let own = (0..<depth).map { numbers.queries[query * channels + head * depth + $0] }
    let logits = (0..<keyCount).map { key in
      var logit = 0.0
      for c in 0..<depth { logit += own[c] * numbers.keys[key * channels + head * depth + c] }
      logit /= Double(depth).squareRoot()
      guard key < keys.count else { return logit }
      for axis in 0..<3 where axes[axis] {
        for tap in taps(axis, place(query, queries)[axis], place(key, keys)[axis]) {
          for c in 0..<depth { logit += tap.share * own[c] * numbers.tables[axis][tap.row * depth + c] }
        }
      }
      return logit
    }
    let powers = logits.map { exp($0 - logits.max()!) }
    return powers.map { $0 / powers.reduce(0, +) }
  }

  /// [queries, channels]
  func output(_ numbers: Numbers) -> [Double] {
    var result = addsQueries ? numbers.queries : [Double](repeating: 0, count: numbers.queries.count)
    for query in 0..<queries.count {
      for head in 0..<heads {
        for (key, weight) in weights(numbers, query, head).enumerated() {
          for c in head * depth..<(head + 1) * depth {
            result[query * channels + c] += weight * numbers.values[key * channels + c]
          }
        }
      }
    }
    return result
  }

  /// By the Jacobian of the softmax, pair by pair.
  func gradients(_ numbers: Numbers, _ gradient: [Double]) -> Numbers {
    var result = numbers
    result.all = [Double](repeating: 0, count: numbers.all.count)
    if addsQueries { result.queries = gradient }
    for query in 0..<queries.count {
      for head in 0..<heads {
        let (first, at) = (head * depth, query * channels + head * depth)
        let weights = weights(numbers, query, head)
        let byWeight = (0..<keyCount).map { key in
          (0..<depth).reduce(0.0) { $0 + gradient[at + $1] * numbers.values[key * channels + first + $1] }
        }
        let mean = zip(weights, byWeight).reduce(0.0) { $0 + $1.0 * $1.1 }
        for key in 0..<keyCount {
          let slope = weights[key] * (byWeight[key] - mean)
          let from = key * channels + first
          for c in 0..<depth {
            result.values[from + c] += weights[key] * gradient[at + c]
            result.keys[from + c] += slope * numbers.queries[at + c] / Double(depth).squareRoot()
            result.queries[at + c] += slope * numbers.keys[from + c] / Double(depth).squareRoot()
          }
          guard key < keys.count else { continue }
          for axis in 0..<3 where axes[axis] {
            for tap in taps(axis, place(query, queries)[axis], place(key, keys)[axis]) {
              for c in 0..<depth {
                result.tables[axis][tap.row * depth + c] += slope * tap.share * numbers.queries[at + c]
                result.queries[at + c] += slope * tap.share * numbers.tables[axis][tap.row * depth + c]
              }
            }
          }
        }
      }
    }
    return result
  }

  /// The engine's gradients of the same numbers, in their order.
  func found(_ numbers: Numbers, _ gradient: [Float], _ engine: Engine, batch: Int = 1) throws -> [Float] {
    func floats(_ values: some Sequence<Double>) -> [Float] { values.map { Float($0) } }
    let tables = tableRows.enumerated().map { axis, rows in
      rows.map {
        Parameter(name: "table \(axis)", kind: .weight, value: Tensor([$0, depth], floats(numbers.tables[axis])))
      }
    }
    let placed = keys.count * channels
    var inputs = [
      GradientProbe.Input(queries, channels: channels, floats(numbers.queries)),
      GradientProbe.Input(keys, channels: channels, floats(numbers.keys.prefix(placed))),
      GradientProbe.Input(keys, channels: channels, floats(numbers.values.prefix(placed))),
    ]
    if hasExtraKey {
      inputs += [numbers.keys, numbers.values].map {
        GradientProbe.Input(.one, channels: channels, floats($0.dropFirst(placed)))
      }
    }
    let probe = try GradientProbe(inputs, engine, batch: batch) { network, values in
      network.add(
        MultiHeadAttention(
          heads: heads, hasExtraKey: hasExtraKey,
          positions: axes.contains(true)
            ? RelativePositions(height: tables[0], width: tables[1], time: tables[2]) : nil,
          addsQueries: addsQueries), values)
    }
    let found = try probe.gradients(gradient)
    let extra = hasExtraKey ? [found[3], found[4]] : [[], []]
    return found[0] + found[1] + extra[0] + found[2] + extra[1] + tables.flatMap { $0?.gradient.array ?? [] }
  }
}

/// The gradients of attention.
@Suite struct AttentionGradientTests {
  /// All that attention can have, with heads whose channels fill no register, fewer keys than queries and the other way round.
  static let small: [DoubleAttention] = [
    DoubleAttention(queries: Extent3(2, 2, 3), keys: Extent3(1, 2, 2), heads: 1, depth: 3),
    DoubleAttention(queries: Extent3(1, 3, 2), keys: Extent3(2, 2, 3), heads: 2, depth: 5, hasExtraKey: true),
    DoubleAttention(
      queries: Extent3(2, 4, 2), keys: Extent3(2, 2, 1), heads: 2, depth: 4, hasExtraKey: true,
      axes: [true, true, true],
      addsQueries: true),
    DoubleAttention(
      queries: Extent3(2, 3, 5), keys: Extent3(1, 2, 2), heads: 1, depth: 6, axes: [true, true, false], moreRows: 2),
    DoubleAttention(
      queries: Extent3(3, 2, 2), keys: Extent3(2, 3, 2), heads: 3, depth: 2, axes: [false, false, true],
      addsQueries: true, moreRows: -1),
    DoubleAttention(queries: .one, keys: Extent3(2, 2, 2), heads: 2, depth: 4, hasExtraKey: true),
    DoubleAttention(queries: .one, keys: .one, heads: 1, depth: 4, hasExtraKey: true, axes: [true, true, true]),
  ]
  /// Several blocks of queries, those of many keys too; channels of one register and more.
  static let large: [DoubleAttention] = [
    DoubleAttention(
      queries: Extent3(3, 9, 8), keys: Extent3(3, 3, 4), heads: 2, depth: 20, hasExtraKey: true,
      axes: [true, true, true], addsQueries: true),
    DoubleAttention(
      queries: Extent3(2, 5, 6), keys: Extent3(7, 11, 11), heads: 1, depth: 17, axes: [true, true, true]),
  ]

  private func factors(_ attention: DoubleAttention, batch: Int = 1) -> [Float] {
    drawnNumbers(batch * attention.queries.count * attention.channels, seed: 77)
  }

  /// The Double gradients are those that differences in Double show; the rest is compared with them.
  @Test(arguments: small) func theDefinitionForetellsDifferences(_ attention: DoubleAttention) {
    let numbers = attention.drawn(seed: 1)
    let gradient = factors(attention).map { Double($0) }
    let expected = attention.gradients(numbers, gradient).all
    let found = slopes(numbers.all, at: Array(expected.indices)) { values in
      var moved = numbers
      moved.all = values
      return zip(attention.output(moved), gradient).reduce(0.0) { $0 + $1.0 * $1.1 }
    }
    for (a, b) in zip(found, expected) { #expect(abs(a - b) < 1e-8) }
  }

  @Test(arguments: small + large, InstructionSet.available)
  func agreesWithTheDefinition(_ attention: DoubleAttention, _ set: InstructionSet) throws {
    let numbers = attention.drawn(seed: 1)
    let gradient = factors(attention)
    let expected = attention.gradients(numbers, gradient.map { Double($0) }).all.map { Float($0) }
    let found = try attention.found(numbers, gradient, Engine(threads: 2, kernels: KernelTable(set)))
    let gap = difference(found, expected, .absolute(2e-5), "\(attention.testDescription) on \(set)")
    #expect(gap == nil, "\(gap ?? "")")
  }

  /// Every item by itself: the gradients of two are the sum.
  @Test(arguments: small) func itemsAddUp(_ attention: DoubleAttention) throws {
    let numbers = attention.drawn(seed: 2)
    let both = factors(attention, batch: 2)
    let half = both.count / 2
    let apart = try [both.prefix(half), both.suffix(half)].map {
      try attention.found(numbers, Array($0), Engine(threads: 2))
    }
    let found = try attention.found(numbers, both, Engine(threads: 2), batch: 2)
    #expect(difference(found, zip(apart[0], apart[1]).map { $0 + $1 }, .absolute(1e-5)) == nil)
  }

  @Test(arguments: small + large) func threadsHaveNoPartInIt(_ attention: DoubleAttention) throws {
    let numbers = attention.drawn(seed: 3)
    let one = try attention.found(numbers, factors(attention), Engine(threads: 1))
    #expect(try attention.found(numbers, factors(attention), Engine(threads: 3)) == one)
  }

  /// Softmax does not see what is added to all keys: their gradients add up to nothing.
  @Test(arguments: [small[1], small[2], large[0]]) func keysMoveTogetherForNothing(_ attention: DoubleAttention) throws
  {
    let found = try attention.found(attention.drawn(seed: 4), factors(attention), Engine(threads: 2))
    let first = attention.queries.count * attention.channels
    let count = attention.keys.count + (attention.hasExtraKey ? 1 : 0)
    for c in 0..<attention.channels {
      let sum = (0..<count).reduce(Float(0)) { $0 + found[first + $1 * attention.channels + c] }
      #expect(abs(sum) < 2e-5, "channel \(c): \(sum)")
    }
  }

  /// Weights 1/4 and 3/4 of the values 0 and 4.
  @Test func byHand() throws {
    let attention = DoubleAttention(queries: .one, keys: Extent3(1, 1, 2), heads: 1, depth: 1)
    let numbers = DoubleAttention.Numbers(queries: [1], keys: [0, log(3)], values: [0, 4], tables: [[], [], []])
    let found = try attention.found(numbers, [1], Engine(threads: 1))
    #expect(difference(found, [0.75 * Float(log(3.0)), -0.75, 0.75, 0.25, 0.75], .absolute(1e-6)) == nil)
  }

  /// What there is no choice of has no slope; its value has all of it.
  @Test func oneKey() throws {
    let attention = DoubleAttention(queries: Extent3(1, 2, 1), keys: .one, heads: 2, depth: 2)
    let found = try attention.found(attention.drawn(seed: 5), [1, 2, 3, 4, 10, 20, 30, 40], Engine(threads: 2))
    #expect(found == [Float](repeating: 0, count: 12) + [11, 22, 33, 44])
  }

  /// Tables that are frozen have no gradient; of zeros, they are as none.
  @Test func frozenTables() throws {
    let attention = Self.small[2]
    let tables = attention.tableRows.map { rows in
      Parameter(name: "table", kind: .weight, value: Tensor(zeros: [rows ?? 1, attention.depth]))
    }
    for table in tables { table.isTrained = false }
    let inputs = [attention.queries, attention.keys, attention.keys, .one, .one].enumerated().map {
      GradientProbe.Input($1, channels: attention.channels, seed: UInt64($0))
    }
    func gradients(_ positions: RelativePositions?) throws -> [[Float]] {
      try GradientProbe(inputs) { network, values in
        network.add(
          MultiHeadAttention(heads: attention.heads, hasExtraKey: true, positions: positions, addsQueries: true), values
        )
      }.gradients(factors(attention))
    }
    let found = try gradients(RelativePositions(height: tables[0], width: tables[1], time: tables[2]))
    #expect(tables.allSatisfy { $0.gradient.array.allSatisfy { $0 == 0 } })
    for (a, b) in zip(found, try gradients(nil)) { #expect(difference(a, b, .absolute(1e-6)) == nil) }
  }
}
