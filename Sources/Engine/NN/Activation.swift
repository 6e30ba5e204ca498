internal import Glibc
public import Tensors

/// The last function of a classifier.
public enum Activation: String, Sendable, CaseIterable {
  case softmax
  case sigmoid
  case none

  /// Applies the function to every row of a matrix [rows, classes] in place.
  public func apply(to scores: Tensor) {
    precondition(scores.shape.count == 2, "scores are a matrix")
    let classes = scores.shape[1]
    for row in 0..<scores.shape[0] {
      let values = scores.storage.pointer + row * classes
      switch self {
      case .none: return
      case .sigmoid: for c in 0..<classes { values[c] = 1 / (1 + expf(-values[c])) }
      case .softmax: normaliseExponentials(values, count: classes)
      }
    }
  }
}

/// Turns numbers into positive ones that sum to 1, safe for large inputs.
private func normaliseExponentials(_ values: UnsafeMutablePointer<Float>, count: Int) {
  var largest = -Float.infinity
  for c in 0..<count { largest = max(largest, values[c]) }
  var sum: Float = 0
  for c in 0..<count {
    values[c] = expf(values[c] - largest)
    sum += values[c]
  }
  for c in 0..<count { values[c] /= sum }
}
