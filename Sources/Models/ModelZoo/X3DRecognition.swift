internal import Configuration
internal import VideoModels

/// Recognises X3D by its tensors.
struct X3DRecognition {
  private(set) var network: Recognition
  private let tensors: TensorIndex

  /// The published networks by their depth factor.
  private static let published = ["2.2": "X3D XS, S or M", "5.0": "X3D L"]

  init?(_ tensors: TensorIndex) {
    guard tensors.hasStages, Self.hasMarks(tensors) else { return nil }
    self.tensors = tensors
    let depths = tensors.blockCounts
    let depth = Self.depth(depths)
    network = Recognition(depth?.certain.flatMap { Self.published[$0] } ?? "X3D")
    network.remarkMissingBlocks(depths, depth)
    network.traits = Set(["x3d", depth?.depth].compactMap { $0 })
    let family = X3DFamily()
    network.set(.modelArch, family.archs[0])
    network.set(.modelModelName, family.modelNames[0], or: family.modelNames)
    network.set(.resnetTransFunc, X3DFamily.block)
    if let depth {
      network.set(.x3dDepthFactor, depth.depth, or: depth.others)
    } else {
      network.oddity = "the blocks of its stages, \(depths), are those of no depth factor"
    }
    addWidths()
    addGroups()
    addHead()
    if let stem = tensors.shape("\(Self.stem).\(StageNames.stemInSpace).weight"), stem.count == 5 {
      network.set(.dataInputChannelNum, "[\(stem[1])]")
    }
    if depth?.certain == "2.2" {
      network.remark(
        "X3D XS, S and M have the same tensors; they differ in the clip's length and size",
        leavingOpen: Key.dataNumFrames.name, Key.dataTestCropSize.name)
    } else {
      network.leaveOpen(Key.dataNumFrames, Key.dataTestCropSize)
    }
    // M's and L's.
    network.untraced = [Key.dataNumFrames.name: "16", Key.dataSamplingRate.name: "5"]
    if depth?.depth == "5.0" {
      network.untraced.merge([Key.dataTrainCropSize.name: "312", Key.dataTestCropSize.name: "356"]) { own, _ in own }
    }
  }

  private static let stem = StageNames.stem(pathway: 0)

  /// Whether there are layers that no other network of stages has.
  private static func hasMarks(_ tensors: TensorIndex) -> Bool {
    tensors.branchParts.contains("se") || tensors.shape("\(stem).\(StageNames.stemInSpace).weight") != nil
      || X3DFamily.clipLayers.contains(where: tensors.hasPrefix)
  }

  // MARK: Factors

  /// The factor of exactly these depths, else that of a network of which blocks are missing.
  private static func depth(_ counts: [Int]) -> StageDepth<String>? {
    // Depths are rounded up: the factor is at most the least of these. Of stages without blocks nothing is known.
    let ratios = zip(counts, X3DBackbone.depths(by: 1)).filter { $0.0 > 0 }.map { Double($0) / Double($1) }
    func suits(_ factor: Double) -> Bool {
      zip(X3DBackbone.depths(by: factor), counts).allSatisfy { $1 == 0 || $0 == $1 }
    }
    let exact = ratios.min().flatMap { shortestDecimal(near: $0, where: suits) }.flatMap { factor in
      StageDepth(counts, of: [factor: X3DBackbone.depths(by: Double(factor)!)])
    }
    if let exact, exact.blocks == counts { return exact }
    let published = Dictionary(
      uniqueKeysWithValues: Self.published.keys.map { ($0, X3DBackbone.depths(by: Double($0)!)) })
    let found = StageDepth(counts, of: published)
    if found?.certain != nil || published.keys.contains(where: { suits(Double($0)!) }) { return found }
    return exact ?? found
  }

  /// Finds the factors of all stages' widths, as far as they are told. `X3D.DIM_C1` is taken to be the published one.
  private mutating func addWidths() {
    var widths = (2...5).map { tensors.width(stage: $0, pathway: 0) }
    var inner = (2...5).map { tensors.innerWidth(stage: $0, pathway: 0) }
    if let last = tensors.shape("\(X3DFamily.clipLayers[0]).weight"), last.count == 5 {
      (inner[3], widths[3]) = (inner[3] ?? last[0], widths[3] ?? last[1])
    }
    guard (widths + inner).allSatisfy({ $0.map(stageChannels.contains) ?? true }) else { return }
    addWidthFactor(widths)
    let pairs = zip(widths, inner).compactMap { width, inner in width.flatMap { width in inner.map { (width, $0) } } }
    guard let widest = pairs.last else { return }
    let bottleneck = shortestDecimal(near: Double(widest.1) / Double(widest.0)) { factor in
      pairs.allSatisfy { X3DBackbone.inner($0.0, by: factor) == $0.1 }
    }
    if let bottleneck {
      network.set(.x3dBottleneckFactor, bottleneck)
    } else {
      network.oddity =
        network.oddity
        ?? "the widths inside the blocks, \(inner.compactMap(\.self)), are those of no bottleneck factor"
    }
  }

  private mutating func addWidthFactor(_ widths: [Int?]) {
    // The widest stage is rounded the least.
    guard let widest = widths.lastIndex(where: { $0 != nil }), let width = widths[widest] else { return }
    let stem =
      tensors.stemChannels(pathway: 0) ?? tensors.shape("\(Self.stem).\(StageNames.stemInSpace).weight")?.first
    let base = 12
    for scalesStage2 in [false, true] {
      let unscaled = X3DBackbone.widths(base, by: 1, scalesStage2: scalesStage2)[widest]
      let factor = shortestDecimal(near: Double(width) / Double(unscaled)) { factor in
        zip(widths, X3DBackbone.widths(base, by: factor, scalesStage2: scalesStage2)).allSatisfy {
          $0 == nil || $0 == $1
        }
          && (stem == nil || stem == X3DBackbone.rounded(base, by: factor, divisor: 1))
      }
      guard let factor else { continue }
      network.set(.x3dDimC1, "\(base)")
      network.set(.x3dWidthFactor, factor)
      network.set(.x3dScaleRes2, scalesStage2 ? "True" : "False")
      return
    }
    let known = widths.compactMap(\.self)
    network.oddity =
      network.oddity
      ?? "the widths\(stem.map { " of the stem, \($0), and" } ?? "") of the stages, \(known), are those of no width factor "
      + "with \(Key.x3dDimC1.name) \(base)"
  }

  private mutating func addGroups() {
    guard let shape = tensors.convolutions("b").first, shape[1] > 0 else { return }
    network.set(.x3dChannelwise3x3x3, shape[1] == 1 ? "True" : "False")
    if shape[1] > 1 { network.set(.resnetNumGroups, "\(shape[0] / shape[1])") }
  }

  private mutating func addHead() {
    let dense = "\(Projection.headScope).\(X3DHead.dense)"
    let columns = tensors.shape("\(Projection.scope).weight").flatMap { $0.count == 2 ? $0[1] : nil }
    guard X3DFamily().scoresBoxes(tensors) == false,
      let width = tensors.channels(of: dense, norm: dense + "_bn") ?? columns
    else { return }
    network.set(.x3dDimC5, "\(width)")
    network.hasPublishedWidths =
      width == 2048 && network.value(.x3dWidthFactor) == "2.0" && network.value(.x3dBottleneckFactor) == "2.25"
    network.set(.x3dBnLin5, tensors.hasPrefix("\(dense)_bn.") ? "True" : "False")
  }
}

/// The number of the fewest decimal places, four at most, next to a value and suitable; nil where there is none.
private func shortestDecimal(near value: Double, where suits: (Double) -> Bool) -> String? {
  var scale = 1.0
  for _ in 0...4 {
    for scaled in [(value * scale).rounded(), (value * scale).rounded(.down), (value * scale).rounded(.up)] {
      let number = scaled / scale
      if number > 0, suits(number) { return "\(number)" }
    }
    scale *= 10
  }
  return nil
}
