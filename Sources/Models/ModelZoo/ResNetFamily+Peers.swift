internal import Configuration

extension ResNetFamily {
  /// Asked last of all families' (``modelFamilies``): MMAction2's also says which of its networks nobody builds.
  var peers: [any PeerMapping] { [ResNetInPyTorchVideo(), MMAction2()] }
}

/// C2D, I3D, Slow and SlowFast in PyTorchVideo.
private struct ResNetInPyTorchVideo: PyTorchVideoStages {
  var archs: [String] { ResNetBackbone.archs.map(\.name) }
  var parts: PyTorchVideoParts { PyTorchVideoParts() }

  /// The least particular: what is nobody else's.
  func owns(_ file: PeerFile, prefix: String) -> Bool { true }

  func semantics(_ layout: PyTorchVideoLayout, _ file: PeerFile) -> PeerSemantics {
    var semantics = PyTorchVideo.semantics
    var backbone = PeerResNet()
    let pathways = layout.pathways
    if layout.scoresBoxes == true {
      // PySlowFast's wrappers save the same names; only their configuration tells them from the hub's.
      let isWrapper = file.configText?.contains("MODEL_NAME: \(Configuration.wrapperPrefix)") ?? false
      semantics.boxes = PeerSemantics.Boxes(aligned: isWrapper, resolution: 7)
      let last = PeerResNet.LastStage(stride: 1, dilations: Array(repeating: 2, count: pathways))
      backbone.lastStage = isWrapper ? last.wrapped : last
    } else if layout.scoresBoxes == false {
      backbone.lastStage = PeerResNet.LastStage(stride: 2, dilations: Array(repeating: 1, count: pathways))
    }
    if pathways == 1 { backbone.poolsTime = layout.stages[1] == layout.stages[0] + 2 }
    semantics.backbone = backbone
    return semantics
  }

  func layers(_ network: ConvertedNetwork) -> ConvertedLayers {
    let origin = network.origin?.semantics.backbone as? PeerResNet
    let isArchPooled = ResNetBackbone.archs.contains { $0.name == network.arch && $0.poolsTime }
    var layers = stageLayers(network, poolsTime: origin?.poolsTime ?? isArchPooled)
    if let last = origin?.lastStage, network.origin?.scoresBoxes == true, last.dilations.contains(where: { $0 != 2 }) {
      layers.obstacles.insert("a res5 whose dilations are \(last.dilations)", at: 0)
    }
    if network.origin == nil, let config = network.config, let scoresBoxes = network.scoresBoxes {
      // The tensors do not tell; there a detector's res5 has stride 1 and dilation 2, another's stride 2.
      let strides = config[.resnetSpatialStrides].last ?? []
      let dilations = config[.resnetSpatialDilations].last ?? []
      if strides.contains(where: { $0 != (scoresBoxes ? 1 : 2) })
        || dilations.contains(where: { $0 != (scoresBoxes ? 2 : 1) })
      {
        layers.obstacles.insert(
          "a res5 of strides \(strides) and dilations \(dilations), as the file's own config has it", at: 0)
      }
    }
    if network.origin == nil, isArchPooled {
      layers.notices.append(
        "time is taken to be pooled by two after res2, as in MODEL.ARCH \(network.arch): the tensors of networks without "
          + "that pool are the same, and PyTorchVideo has none")
    }
    return layers
  }
}
