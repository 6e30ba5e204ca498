/// How PyTorchVideo numbers and names the parts of a network of four stages.
struct PyTorchVideoLayout: Equatable {
  /// What stands before the blocks.
  var prefix: String
  /// The numbers of res2 to res5. C2D and I3D have their pool of frames, which owns no tensors, at 2.
  var stages: [Int]
  /// The number of the head that scores clips.
  var head: Int?
  var pathways: Int
  var network: Network
  /// nil where there is no head.
  var scoresBoxes: Bool?

  /// Networks whose blocks are named otherwise; CSN's are named as those of other ResNets.
  enum Network: Equatable {
    case resNet, x3d, r2plus1d, csn

    /// - Parameter arch: `MODEL.ARCH`.
    init(arch: String) {
      switch arch {
      case "x3d": self = .x3d
      case "r2plus1d": self = .r2plus1d
      case "csn": self = .csn
      default: self = .resNet
      }
    }
  }

  private static let boxHead = "detection_head"

  init(_ file: PeerFile, prefix: String) {
    let start = prefix + "blocks."
    var all: Set<Int> = []
    var residual: Set<Int> = []
    for name in file.names where name.hasPrefix(start) {
      guard let (number, rest) = leadingNumber(name.dropFirst(start.count)) else { continue }
      all.insert(number)
      if rest.contains("res_blocks.") { residual.insert(number) }
    }
    self.prefix = prefix
    stages = residual.sorted()
    head = all.subtracting(residual).filter { $0 > 0 }.max()
    pathways = file.names.contains { $0.contains(".multipathway_blocks.1.") } ? 2 : 1
    if file.has(start + "0.conv.conv_t.weight") {
      network = .x3d
    } else if file.first(containing: ".branch2.conv_b.conv_t.") != nil {
      network = .r2plus1d
    } else {
      // Each channel by itself, and over several frames.
      let isSeparated = { (shape: [Int]) in shape.count == 5 && shape[0] > 1 && shape[1] == 1 && shape[2] > 1 }
      network = file.first(ending: ".branch2.conv_b.weight", where: isSeparated) == nil ? .resNet : .csn
    }
    let scoresBoxes = file.has("\(Self.boxHead).proj.weight")
    self.scoresBoxes = scoresBoxes ? true : head.map { _ in false }
  }

  /// The layout of a network that is to be written.
  ///
  /// - Parameter isWrapped: Whether PySlowFast's wrapper is to read it.
  init(pathways: Int, poolsTime: Bool, network: Network, scoresBoxes: Bool?, isWrapped: Bool = false) {
    prefix = scoresBoxes == true || isWrapped ? "model." : ""
    stages = poolsTime ? [1, 3, 4, 5] : [1, 2, 3, 4]
    head = scoresBoxes == false ? (pathways == 2 || poolsTime ? 6 : 5) : nil
    self.pathways = pathways
    self.network = network
    self.scoresBoxes = scoresBoxes
  }

  private func path(_ pathway: Int) -> String { pathways == 2 ? "multipathway_blocks.\(pathway)." : "" }

  /// A residual block of res2 (stage 2) to res5.
  func block(_ block: Int, stage: Int, pathway: Int) -> String {
    "\(prefix)blocks.\(stages[stage - 2]).\(path(pathway))res_blocks.\(block)"
  }

  /// The numbers of a file's residual blocks, by stage and pathway.
  func blocks(in file: PeerFile) -> [[[Int]]] {
    (2...5).map { stage in
      (0..<pathways).map { pathway in
        let start = "\(prefix)blocks.\(stages[stage - 2]).\(path(pathway))res_blocks."
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
    func add(_ own: String, _ model: String) { modules.append(PeerNetwork.Module(own: own, model: model)) }
    for pathway in 0..<pathways {
      let (own, model) = ("\(prefix)blocks.0.\(path(pathway))", StageNames.stem(pathway: pathway))
      if network == .x3d {
        // The two are named the wrong way round there: conv_t is 1x3x3, conv_xy 5x1x1.
        add(own + "conv.conv_t", "\(model).\(StageNames.stemInSpace)")
        add(own + "conv.conv_xy", "\(model).\(StageNames.stemConvolution)")
      } else {
        add(own + "conv", "\(model).\(StageNames.stemConvolution)")
      }
      add(own + "norm", "\(model).bn")
    }
    for stage in 2...5 {
      for pathway in 0..<pathways {
        for number in blocks[stage - 2][pathway] {
          let own = block(number, stage: stage, pathway: pathway)
          let model = StageNames.block(number, stage: stage, pathway: pathway)
          for (there, here) in Self.parts(of: network) { add("\(own).\(there)", "\(model).\(here)") }
        }
      }
    }
    if pathways == 2 {
      for (number, stage) in zip([0] + stages.prefix(3), 1...4) {
        let own = "\(prefix)blocks.\(number).multipathway_fusion"
        add("\(own).conv_fast_to_slow", "\(StageNames.fusion(after: stage)).\(StageNames.lateral)")
        add("\(own).norm", "\(StageNames.fusion(after: stage)).bn")
      }
    }
    if scoresBoxes == true { add("\(Self.boxHead).proj", headModule("projection")) }
    guard scoresBoxes == false, let head else { return modules }
    add("\(prefix)blocks.\(head).proj", headModule("projection"))
    if network == .x3d {
      for (there, here) in Self.headOfX3D { add("\(prefix)blocks.\(head).pool.\(there)", headModule(here)) }
    }
    return modules
  }

  private func headModule(_ name: String) -> String { "head.\(name)" }

  private static let shortcutAndEnds = [
    ("branch1_conv", "branch1"), ("branch1_norm", "branch1_bn"), ("branch2.conv_a", "branch2.a"),
    ("branch2.norm_a", "branch2.a_bn"), ("branch2.conv_c", "branch2.c"), ("branch2.norm_c", "branch2.c_bn"),
  ]
  private static let partsOfX3D = [
    ("branch2.conv_b", "branch2.b"), ("branch2.norm_b.0", "branch2.b_bn"),
    ("branch2.norm_b.1.block.0", "branch2.se.fc1"), ("branch2.norm_b.1.block.2", "branch2.se.fc2"),
  ]
  /// Named the right way round: conv_t is 3x1x1, conv_xy 1x3x3.
  private static let partsOfR2plus1D = [
    ("branch2.conv_b.conv_t", "branch2.\(StageNames.branchInTime)"),
    ("branch2.conv_b.norm", "branch2.\(StageNames.branchInTime)_bn"), ("branch2.conv_b.conv_xy", "branch2.b"),
    ("branch2.norm_b", "branch2.b_bn"),
  ]

  private static func parts(of network: Network) -> [(String, String)] {
    switch network {
    case .x3d: shortcutAndEnds + partsOfX3D
    case .r2plus1d: shortcutAndEnds + partsOfR2plus1D
    case .resNet, .csn: shortcutAndEnds + [("branch2.conv_b", "branch2.b"), ("branch2.norm_b", "branch2.b_bn")]
    }
  }

  private static let headOfX3D = [
    ("pre_conv", X3DHead.convolution), ("pre_norm", X3DHead.convolution + "_bn"), ("post_conv", X3DHead.dense),
    ("post_norm", X3DHead.dense + "_bn"),
  ]
}
