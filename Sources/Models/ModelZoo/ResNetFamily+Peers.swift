internal import Configuration
internal import Wording

extension ResNetFamily {
  /// Asked last of all families' (``modelFamilies``): MMAction2's also says which of its networks nobody builds.
  var peers: [any PeerMapping] { [ResNetInPyTorchVideo(), MMAction2()] }
}

/// C2D, I3D, Slow and SlowFast in PyTorchVideo.
private struct ResNetInPyTorchVideo: PyTorchVideoStages {
  var archs: [String] { ResNetBackbone.archs.map(\.name) }
  var parts: PyTorchVideoParts { PyTorchVideoParts() }
  var scoresBoxes: Bool { true }

  /// The least particular: what is nobody else's.
  func owns(_ file: PeerFile, prefix: String) -> Bool { true }

  func semantics(_ layout: PyTorchVideoLayout, _ file: PeerFile) -> PeerSemantics {
    var semantics = PyTorchVideo.semantics
    var backbone = PeerResNet()
    let pathways = layout.pathways
    if layout.scoresBoxes == true {
      semantics.boxes = PyTorchVideo.boxes
      backbone.lastStage = PeerResNet.LastStage(stride: 1, dilations: Array(repeating: 2, count: pathways))
    } else if layout.scoresBoxes == false {
      backbone.lastStage = PeerResNet.LastStage(stride: 2, dilations: Array(repeating: 1, count: pathways))
    }
    if pathways == 1 { backbone.poolsTime = layout.stages[1] == layout.stages[0] + 2 }
    semantics.backbone = backbone
    // PySlowFast's wrappers save the same names; only their configuration tells them from the hub's.
    return file.config?.wrapsPyTorchVideo == true ? Self.wrapped(semantics) : semantics
  }

  func semantics(_ own: PeerSemantics, under config: Configuration) -> PeerSemantics {
    config.wrapsPyTorchVideo ? Self.wrapped(own) : own
  }

  /// As PySlowFast's wrapper of PyTorchVideo has it.
  private static func wrapped(_ semantics: PeerSemantics) -> PeerSemantics {
    var wrapped = semantics
    wrapped.boxes?.aligned = true
    if var backbone = semantics.backbone as? PeerResNet {
      backbone.lastStage = backbone.lastStage?.wrapped
      wrapped.backbone = backbone
    }
    return wrapped
  }

  func layers(_ network: ConvertedNetwork) -> ConvertedLayers {
    let origin = network.origin?.semantics.backbone as? PeerResNet
    let config = network.origin == nil ? network.config : nil
    let isArchPooled = ResNetBackbone.archs.contains { $0.name == network.arch && $0.poolsTime }
    let isToldToPool = config.flatMap { config in
      config.source(of: .modelArch) == .fallback || config.resNetArch == nil ? nil : config.poolsTimeAfterStage2
    }
    var layers = stageLayers(network, poolsTime: origin?.poolsTime ?? isToldToPool ?? isArchPooled)
    if let last = origin?.lastStage, network.origin?.scoresBoxes == true, last.dilations.contains(where: { $0 != 2 }) {
      layers.obstacles.insert("a res5 whose dilations are \(last.dilations)", at: 0)
    }
    if let config {
      layers.obstacles.insert(contentsOf: otherStages(config, scoresBoxes: network.scoresBoxes), at: 0)
      if network.tensors.stem(pathway: 1) == nil, config[.resnetStride1x1] {
        layers.obstacles.append("strides in the blocks' first convolutions (\(Key.resnetStride1x1.name) True)")
      }
    }
    if network.origin == nil, isToldToPool == nil, isArchPooled {
      layers.notices.append(
        "time is taken to be pooled by two after res2, as in MODEL.ARCH \(network.arch): the tensors of networks without "
          + "that pool are the same, and PyTorchVideo has none")
    }
    if network.scoresBoxes == true {
      layers.obstacles.insert(contentsOf: obstaclesOfBoxes(network), at: 0)
      if network.origin == nil, !tellsAlignment(network.config) {
        layers.notices.append(
          "PyTorchVideo's detector takes RoIAlign with aligned False: weights of a config with DETECTION.ALIGNED True score "
            + "otherwise there")
      }
    }
    return layers
  }

  /// How boxes are looked up, where PyTorchVideo's detectors do otherwise: as the file's library or its own configuration
  /// says.
  private func obstaclesOfBoxes(_ network: ConvertedNetwork) -> [String] {
    if let origin = network.origin {
      let boxes = origin.semantics.boxes.map { PeerSemantics.Boxes(aligned: $0.aligned, resolution: $0.resolution) }
      return boxes.map { $0 == PyTorchVideo.boxes ? [] : [$0.words] } ?? []
    }
    guard let config = network.config else { return [] }
    let boxes = PeerSemantics.Boxes(
      aligned: tellsAlignment(config) ? config.alignsBoxes : PyTorchVideo.boxes.aligned,
      resolution: config[.detectionRoiXformResolution])
    let stride = config[.detectionSpatialScaleFactor]
    let words = boxes == PyTorchVideo.boxes ? [] : ["\(boxes.words), as the file's own config has it"]
    return words + (stride == PyTorchVideo.strideOfBoxes ? [] : ["boxes on features \(stride) pixels apart"])
  }

  /// Whether a file's own configuration says how boxes are looked up: what it does not give is nobody's word.
  private func tellsAlignment(_ config: Configuration?) -> Bool {
    config.map { $0.wrapsPyTorchVideo || $0.source(of: .detectionAligned) != .fallback } ?? false
  }

  /// The stages that the file's own configuration has otherwise than the library, in words: strides and dilations leave no
  /// trace in the tensors. There a detector's res5 has stride 1 and dilation 2, another's stride 2. What that configuration
  /// does not give is nobody's word.
  private func otherStages(_ config: Configuration, scoresBoxes: Bool?) -> [String] {
    (0..<4).compactMap { stage in
      func row(_ key: Key<[[Int]]>, _ stage: Int) -> [Int] {
        config.source(of: key) != .fallback && config[key].indices.contains(stage) ? config[key][stage] : []
      }
      let strides = row(.resnetSpatialStrides, stage)
      let dilations = row(.resnetSpatialDilations, stage).indices.compactMap { pathway in
        let others = row(.resnetSpatialDilations, config.stageOfDilation(stage, pathway: pathway))
        return others.indices.contains(pathway) ? others[pathway] : nil
      }
      // Without a head nobody knows which of the two a res5 is.
      if stage == 3, scoresBoxes == nil { return nil }
      let isOfBoxes = stage == 3 && scoresBoxes == true
      let (stride, dilation) = (stage == 0 || isOfBoxes ? 1 : 2, isOfBoxes ? 2 : 1)
      if strides.allSatisfy({ $0 == stride }), dilations.allSatisfy({ $0 == dilation }) { return nil }
      let words = [("strides", strides), ("dilations", dilations)].filter { !$0.1.isEmpty }.map { "\($0.0) \($0.1)" }
      return "a res\(stage + 2) of \(series(words, "and")), as the file's own config has it"
    }
  }
}
