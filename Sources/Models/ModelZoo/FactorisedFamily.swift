internal import Configuration
internal import NN
internal import VideoModels
internal import Wording

/// R(2+1)D and CSN, which PySlowFast has from PyTorchVideo.
struct FactorisedFamily: ModelFamily {
  /// One of the networks under all its names.
  private struct Member {
    let kind: FactorisedBackbone.Kind
    let network: String
    let modelName: String
    let arch: String
    /// Frames and the distance between them, as published.
    let clip: (frames: Int, rate: Int)
  }

  private static let members = [
    Member(kind: .timeAndSpace, network: "R(2+1)D", modelName: "PTVR2plus1D", arch: "r2plus1d", clip: (16, 4)),
    Member(kind: .channels, network: "CSN", modelName: "PTVCSN", arch: "csn", clip: (32, 2)),
  ]

  var modelNames: [String] { Self.members.map(\.modelName) }
  var archs: [String] { Self.members.map(\.arch) }
  func archs(of modelName: String) -> [String] { Self.members.filter { $0.modelName == modelName }.map(\.arch) }
  var networks: [String] { Self.members.map(\.network) }
  var keys: [String] { [Key.resnetDepth.name, Key.resnetWidthPerGroup.name] }
  var widthKeys: [String] { [Key.resnetWidthPerGroup.name] }

  /// The number of residual blocks of res2 to res5 by `RESNET.DEPTH`.
  static let depths = ResNetBackbone.blocks(depths: 50, 101, 152)

  private static let namesOfDepths = series(depths.keys.sorted().map(String.init), "or")

  private func member(_ config: Configuration) -> Member? {
    Self.members.first { $0.modelName == config[.modelModelName] }
  }

  func check(_ config: Configuration) throws(ConfigurationError) -> [String] {
    guard let member = member(config) else { return [] }
    if Self.depths[config[.resnetDepth]] == nil {
      throw .badValue(
        key: Key.resnetDepth.name, source: config.source(of: .resnetDepth),
        expected: "\(Self.namesOfDepths) for \(member.network)",
        found: "\(config[.resnetDepth])", remedy: "choose one of them")
    }
    // The reference's head averages over so many frames, and what is left over would be scored beside them.
    if config[.dataNumFrames] % member.kind.timeStride != 0 {
      throw .impossible(
        problem: "\(member.network) leaves one of \(member.kind.timeStride) frames, which must come out even",
        keys: [config.cite(.dataNumFrames), config.cite(.modelModelName)],
        remedy: "make NUM_FRAMES a multiple of \(member.kind.timeStride)")
    }
    try config.checkHead(strides: [2, 2, 2, 2, 2], window: config.headWindow, "TRAIN_CROP_SIZE / 32")
    return []
  }

  func backbone(_ config: Configuration) throws -> FactorisedBackbone {
    guard let member = member(config), let depths = Self.depths[config[.resnetDepth]] else {
      throw ModelConfigurationError.impossible(
        key: Key.resnetDepth.name, found: "\(config[.resnetDepth])",
        expected: "a depth of \(series(networks, "or")): \(Self.namesOfDepths)", todo: "choose one of them")
    }
    return FactorisedBackbone(
      member.kind, frames: config[.dataNumFrames],
      inChannels: try config[.dataInputChannelNum].entry(0, of: .dataInputChannelNum),
      width: config[.resnetWidthPerGroup], depths: depths)
  }

  func classificationHead(
    _ config: Configuration, _ activation: Activation, on backbone: FactorisedBackbone
  ) throws -> any Head {
    ClassificationHead(classes: config[.modelNumClasses], activation: activation, window: config.headWindow)
  }

  // MARK: Files

  var peers: [any PeerMapping] {
    Self.members.map { FactorisedInPyTorchVideo(kind: $0.kind, archs: [$0.arch]) }
  }

  func recognise(_ tensors: TensorIndex) -> Recognition? {
    guard let kind = FactorisedBackbone.Kind(tensors), let member = Self.members.first(where: { $0.kind == kind })
    else { return nil }
    let depth = StageDepth(tensors.blockCounts, of: Self.depths)
    let width = Self.width(tensors)
    var network = Recognition(
      [member.network, depth?.certain.map { "R\($0)" }].compactMap { $0 }.joined(separator: " "))
    network.remarkMissingBlocks(tensors.blockCounts, depth)
    network.traits = Set([member.arch, depth?.certain.map { "R\($0)" }].compactMap { $0 })
    network.hasPublishedWidths = width == 64
    network.set(.modelArch, member.arch)
    network.set(.modelModelName, member.modelName)
    if let depth {
      network.set(.resnetDepth, "\(depth.depth)", or: depth.others.map(String.init))
    } else {
      network.oddity = "the blocks of its stages, \(tensors.blockCounts), are those of no known depth"
    }
    if let width { network.set(.resnetWidthPerGroup, "\(width)") }
    if let stem = tensors.stem(pathway: 0) { network.set(.dataInputChannelNum, "[\(stem[1])]") }
    network.leaveOpen(Key.dataNumFrames)
    network.untraced = [
      Key.dataNumFrames.name: "\(member.clip.frames)", Key.dataSamplingRate.name: "\(member.clip.rate)",
    ]
    return network
  }

  /// The width of the stem, as that or any stage tells.
  private static func width(_ tensors: TensorIndex) -> Int? {
    if let stem = tensors.stemChannels(pathway: 0) { return stem }
    return (2...5).lazy.compactMap { stage in tensors.width(stage: stage, pathway: 0).map { $0 >> stage } }.first {
      $0 > 0
    }
  }

  func keys(deciding name: String) -> Set<String> {
    name.contains(".\(StageNames.branchInTime)") ? [Key.modelArch.name, Key.modelModelName.name] : []
  }

  func keys(changingWith keys: Set<String>, isNews: (String) -> Bool) -> Set<String> {
    // Its models have one architecture each.
    keys.contains(Key.modelArch.name) && isNews(Key.modelArch.name) ? [Key.modelModelName.name] : []
  }
}
