public import Tensors

/// The classes of a batch as shares that sum to 1.
///
/// A sample's own class has 1 - `smoothing` + `smoothing` / classes, every other one `smoothing` / classes; of mixed batches
/// this is weighted with the same of the partner, the sample that is as far from the batch's other end.
///
/// - Parameters:
///   - labels: Below `classes`.
///   - smoothing: 0 to 1.
///   - share: Of the sample itself, 0 to 1.
/// - Returns: [samples, classes].
public func softTargets(_ labels: [Int], classes: Int, smoothing: Double, share: Double = 1) -> Tensor {
  precondition(labels.allSatisfy { (0..<classes).contains($0) }, "a label is a class")
  let rest = smoothing / Double(classes)
  let (on, off) = (Float(1 - smoothing + rest), Float(rest))
  let (own, other) = (Float(share), Float(1 - share))
  let targets = Tensor(zeros: [labels.count, classes])
  for (sample, label) in labels.enumerated() {
    let partner = labels[labels.count - 1 - sample]
    for index in 0..<classes {
      targets.mutableValues[sample * classes + index] =
        (index == label ? on : off) * own + (index == partner ? on : off) * other
    }
  }
  return targets
}
