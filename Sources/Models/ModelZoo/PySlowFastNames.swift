public import Checkpoint
internal import Wording

/// What PySlowFast's models call their tensors, whatever wrapper, training state, library or Caffe2 model zoo a file comes
/// from.
///
/// Source: PySlowFast's checkpoint utilities; the names themselves are those of `StageNames` and of the heads.
public struct PySlowFastNames: TensorNaming {
  private let families: [any ModelFamily]

  /// - Parameter families: Whose networks are read, after wrappers' prefixes and under other libraries' names too.
  public init(families: [any ModelFamily] = modelFamilies) { self.families = families }

  public func rename(_ content: inout FileContent) {
    if content.format == .caffe2 { content.renameBlobs() }
    if content.renamePeer(families) { return }
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
