internal import Tensors

/// How the scores of a video's views become one (`DATA.ENSEMBLE_METHOD`).
public enum ClipFusion: String, Sendable {
  case sum
  case max

  var inWords: String { self == .sum ? "sum" : "maximum" }

  /// One score a class of several: in float64, in the order of the views.
  func fuse(_ views: [Tensor]) -> [Float] {
    (0..<views[0].count).map { index in
      switch self {
      case .sum: Float(views.reduce(0) { $0 + Double($1.values[index]) })
      case .max: views.reduce(-.infinity) { Swift.max($0, $1.values[index]) }
      }
    }
  }
}
