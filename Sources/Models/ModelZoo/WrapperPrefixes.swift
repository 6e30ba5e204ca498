internal import Checkpoint
internal import VideoModels

extension FileContent {
  /// Takes off what wrappers put before every name, one inside the other too: `module.` of data-parallel training,
  /// `_orig_mod.` of torch.compile, `model.` of Lightning, `backbone.`, or any other prefix that all names share and
  /// after which the names of the families' modules stand.
  mutating func stripSharedPrefix(_ families: [any ModelFamily]) {
    let first = Set(families.flatMap(\.firstModules))
    let count = wrapperDepth(sharedComponents, first)
    if count == 0 { return stripPrefixOfMost(first) }
    let prefix = sharedComponents.prefix(count).joined(separator: ".") + "."
    for index in items.indices { items[index].name.removeFirst(prefix.count) }
    notices.append("'\(printable(prefix))' stands before every name and is left out")
  }

  /// Takes off what stands before the network's first module, where other things lie beside the network: a loss, a
  /// second copy, a head of its own.
  private mutating func stripPrefixOfMost(_ first: Set<String>) {
    func depth(_ item: StateItem) -> Int? {
      item.name.split(separator: ".", omittingEmptySubsequences: false).firstIndex { first.contains(String($0)) }
    }
    let depths = items.map(depth)
    // A network whose names are as they should be is not renamed for what lies beside it.
    guard !depths.contains(0), let index = depths.firstIndex(where: { $0 != nil }), let depth = depths[index] else {
      return
    }
    let prefix =
      items[index].name.split(separator: ".", omittingEmptySubsequences: false).prefix(depth)
      .joined(separator: ".") + "."
    let own = items.indices.filter { items[$0].name.hasPrefix(prefix) }
    // What is renamed must not meet another tensor of that name.
    let others = Set(items.map(\.name))
    if own.contains(where: { others.contains(String(items[$0].name.dropFirst(prefix.count))) }) { return }
    for index in own { items[index].name.removeFirst(prefix.count) }
    notices.append(
      "'\(printable(prefix))' stands before \(own.count) of \(items.count) names, those of the network, and is left out"
    )
  }

  /// The parts before points that all names begin with; the last part of a name is no prefix.
  private var sharedComponents: [Substring] {
    guard var shared = items.first?.name.split(separator: ".", omittingEmptySubsequences: false).dropLast() else {
      return []
    }
    for item in items {
      let parts = item.name.split(separator: ".", omittingEmptySubsequences: false).dropLast()
      shared = shared.prefix(zip(shared, parts).prefix { $0 == $1 }.count)
      if shared.isEmpty { break }
    }
    return Array(shared)
  }

  /// How many of the shared parts are wrappers: those before a module of a network, else the usual ones.
  private func wrapperDepth(_ shared: [Substring], _ first: Set<String>) -> Int {
    let usual: Set<Substring> = ["module", "_orig_mod", "model", "backbone", "net", "network", "encoder"]
    for depth in 0...shared.count where items.contains(where: { Self.isModule($0.name, after: depth, first) }) {
      return depth
    }
    return shared.prefix { usual.contains($0) }.count
  }

  /// Whether a name continues with a module of a network after so many parts.
  private static func isModule(_ name: String, after depth: Int, _ first: Set<String>) -> Bool {
    let parts = name.split(separator: ".", maxSplits: depth + 1, omittingEmptySubsequences: false)
    guard depth < parts.count else { return false }
    let part = String(parts[depth])
    return first.contains(part) || part == Projection.headScope || MViTNames.modules.contains(part)
      || StageNames.isModule(part)
  }
}
