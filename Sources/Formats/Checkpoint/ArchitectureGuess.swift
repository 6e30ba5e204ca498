/// What the names and shapes of a file's tensors say about the network they belong to.
public struct ArchitectureGuess: Sendable {
  /// One configuration value that the tensors speak for.
  public struct Setting: Sendable, Equatable {
    public let key: String
    public let value: String
  }

  /// In words: "SlowFast R50", "I3D R50 with non-local blocks", nil when it is none of the known ones.
  public private(set) var summary: String?
  /// As overrides for a configuration.
  public private(set) var settings: [Setting] = []
  /// What the tensors cannot tell, or what else is worth knowing.
  public private(set) var remarks: [String] = []
  /// Why this program cannot run the network, and what to do; nil where it can, or where it is none of the known ones.
  public private(set) var obstacle: (reason: String, advice: String)?
  /// What the head scores, where the file's own configuration or the number of its classes tells.
  public private(set) var head: Head?

  /// What a head scores.
  public enum Head: Sendable, Equatable {
    /// Boxes of people.
    case boxes
    /// Whole clips; of which data set, where the number of classes tells.
    case clips(dataSet: String?)
  }

  /// Looks at a file's names and shapes; no numbers are read.
  public init(_ checkpoint: Checkpoint) {
    let layout = NetworkLayout(checkpoint)
    if let foreign = ForeignNames(checkpoint.entries.map(\.name)) {
      summary = "a network of \(foreign.owner)"
      obstacle = (
        "its tensors have \(foreign.owner)'s names ('\(printable(foreign.example))'), which this program does not read",
        foreign.advice
      )
      return
    }
    if layout.shape("patch_embed.proj.weight") != nil || layout.shape("blocks.0.attn.qkv.weight") != nil {
      summary = "MViT"
      addClasses(layout)
      refuse("MViT")
      return
    }
    readHead(layout, checkpoint.configText)
    guard let stem = layout.shape("s1.pathway0_stem.conv.weight"), stem.count == 5,
      !layout.blocks(stage: 2, pathway: 0).isEmpty
    else { return }
    if layout.shape("s1.pathway0_stem.conv_xy.weight") != nil {
      guessX3D(layout)
    } else {
      guessResNet(layout, stem)
    }
    addNonLocal(layout)
    addClasses(layout)
    addHead(layout, checkpoint.configText)
  }

  private mutating func refuse(_ family: String) {
    obstacle = (
      "it holds \(summary ?? family), a network that this program cannot run yet",
      "give weights of a SlowFast, Slow, C2D, I3D or X3D network and their config"
    )
  }

  // MARK: ResNets

  private mutating func guessResNet(_ layout: NetworkLayout, _ stem: [Int]) {
    let fastStem = layout.shape("s1.pathway1_stem.conv.weight")
    let isSlowFast = fastStem?.count == 5
    let arch = isSlowFast ? "slowfast" : singlePathwayArch(layout, stem)
    let depth = layout.depth
    summary = [arch == "slowfast" ? "SlowFast" : arch == "slow" ? "Slow" : arch.uppercased(), depth.map { "R\($0)" }]
      .compactMap { $0 }.joined(separator: " ")
    if depth == nil {
      remarks.append("the blocks of the stages, \(layout.blockCounts), are those of no known depth")
    }
    add("MODEL.ARCH", arch)
    add("MODEL.MODEL_NAME", isSlowFast ? "SlowFast" : "ResNet")
    if let depth { add("RESNET.DEPTH", "\(depth)") }
    let width = stem[0]
    add("RESNET.WIDTH_PER_GROUP", "\(width)")
    if let inner = layout.innerWidth, width > 0, inner.isMultiple(of: width), inner > 0 {
      add("RESNET.NUM_GROUPS", "\(inner / width)")
    }
    add("RESNET.NUM_BLOCK_TEMP_KERNEL", temporalBlocks(layout, arch, pathways: isSlowFast ? 2 : 1))
    add("DATA.INPUT_CHANNEL_NUM", "[\(stem[1])\(fastStem.map { ", \($0[1])" } ?? "")]")
    if let fastStem, isSlowFast { addFusion(layout, width, fastStem[0]) }
  }

  private mutating func addFusion(_ layout: NetworkLayout, _ width: Int, _ fastWidth: Int) {
    if fastWidth > 0 { add("SLOWFAST.BETA_INV", "\(width / fastWidth)") }
    if let fuse = layout.shape("s1_fuse.conv_f2s.weight"), fuse.count == 5, fuse[1] > 0 {
      add("SLOWFAST.FUSION_CONV_CHANNEL_RATIO", "\(fuse[0] / fuse[1])")
      add("SLOWFAST.FUSION_KERNEL_SZ", "\(fuse[2])")
    }
    remarks.append("SLOWFAST.ALPHA and the clip's length leave no trace in the tensors")
  }

  private mutating func singlePathwayArch(_ layout: NetworkLayout, _ stem: [Int]) -> String {
    if stem[2] == 5 {
      remarks.append("'slow_i3d' has the same tensors; it lacks the temporal pool after res2")
      return "i3d"
    }
    let isTemporal = (4...5).contains { layout.temporalKernels(stage: $0, pathway: 0).contains { $0 > 1 } }
    if isTemporal { return "slow" }
    remarks.append("'slow_c2d' and '2d' have the same tensors; they lack the temporal pool after res2")
    return "c2d"
  }

  /// How many blocks of each stage take part in the temporal pattern. Where the pattern is 1 throughout, any number
  /// would do, and the usual one is named.
  private func temporalBlocks(_ layout: NetworkLayout, _ arch: String, pathways: Int) -> String {
    let usual = layout.depth == 18 ? [2, 2, 2, 2] : [3, 4, 6, 3]
    let stages = (2...5).map { stage in
      let counts = (0..<pathways).map { pathway -> String in
        let kernels = layout.temporalKernels(stage: stage, pathway: pathway)
        let visible = (kernels.lastIndex { $0 > 1 } ?? -1) + 1
        // I3D's patterns alternate: one block more than the last visible may count, and makes no difference. Slow's res4
        // and res5 have 3 in theirs: without any, none takes part.
        let isFree = arch == "i3d" || arch == "c2d" || pathway == 0 && stage <= 3
        return "\(min(max(visible, isFree ? usual[stage - 2] : 0), kernels.count))"
      }
      return "[\(counts.joined(separator: ", "))]"
    }
    return "[\(stages.joined(separator: ", "))]"
  }

  // MARK: X3D

  private mutating func guessX3D(_ layout: NetworkLayout) {
    let blocks = layout.blockCounts
    let known: [[Int]: (String, String)] = [
      [3, 5, 11, 7]: ("X3D XS, S or M", "2.2"), [5, 10, 25, 15]: ("X3D L", "5.0"), [1, 2, 5, 3]: ("X3D", "1.0"),
    ]
    summary = known[blocks]?.0 ?? "X3D"
    add("MODEL.ARCH", "x3d")
    add("MODEL.MODEL_NAME", "X3D")
    if let factor = known[blocks]?.1 { add("X3D.DEPTH_FACTOR", factor) }
    if let width = layout.shape("head.lin_5.weight")?.first { add("X3D.DIM_C5", "\(width)") }
    remarks.append("X3D XS, S and M have the same tensors; they differ in the clip's length and size")
  }

  // MARK: Common parts

  private mutating func addNonLocal(_ layout: NetworkLayout) {
    let pathways = layout.shape("s1.pathway1_stem.conv.weight") == nil ? 1 : 2
    let stages = (2...5).map { stage in
      (0..<pathways).map { layout.nonLocalBlocks(stage: stage, pathway: $0) }
    }
    let count = stages.joined().joined().count
    if count == 0 { return }
    summary? += " with \(count) non-local block\(count == 1 ? "" : "s")"
    let text = stages.map { stage in
      "[" + stage.map { "[\($0.map(String.init).joined(separator: ", "))]" }.joined(separator: ", ") + "]"
    }
    add("NONLOCAL.LOCATION", "[\(text.joined(separator: ", "))]")
    remarks.append("NONLOCAL.INSTANTIATION (softmax or dot_product) and NONLOCAL.POOL leave no trace in the tensors")
  }

  private mutating func addClasses(_ layout: NetworkLayout) {
    if let classes = layout.shape("head.projection.weight")?.first { add("MODEL.NUM_CLASSES", "\(classes)") }
  }

  /// Tells what the head scores, whatever else the file has.
  private mutating func readHead(_ layout: NetworkLayout, _ configText: String?) {
    guard let projection = layout.shape("head.projection.weight"), projection.count == 2 else { return }
    let dataSet = [400: "Kinetics-400", 600: "Kinetics-600", 700: "Kinetics-700"][projection[0]]
    if dataSet != nil { head = .clips(dataSet: dataSet) }
    if projection[0] == 80 || projection[0] == 60 { head = .boxes }
    if let isDetection = configText.flatMap(detectionFlag) {
      head = isDetection ? .boxes : .clips(dataSet: dataSet)
    }
  }

  private mutating func addHead(_ layout: NetworkLayout, _ configText: String?) {
    guard let projection = layout.shape("head.projection.weight"), projection.count == 2 else {
      remarks.append(
        layout.hasPrefix("head.projection.projection.")
          ? "the head is a multi-layer projection of self-supervised training" : "there is no head")
      return
    }
    if let isDetection = configText.flatMap(detectionFlag) {
      add("DETECTION.ENABLE", isDetection ? "True" : "False")
      remarks.append(
        "the head is \(isDetection ? "an RoI head" : "a classification head") by the file's own configuration")
    } else if projection[0] == 80 || projection[0] == 60 {
      remarks.append(
        "\(projection[0]) classes suggest AVA's RoI head: DETECTION.ENABLE True (both heads have the same tensors)")
    } else {
      remarks.append("the RoI head and the classification head have the same tensors: DETECTION.ENABLE cannot be told")
    }
  }

  /// Finds `ENABLE` in the `DETECTION` block of a configuration in block style, as PySlowFast dumps it.
  private func detectionFlag(_ text: String) -> Bool? {
    var isInside = false
    for line in text.split(separator: "\n") {
      if line.first != " " { isInside = line == "DETECTION:" }
      if isInside, line.hasPrefix("  ENABLE: ") { return line.hasSuffix("true") }
    }
    return nil
  }

  private mutating func add(_ key: String, _ value: String) { settings.append(Setting(key: key, value: value)) }
}
