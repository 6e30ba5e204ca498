internal import Checkpoint
internal import Wording

/// A file of weights that is held against a family: its tensors by name.
struct RCNNFile {
  let checkpoint: Checkpoint
  /// The family's name, for messages.
  let family: String

  func has(_ name: String) -> Bool { checkpoint.shape(name) != nil }
  func hasPrefix(_ prefix: String) -> Bool { checkpoint.entries.contains { $0.name.hasPrefix(prefix) } }

  /// The shape of a tensor that the family's networks have.
  ///
  /// - Parameter axes: How many extents it has, none of which is 0.
  /// - Throws: `ObjectDetectorError.unsupported`.
  func shape(_ name: String, axes: Int) throws(ObjectDetectorError) -> [Int] {
    guard let shape = checkpoint.shape(name) else {
      throw unsupported("there is no tensor '\(name)'", "give a file of the whole detector")
    }
    guard shape.count == axes, shape.allSatisfy({ $0 > 0 }) else {
      throw unsupported(
        "'\(name)' has the shape \(shape), where \(counted(axes, "extent")) were expected",
        "give the weights of a ResNet or ResNeXt with FPN")
    }
    return shape
  }

  func unsupported(_ found: String, _ advice: String) -> ObjectDetectorError {
    .unsupported(path: checkpoint.path, family: family, found: found, advice: advice)
  }
}
