internal import Checkpoint
internal import Wording

/// Whose names a file's tensors have, where they are neither PySlowFast's nor those of a family's `peers`.
struct PeerNames {
  /// The project, as "PyTorchVideo".
  let owner: String
  /// A tensor whose name tells.
  let example: String
  /// Whether they are those of a detector, which finds objects in images and scores no actions.
  let isDetector: Bool

  /// nil where the names are PySlowFast's, or nobody's that is known.
  init?(_ names: [String]) {
    func find(_ marks: [(String, String)]) -> (owner: String, example: String)? {
      for (mark, owner) in marks {
        if let example = names.first(where: { $0.hasPart(mark) }) { return (owner, example) }
      }
      return nil
    }
    if let found = find(Self.detectorMarks) {
      (owner, example, isDetector) = (found.owner, found.example, true)
      return
    }
    let stem = StageNames.stem(pathway: 0) + "."
    if names.contains(where: { $0.hasPrefix(stem) || UnbuiltModels.owns($0) }) { return nil }
    guard let found = find(Self.marks) else { return nil }
    (owner, example, isDetector) = (found.owner, found.example, false)
  }

  /// What the file holds, for a summary.
  var summary: String { isDetector ? "a detector in \(possessive(owner)) form" : "a network of \(owner)" }

  /// Why no network is made of the file.
  var reason: String {
    isDetector
      ? "its tensors have \(possessive(owner)) names of a detector ('\(printable(example))'), which finds people and scores no "
        + "actions"
      : "its tensors have \(possessive(owner)) names ('\(printable(example))'), which this program does not read"
  }

  /// What to do.
  var advice: String {
    isDetector
      ? "give it as --detector, to 'people', 'detect' or 'watch', and as --weights those of an action network"
      : "give a checkpoint of PySlowFast"
  }

  /// Parts of names that one project's detectors alone have.
  private static let detectorMarks = [
    ("proposal_generator.", "Detectron2"), ("backbone.bottom_up.", "Detectron2"), ("conv_rpn_fpn", "Detectron"),
    ("rpn.head.", "torchvision"), ("rpn_head.", "MMDetection"),
    ("BoxPredictor_0/ClassPredictor", "TensorFlow's object detection API"),
  ]

  /// Parts of names that one project alone has.
  private static let marks = [
    (".multipathway_blocks.", "PyTorchVideo"), (".res_blocks.", "PyTorchVideo"), ("slow_path.", "MMAction2"),
    ("fast_path.", "MMAction2"), ("layer1.0.conv1.conv.", "MMAction2"), (".btnk.", "AlphAction"),
    ("slow_conv1.", "ACAR-Net"), ("slow_res1.", "ACAR-Net"),
  ]
}
