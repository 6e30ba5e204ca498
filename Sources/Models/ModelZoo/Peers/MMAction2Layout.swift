/// How MMAction2 names the parts of SlowOnly and SlowFast.
struct MMAction2Layout {
  /// What stands before the layers of each pathway, without the point after it.
  let paths: [String]
  /// The layer or layers that score; nil where there is no head.
  let classifier: String?
  /// nil where there is no head.
  let scoresBoxes: Bool?
  /// The layers of the pathways that the file has, by what follows their prefix.
  private let own: [[String]]

  init?(_ file: PeerFile) {
    let pathways = ["backbone.slow_path", "backbone.fast_path"]
    if file.names.contains(where: { name in pathways.contains { name.hasPrefix($0 + ".") } }) {
      paths = pathways
    } else if file.names.contains(where: Self.isOfOnePathway) {
      paths = ["backbone"]
    } else {
      return nil
    }
    let heads = [("roi_head.bbox_head.fc_cls", true), ("cls_head.fc_cls", false)]
    let head = heads.first { name, _ in file.names.contains { $0.hasPrefix(name + ".") } }
    (classifier, scoresBoxes) = (head?.0, head?.1)
    own = paths.map { path in
      let modules = file.names.lazy.filter { $0.hasPrefix(path + ".") }.compactMap { name in
        name.lastIndex(of: ".").map { String(name[..<$0].dropFirst(path.count + 1)) }
      }
      return Set(modules).sorted()
    }
  }

  /// Whether a name is that of a layer as the library's networks of one pathway have it: a convolution or the normalisation
  /// after it, as parts of one module.
  private static func isOfOnePathway(_ name: String) -> Bool {
    if name.hasPrefix("backbone.conv1_s.") || name.hasPrefix("backbone.conv1.conv.") { return true }
    return name.hasPrefix("backbone.layer")
      && ["conv", "bn"].contains { part in (1...3).contains { name.hasPart(".conv\($0).\(part).") } }
  }

  /// The channels of the last maps of all pathways; nil where nothing tells those of one.
  func features(_ file: PeerFile) -> Int? {
    var sum = 0
    for path in paths {
      let blocks = (0..<3).map { "\(path).layer4.\($0).conv3" }
      let made = blocks.lazy.flatMap { ["\($0).conv.weight", "\($0).bn.weight", "\($0).bn.bias"] }
        .compactMap { file.shape($0)?.first }.first
      guard let made else { return nil }
      sum += made
    }
    return sum
  }

  /// The names of all layers, there and here.
  ///
  /// - Parameters:
  ///   - classifier: The layer whose rows are classes.
  ///   - hasHidden: Whether another one stands before it.
  func modules(classifier: String?, hasHidden: Bool) -> [PeerNetwork.Module] {
    var modules: [PeerNetwork.Module] = []
    for (pathway, path) in paths.enumerated() {
      for module in own[pathway] {
        guard let model = Self.model(module[...], pathway: pathway) else { continue }
        modules.append(PeerNetwork.Module(own: "\(path).\(module)", model: model))
      }
    }
    if let classifier { modules.append(PeerNetwork.Module(own: classifier, model: "head.projection")) }
    if hasHidden, let layers = self.classifier {
      modules.append(PeerNetwork.Module(own: layers + ".0", model: "head.hidden"))
    }
    return modules
  }

  /// A layer's name here; nil for what no network has.
  private static func model(_ module: Substring, pathway: Int) -> String? {
    switch module {
    case "conv1.conv": return "\(StageNames.stem(pathway: pathway)).\(StageNames.stemConvolution)"
    case "conv1.bn": return "\(StageNames.stem(pathway: pathway)).bn"
    case "conv1_lateral.conv": return "\(StageNames.fusion(after: 1)).\(StageNames.lateral)"
    case "conv1_lateral.bn": return "\(StageNames.fusion(after: 1)).bn"
    default: break
    }
    let start = "layer"
    guard module.hasPrefix(start) else { return nil }
    let rest = module.dropFirst(start.count)
    guard let digit = rest.first?.wholeNumberValue, (1...4).contains(digit) else { return nil }
    let stage = digit + 1
    let after = rest.dropFirst()
    if after == "_lateral.conv" { return "\(StageNames.fusion(after: stage)).\(StageNames.lateral)" }
    if after == "_lateral.bn" { return "\(StageNames.fusion(after: stage)).bn" }
    guard after.first == ".", let (block, part) = leadingNumber(after.dropFirst()) else { return nil }
    let residual = StageNames.block(block, stage: stage, pathway: pathway)
    if let here = parts[String(part)] { return "\(residual).\(here)" }
    let nonLocal = "non_local_block."
    guard part.hasPrefix(nonLocal), let here = partsOfNonLocal[String(part.dropFirst(nonLocal.count))] else {
      return nil
    }
    return "\(StageNames.nonLocal(after: block, stage: stage, pathway: pathway)).\(here)"
  }

  private static let parts = [
    "conv1.conv": "branch2.a", "conv1.bn": "branch2.a_bn", "conv2.conv": "branch2.b", "conv2.bn": "branch2.b_bn",
    "conv3.conv": "branch2.c", "conv3.bn": "branch2.c_bn", "downsample.conv": "branch1", "downsample.bn": "branch1_bn",
  ]
  private static let partsOfNonLocal = [
    "theta.conv": "conv_theta", "g.conv": "conv_g", "g.0.conv": "conv_g", "phi.conv": "conv_phi",
    "phi.0.conv": "conv_phi", "conv_out.conv": "conv_out", "conv_out.bn": "bn",
  ]
}
