/// Whose names a file's tensors have, where they are neither PySlowFast's nor those of a family's `peers`.
struct PeerNames {
  /// The project, as "PyTorchVideo".
  let owner: String
  /// A tensor whose name tells.
  let example: String
  /// What to do.
  let advice: String

  /// nil where the names are PySlowFast's, or nobody's that is known.
  init?(_ names: [String]) {
    let stem = StageNames.stem(pathway: 0) + "."
    if names.contains(where: { $0.hasPrefix(stem) || UnbuiltModels.owns($0) }) { return nil }
    for (mark, owner) in Self.marks {
      guard let example = names.first(where: { $0.hasPart(mark) }) else { continue }
      self.owner = owner
      self.example = example
      advice =
        owner == "Detectron2"
        ? "that is a detector of people, whose boxes come in as proposals: give the action network's weights here"
        : "give a checkpoint of PySlowFast"
      return
    }
    return nil
  }

  /// Parts of names that one project alone has.
  private static let marks = [
    (".multipathway_blocks.", "PyTorchVideo"), (".res_blocks.", "PyTorchVideo"), ("slow_path.", "MMAction2"),
    ("fast_path.", "MMAction2"), ("layer1.0.conv1.conv.", "MMAction2"), (".btnk.", "AlphAction"),
    ("slow_conv1.", "ACAR-Net"), ("slow_res1.", "ACAR-Net"), ("proposal_generator.", "Detectron2"),
    ("backbone.bottom_up.", "Detectron2"),
  ]
}
