internal import Configuration
internal import VideoModels

/// Recognises X3D by its tensors.
struct X3DRecognition {
  private(set) var network: Recognition
  private let tensors: TensorIndex

  /// The published networks by their depth factor.
  private static let published = ["2.2": "X3D XS, S or M", "5.0": "X3D L"]

  init?(_ tensors: TensorIndex) {
    let stem = tensors.shape("\(StageNames.stem(pathway: 0)).\(StageNames.stemInSpace).weight")
    guard let stem, stem.count == 5, tensors.stem(pathway: 0) != nil, !tensors.blocks(stage: 2, pathway: 0).isEmpty
    else { return nil }
    self.tensors = tensors
    let depths = tensors.blockCounts
    // Depths are rounded up: the factor is at most the least of these.
    let largest = zip(depths, X3DBackbone.depths(by: 1)).map { Double($0) / Double($1) }.min()!
    // Else it may be a published one with a few blocks missing.
    let depth =
      shortestDecimal(near: largest) { X3DBackbone.depths(by: $0) == depths }
      ?? tensors.depth(
        of: Dictionary(uniqueKeysWithValues: Self.published.keys.map { ($0, X3DBackbone.depths(by: Double($0)!)) }))
    network = Recognition(depth.flatMap { Self.published[$0] } ?? "X3D")
    network.remarkMissingBlocks(depths, of: depth, depth.flatMap(Double.init).map(X3DBackbone.depths))
    network.traits = Set(["x3d", depth].compactMap { $0 })
    let family = X3DFamily()
    network.set(.modelArch, family.archs[0])
    network.set(.modelModelName, family.modelNames[0], or: family.modelNames)
    network.set(.resnetTransFunc, X3DFamily.block)
    if let depth {
      network.set(.x3dDepthFactor, depth)
    } else {
      network.oddity = "the blocks of its stages, \(depths), are those of no depth factor"
    }
    addWidths(stem: stem[0])
    addGroups()
    addHead()
    network.set(.dataInputChannelNum, "[\(stem[1])]")
    if depth == "2.2" {
      network.remark(
        "X3D XS, S and M have the same tensors; they differ in the clip's length and size",
        leavingOpen: Key.dataNumFrames.name, Key.dataTestCropSize.name)
    } else {
      network.leaveOpen(Key.dataNumFrames, Key.dataTestCropSize)
    }
    // M's and L's.
    network.untraced = [Key.dataNumFrames.name: "16", Key.dataSamplingRate.name: "5"]
    if depth == "5.0" {
      network.untraced.merge([Key.dataTrainCropSize.name: "312", Key.dataTestCropSize.name: "356"]) { own, _ in own }
    }
  }

  /// Finds the factors of all stages' widths. `X3D.DIM_C1` is taken to be the published one.
  private mutating func addWidths(stem: Int) {
    let ends = (2...5).compactMap { tensors.convolution("c", block: 0, stage: $0, pathway: 0) }
    guard ends.count == 4, ends.allSatisfy({ $0.count == 5 }) else { return }
    let (widths, inner) = (ends.map { $0[0] }, ends.map { $0[1] })
    guard (widths + inner).allSatisfy(stageChannels.contains) else { return }
    let base = 12
    for scalesStage2 in [false, true] {
      // The widest stage is rounded the least.
      let last = X3DBackbone.widths(base, by: 1, scalesStage2: scalesStage2).last!
      let factor = shortestDecimal(near: Double(widths[3]) / Double(last)) {
        X3DBackbone.widths(base, by: $0, scalesStage2: scalesStage2) == widths
          && X3DBackbone.rounded(base, by: $0, divisor: 1) == stem
      }
      guard let factor else { continue }
      network.set(.x3dDimC1, "\(base)")
      network.set(.x3dWidthFactor, factor)
      network.set(.x3dScaleRes2, scalesStage2 ? "True" : "False")
      break
    }
    if network.value(.x3dWidthFactor) == nil {
      network.oddity =
        network.oddity
        ?? "the widths of the stem, \(stem), and of the stages, \(widths), are those of no width factor with "
        + "\(Key.x3dDimC1.name) \(base)"
    }
    let bottleneck = shortestDecimal(near: Double(inner[3]) / Double(widths[3])) { factor in
      zip(widths, inner).allSatisfy { X3DBackbone.inner($0, by: factor) == $1 }
    }
    if let bottleneck {
      network.set(.x3dBottleneckFactor, bottleneck)
    } else {
      network.oddity =
        network.oddity ?? "the widths inside the blocks, \(inner), are those of no bottleneck factor"
    }
  }

  private mutating func addGroups() {
    guard let shape = tensors.convolution("b", block: 0, stage: 2, pathway: 0), shape.count == 5, shape[1] > 0 else {
      return
    }
    network.set(.x3dChannelwise3x3x3, shape[1] == 1 ? "True" : "False")
    if shape[1] > 1 { network.set(.resnetNumGroups, "\(shape[0] / shape[1])") }
  }

  private mutating func addHead() {
    let dense = "\(Projection.headScope).\(X3DHead.dense)"
    guard let width = tensors.shape("\(dense).weight")?.first else { return }
    network.set(.x3dDimC5, "\(width)")
    network.hasPublishedWidths =
      width == 2048 && network.value(.x3dWidthFactor) == "2.0" && network.value(.x3dBottleneckFactor) == "2.25"
    network.set(.x3dBnLin5, tensors.shape("\(dense)_bn.weight") == nil ? "False" : "True")
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
