internal import Datasets
internal import NN
internal import Tensors
internal import VideoModels

/// MMAction2: SlowOnly and SlowFast, as recognisers and as AVA's detectors.
///
/// Source: MMAction2 0.x and 1.x, their public behaviour.
struct MMAction2: PeerMapping {
  static let name = "MMAction2"
  var library: String { Self.name }

  func read(_ file: PeerFile) -> PeerReading? {
    guard let layout = MMAction2Layout(file) else { return nil }
    let text = MMAction2Text(file.pythonText)
    if let (what, example) = unsupported(file, layout, text) {
      return .unsupported(library: library, what: what, example: example)
    }
    var assumptions: [String] = []
    let hidden = layout.classifier.flatMap { widthOfHidden(file, $0) }
    let classifier = layout.classifier.map { $0 + (hidden == nil ? "" : ".2") }
    var network = PeerNetwork(
      library: library, modules: layout.modules(classifier: classifier, hasHidden: hidden != nil),
      scoresBoxes: layout.scoresBoxes, semantics: semantics(file, layout, text, hidden, &assumptions))
    let rows = classifier.flatMap { file.shape($0 + ".weight")?.first ?? file.shape($0 + ".bias")?.first }
    if layout.scoresBoxes == true, let classifier, let rows {
      // With a head of AVA's classes alone nothing is to be left out, whatever the defaults say.
      let classes = ActionDataset.ava.classNames.count
      let hasBackground = text.hasBackground ?? (rows != classes)
      if hasBackground { network.classifierWithBackground = classifier }
      if text.hasBackground == nil, hasBackground, rows != classes + 1 {
        assumptions.append("row 0 of the classifier's \(rows) is taken for the background class: the file does not say")
      }
    }
    network.hasFastPathway = layout.paths.count == 2
    network.ignored = ["data_preprocessor."]
    network.clip = text.clip
    network.assumptions = assumptions
    return .network(network)
  }

  /// The width of the first of a classifier's two layers; nil where it has one.
  private func widthOfHidden(_ file: PeerFile, _ classifier: String) -> Int? {
    file.shape("\(classifier).0.weight")?.first ?? file.shape("\(classifier).0.bias")?.first
      ?? file.shape("\(classifier).2.weight")?.last
  }

  /// Networks of the library that no family has read before.
  private func unsupported(
    _ file: PeerFile, _ layout: MMAction2Layout, _ text: MMAction2Text
  ) -> (what: String, example: String)? {
    let marks = [
      ("conv1_s.", "X3D"), ("roi_head.shared_head.", "one whose head has a relation network or a feature bank"),
      ("neck.", "one with a feature pyramid"), (".conv2.conv_t.", "R(2+1)D"), (".conv2.conv_s.", "R(2+1)D"),
    ]
    for (mark, what) in marks { if let name = file.first(containing: mark) { return (what, name) } }
    let stem = "\(layout.paths[0]).conv1.conv.weight"
    if let name = file.first(ending: ".conv.weight", where: { $0.count == 4 }) {
      return ("one of pictures, not of clips", name)
    }
    if layout.paths.count == 1 {
      // Slow's kernels see several frames from res4 on.
      let early = ["backbone.conv1.conv", "backbone.layer1.0.conv1.conv", "backbone.layer1.1.conv1.conv"]
      let isLong = { (name: String) in file.shape(name + ".weight").map { $0.count == 5 && $0[2] > 1 } ?? false }
      if let name = early.first(where: isLong) { return ("I3D, which halves time in its first layers", name) }
    }
    let isDepthwise = { (shape: [Int]) in shape.count == 5 && shape[0] > 1 && shape[1] == 1 }
    if let name = file.first(ending: ".conv2.conv.weight", where: { isDepthwise($0) && $0[2] > 1 }) {
      return ("CSN", name)
    }
    if let type = text.type, !type.hasSuffix("ResNet3dSlowOnly"), !type.hasSuffix("ResNet3dSlowFast") {
      return ("one of the backbone '\(type)'", stem)
    }
    if text.isExclusive { return ("one whose classes exclude each other (multilabel False)", stem) }
    if let obstacle = text.obstacle { return ("one with \(obstacle)", stem) }
    return nil
  }

  private func semantics(
    _ file: PeerFile, _ layout: MMAction2Layout, _ text: MMAction2Text, _ hidden: Int?, _ assumptions: inout [String]
  ) -> PeerSemantics {
    var semantics = PeerSemantics()
    semantics.pixels = text.pixels
    semantics.backbone = backbone(file, layout, text)
    if layout.scoresBoxes == false {
      semantics.clips.averagesWholeMaps = true
      semantics.clips.joinsLastFirst = layout.paths.count == 2
    }
    guard layout.scoresBoxes == true else { return semantics }
    var boxes = PeerSemantics.Boxes(
      aligned: text.aligned ?? true, resolution: text.resolution ?? (text.isRead ? 16 : 8))
    let features = layout.features(file)
    let columns = layout.classifier.flatMap { file.shape("\($0).weight") ?? file.shape("\($0).0.weight") }?.last
    boxes.hasContext = features != nil && columns != nil ? columns == 2 * features! : text.hasContext ?? false
    boxes.hidden = hidden
    boxes.frames = text.framePooling ?? .mean
    if !text.isRead {
      assumptions.append(
        "the file has no configuration: RoIAlign of 8x8 on half pixels and the mean over the frames are assumed, as in most "
          + "of its published networks")
    }
    semantics.boxes = boxes
    return semantics
  }

  private func backbone(_ file: PeerFile, _ layout: MMAction2Layout, _ text: MMAction2Text) -> PeerResNet {
    var backbone = PeerResNet()
    backbone.lastStage = PeerResNet.LastStage(
      stride: text.lastStride ?? (layout.scoresBoxes == true ? 1 : 2),
      dilations: layout.paths.indices.map { text.lastDilation(pathway: $0) ?? 1 })
    if layout.paths.count == 2 {
      backbone.isFusionBare = file.first(containing: "_lateral.bn.") == nil
      backbone.slowFrames = .strided
      backbone.alpha = text.alpha
    } else {
      backbone.poolsTime = false
    }
    backbone.nonLocal = nonLocal(file, text)
    return backbone
  }

  private func nonLocal(_ file: PeerFile, _ text: MMAction2Text) -> PeerResNet.NonLocal? {
    guard file.first(containing: ".non_local_block.") != nil else { return nil }
    let isPooled = [".g.0.", ".phi.0."].contains { file.first(containing: ".non_local_block\($0)") != nil }
    return PeerResNet.NonLocal(
      pool: isPooled ? Extent3(1, 2, 2) : .one, attention: text.attention ?? .softmax, poolsConvolved: true,
      hasOutputBias: file.first(containing: ".non_local_block.conv_out.conv.bias") != nil)
  }
}
