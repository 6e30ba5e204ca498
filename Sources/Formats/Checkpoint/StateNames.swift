internal import Wording

extension FileContent {
  /// Takes off what wrappers put before every name, one inside the other too: `module.` of data-parallel training,
  /// `_orig_mod.` of torch.compile, `model.` of Lightning, `backbone.`, or any other prefix that all names share and
  /// after which the names of PySlowFast's modules stand.
  mutating func stripSharedPrefix() {
    let count = wrapperDepth(sharedComponents)
    if count == 0 { return stripPrefixOfMost() }
    let prefix = sharedComponents.prefix(count).joined(separator: ".") + "."
    for index in items.indices { items[index].name.removeFirst(prefix.count) }
    notices.append("'\(printable(prefix))' stands before every name and is left out")
  }

  /// Takes off what stands before the network's first module, where other things lie beside the network: a loss, a
  /// second copy, a head of its own.
  private mutating func stripPrefixOfMost() {
    let first: Set<Substring> = ["s1", "patch_embed"]
    func depth(_ item: StateItem) -> Int? {
      item.name.split(separator: ".", omittingEmptySubsequences: false).firstIndex(where: first.contains)
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

  /// How many of the shared parts are wrappers: those before a module of PySlowFast's, else the usual ones.
  private func wrapperDepth(_ shared: [Substring]) -> Int {
    let usual: Set<Substring> = ["module", "_orig_mod", "model", "backbone", "net", "network", "encoder"]
    for depth in 0...shared.count where items.contains(where: { Self.isModule($0.name, after: depth) }) {
      return depth
    }
    return shared.prefix { usual.contains($0) }.count
  }

  /// Whether a name continues with a module of PySlowFast's networks after so many parts.
  private static func isModule(_ name: String, after depth: Int) -> Bool {
    let parts = name.split(separator: ".", maxSplits: depth + 1, omittingEmptySubsequences: false)
    guard depth < parts.count else { return false }
    let others: Set<Substring> = [
      "head", "patch_embed", "blocks", "cls_token", "pos_embed", "pos_embed_spatial", "norm",
    ]
    let part = parts[depth]
    let isStage = part.hasPrefix("s") && part.dropFirst().first.map { ("1"..."5").contains($0) } == true
    return others.contains(part) || isStage && (part.count == 2 || part.hasSuffix("_fuse"))
  }

  /// Makes ordinary batch norms of split ones, should raw training state have been saved: the statistics of
  /// `X.bn` become X's own, those of `X.split_bn` are dropped, per-channel scales lose their three extra dimensions.
  mutating func normaliseSubBatchNorm() {
    let renamings = [
      ("bn.bn.running_mean", "bn.running_mean"), ("bn.bn.running_var", "bn.running_var"),
      ("bn.split_bn.num_batches_tracked", "bn.num_batches_tracked"),
    ]
    var dropped: [String] = []
    items = items.compactMap { item in
      var item = item
      for (before, after) in renamings where item.name.hasSuffix(before) {
        item.name = item.name.dropLast(before.count) + after
        return item
      }
      if item.name.contains("bn.bn.") || item.name.contains(".split_bn.") {
        dropped.append(item.name)
        return nil
      }
      if item.name.hasSuffix("bn.weight") || item.name.hasSuffix("bn.bias"), case .success(let raw) = item.content,
        raw.shape.count == 4, raw.shape[1...].allSatisfy({ $0 == 1 })
      {
        item.content = .success(raw.squeezed(to: [raw.shape[0]]))
      }
      return item
    }
    if !dropped.isEmpty {
      let names = listed(dropped.map { "'\(printable($0))'" }, limit: 3)
      notices.append("statistics of split batch norms are not needed for testing and were left out: \(names)")
    }
  }

  /// Keeps the last item where several have the same name, as assigning one after the other would.
  mutating func keepLastOfEachName() {
    var last: [String: Int] = [:]
    for (index, item) in items.enumerated() {
      if let earlier = last.updateValue(index, forKey: item.name) {
        notices.append(
          "'\(printable(items[earlier].originalName))' and '\(printable(item.originalName))' both stand for "
            + "'\(printable(item.name))': the last one is taken")
      }
    }
    if last.count == items.count { return }
    items = items.enumerated().filter { last[$1.name] == $0 }.map(\.element)
  }

  /// Gives Caffe2 blobs the names they have in PySlowFast's models.
  mutating func convertCaffe2Names() {
    for index in items.indices { items[index].name = caffe2ToModelName(items[index].originalName) }
  }
}

/// Whether a Caffe2 blob belongs to the training and not to the model.
func isCaffe2TrainingBlob(_ originalName: String) -> Bool {
  ["momentum", "lr", "model_iter"].contains { originalName.contains($0) }
}
