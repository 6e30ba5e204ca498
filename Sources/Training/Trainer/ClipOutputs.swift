internal import Tensors

/// The rows of a network's scores as a loss over several clips of each sample takes them: a tensor of the first clips, one of
/// the second ones and so on, samples in order.
///
/// Batches have the clips of a sample one after the other.
struct ClipOutputs {
  /// How many clips a sample has.
  let count: Int

  /// - Parameter scores: [samples x count, classes]
  /// - Returns: `count` tensors [samples, classes].
  func split(_ scores: Tensor) -> [Tensor] {
    if count == 1 { return [scores] }
    let (samples, classes) = (scores.shape[0] / count, scores.shape[1])
    return (0..<count).map { clip in
      let own = Tensor(unfilled: [samples, classes])
      for sample in 0..<samples {
        (own.storage.pointer + sample * classes).update(
          from: scores.storage.pointer + (sample * count + clip) * classes, count: classes)
      }
      return own
    }
  }

  /// The gradients by what ``split(_:)`` made, as one by the scores.
  func joined(_ gradients: [Tensor]) -> Tensor {
    if count == 1 { return gradients[0] }
    let (samples, classes) = (gradients[0].shape[0], gradients[0].shape[1])
    let all = Tensor(unfilled: [samples * count, classes])
    for (clip, own) in gradients.enumerated() {
      for sample in 0..<samples {
        (all.storage.pointer + (sample * count + clip) * classes).update(
          from: own.storage.pointer + sample * classes, count: classes)
      }
    }
    return all
  }
}
