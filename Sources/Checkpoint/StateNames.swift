internal import Wording

extension FileContent {
  /// Takes the `module.` off that data-parallel training puts before every name.
  mutating func stripModulePrefix() {
    let prefix = "module."
    guard !items.isEmpty, items.allSatisfy({ $0.name.hasPrefix(prefix) }) else { return }
    for index in items.indices { items[index].name.removeFirst(prefix.count) }
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
