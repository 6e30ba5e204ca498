/// A file's tensors, sorted by the stages, pathways and blocks that their names tell of.
struct NetworkLayout {
  private let shapes: [String: [Int]]
  private let names: [String]
  /// Block numbers by "s4.pathway0_res", without duplicates, ascending.
  private var numbers: [String: [Int]] = [:]

  init(_ checkpoint: Checkpoint) {
    shapes = Dictionary(checkpoint.entries.map { ($0.name, $0.shape) }, uniquingKeysWith: { _, last in last })
    names = checkpoint.entries.map(\.name)
    var found: [String: Set<Int>] = [:]
    for name in names {
      let parts = name.split(separator: ".", maxSplits: 2)
      guard parts.count == 3 else { continue }
      let stem = parts[1].prefix { !$0.isNumber } + parts[1].drop { !$0.isNumber }.prefix { $0.isNumber }
      let rest = parts[1].dropFirst(stem.count)
      let kind = rest.prefix { !$0.isNumber }
      guard kind == "_res" || kind == "_nonlocal", let number = Int(rest.dropFirst(kind.count)) else { continue }
      found["\(parts[0]).\(stem)\(kind)", default: []].insert(number)
    }
    numbers = found.mapValues { $0.sorted() }
  }

  func shape(_ name: String) -> [Int]? { shapes[name] }

  func hasPrefix(_ prefix: String) -> Bool { names.contains { $0.hasPrefix(prefix) } }

  /// The numbers of a stage's residual blocks.
  func blocks(stage: Int, pathway: Int) -> [Int] { numbers["s\(stage).pathway\(pathway)_res"] ?? [] }

  /// The blocks that a non-local one follows.
  func nonLocalBlocks(stage: Int, pathway: Int) -> [Int] { numbers["s\(stage).pathway\(pathway)_nonlocal"] ?? [] }

  /// How many blocks res2 to res5 have.
  var blockCounts: [Int] { (2...5).map { blocks(stage: $0, pathway: 0).count } }

  var depth: Int? {
    switch blockCounts {
    case [2, 2, 2, 2]: return 18
    case [3, 4, 6, 3]: return 50
    case [3, 4, 23, 3]: return 101
    default: return nil
    }
  }

  /// The width inside the first bottleneck of res2.
  var innerWidth: Int? {
    guard let a = shapes["s2.pathway0_res0.branch2.a.weight"], shapes["s2.pathway0_res0.branch2.c.weight"] != nil
    else { return nil }
    return a.first
  }

  /// The temporal kernel of each block.
  func temporalKernels(stage: Int, pathway: Int) -> [Int] {
    blocks(stage: stage, pathway: pathway).map { block in
      let shape = shapes["s\(stage).pathway\(pathway)_res\(block).branch2.a.weight"] ?? []
      return shape.count == 5 ? shape[2] : 1
    }
  }
}
