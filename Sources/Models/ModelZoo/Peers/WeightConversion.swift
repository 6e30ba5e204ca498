public import Checkpoint
internal import Configuration
public import Tensors
internal import VideoModels
internal import Wording

/// A file's weights under other names, as they are to be written.
public struct WeightConversion: Sendable {
  private var weights: NamedWeights
  private let path: String
  private let own: TensorIndex
  private let guess: ArchitectureGuess
  /// How the file can be used as it is, for what cannot be carried.
  private let use: String
  /// The file's own configuration.
  private var config: Configuration? { guess.own }

  public var tensors: [(name: String, tensor: Tensor)] { weights.tensors }
  /// What was changed on the way, and what the file cannot say to its next reader.
  public var notices: [String] { weights.notices }

  /// - Parameters:
  ///   - checkpoint: Read under `PySlowFastNames`.
  ///   - families: Whose networks are looked for.
  /// - Throws: `ConversionError` where the other library has no such network; `CheckpointError`.
  public init(
    _ checkpoint: Checkpoint, to names: WeightNames, families: [any ModelFamily] = modelFamilies
  ) throws {
    path = checkpoint.path
    guess = ArchitectureGuess(checkpoint, families: families)
    if let (reason, advice) = guess.obstacle { throw ConversionError.notKnown(path, reason, advice) }
    guard guess.network != nil else {
      throw ConversionError.notKnown(
        path, "its tensors are those of no network that this program knows",
        "give weights of PySlowFast, PyTorchVideo or MMAction2")
    }
    let fit = NetworkFit(guess, families)
    if let (reason, advice) = fit?.gap { throw ConversionError.notKnown(path, "it \(reason)", advice) }
    if let fit, !fit.isWhole, let (reason, advice) = fit.obstacle {
      throw ConversionError.notKnown(path, reason, advice)
    }
    own = TensorIndex(checkpoint, guess.peer)
    weights = try NamedWeights(checkpoint, guess.peer)
    if let (reason, advice) = fit?.obstacle {
      // Who reads what is written may know of it what is not known here.
      weights.notices.append("\(reason) -> whoever reads what is written will meet that")
      use = advice
    } else {
      let part = guess.hasHead ? "" : ", with --partial-weights, for there is no head"
      use = "use them here as they are: --weights takes the file\(part)"
    }
    if let strangers = fit?.strangers(isWritten: true), fit?.obstacle == nil { weights.notices.append(strangers) }
    if let library = names.library { try become(library) } else { try becomePySlowFast() }
  }

  /// The first of the family's mappings that writes the network and suits.
  private func mapping(where suits: (any PeerMapping) -> Bool) -> (any PeerMapping)? {
    guess.family?.peers.first { $0.archs.contains(arch) && suits($0) }
  }

  /// `MODEL.ARCH`
  private var arch: String { guess.network?.value(.modelArch) ?? "" }

  private func network(scoresBoxes: Bool?, isWrapped: Bool) -> ConvertedNetwork {
    ConvertedNetwork(
      tensors: own, arch: arch, origin: guess.peer, config: config, scoresBoxes: scoresBoxes, isWrapped: isWrapped)
  }

  private mutating func write(_ layers: ConvertedLayers, by mapping: any PeerMapping) throws {
    mapping.prepare(&weights)
    let strangers = weights.rename(layers.modules).map { "'\(printable($0))'" }
    if !strangers.isEmpty {
      try refuse(mapping.library, [listed(strangers, limit: 4)])
    }
  }

  /// Whether the head scores boxes; nil where there is none. Of a file that does not say, the number of its classes counts
  /// where the library has such a network.
  private func scoresBoxes(_ mapping: any PeerMapping) -> Bool? {
    if ["weight", "bias"].allSatisfy({ own.shape("\(Projection.scope).\($0)") == nil }) { return nil }
    let isConfigured = config.flatMap { $0.source(of: .detectionEnable) == .fallback ? nil : $0[.detectionEnable] }
    return guess.peer?.scoresBoxes ?? guess.family?.scoresBoxes(own) ?? isConfigured
      ?? (mapping.scoresBoxes && guess.head == .boxes)
  }

  /// What a library's networks of the kind have not, whatever their layers are.
  private func obstacles(_ mapping: any PeerMapping, _ scoresBoxes: Bool?) -> [String] {
    scoresBoxes == true && !mapping.scoresBoxes ? ["a head that scores boxes"] : []
  }

  private func refuse(_ library: String, _ obstacles: [String]) throws {
    if !obstacles.isEmpty { throw ConversionError.notCarried(path, library, obstacles, use: use) }
  }

  // MARK: PySlowFast

  private mutating func becomePySlowFast() throws {
    if let mapping = mapping(where: \.isWrapped) {
      let scoresBoxes = scoresBoxes(mapping)
      let layers = mapping.layers(network(scoresBoxes: scoresBoxes, isWrapped: true))
      try refuse(WeightNames.pySlowFast, obstacles(mapping, scoresBoxes) + layers.obstacles)
      try write(layers, by: mapping)
      noteHead(scoresBoxes)
      weights.notices.append(
        "PySlowFast has this network from \(mapping.library), under whose names it is written, after 'model.'")
      return
    }
    guard let peer = guess.peer else { return }
    // The mean over the whole map is that over its windows where the picture is as large as in training.
    try refuse(WeightNames.pySlowFast, peer.semantics.strangers(butOfClips: true))
    noteWholeMaps(peer, WeightNames.pySlowFast)
    peer.semantics.backbone?.becomePySlowFast(&weights)
    notePixels(peer)
  }

  private mutating func noteWholeMaps(_ peer: PeerNetwork, _ reader: String) {
    if !peer.semantics.clips.averagesWholeMaps { return }
    weights.notices.append(
      "\(peer.library) scores the mean over the whole map, \(reader) windows of it: the same where "
        + "\(reader == WeightNames.pySlowFast ? "\(Key.dataTrainCropSize.name) is equal to \(Key.dataTestCropSize.name)" : "clips are as large as in training"), "
        + "near it elsewhere")
  }

  /// What the next reader must be told: the names are no longer those by which a network's own pixels are known.
  private mutating func notePixels(_ peer: PeerNetwork) {
    guard let pixels = peer.pixels, let settings = guess.network?.settings else { return }
    let keys =
      [Key.detectionAligned.name, Key.detectionRoiXformResolution.name]
      + (peer.semantics.backbone?.decisiveKeys ?? [])
    let words = settings.filter { keys.contains($0.key) }.map {
      "\($0.key) \($0.value.contains(" ") ? "\"\($0.value)\"" : $0.value)"
    }
    let numbers = [("MEAN", pixels.mean), ("STD", pixels.std)].map { name, values in
      let ordered = peer.scoresBoxes == true ? values.reversed() : values
      return "DATA.\(name) \"[\(ordered.map { "\(Float($0))" }.joined(separator: ", "))]\""
    }
    weights.notices.append(
      "the names no longer tell whose weights these are; their config must say: "
        + (words + numbers).joined(separator: " "))
  }

  // MARK: Other libraries

  private mutating func become(_ library: String) throws {
    guard let mapping = mapping(where: { $0.library == library }) else {
      return try refuse(library, ["the layers of \(guess.network?.summary ?? "")"])
    }
    let scoresBoxes = scoresBoxes(mapping)
    let layers = mapping.layers(network(scoresBoxes: scoresBoxes, isWrapped: false))
    let strangers = guess.peer?.semantics.strangers(butOfClips: true) ?? []
    try refuse(library, strangers + obstacles(mapping, scoresBoxes) + layers.obstacles)
    try write(layers, by: mapping)
    noteHead(scoresBoxes)
    weights.notices += layers.notices
    guard let peer = guess.peer, peer.library != library else { return }
    noteWholeMaps(peer, library)
    notePixels(peer)
  }

  private mutating func noteHead(_ scoresBoxes: Bool?) {
    switch scoresBoxes {
    case false? where guess.head == nil || guess.head == .boxes:
      weights.notices.append("the head is written as one that scores clips: the file does not say")
    case nil: weights.notices.append("there is no head to write")
    default: break
    }
  }
}
