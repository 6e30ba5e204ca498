public import Checkpoint
internal import Wording

/// What PySlowFast's models call their tensors, whatever wrapper, training state, library or Caffe2 model zoo a file comes
/// from.
///
/// Source: PySlowFast's checkpoint utilities; the names themselves are those of `StageNames` and of the heads.
public struct PySlowFastNames: TensorNaming {
  private let families: [any ModelFamily]
  private let patterns: [String]

  /// - Parameters:
  ///   - families: Whose networks are read, after wrappers' prefixes and under other libraries' names too.
  ///   - patterns: What is left out of names, as `TRAIN.CHECKPOINT_CLEAR_NAME_PATTERN` has it; other libraries' names and
  ///     those of Caffe2 stay as they are.
  public init(families: [any ModelFamily] = modelFamilies, clearing patterns: [String] = []) {
    self.families = families
    self.patterns = patterns.filter { !$0.isEmpty }
  }

  public func rename(_ content: inout FileContent) {
    if content.format == .caffe2 { content.renameBlobs() }
    if content.renamePeer(families) { return }
    if content.format != .caffe2 { for pattern in patterns { content.leaveOut(pattern) } }
    content.stripSharedPrefix(families)
    content.leaveOutDecoder()
    content.normaliseSubBatchNorm()
  }
}

extension FileContent {
  /// Gives Caffe2 blobs the names they have in PySlowFast's models, and marks those of the training.
  fileprivate mutating func renameBlobs() {
    for index in items.indices {
      let blob = items[index].originalName
      if stateKey == "blobs" { items[index].name = caffe2ToModelName(blob) }
      items[index].isOfTraining = ["momentum", "lr", "model_iter"].contains { blob.hasPart($0) }
    }
  }

  /// Leaves a text out of every name that has it, where it stands first.
  fileprivate mutating func leaveOut(_ pattern: String) {
    var count = 0
    for index in items.indices {
      guard let range = items[index].name.firstRange(of: pattern) else { continue }
      items[index].name.removeSubrange(range)
      count += 1
    }
    if count > 0 {
      notices.append(
        "'\(printable(pattern))' is left out of \(count) of \(items.count) names (TRAIN.CHECKPOINT_CLEAR_NAME_PATTERN)")
    }
  }

  /// Makes ordinary batch norms of split ones, should raw training state have been saved: the statistics of
  /// `X.bn` become X's own, those of `X.split_bn` are dropped, per-channel scales lose their three extra dimensions.
  fileprivate mutating func normaliseSubBatchNorm() {
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
      if item.name.hasPart("bn.bn.") || item.name.hasPart(".split_bn.") {
        dropped.append(item.name)
        return nil
      }
      if item.name.hasSuffix("bn.weight") || item.name.hasSuffix("bn.bias"), let shape = item.shape, shape.count == 4,
        shape[1...].allSatisfy({ $0 == 1 })
      {
        item.squeezeAfterFirst()
      }
      return item
    }
    if !dropped.isEmpty {
      let names = listed(dropped.map { "'\(printable($0))'" }, limit: 3)
      notices.append("statistics of split batch norms are not needed for testing and were left out: \(names)")
    }
  }
}
