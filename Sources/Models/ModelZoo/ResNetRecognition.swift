internal import Configuration
internal import VideoModels
internal import Wording

/// Recognises C2D, I3D, Slow and SlowFast by their tensors, be it that some are missing: what one of them would tell, others
/// tell too.
struct ResNetRecognition {
  private(set) var network: Recognition
  private let tensors: TensorIndex
  private let pathways: Int
  /// `RESNET.DEPTH`; nil where the stages are those of no known one, nor of one with blocks missing.
  private let depth: StageDepth<Int>?
  /// Whether blocks have two convolutions, as those of R18 and R34.
  private let hasPlainBlocks: Bool

  init?(_ tensors: TensorIndex) {
    guard tensors.hasStages else { return nil }
    self.tensors = tensors
    pathways = tensors.hasFastPathway ? 2 : 1
    hasPlainBlocks = Self.hasPlainBlocks(tensors)
    depth = StageDepth(tensors.blockCounts, of: ResNetBackbone.depths)
    network = Recognition("")
    let kinds = pathways == 2 ? ["slowfast"] : singlePathwayArchs()
    let arch = kinds[0]
    let kernels = ResNetBackbone.archs.filter { kinds.contains($0.name) }.map(\.kernels)
    network.set(.modelArch, arch, or: ResNetBackbone.archs.filter { kernels.contains($0.kernels) }.map(\.name))
    if kinds.count > 1 {
      network.remark("the blocks are missing that tell \(series(kinds.map(Self.name), "and")) apart")
    } else {
      remarkTwins(arch)
    }
    network.summary = [
      series(kinds.map(Self.name), "or"), depth?.certain.map { "R\($0)" },
      hasPlainBlocks && depth?.certain != 18 ? "of blocks of two convolutions" : nil,
    ]
    .compactMap { $0 }.joined(separator: " ")
    network.remarkMissingBlocks(tensors.blockCounts, depth)
    if depth == nil { network.oddity = "the blocks of its stages, \(tensors.blockCounts), are those of no known depth" }
    if let model = ResNetBackbone.modelNames.first(where: { $0.pathways == pathways }) {
      let alike = ResNetBackbone.modelNames.filter { $0.pathways == pathways }.map(\.name)
      network.set(.modelModelName, model.name, or: alike)
    }
    if let depth { network.set(.resnetDepth, "\(depth.depth)", or: depth.others.map(String.init)) }
    if tensors.branchParts.contains("a") || !hasPlainBlocks {
      network.set(
        .resnetTransFunc,
        (hasPlainBlocks ? ResNetBackbone.TransFunc.basic : ResNetBackbone.TransFunc.bottleneck).rawValue)
    }
    addWidths()
    network.set(.resnetNumBlockTempKernel, temporalBlocks(arch))
    addNonLocal()
    if kinds.count == 1, depth?.others.isEmpty != false { network.traits = traits(arch) }
    network.hasPublishedWidths =
      network.value(.resnetWidthPerGroup) == "64" && network.value(.resnetNumGroups) == "1" && !hasPlainBlocks
      && (pathways == 1
        || network.value(.slowfastBetaInv) == "8" && network.value(.slowfastFusionConvChannelRatio) == "2")
    addUsualValues(arch)
  }

  private static func name(_ arch: String) -> String {
    arch == "slowfast" ? "SlowFast" : arch == "slow" ? "Slow" : arch.uppercased()
  }

  private static let archOfPictures = "2d"

  /// Says what has the same tensors.
  private mutating func remarkTwins(_ arch: String) {
    let key = Key.modelArch.name
    let unpooled = "and so has MODEL.MODEL_NAME \(ResNetBackbone.unpooledModelName)"
    switch arch {
    case "i3d":
      network.remark(
        "'slow_i3d' has the same tensors, \(unpooled); they lack the temporal pool after res2", leavingOpen: key)
    case "c2d":
      network.remark(
        "'slow_c2d' and '2d' have the same tensors, \(unpooled); they lack the temporal pool after res2",
        leavingOpen: key)
    case Self.archOfPictures:
      network.remark(
        "\(tensors.hasKernelsOfPictures ? "kernels without an extent of time" : "ImageNet's number of classes") and a "
          + "network that sees each frame by itself speak for one of pictures; 'c2d' and 'slow_c2d' have the same tensors",
        leavingOpen: key)
    default: break
    }
  }

  private mutating func addUsualValues(_ arch: String) {
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
    if pathways == 2 {
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

  /// What tells it among published networks.
  private func traits(_ arch: String) -> Set<String> {
    var traits: Set = [arch]
    let depth = depth?.depth
    if let depth, depth == 18 || !hasPlainBlocks { traits.insert("R\(depth)") }
    if let kernel = network.value(.slowfastFusionKernelSz) { traits.insert("k\(kernel)") }
    // All blocks of res4 with temporal kernels, where the usual R101 has six of them.
    if depth == 101, network.value(.resnetNumBlockTempKernel)?.contains("23") == true { traits.insert("23") }
    if network.value(.nonlocalLocation) != nil { traits.insert("nl") }
    return traits
  }

  // MARK: Blocks

  /// The first of two convolutions sees height and width, the first of three does not.
  private static func hasPlainBlocks(_ tensors: TensorIndex) -> Bool {
    let first = tensors.convolutions("a")
    if !first.isEmpty { return 2 * first.count { $0[3] > 1 } > first.count }
    return !tensors.branchParts.isEmpty && tensors.branchParts.isDisjoint(with: ["c", "c_bn"])
  }

  /// The architectures of one pathway whose kernels the tensors have: several, where those that tell are missing.
  private func singlePathwayArchs() -> [String] {
    let kinds: [(name: String, kernels: ResNetBackbone.TemporalKernels)] = [
      ("c2d", .flat), ("i3d", .inflated), ("slow", .slow),
    ]
    let stem = tensors.stem(pathway: 0)?[2]
    let inflated = ResNetBackbone.TemporalKernels.inflated.stem
    let doubts = kinds.map { kind -> Int in
      var doubt = 0
      if let stem, (stem == inflated) != (kind.kernels.stem == inflated) { doubt += 1 << 16 }
      for stage in 2...5 {
        let cycle = kind.kernels.stages[stage - 2]
        for (block, own) in tensors.temporalKernels(stage: stage, pathway: 0).enumerated() {
          guard let own else { continue }
          let isTemporal = cycle[block % cycle.count] > 1
          // Blocks of the pattern may do without its kernels (`RESNET.NUM_BLOCK_TEMP_KERNEL`); others have none.
          if own > 1, !isTemporal { doubt += 1 << 8 }
          if own == 1, isTemporal { doubt += 1 }
        }
      }
      return doubt
    }
    let likely = zip(kinds, doubts).filter { $1 == doubts.min() }.map(\.0.name)
    if likely != ["c2d"] { return likely }
    let classes = tensors.shape(Projection.scope + ".weight")?.first
    let isOfPictures = tensors.hasKernelsOfPictures || classes == ArchitectureGuess.classesOfImageNet
    return [isOfPictures ? Self.archOfPictures : "c2d"]
  }

  /// How many blocks of each stage take part in the temporal pattern. Where the pattern is 1 throughout, any number
  /// would do, and the usual one is named.
  private func temporalBlocks(_ arch: String) -> String {
    let usual = ResNetBackbone.depths[depth?.depth == 18 ? 18 : 50]!
    let stages = (2...5).map { stage in
      let blocks = depth?.blocks[stage - 2] ?? tensors.blockCounts[stage - 2]
      let counts = (0..<pathways).map { pathway -> String in
        let kernels = tensors.temporalKernels(stage: stage, pathway: pathway)
        // Where the pattern's kernels are those of several counts, the usual one is named, or else the least.
        let pattern = ResNetBackbone.archs.first { $0.name == arch }?.kernels[pathway]
        func suits(_ count: Int) -> Bool {
          let expected = pattern?.blocks(stage: stage - 2, depth: kernels.count, count: count) ?? []
          return zip(kernels, expected).allSatisfy { $0 == nil || $0 == $1 }
        }
        let usual = min(usual[stage - 2], blocks)
        let visible = (kernels.lastIndex { ($0 ?? 1) > 1 } ?? -1) + 1
        return "\(suits(usual) ? usual : (0...blocks).first(where: suits) ?? visible)"
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
      let depth = depth?.blocks[stage] ?? tensors.blockCounts[stage]
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

  // MARK: Widths

  private mutating func addWidths() {
    let fast = pathways == 2 ? fastWidth : nil
    if let width = width(0) ?? (fast.flatMap(widthOfHead)) {
      network.set(.resnetWidthPerGroup, "\(width)")
      if let inner = innerWidth, inner.isMultiple(of: width) { network.set(.resnetNumGroups, "\(inner / width)") }
      if pathways == 2 { addBeta(width, fast ?? fastWidth(beside: width)) }
    }
    let channels = (0..<pathways).map { tensors.stem(pathway: $0)?[1] }
    if let known = channels.compactMap(\.self).first {
      network.set(.dataInputChannelNum, "[\(channels.map { "\($0 ?? known)" }.joined(separator: ", "))]")
    }
    if pathways == 2 { addFusion() }
  }

  /// The width of a pathway's stem, as that or any of its blocks tells.
  private func width(_ pathway: Int) -> Int? {
    if let stem = tensors.stemChannels(pathway: pathway), stem > 0 { return stem }
    for stage in 2...5 {
      let layers = [hasPlainBlocks ? "b" : "c"].map { "\(StageNames.branch).\($0)" } + [StageNames.shortcut]
      let made = tensors.channels(of: layers, stage: stage, pathway: pathway)
      if let made, made >= 4 << (stage - 2) { return made >> stage }
    }
    return nil
  }

  /// That of the fast pathway, as the lateral connections tell it, too.
  private var fastWidth: Int? {
    width(1)
      ?? (1...4).lazy.compactMap { stage -> Int? in
        guard let lateral = self.lateral(after: stage) else { return nil }
        return stage == 1 ? lateral[1] : lateral[1] >> stage
      }.first { $0 > 0 }
  }

  /// The same, where all of its own tensors are missing: as the first block tells, to which it is joined, or as is usual.
  private func fastWidth(beside width: Int) -> Int {
    let joined = tensors.convolution("a", block: 0, stage: 2, pathway: 0).map { $0[1] - width } ?? 0
    let usual = [8, 4, 2].first { width.isMultiple(of: $0) } ?? 1
    // Two channels of lateral connections for each of its own.
    return joined > 1 ? joined / 2 : width / usual
  }

  /// The slow pathway's, as the columns of the head tell it.
  private func widthOfHead(_ fast: Int) -> Int? {
    let columns = tensors.shape("\(Projection.scope).weight").flatMap { $0.count == 2 ? $0[1] : nil }
    return columns.map { $0 / 32 - fast }.flatMap { $0 > 0 ? $0 : nil }
  }

  /// The width inside the bottlenecks, as if of res2's.
  private var innerWidth: Int? {
    if hasPlainBlocks { return nil }
    return (2...5).lazy.compactMap { stage in
      self.tensors.innerWidth(stage: stage, pathway: 0).map { $0 >> (stage - 2) }
    }.first { $0 > 0 }
  }

  private func lateral(after stage: Int) -> [Int]? {
    let shape = tensors.shape("\(StageNames.fusion(after: stage)).\(StageNames.lateral).weight")
    return shape.flatMap { $0.count == 5 && $0[1] > 0 ? $0 : nil }
  }

  private mutating func addBeta(_ width: Int, _ fast: Int) {
    if fast > 0, width.isMultiple(of: fast) {
      network.set(.slowfastBetaInv, "\(width / fast)")
    } else {
      network.oddity =
        network.oddity ?? "the slow pathway's width, \(width), is no multiple of the fast one's, \(fast)"
    }
  }

  private mutating func addFusion() {
    // Some of them may be missing.
    if let fuse = (1...4).compactMap(lateral).first {
      network.set(.slowfastFusionConvChannelRatio, "\(fuse[0] / fuse[1])")
      network.set(.slowfastFusionKernelSz, "\(fuse[2])")
    }
    network.leaveOpen(Key.slowfastAlpha, Key.dataNumFrames)
  }
}
