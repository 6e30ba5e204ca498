/// R(2+1)D or CSN in PyTorchVideo, from which PySlowFast has them.
struct FactorisedInPyTorchVideo: PyTorchVideoStages {
  let kind: FactorisedBackbone.Kind
  let archs: [String]

  var isWrapped: Bool { true }

  var parts: PyTorchVideoParts {
    var parts = PyTorchVideoParts()
    if kind == .timeAndSpace {
      // Named the right way round: conv_t is 3x1x1, conv_xy 1x3x3.
      parts.middle = [
        ("branch2.conv_b.conv_t", "branch2.\(StageNames.branchInTime)"),
        ("branch2.conv_b.norm", "branch2.\(StageNames.branchInTime)_bn"), ("branch2.conv_b.conv_xy", "branch2.b"),
        ("branch2.norm_b", "branch2.b_bn"),
      ]
    }
    return parts
  }

  func owns(_ file: PeerFile, prefix: String) -> Bool {
    switch kind {
    case .timeAndSpace:
      return ["conv_", "norm."].contains { file.first(containing: ".branch2.conv_b.\($0)") != nil }
    case .channels:
      // Each channel by itself, and over several frames.
      let isSeparated = { (shape: [Int]) in shape.count == 5 && shape[0] > 1 && shape[1] == 1 && shape[2] > 1 }
      let stem = file.shape("\(prefix)blocks.0.conv.weight")
      return file.first(ending: ".branch2.conv_b.weight", where: isSeparated) != nil
        || stem?.count == 5 && stem?[2] == kind.stemKernel
    }
  }
}
