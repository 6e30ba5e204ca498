internal import Checkpoint

/// Files that are given for a detector's and are known to be none that is run here.
enum RefusedDetectors {
  private static let weights = "give the detector's file of weights (.pkl, .pth, .safetensors or .pb)"
  private static let yolo = "YOLO"

  /// Opens a file of weights; what is wrong with it is said of a detector.
  ///
  /// - Throws: `FileError`, `CheckpointError`, `ObjectDetectorError`.
  static func checkpoint(_ path: String) throws -> Checkpoint {
    do {
      return try Checkpoint(path: path, naming: UnwrappedNames())
    } catch CheckpointError.wrongKind(let path, let looksLike, let advice) {
      // A detector has no configuration of its own.
      throw ObjectDetectorError.noWeights(
        path: path, looksLike: looksLike,
        advice: advice.contains("--cfg") || advice.contains(".pyth") ? weights : advice)
    } catch CheckpointError.noWeights(let path, let found) {
      // Whole models are pickled with the names of their classes.
      if ["ultralytics", "models.yolo", "models.common"].contains(where: found.contains) { throw refusedYOLO(path) }
      throw CheckpointError.noWeights(path: path, found: found)
    }
  }

  /// Names a network that no family knows.
  ///
  /// - Throws: `ObjectDetectorError`.
  static func check(_ checkpoint: Checkpoint) throws(ObjectDetectorError) {
    // Layers are numbered, of convolution and normalisation each.
    let isYOLO = ["model", "model.model"].contains { prefix in
      [0, 1].allSatisfy { number in
        ["conv.weight", "conv.conv.weight"].contains { checkpoint.shape("\(prefix).\(number).\($0)") != nil }
      }
    }
    if isYOLO { throw refusedYOLO(checkpoint.path) }
  }

  private static func refusedYOLO(_ path: String) -> ObjectDetectorError {
    .unsupported(
      path: path, family: yolo, found: "no YOLO is run here",
      advice:
        "give a Faster R-CNN or an SSDLite (docs/people.md), or have YOLO itself write boxes, which --proposals reads")
  }
}
