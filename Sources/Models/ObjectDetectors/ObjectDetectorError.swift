public import Geometry
internal import Wording

/// Why a detector cannot be had, or cannot run.
public enum ObjectDetectorError: Error, Equatable, CustomStringConvertible {
  /// No family knows the file.
  case unknownFile(path: String, families: [String])
  /// A file of a family that has what is not supported, or lacks what it needs.
  case unsupported(path: String, family: String, found: String, advice: String)
  /// No file of weights at all; what it looks like.
  case noWeights(path: String, looksLike: String, advice: String)
  /// Scores that are NaN or infinite.
  case notFinite(detector: String)
  /// An image that would have no pixels on one side once it is scaled.
  case impossibleImage(size: ImageSize, scaled: ImageSize)

  public var description: String {
    switch self {
    case .unknownFile(let path, let families):
      return "opening the detector: '\(path)' holds no detector's weights that are known here (\(listed(families)))"
        + " -> give a file of one of these; `slowfast inspect` shows what a file holds"
    case .unsupported(let path, let family, let found, let advice):
      return "opening the detector: '\(path)' looks like \(family), and \(found) -> \(advice)"
    case .noWeights(let path, let looksLike, let advice):
      return
        "opening the detector: '\(path)' looks like \(looksLike), expected a file of PyTorch, Caffe2 or safetensors, or a frozen "
        + "TensorFlow graph -> \(advice)"
    case .notFinite(let detector):
      return
        "detecting: the scores of \(detector) are not finite numbers -> check its weights for NaN, or fetch them again"
    case .impossibleImage(let size, let scaled):
      return "detecting: a picture of \(size.width)x\(size.height) pixels would become one of "
        + "\(scaled.width)x\(scaled.height) -> cut it into pieces that are less long"
    }
  }
}
