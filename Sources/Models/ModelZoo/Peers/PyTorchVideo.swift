/// PyTorchVideo's hub, with the heads for clips and for boxes.
///
/// Source: PyTorchVideo's builders and hub functions (0.1.5, main of 2026), their public behaviour.
enum PyTorchVideo {
  static let name = "PyTorchVideo"

  /// What all of its networks have of their own.
  static var semantics: PeerSemantics {
    var semantics = PeerSemantics()
    semantics.pixels = PeerPixels(mean: [0.45, 0.45, 0.45], std: [0.225, 0.225, 0.225])
    return semantics
  }

  /// How its detectors look boxes up, on features 16 pixels apart.
  static let boxes = PeerSemantics.Boxes(aligned: false, resolution: 7)
  static let strideOfBoxes = 16
}

/// Networks of a stem, four stages of residual blocks and a head, as PyTorchVideo's builders make them.
protocol PyTorchVideoStages: PeerMapping {
  /// What the layers are called.
  var parts: PyTorchVideoParts { get }

  /// Whether a file with residual blocks may hold one of them, as any of its layers tells.
  ///
  /// - Parameter prefix: What stands before the blocks.
  func owns(_ file: PeerFile, prefix: String) -> Bool

  /// What the network does otherwise than PySlowFast's.
  func semantics(_ layout: PyTorchVideoLayout, _ file: PeerFile) -> PeerSemantics
}

extension PyTorchVideoStages {
  var library: String { PyTorchVideo.name }

  func semantics(_ layout: PyTorchVideoLayout, _ file: PeerFile) -> PeerSemantics { PyTorchVideo.semantics }

  func read(_ file: PeerFile) -> PeerReading? {
    guard let mark = file.first(containing: ".res_blocks."),
      let prefix = ["", "model."].first(where: { mark.hasPrefix($0 + "blocks.") }), owns(file, prefix: prefix)
    else { return nil }
    let (layout, stages) = (
      PyTorchVideoLayout(file, prefix: prefix, parts), PyTorchVideoLayout.stages(file, prefix: prefix)
    )
    guard stages.isSubset(of: layout.stages) else {
      return .unsupported(library: library, what: "one of \(stages.count) stages instead of 4", example: mark)
    }
    var network = PeerNetwork(
      library: library, modules: layout.modules(layout.blocks(in: file)), scoresBoxes: layout.scoresBoxes,
      semantics: semantics(layout, file))
    network.hasFastPathway = layout.pathways == 2
    return .network(network)
  }

  func layers(_ network: ConvertedNetwork) -> ConvertedLayers { stageLayers(network, poolsTime: false) }

  /// - Parameter poolsTime: Whether time is pooled after res2.
  func stageLayers(_ network: ConvertedNetwork, poolsTime: Bool) -> ConvertedLayers {
    let tensors = network.tensors
    let layout = PyTorchVideoLayout(
      pathways: network.isWrapped || tensors.stem(pathway: 1) == nil ? 1 : 2, poolsTime: poolsTime, parts: parts,
      scoresBoxes: network.scoresBoxes, isWrapped: network.isWrapped)
    let blocks = (2...5).map { stage in (0..<layout.pathways).map { tensors.blocks(stage: stage, pathway: $0) } }
    var layers = ConvertedLayers(modules: layout.modules(blocks))
    if (2...5).contains(where: { stage in
      (0..<2).contains { !tensors.nonLocalBlocks(stage: stage, pathway: $0).isEmpty }
    }) {
      layers.obstacles.append("non-local blocks")
    }
    if tensors.convolution("c", block: 0, stage: 2, pathway: 0) == nil {
      layers.obstacles.append("blocks of two convolutions")
    }
    return layers
  }
}
