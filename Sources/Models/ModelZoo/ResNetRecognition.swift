internal import Configuration
internal import VideoModels
internal import Wording

/// Recognises C2D, I3D, Slow and SlowFast by their tensors.
struct ResNetRecognition {
  private(set) var network: Recognition
  private let tensors: TensorIndex
  private let pathways: Int
  /// `RESNET.DEPTH`; nil where the stages are those of no known one, nor of one with a few blocks missing.
  private let depth: Int?

  init?(_ tensors: TensorIndex) {
    let slowStem = StageNames.stem(pathway: 0)
    guard let stem = tensors.stem(pathway: 0), !tensors.blocks(stage: 2, pathway: 0).isEmpty,
      tensors.shape("\(slowStem).\(StageNames.stemInSpace).weight") == nil
    else { return nil }
    let fastStem = tensors.stem(pathway: 1)
    self.tensors = tensors
    pathways = fastStem == nil ? 1 : 2
    depth = tensors.depth(of: ResNetBackbone.depths)
    network = Recognition("")
    let arch = fastStem == nil ? singlePathwayArch(stem) : "slowfast"
    let kernels = ResNetBackbone.archs.first { $0.name == arch }?.kernels
    network.set(.modelArch, arch, or: ResNetBackbone.archs.filter { $0.kernels == kernels }.map(\.name))
    if arch == "i3d" {
      network.remark(
        "'slow_i3d' has the same tensors, and so has MODEL.MODEL_NAME \(ResNetBackbone.unpooledModelName); they lack the "
          + "temporal pool after res2", leavingOpen: Key.modelArch.name)
    } else if arch == "c2d" {
      network.remark(
        "'slow_c2d' and '2d' have the same tensors, and so has MODEL.MODEL_NAME \(ResNetBackbone.unpooledModelName); they "
          + "lack the temporal pool after res2", leavingOpen: Key.modelArch.name)
    } else if arch == Self.archOfPictures {
      network.remark(
        "\(tensors.hasKernelsOfPictures ? "kernels without an extent of time" : "ImageNet's number of classes") and a "
          + "network that sees each frame by itself speak for one of pictures; 'c2d' and 'slow_c2d' have the same tensors",
        leavingOpen: Key.modelArch.name)
    }
    network.summary = [
      arch == "slowfast" ? "SlowFast" : arch == "slow" ? "Slow" : arch.uppercased(),
      depth.map { "R\($0)" }, hasPlainBlocks && depth != 18 ? "of blocks of two convolutions" : nil,
    ]
    .compactMap { $0 }.joined(separator: " ")
    network.remarkMissingBlocks(tensors.blockCounts, of: depth, depth.flatMap { ResNetBackbone.depths[$0] })
    if depth == nil { network.oddity = "the blocks of its stages, \(tensors.blockCounts), are those of no known depth" }
    if let model = ResNetBackbone.modelNames.first(where: { $0.pathways == pathways }) {
      let alike = ResNetBackbone.modelNames.filter { $0.pathways == pathways }.map(\.name)
      network.set(.modelModelName, model.name, or: alike)
    }
    if fastStem == nil, tensors.hasPrefix("s2.pathway1_") {
      network.oddity = "it has a fast pathway without a stem: tensors are missing"
    }
    if let depth { network.set(.resnetDepth, "\(depth)") }
    if tensors.convolution("a", block: 0, stage: 2, pathway: 0) != nil {
      let hasThree = !hasPlainBlocks
      network.set(
        .resnetTransFunc, (hasThree ? ResNetBackbone.TransFunc.bottleneck : ResNetBackbone.TransFunc.basic).rawValue)
    }
    let width = stem[0]
    network.set(.resnetWidthPerGroup, "\(width)")
    if let inner = innerWidth, width > 0, inner.isMultiple(of: width), inner > 0 {
      network.set(.resnetNumGroups, "\(inner / width)")
    }
    network.set(.resnetNumBlockTempKernel, temporalBlocks(arch))
    network.set(.dataInputChannelNum, "[\(stem[1])\(fastStem.map { ", \($0[1])" } ?? "")]")
    if let fastStem { addFusion(width, fastStem[0]) }
    addNonLocal()
    network.traits = traits(arch)
    network.hasPublishedWidths =
      width == 64 && network.value(.resnetNumGroups) == "1" && !hasPlainBlocks
      && (fastStem == nil
        || network.value(.slowfastBetaInv) == "8" && network.value(.slowfastFusionConvChannelRatio) == "2")
    func table(_ last: Int...) -> String { "\(last.map { [Int](repeating: $0, count: pathways) })" }
    network.untraced = [
      Key.resnetSpatialStrides.name: table(1, 2, 2, 2), Key.resnetSpatialDilations.name: table(1, 1, 1, 1),
      Key.nonlocalGroup.name: table(1, 1, 1, 1),
      Key.nonlocalPool.name: "\((0..<4).map { _ in Array(repeating: [1, 2, 2], count: pathways) })",
    ]
    if network.value(.nonlocalLocation) != nil {
      // As the published networks with such blocks have it.
      network.untraced[Key.nonlocalInstantiation.name] = ["c2d", "i3d"].contains(arch) ? "softmax" : "dot_product"
    }
    if fastStem != nil {
      // 32 frames, every second: 8x8 with the longer lateral kernels, 4x16 with the others.
      let alpha = network.value(.slowfastFusionKernelSz) == "7" ? "4" : "8"
      network.untraced.merge(
        [Key.slowfastAlpha.name: alpha, Key.dataNumFrames.name: "32", Key.dataSamplingRate.name: "2"]
      ) { own, _ in own }
    }
    // As AVA's detectors have it.
    network.untracedOfBoxes = [
      Key.resnetSpatialStrides.name: table(1, 2, 2, 1), Key.resnetSpatialDilations.name: table(1, 1, 1, 2),
    ]
  }

  private static let archOfPictures = "2d"

  /// What tells it among published networks.
  private func traits(_ arch: String) -> Set<String> {
    var traits: Set = [arch]
    if let depth, depth == 18 || !hasPlainBlocks { traits.insert("R\(depth)") }
    if let kernel = network.value(.slowfastFusionKernelSz) { traits.insert("k\(kernel)") }
    // All blocks of res4 with temporal kernels, where the usual R101 has six of them.
    if depth == 101, network.value(.resnetNumBlockTempKernel)?.contains("23") == true { traits.insert("23") }
    if network.value(.nonlocalLocation) != nil { traits.insert("nl") }
    return traits
  }

  private mutating func addFusion(_ width: Int, _ fastWidth: Int) {
    if fastWidth > 0, width.isMultiple(of: fastWidth) {
      network.set(.slowfastBetaInv, "\(width / fastWidth)")
    } else {
      network.oddity =
        network.oddity ?? "the slow pathway's width, \(width), is no multiple of the fast one's, \(fastWidth)"
    }
    // One of them may be missing.
    let fuse = (1...4).compactMap { tensors.shape("\(StageNames.fusion(after: $0)).\(StageNames.lateral).weight") }
      .first { $0.count == 5 && $0[1] > 0 }
    if let fuse {
      network.set(.slowfastFusionConvChannelRatio, "\(fuse[0] / fuse[1])")
      network.set(.slowfastFusionKernelSz, "\(fuse[2])")
    }
    network.leaveOpen(Key.slowfastAlpha, Key.dataNumFrames)
  }

  private func singlePathwayArch(_ stem: [Int]) -> String {
    if stem[2] == ResNetBackbone.TemporalKernels.inflated.stem { return "i3d" }
    let isTemporal = (4...5).contains { tensors.temporalKernels(stage: $0, pathway: 0).contains { ($0 ?? 1) > 1 } }
    if isTemporal { return "slow" }
    let classes = tensors.shape(Projection.scope + ".weight")?.first
    return tensors.hasKernelsOfPictures || classes == ArchitectureGuess.classesOfImageNet ? Self.archOfPictures : "c2d"
  }

  /// Whether blocks have two convolutions, as those of R18 and R34.
  private var hasPlainBlocks: Bool {
    tensors.hasConvolution("a") && !tensors.hasConvolution("c")
  }

  /// The width inside the first bottleneck of res2.
  private var innerWidth: Int? {
    guard let a = tensors.convolution("a", block: 0, stage: 2, pathway: 0),
      !hasPlainBlocks
    else { return nil }
    return a.first
  }

  /// How many blocks of each stage take part in the temporal pattern. Where the pattern is 1 throughout, any number
  /// would do, and the usual one is named.
  private func temporalBlocks(_ arch: String) -> String {
    let usual = ResNetBackbone.depths[depth == 18 ? 18 : 50]!
    let stages = (2...5).map { stage in
      let counts = (0..<pathways).map { pathway -> String in
        let kernels = tensors.temporalKernels(stage: stage, pathway: pathway)
        // Where the pattern's kernels are those of several counts, the usual one is named, or else the least.
        let pattern = ResNetBackbone.archs.first { $0.name == arch }?.kernels[pathway]
        func suits(_ count: Int) -> Bool {
          let expected = pattern?.blocks(stage: stage - 2, depth: kernels.count, count: count) ?? []
          return zip(kernels, expected).allSatisfy { $0 == nil || $0 == $1 }
        }
        let usual = min(usual[stage - 2], kernels.count)
        let visible = (kernels.lastIndex { ($0 ?? 1) > 1 } ?? -1) + 1
        return "\(suits(usual) ? usual : (0...kernels.count).first(where: suits) ?? visible)"
      }
      return "[\(counts.joined(separator: ", "))]"
    }
    return "[\(stages.joined(separator: ", "))]"
  }

  private mutating func addNonLocal() {
    let stages = (2...5).map { stage in
      (0..<pathways).map { tensors.nonLocalBlocks(stage: stage, pathway: $0) }
    }
    let count = stages.joined().joined().count
    if count == 0 {
      network.unseen[Key.nonlocalLocation.name] = "\(stages)"
      return
    }
    for (stage, blocks) in stages.enumerated() {
      let depth = tensors.blockCounts[stage]
      if let stray = blocks.joined().first(where: { $0 >= depth }) {
        network.oddity =
          network.oddity ?? "it has a non-local block after block \(stray) of res\(stage + 2), which has "
          + "\(counted(depth, "block"))"
      }
    }
    network.summary += " with \(count) non-local block\(count == 1 ? "" : "s")"
    network.set(.nonlocalLocation, "\(stages)")
    network.leaveOpen(Key.nonlocalInstantiation, Key.nonlocalPool)
  }
}
