internal import Configuration
internal import Tensors

extension X3DFamily {
  var peers: [any PeerMapping] { [X3DInPyTorchVideo()] }
}

/// The shortcut whose normalisation PyTorchVideo's X3D lacks.
private let firstShortcut = "\(StageNames.block(0, stage: 2, pathway: 0)).\(StageNames.shortcut)"

/// X3D in PyTorchVideo.
private struct X3DInPyTorchVideo: PyTorchVideoStages {
  var archs: [String] { X3DFamily().archs }

  var parts: PyTorchVideoParts {
    var parts = PyTorchVideoParts()
    // The two are named the wrong way round there: conv_t is 1x3x3, conv_xy 5x1x1.
    parts.stem = [
      ("conv.conv_t", StageNames.stemInSpace), ("conv.conv_xy", StageNames.stemConvolution), ("norm", "bn"),
    ]
    parts.middle = [
      ("branch2.conv_b", "branch2.b"), ("branch2.norm_b.0", "branch2.b_bn"),
      ("branch2.norm_b.1.block.0", "branch2.se.fc1"), ("branch2.norm_b.1.block.2", "branch2.se.fc2"),
    ]
    parts.clipHead += [
      ("pool.pre_conv", X3DHead.convolution), ("pool.pre_norm", X3DHead.convolution + "_bn"),
      ("pool.post_conv", X3DHead.dense), ("pool.post_norm", X3DHead.dense + "_bn"),
    ]
    return parts
  }

  /// The stem of two convolutions, squeeze-and-excitation, or the layers of the head.
  func owns(_ file: PeerFile, prefix: String) -> Bool {
    ["blocks.0.conv.conv_", ".norm_b.1.block.", ".pool.post_", ".pool.pre_"].contains {
      file.first(containing: $0) != nil
    }
  }

  func semantics(_ layout: PyTorchVideoLayout, _ file: PeerFile) -> PeerSemantics {
    var semantics = PyTorchVideo.semantics
    let shortcut = layout.block(0, stage: 2, pathway: 0)
    semantics.backbone = PeerX3D(
      normalisesFirstShortcut: file.names.contains { $0.hasPrefix("\(shortcut).branch1_norm.") })
    return semantics
  }

  func layers(_ network: ConvertedNetwork) -> ConvertedLayers {
    var layers = stageLayers(network, poolsTime: false)
    if let b = network.tensors.convolution("b", block: 0, stage: 2, pathway: 0), b.count == 5, b[1] > 1 {
      layers.obstacles.append("convolutions of several channels (\(Key.x3dChannelwise3x3x3.name) False)")
    }
    // Strides and dilations leave no trace in the tensors.
    if network.origin == nil, let config = network.config {
      if config[.resnetStride1x1] {
        layers.obstacles.append("strides in the blocks' first convolutions (\(Key.resnetStride1x1.name) True)")
      }
      if config[.resnetSpatialDilations].contains(where: { $0.first != 1 }) {
        layers.obstacles.append("dilated stages (\(config.cite(.resnetSpatialDilations)))")
      }
    }
    return layers
  }

  /// Puts the normalisation of the first shortcut, for which PyTorchVideo has no place, into the convolution before it and
  /// the bias of the branch that it is added to.
  func prepare(_ weights: inout NamedWeights) {
    let norm = "\(firstShortcut)_bn."
    let end = "\(StageNames.block(0, stage: 2, pathway: 0)).\(StageNames.branch).c_bn.bias"
    guard let weight = weights.tensor(norm + "weight"), let bias = weights.tensor(norm + "bias"),
      let mean = weights.tensor(norm + "running_mean"), let variance = weights.tensor(norm + "running_var"),
      let convolution = weights.tensor("\(firstShortcut).weight"), let target = weights.tensor(end)
    else { return }
    let depth = convolution.count / max(1, weight.count)
    for channel in 0..<weight.count {
      let scale = Double(weight.values[channel]) / (Double(variance.values[channel]) + 1e-5).squareRoot()
      for index in channel * depth..<(channel + 1) * depth {
        convolution.mutableValues[index] = Float(Double(convolution.values[index]) * scale)
      }
      let shift = Double(bias.values[channel]) - Double(mean.values[channel]) * scale
      target.mutableValues[channel] = Float(Double(target.values[channel]) + shift)
    }
    weights.tensors.removeAll { $0.name.hasPrefix(norm) }
    weights.notices.append(
      "'\(norm.dropLast())', which PyTorchVideo's X3D lacks, is part of '\(firstShortcut).weight' and '\(end)' there")
  }
}

/// What a library's X3D does otherwise than PySlowFast's.
private struct PeerX3D: PeerBackbone {
  let normalisesFirstShortcut: Bool

  func adapt(_ backbone: inout X3DBackbone, _ adaptation: inout PeerAdaptation) {
    backbone.normalisesFirstShortcut = normalisesFirstShortcut
  }

  /// The first shortcut has a normalisation in PySlowFast: here one that changes nothing.
  func becomePySlowFast(_ weights: inout NamedWeights) {
    guard !normalisesFirstShortcut,
      let place = weights.tensors.firstIndex(where: { $0.name == "\(firstShortcut).weight" })
    else { return }
    let width = weights.tensors[place].tensor.shape[0]
    func all(_ value: Float) -> Tensor { Tensor([width], [Float](repeating: value, count: width)) }
    let norm = "\(firstShortcut)_bn"
    weights.tensors.insert(
      contentsOf: [
        ("\(norm).weight", all(1)), ("\(norm).bias", all(0)), ("\(norm).running_mean", all(0)),
        // The root of variance + 1e-5 is 1.
        ("\(norm).running_var", all(1 - 1e-5)), ("\(norm).num_batches_tracked", Tensor(zeros: [])),
      ], at: place + 1)
    weights.notices.append("'\(norm)', which PyTorchVideo's X3D lacks, is written such that it changes nothing")
  }
}
