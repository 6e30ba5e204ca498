internal import VideoModels

/// What PyTorchVideo calls the layers of a network of four stages, and what they are called here; those of a bottleneck's
/// ResNet by default.
struct PyTorchVideoParts {
  typealias Names = [(there: String, here: String)]

  /// After the first block's and the stem's name.
  var stem: Names = [("conv", StageNames.stemConvolution), ("norm", "bn")]
  /// Between the first and the last convolution of a residual block, after its name.
  var middle: Names = [("branch2.conv_b", "branch2.b"), ("branch2.norm_b", "branch2.b_bn")]
  /// Of the head that scores clips, after the last block's and the head's name.
  var clipHead: Names = [PyTorchVideoParts.projection]

  fileprivate static let projection = (there: "proj", here: "projection")

  /// Of a residual block.
  fileprivate var block: Names { Self.shortcutAndEnds + middle }

  private static let shortcutAndEnds: Names = [
    ("branch1_conv", "branch1"), ("branch1_norm", "branch1_bn"), ("branch2.conv_a", "branch2.a"),
    ("branch2.norm_a", "branch2.a_bn"), ("branch2.conv_c", "branch2.c"), ("branch2.norm_c", "branch2.c_bn"),
  ]
}

/// How PyTorchVideo numbers and names the parts of a network of four stages.
struct PyTorchVideoLayout {
  /// What stands before the blocks.
  let prefix: String
  /// The numbers of res2 to res5. C2D and I3D have their pool of frames, which owns no tensors, at 2.
  let stages: [Int]
  /// The number of the head that scores clips.
  let head: Int?
  let pathways: Int
  /// nil where there is no head.
  let scoresBoxes: Bool?
  private let parts: PyTorchVideoParts

  private static let boxHead = "detection_head"

  /// The layout of a file's network: what is there tells of what is missing.
  init(_ file: PeerFile, prefix: String, _ parts: PyTorchVideoParts) {
    self.prefix = prefix
    self.parts = parts
    let residual = Self.stages(file, prefix: prefix)
    let last = Self.numbers(file, prefix: prefix).map(\.number).max() ?? 0
    pathways = file.first(containing: ".multipathway_") == nil ? 1 : 2
    // Where time is pooled the stages after res2 come one later, and so does the head of one pathway. Stages double the
    // channels: else what is the third part is twice as wide as res2, and not four times.
    func width(_ number: Int) -> Int? {
      let start = "\(prefix)blocks.\(number)."
      return file.names.lazy.filter { name in
        name.hasPrefix(start) && [".branch1_conv.weight", ".conv_c.weight"].contains { name.hasSuffix($0) }
      }.compactMap { file.shape($0)?.first }.first
    }
    let isLater = last > 5 && pathways == 1 || width(3) != nil && width(3) == width(1).map { 2 * $0 }
    let poolsTime = residual.contains(5) || !residual.contains(2) && isLater
    stages = poolsTime ? Self.pooledStages : Self.plainStages
    head = last > stages[3] ? last : nil
    scoresBoxes = file.names.contains { $0.hasPrefix(Self.boxHead + ".") } ? true : head.map { _ in false }
  }

  private static let plainStages = [1, 2, 3, 4]
  private static let pooledStages = [1, 3, 4, 5]

  /// The numbers of a file's parts, and what follows them in its names.
  private static func numbers(_ file: PeerFile, prefix: String) -> [(number: Int, rest: Substring)] {
    let start = prefix + "blocks."
    return file.names.filter { $0.hasPrefix(start) }.compactMap { leadingNumber($0.dropFirst(start.count)) }
  }

  /// The numbers of the parts that have residual blocks.
  static func stages(_ file: PeerFile, prefix: String) -> Set<Int> {
    Set(numbers(file, prefix: prefix).filter { $0.rest.hasPart("res_blocks.") }.map(\.number))
  }

  /// The layout of a network that is to be written.
  ///
  /// - Parameter isWrapped: Whether PySlowFast's wrapper is to read it.
  init(pathways: Int, poolsTime: Bool, parts: PyTorchVideoParts, scoresBoxes: Bool?, isWrapped: Bool) {
    prefix = scoresBoxes == true || isWrapped ? "model." : ""
    stages = poolsTime ? Self.pooledStages : Self.plainStages
    head = scoresBoxes == false ? (pathways == 2 || poolsTime ? 6 : 5) : nil
    self.pathways = pathways
    self.scoresBoxes = scoresBoxes
    self.parts = parts
  }

  /// A block of a stage or of the stem.
  private func block(_ number: Int, pathway: Int) -> String {
    "\(prefix)blocks.\(number)" + (pathways == 2 ? ".multipathway_blocks.\(pathway)" : "")
  }

  /// A residual block of res2 (stage 2) to res5.
  func block(_ block: Int, stage: Int, pathway: Int) -> String {
    "\(self.block(stages[stage - 2], pathway: pathway)).res_blocks.\(block)"
  }

  /// The numbers of a file's residual blocks, by stage and pathway.
  func blocks(in file: PeerFile) -> [[[Int]]] {
    (2...5).map { stage in
      (0..<pathways).map { pathway in
        let start = block(stages[stage - 2], pathway: pathway) + ".res_blocks."
        let numbers = file.names.lazy.filter { $0.hasPrefix(start) }.compactMap {
          leadingNumber($0.dropFirst(start.count))?.number
        }
        return Set(numbers).sorted()
      }
    }
  }

  /// The names of all layers, there and here.
  ///
  /// - Parameter blocks: The numbers of the residual blocks of res2 to res5, by pathway.
  func modules(_ blocks: [[[Int]]]) -> [PeerNetwork.Module] {
    var modules: [PeerNetwork.Module] = []
    func add(_ own: String, _ model: String, _ names: PyTorchVideoParts.Names) {
      modules += names.map { PeerNetwork.Module(own: "\(own).\($0.there)", model: "\(model).\($0.here)") }
    }
    for pathway in 0..<pathways {
      add(block(0, pathway: pathway), StageNames.stem(pathway: pathway), parts.stem)
    }
    for stage in 2...5 {
      for pathway in 0..<pathways {
        for number in blocks[stage - 2][pathway] {
          add(
            block(number, stage: stage, pathway: pathway), StageNames.block(number, stage: stage, pathway: pathway),
            parts.block)
        }
      }
    }
    if pathways == 2 {
      for (number, stage) in zip([0] + stages.prefix(3), 1...4) {
        add(
          "\(prefix)blocks.\(number).multipathway_fusion", StageNames.fusion(after: stage),
          [("conv_fast_to_slow", StageNames.lateral), ("norm", "bn")])
      }
    }
    if scoresBoxes == true { add(Self.boxHead, Projection.headScope, [PyTorchVideoParts.projection]) }
    if scoresBoxes == false, let head { add("\(prefix)blocks.\(head)", Projection.headScope, parts.clipHead) }
    return modules
  }
}
