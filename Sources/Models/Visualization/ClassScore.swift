internal import Glibc
public import NN
public import Tensors

/// The score of one class, as a function of what a head computes before its activation.
public struct ClassScore: Sendable, Equatable {
  /// What is differentiated.
  public enum Kind: String, Sendable, CaseIterable {
    /// After the activation, as PySlowFast does.
    case probability
    /// Before it, as in the paper on Grad-CAM.
    case logit
  }

  public var kind: Kind
  public var activation: Activation
  /// The rows of one subject: the windows over a clip that are averaged, or one box.
  public var rows: Range<Int>

  public init(_ kind: Kind, _ activation: Activation, rows: Range<Int>) {
    (self.kind, self.activation, self.rows) = (kind, activation, rows)
  }

  /// The scores of all classes: the means over the rows.
  ///
  /// - Parameter values: [rows, classes] before the activation.
  public func scores(_ values: Tensor) -> [Double] {
    let all = rows.map { activated(values, $0) }
    return (0..<values.shape[1]).map { c in all.reduce(0) { $0 + $1[c] } / Double(rows.count) }
  }

  /// The gradient of a class's score by all values, and what it is to be multiplied with.
  ///
  /// A score near 1 has a gradient that float32 could lose on its way back; everything that comes after is linear in it.
  ///
  /// - Returns: [rows, classes], the largest number of which is 1 or -1 (all zeros where the score depends on nothing).
  public func gradient(of label: Int, _ values: Tensor) -> (Tensor, scale: Double) {
    let classes = values.shape[1]
    var result = [Double](repeating: 0, count: values.count)
    for row in rows {
      let scores = kind == .logit ? [] : activated(values, row)
      for c in 0..<classes {
        let slope: Double =
          switch kind == .logit ? .none : activation {
          case .none: c == label ? 1 : 0
          case .sigmoid:
            c == label ? scores[c] / (1 + exp(Double(values.values[row * classes + c]))) : 0
          case .softmax:
            // 1 - p is the sum of the others, which does not vanish where p is rounded to 1.
            c == label
              ? scores[c] * scores.indices.reduce(0) { $1 == c ? $0 : $0 + scores[$1] } : -scores[label] * scores[c]
          }
        result[row * classes + c] = slope / Double(rows.count)
      }
    }
    let scale = result.reduce(0) { max($0, abs($1)) }
    return (Tensor(values.shape, result.map { scale > 0 ? Float($0 / scale) : 0 }), scale)
  }

  private func activated(_ values: Tensor, _ row: Int) -> [Double] {
    let classes = values.shape[1]
    let row = (0..<classes).map { Double(values.values[row * classes + $0]) }
    switch activation {
    case .none: return row
    case .sigmoid: return row.map { 1 / (1 + exp(-$0)) }
    case .softmax:
      let largest = row.max() ?? 0
      let powers = row.map { exp($0 - largest) }
      let sum = powers.reduce(0, +)
      return powers.map { $0 / sum }
    }
  }
}
