internal import Configuration
internal import Datasets
internal import NN
internal import Tensors
internal import VideoModels

/// VideoMAE's ViT, as its authors and MMAction2 have it: no class token, tubelets of 2 frames, sines and cosines for positions,
/// biases of queries and values alone.
///
/// Source: Tong et al., "VideoMAE", 2022; their public code, and MMAction2 1.x, their public behaviour.
struct VideoMAE {
  /// What stands before the encoder's names, and before those of a block's dense layers.
  let prefix: String
  let patches: String
  let denseLayers: (first: String, second: String)

  /// What ends a name and tells the network from PySlowFast's ViTs.
  private static let mark = ".attn.\(MViTNames.queryBias)"

  /// Whether a file has the network under these names.
  func owns(_ file: PeerFile) -> Bool {
    file.has("\(prefix)\(MViTNames.block(0))\(Self.mark)") && file.has("\(prefix)\(patches).weight")
  }

  /// Why a file's network is not built, with a tensor that tells; nil where it is.
  func obstacle(_ file: PeerFile, scoresBoxes: Bool?) -> (what: String, example: String)? {
    let kernel = "\(prefix)\(patches).weight"
    if file.shape(kernel)?.count != 5 { return ("a ViT of pictures", kernel) }
    let token = prefix + MViTNames.classToken
    if file.has(token) { return ("a ViT with a class token", token) }
    if scoresBoxes == false, !normalizesMean(file) {
      return ("a ViT that scores clips by their first patch", "\(prefix)\(MViTNames.norm).weight")
    }
    return nil
  }

  /// The normalisation of a mean over the map, where the map itself has none.
  private static let meanNorm = "fc_norm"

  func normalizesMean(_ file: PeerFile) -> Bool { file.has("\(prefix)\(Self.meanNorm).weight") }

  /// The names of the layers, there and here, without the head's.
  func modules(_ file: PeerFile) -> [PeerNetwork.Module] {
    var modules = [
      PeerNetwork.Module(own: prefix + patches, model: "\(MViTNames.patches).proj"),
      PeerNetwork.Module(own: prefix + MViTNames.norm, model: MViTNames.norm),
      PeerNetwork.Module(own: prefix + Self.meanNorm, model: MViTNames.norm),
    ]
    // Positions that were learned, or saved though they are computed, belong to no module.
    modules.append(PeerNetwork.Module(own: String(prefix.dropLast()), model: ""))
    let start = "\(prefix)\(MViTNames.blocks)."
    let numbers = Set(
      file.names.filter { $0.hasPrefix(start) }.compactMap { leadingNumber($0.dropFirst(start.count))?.number })
    for number in numbers.sorted() {
      let model = MViTNames.block(number)
      // The scales of its branches.
      modules.append(PeerNetwork.Module(own: "\(start)\(number)", model: model))
      for (own, here) in [
        ("norm1", "norm1"), ("attn", "attn"), ("attn.qkv", "attn.qkv"), ("attn.proj", "attn.proj"), ("norm2", "norm2"),
        (denseLayers.first, "mlp.fc1"), (denseLayers.second, "mlp.fc2"),
      ] { modules.append(PeerNetwork.Module(own: "\(start)\(number).\(own)", model: "\(model).\(here)")) }
    }
    return modules
  }

  /// - Parameter coversFrames: As ``MViTBackbone/coversFrames``.
  func backbone(_ file: PeerFile, coversFrames: Bool = false) -> PeerVideoMAE {
    let kernel = file.shape("\(prefix)\(patches).weight")
    return PeerVideoMAE(
      hasPositions: file.has(prefix + MViTNames.joint),
      hasMean: normalizesMean(file), coversFrames: coversFrames, width: kernel?.first ?? 0, patch: kernel?.last ?? 16)
  }

  /// ImageNet's.
  static let pixels = PeerPixels(mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225])
}

/// The authors' files: pretrained, fine-tuned on clips, and on AVA's boxes.
///
/// Source of the detectors: VideoMAE-Action-Detection and AlphAction, on which it is built, their public behaviour.
struct VideoMAEOfAuthors: PeerMapping {
  var library: String { "VideoMAE" }

  func read(_ file: PeerFile) -> PeerReading? {
    for prefix in ["", "encoder.", "backbone.", "model."] {
      let names = VideoMAE(prefix: prefix, patches: "patch_embed.proj", denseLayers: ("mlp.fc1", "mlp.fc2"))
      if names.owns(file) { return read(file, names) }
    }
    return nil
  }

  private func read(_ file: PeerFile, _ names: VideoMAE) -> PeerReading {
    let head = ["\(names.prefix)head", "head"].first { file.has("\($0).weight") }
    // Of clips the mean over the map is normalised, of boxes the map; both heads have one name.
    let scoresBoxes = head.flatMap { file.shape("\($0).weight")?.first }.map {
      !names.normalizesMean(file) && !ArchitectureGuess.areOfClips(classes: $0)
    }
    if let (what, example) = names.obstacle(file, scoresBoxes: scoresBoxes) {
      return .unsupported(library: library, what: what, example: example)
    }
    var semantics = PeerSemantics()
    semantics.pixels = scoresBoxes == true ? Self.pixelsOfBoxes : VideoMAE.pixels
    semantics.backbone = names.backbone(file, coversFrames: true)
    if scoresBoxes == true { semantics.boxes = Self.boxes }
    let projection = head.map { [PeerNetwork.Module(own: $0, model: Projection.scope)] } ?? []
    var network = PeerNetwork(
      library: library, modules: names.modules(file) + projection, scoresBoxes: scoresBoxes, semantics: semantics)
    network.ignored = ["decoder.", "encoder_to_decoder.", "mask_token"]
    return .network(network)
  }

  /// AlphAction's RoIAlign, and its boxes of a test.
  private static let boxes: PeerSemantics.Boxes = {
    var boxes = PeerSemantics.Boxes(aligned: false, resolution: 7)
    boxes.boxExtension = BoxExtension(width: 0.1, height: 0.05)
    return boxes
  }()

  /// AlphAction's, of 0 to 255 there.
  private static let pixelsOfBoxes = PeerPixels(
    mean: [122.7717, 115.9465, 102.9801].map { $0 / 255 }, std: [57.375, 57.375, 57.375].map { $0 / 255 })
}

/// MMAction2's files: recognisers, and AVA's detectors.
struct VideoMAEInMMAction2: PeerMapping {
  var library: String { MMAction2.name }

  func read(_ file: PeerFile) -> PeerReading? {
    let names = VideoMAE(
      prefix: "backbone.", patches: "patch_embed.projection", denseLayers: ("mlp.layers.0.0", "mlp.layers.1"))
    guard names.owns(file) else { return nil }
    let heads = [("roi_head.bbox_head.fc_cls", true), ("cls_head.fc_cls", false)]
    let head = heads.first { name, _ in file.names.contains { $0.hasPrefix("\(name).") } }
    let text = MMAction2Text(file.pythonText)
    if let (what, example) = names.obstacle(file, scoresBoxes: head?.1) {
      return .unsupported(library: library, what: what, example: example)
    }
    var semantics = PeerSemantics()
    semantics.pixels = text.pixels
    semantics.backbone = names.backbone(file)
    // A head of two layers: the second scores.
    let classifier = head.map { $0.0 + (file.has("\($0.0).2.weight") ? ".2" : "") }
    if head?.1 == true {
      var boxes = PeerSemantics.Boxes(aligned: text.aligned ?? true, resolution: text.resolution ?? 8)
      boxes.hidden = head.flatMap { file.shape("\($0.0).0.weight")?.first }
      boxes.frames = text.framePooling ?? .mean
      semantics.boxes = boxes
    }
    var modules = names.modules(file)
    if let classifier { modules.append(PeerNetwork.Module(own: classifier, model: Projection.scope)) }
    if let head, semantics.boxes?.hidden != nil {
      modules.append(PeerNetwork.Module(own: "\(head.0).0", model: "\(Projection.headScope).hidden"))
    }
    var network = PeerNetwork(library: library, modules: modules, scoresBoxes: head?.1, semantics: semantics)
    if head?.1 == true, let classifier, let rows = file.shape("\(classifier).weight")?.first,
      text.hasBackground ?? (rows != ActionDataset.ava.classNames.count)
    {
      network.classifierWithBackground = classifier
    }
    network.ignored = ["data_preprocessor."]
    network.clip = text.clip
    return .network(network)
  }
}

/// What VideoMAE's ViT does otherwise than a configuration says.
struct PeerVideoMAE: PeerBackbone {
  /// Whether the file has the table of positions.
  let hasPositions: Bool
  /// Whether the mean of the map is normalised, and not the map.
  let hasMean: Bool
  /// Whether frames are filled up with zeros to whole patches, else cut off.
  let coversFrames: Bool
  let width: Int
  /// The pixels of a patch's side.
  let patch: Int

  func adapt(_ backbone: inout MViTBackbone, _ adaptation: inout PeerAdaptation) {
    backbone.hasKeyBias = false
    backbone.positions = hasPositions ? .joint : .sines
    backbone.resizing = .cubic
    backbone.coversFrames = coversFrames
    if hasMean, backbone.output != .mean, !backbone.takesWholeFrames {
      _ = adaptation.value(Key.mvitUseMeanPooling.name, false, true) { $0 ? "True" : "False" }
      backbone.output = .mean
    }
  }

  func describe(_ network: inout Recognition, of peer: PeerNetwork) {
    network.summary = "VideoMAE's ViT"
    network.replace(Key.mvitUseAbsPos.name, by: "True")
    if !hasPositions { network.set(.mvitSepPosEmbed, "False") }
    network.untraced[Key.dataSamplingRate.name] = "4"
    // What a table of positions is for, it says.
    let side = (hasPositions ? network.untraced[Key.dataTrainCropSize.name] : nil) ?? "224"
    network.untraced[Key.dataTrainCropSize.name] = side
    network.untraced[Key.dataTestCropSize.name] = peer.scoresBoxes == true ? "256" : side
    if peer.scoresBoxes == true { network.untraced[Key.detectionSpatialScaleFactor.name] = "\(patch)" }
    network.untraced[Key.mvitUseMeanPooling.name] = hasMean ? "True" : "False"
  }

  /// PySlowFast's blocks have no scales: the last layers of their branches take them in.
  private func takeInScales(_ weights: inout NamedWeights) {
    for (scale, layer) in [(MViTNames.scales.attention, "attn.proj"), (MViTNames.scales.dense, "mlp.fc2")] {
      let end = ".\(scale)"
      for (name, factors) in weights.tensors where name.hasSuffix(end) {
        let scope = name.dropLast(scale.count) + layer
        for index in weights.tensors.indices
        where weights.tensors[index].name == "\(scope).weight" || weights.tensors[index].name == "\(scope).bias" {
          let values = weights.tensors[index].tensor
          let row = values.count / max(1, factors.count)
          weights.tensors[index].tensor = Tensor(
            values.shape, (0..<values.count).map { values.values[$0] * factors.values[$0 / max(1, row)] })
        }
      }
      weights.tensors.removeAll { $0.name.hasSuffix(end) }
    }
  }

  /// Biases as PySlowFast has them; positions that no file has are made.
  func becomePySlowFast(_ weights: inout NamedWeights) {
    let (query, value) = (".\(MViTNames.queryBias)", ".\(MViTNames.valueBias)")
    for (name, tensor) in weights.tensors where name.hasSuffix(query) {
      let scope = String(name.dropLast(query.count))
      guard let values = weights.tensor(scope + value)?.array else { continue }
      let bias = tensor.array + [Float](repeating: 0, count: tensor.count) + values
      weights.tensors.append(("\(scope).qkv.bias", Tensor([bias.count], bias)))
    }
    weights.tensors.removeAll { $0.name.hasSuffix(query) || $0.name.hasSuffix(value) }
    takeInScales(&weights)
    if !hasPositions, width > 0 {
      // Of clips of 16 frames and 224 pixels, as all published ones are.
      let count = 8 * 14 * 14
      weights.tensors.append((MViTNames.joint, MViTPositions.sines(count, width).reshaped([1, count, width])))
    }
  }
}
