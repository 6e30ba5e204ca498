public import Checkpoint
internal import Configuration
public import Tensors
internal import Wording

/// Whose names tensors are written under.
public enum WeightNames: String, Sendable, CaseIterable {
  case pyslowfast, pytorchvideo
}

/// A file's weights under other names, as they are to be written.
public struct WeightConversion: Sendable {
  public private(set) var tensors: [(name: String, tensor: Tensor)] = []
  /// What was changed on the way, and what the file cannot say to its next reader.
  public private(set) var notices: [String] = []

  /// - Parameter checkpoint: Read under `PySlowFastNames`.
  /// - Throws: `ConversionError` where the other library has no such network; `CheckpointError`.
  public init(_ checkpoint: Checkpoint, to names: WeightNames) throws {
    let guess = ArchitectureGuess(checkpoint)
    if let (reason, advice) = guess.obstacle { throw ConversionError.notKnown(checkpoint.path, reason, advice) }
    guard guess.network != nil else {
      throw ConversionError.notKnown(
        checkpoint.path, "its tensors are those of no network that this program knows",
        "give weights of PySlowFast, PyTorchVideo or MMAction2")
    }
    try readAll(checkpoint, guess.peer)
    switch names {
    case .pyslowfast: try becomePySlowFast(checkpoint, guess)
    case .pytorchvideo: try becomePyTorchVideo(checkpoint, guess)
    }
  }

  /// Takes the network's tensors, under PySlowFast's names.
  private mutating func readAll(_ checkpoint: Checkpoint, _ peer: PeerNetwork?) throws {
    let known = peer.map { Set($0.modules.map(\.model)) }
    var left: [String] = []
    for entry in checkpoint.entries where !entry.isOfTraining {
      if let known, !known.contains(module(of: entry.name)) {
        left.append("'\(printable(entry.originalName))'")
        continue
      }
      tensors.append((entry.name, deepened(try checkpoint.tensor(entry.name), entry.name)))
    }
    if !left.isEmpty { notices.append("not written, for no network has them: \(listed(left, limit: 5))") }
    let others = Set(checkpoint.entries.map(\.dtype)).filter { $0 != .float32 && $0 != .int64 }
    if !others.isEmpty {
      notices.append("numbers of \(series(others.map(\.rawValue).sorted(), "and")) are written as float32")
    }
    countBatches()
  }

  /// Gives each normalisation the count of batches that strict readers ask for.
  private mutating func countBatches() {
    let names = Set(tensors.map(\.name))
    var result: [(name: String, tensor: Tensor)] = []
    for item in tensors {
      result.append(item)
      let count = module(of: item.name) + ".num_batches_tracked"
      if item.name.hasSuffix(".running_var"), !names.contains(count) { result.append((count, Tensor(zeros: []))) }
    }
    tensors = result
  }

  // MARK: PySlowFast

  private mutating func becomePySlowFast(_ checkpoint: Checkpoint, _ guess: ArchitectureGuess) throws {
    if Self.isWrapped(guess) { return try becomeWrapped(checkpoint, guess) }
    guard let peer = guess.peer else { return }
    // The mean over the whole map is that over its windows where the picture is as large as in training.
    let strangers = peer.semantics.strangers(butOfClips: true)
    if !strangers.isEmpty {
      throw ConversionError.notCarried(checkpoint.path, "PySlowFast", strangers)
    }
    if peer.semantics.clips.averagesWholeMaps {
      notices.append(
        "\(peer.library) scores the mean over the whole map, PySlowFast windows of it: the same where clips are as large "
          + "as in training, near it elsewhere")
    }
    if !peer.semantics.normalisesFirstShortcut { try insertFirstNormalisation() }
    if let nonLocal = peer.semantics.nonLocal, !nonLocal.hasOutputBias { insertOutputBiases() }
    notePixels(peer, guess)
  }

  /// What the next reader must be told: the names are no longer those by which a network's own pixels are known.
  private mutating func notePixels(_ peer: PeerNetwork, _ guess: ArchitectureGuess) {
    guard let pixels = peer.pixels, let own = guess.network?.settings else { return }
    let keys = ["DETECTION.ALIGNED", "DETECTION.ROI_XFORM_RESOLUTION", "RESNET.SPATIAL_DILATIONS"]
    let words = own.filter { keys.contains($0.key) }.map {
      "\($0.key) \($0.value.contains(" ") ? "\"\($0.value)\"" : $0.value)"
    }
    let numbers = [("MEAN", pixels.mean), ("STD", pixels.std)].map { name, values in
      let ordered = peer.scoresBoxes == true ? values.reversed() : values
      return "DATA.\(name) \"[\(ordered.map { "\(Float($0))" }.joined(separator: ", "))]\""
    }
    notices.append(
      "the names no longer tell whose weights these are; their config must say: "
        + (words + numbers).joined(separator: " "))
  }

  private static func arch(_ guess: ArchitectureGuess) -> String {
    guess.network?.settings.first { $0.key == Key.modelArch.name }?.value ?? ""
  }

  /// Whether PySlowFast has the network as PyTorchVideo's alone.
  private static func isWrapped(_ guess: ArchitectureGuess) -> Bool { FactorisedFamily.archs.contains(arch(guess)) }

  /// Gives the tensors the names that PySlowFast's wrapper has for them: PyTorchVideo's after `model.`.
  private mutating func becomeWrapped(_ checkpoint: Checkpoint, _ guess: ArchitectureGuess) throws {
    let own = TensorIndex(checkpoint)
    let layout = PyTorchVideoLayout(
      pathways: 1, poolsTime: false, network: .init(arch: Self.arch(guess)),
      scoresBoxes: own.shape("head.projection.weight").map { _ in false }, isWrapped: true)
    try rename(layout, own, checkpoint.path)
    notices.append("PySlowFast has this network from PyTorchVideo, under whose names it is written, after 'model.'")
  }

  private static let firstShortcut = "\(StageNames.block(0, stage: 2, pathway: 0)).\(StageNames.shortcut)"

  /// X3D's first shortcut has a normalisation in PySlowFast: here one that changes nothing.
  private mutating func insertFirstNormalisation() throws {
    guard let place = tensors.firstIndex(where: { $0.name == "\(Self.firstShortcut).weight" }) else { return }
    let width = tensors[place].tensor.shape[0]
    func all(_ value: Float) -> Tensor { Tensor([width], [Float](repeating: value, count: width)) }
    let norm = "\(Self.firstShortcut)_bn"
    tensors.insert(
      contentsOf: [
        ("\(norm).weight", all(1)), ("\(norm).bias", all(0)), ("\(norm).running_mean", all(0)),
        // The root of variance + 1e-5 is 1.
        ("\(norm).running_var", all(1 - 1e-5)), ("\(norm).num_batches_tracked", Tensor(zeros: [])),
      ], at: place + 1)
    notices.append("'\(norm)', which PyTorchVideo's X3D lacks, is written such that it changes nothing")
  }

  private mutating func insertOutputBiases() {
    for (index, item) in tensors.enumerated().reversed() where item.name.hasSuffix(".conv_out.weight") {
      let name = item.name.dropLast("weight".count) + "bias"
      tensors.insert((String(name), Tensor(zeros: [item.tensor.shape[0]])), at: index + 1)
    }
  }

  // MARK: PyTorchVideo

  private mutating func becomePyTorchVideo(_ checkpoint: Checkpoint, _ guess: ArchitectureGuess) throws {
    let own = TensorIndex(checkpoint)
    var obstacles = guess.peer?.semantics.strangers(butOfClips: true) ?? []
    if let boxes = guess.peer?.semantics.boxes, boxes.aligned || boxes.resolution != 7 {
      obstacles.append(
        "RoIAlign of \(boxes.resolution)x\(boxes.resolution) with aligned \(boxes.aligned ? "True" : "False")")
    }
    if let last = guess.peer?.semantics.lastStage, guess.peer?.scoresBoxes == true,
      last.dilations.contains(where: { $0 != 2 })
    {
      obstacles.append("a res5 whose dilations are \(last.dilations)")
    }
    let pathways = own.stem(pathway: 1) == nil ? 1 : 2
    if (2...5).contains(where: { stage in (0..<2).contains { !own.nonLocalBlocks(stage: stage, pathway: $0).isEmpty } })
    {
      obstacles.append("non-local blocks")
    }
    if own.convolution("c", block: 0, stage: 2, pathway: 0) == nil { obstacles.append("blocks of two convolutions") }
    if !obstacles.isEmpty { throw ConversionError.notCarried(checkpoint.path, "PyTorchVideo", obstacles) }

    let arch = Self.arch(guess)
    let poolsTime = guess.peer?.semantics.poolsTime ?? ["c2d", "i3d"].contains(arch)
    let hasHead = own.shape("head.projection.weight") != nil
    var scoresBoxes: Bool? = hasHead ? guess.head == .boxes : nil
    if let isOfBoxes = guess.peer?.scoresBoxes { scoresBoxes = isOfBoxes }
    let layout = PyTorchVideoLayout(
      pathways: pathways, poolsTime: poolsTime, network: .init(arch: arch), scoresBoxes: scoresBoxes)
    if arch == "x3d", guess.peer?.semantics.normalisesFirstShortcut ?? true { try foldFirstNormalisation() }
    try rename(layout, own, checkpoint.path)
    noteOfPyTorchVideo(scoresBoxes, poolsTime, arch, guess)
    guard let peer = guess.peer, peer.library != "PyTorchVideo" else { return }
    if peer.semantics.clips.averagesWholeMaps {
      notices.append(
        "\(peer.library) scores the mean over the whole map, PyTorchVideo windows of it: the same where clips are as large "
          + "as in training, near it elsewhere")
    }
    notePixels(peer, guess)
  }

  private mutating func rename(_ layout: PyTorchVideoLayout, _ own: TensorIndex, _ path: String) throws {
    let blocks = (2...5).map { stage in (0..<layout.pathways).map { own.blocks(stage: stage, pathway: $0) } }
    let names = Dictionary(layout.modules(blocks).map { ($0.model, $0.own) }, uniquingKeysWith: { first, _ in first })
    var strangers: [String] = []
    for index in tensors.indices {
      let name = tensors[index].name
      let module = module(of: name)
      guard let other = names[module] else {
        strangers.append("'\(printable(name))'")
        continue
      }
      tensors[index].name = other + name.dropFirst(module.count)
    }
    if !strangers.isEmpty { throw ConversionError.notCarried(path, "PyTorchVideo", [listed(strangers, limit: 4)]) }
  }

  private mutating func noteOfPyTorchVideo(
    _ scoresBoxes: Bool?, _ poolsTime: Bool, _ arch: String, _ guess: ArchitectureGuess
  ) {
    switch scoresBoxes {
    case true? where guess.peer == nil:
      notices.append(
        "PyTorchVideo's detector takes RoIAlign with aligned False: weights of a config with DETECTION.ALIGNED True score "
          + "otherwise there")
    case false? where guess.head == nil:
      notices.append("the head is written as one that scores clips: the file does not say")
    case nil: notices.append("there is no head to write")
    default: break
    }
    if guess.peer == nil, ["c2d", "i3d"].contains(arch) {
      notices.append(
        "time is taken to be pooled by two after res2, as in MODEL.ARCH \(arch): the tensors of networks without that pool "
          + "are the same, and PyTorchVideo has none")
    }
  }

  /// Puts the normalisation of X3D's first shortcut, for which PyTorchVideo has no place, into the convolution before it and
  /// the bias of the branch that it is added to.
  private mutating func foldFirstNormalisation() throws {
    let norm = "\(Self.firstShortcut)_bn."
    let end = "\(StageNames.block(0, stage: 2, pathway: 0)).\(StageNames.branch).c_bn.bias"
    func find(_ name: String) -> Tensor? { tensors.first { $0.name == name }?.tensor }
    guard let weight = find(norm + "weight"), let bias = find(norm + "bias"), let mean = find(norm + "running_mean"),
      let variance = find(norm + "running_var"), let convolution = find("\(Self.firstShortcut).weight"),
      let target = find(end)
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
    tensors.removeAll { $0.name.hasPrefix(norm) }
    notices.append(
      "'\(norm.dropLast())', which PyTorchVideo's X3D lacks, is part of '\(Self.firstShortcut).weight' and '\(end)' there"
    )
  }
}

/// A name without its last part.
private func module(of name: String) -> String { name.lastIndex(of: ".").map { String(name[..<$0]) } ?? "" }

/// Files of Caffe2 leave extents of 1 away.
private func deepened(_ tensor: Tensor, _ name: String) -> Tensor {
  guard tensor.shape.count == 2, name.hasSuffix(".weight"), !name.hasSuffix("projection.weight"),
    !name.hasSuffix("hidden.weight")
  else { return tensor }
  return tensor.reshaped(tensor.shape + [1, 1, 1])
}

/// Why weights cannot be written under other names.
public enum ConversionError: Error, Equatable, CustomStringConvertible {
  case notKnown(String, String, String)
  case notCarried(String, String, [String])

  public var description: String {
    switch self {
    case .notKnown(let path, let reason, let advice):
      "converting '\(path)': \(reason) -> \(advice)"
    case .notCarried(let path, let library, let what):
      "converting '\(path)': \(library) has no network with what these weights need: \(what.joined(separator: "; ")) -> use "
        + "them here as they are: --weights takes the file"
    }
  }
}
