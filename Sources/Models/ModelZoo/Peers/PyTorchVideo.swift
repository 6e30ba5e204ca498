internal import Configuration

/// PyTorchVideo's hub: SlowFast, Slow, C2D, I3D, X3D, R(2+1)D and CSN, with the heads for clips and for boxes.
///
/// Source: PyTorchVideo's builders and hub functions (0.1.5, main of 2026), their public behaviour.
struct PyTorchVideo: PeerLibrary {
  static let name = "PyTorchVideo"
  var name: String { Self.name }

  func read(_ file: PeerFile) -> PeerReading? {
    if let mark = Self.transformerMarks.lazy.compactMap({ file.first(containing: $0) }).first {
      return .unsupported(library: name, what: "MViT, a transformer", example: mark)
    }
    guard let mark = file.first(containing: ".res_blocks."),
      let prefix = ["", "model."].first(where: { mark.hasPrefix($0 + "blocks.") })
    else { return nil }
    func refused(_ what: String, _ example: String) -> PeerReading {
      .unsupported(library: name, what: what, example: example)
    }
    let layout = PyTorchVideoLayout(file, prefix: prefix)
    guard layout.stages.count == 4 else {
      return refused("a network of \(layout.stages.count) stages instead of 4", mark)
    }
    return .network(
      PeerNetwork(
        library: name, modules: layout.modules(layout.blocks(in: file)), scoresBoxes: layout.scoresBoxes,
        semantics: semantics(layout, file)))
  }

  /// Parts of names that the hub's transformers have, and PySlowFast's have not.
  private static let transformerMarks = ["patch_embed.patch_model.", "cls_positional_encoding."]

  private func semantics(_ layout: PyTorchVideoLayout, _ file: PeerFile) -> PeerSemantics {
    var semantics = PeerSemantics()
    semantics.pixels = PeerPixels(mean: [0.45, 0.45, 0.45], std: [0.225, 0.225, 0.225])
    if layout.network == .x3d {
      let shortcut = layout.block(0, stage: 2, pathway: 0)
      semantics.normalisesFirstShortcut = file.has("\(shortcut).branch1_norm.weight")
      return semantics
    }
    // Of these two all is the same in every file.
    if layout.network != .resNet { return semantics }
    let pathways = layout.pathways
    if layout.scoresBoxes == true {
      semantics.boxes = PeerSemantics.Boxes(aligned: false, resolution: 7)
      semantics.lastStage = PeerSemantics.LastStage(stride: 1, dilations: Array(repeating: 2, count: pathways))
      // PySlowFast's wrappers save the same names; only their configuration tells them from the hub's.
      if file.configText?.contains("MODEL_NAME: \(Configuration.wrapperPrefix)") ?? false { semantics.becomeWrapped() }
    } else if layout.scoresBoxes == false {
      semantics.lastStage = PeerSemantics.LastStage(stride: 2, dilations: Array(repeating: 1, count: pathways))
    }
    if pathways == 1 { semantics.poolsTime = layout.stages[1] == layout.stages[0] + 2 }
    return semantics
  }
}
