/// The layers of a Faster R-CNN with FPN: what a file of weights tells by names and shapes.
public struct RCNNArchitecture: Hashable, Sendable {
  /// A stage of bottleneck blocks.
  public struct Stage: Hashable, Sendable {
    public var blocks: Int
    /// The channels of the 3x3 convolutions.
    public var width: Int
    public var outputs: Int

    public init(blocks: Int, width: Int, outputs: Int) {
      self.blocks = blocks
      self.width = width
      self.outputs = outputs
    }
  }

  /// The channels of the first convolution.
  public var stem: Int
  /// res2 to res5.
  public var stages: [Stage]
  /// Of the 3x3 convolutions.
  public var groups: Int
  /// The channels of every level of the pyramid.
  public var pyramid: Int
  /// The 3x3 convolutions of the region proposal network.
  public var proposalConvolutions: Int
  /// The channels of the box head's 3x3 convolutions, and the widths of the fully connected layers after them.
  public var headConvolutions: [Int]
  public var headLayers: [Int]
  /// Without the background.
  public var classes: Int
  /// Whether a region has one box for all classes.
  public var sharesBoxes: Bool

  /// The bins of RoIAlign on each side.
  static let resolution = 7
  /// The anchors of a cell.
  static let anchors = PyramidAnchors.ratios.count

  /// A published backbone: depth 50, 101 or 152, with heads as in Detectron2's model zoo.
  public init(depth: Int, groups: Int = 1, widthPerGroup: Int = 64, classes: Int = 80) {
    let blocks = [50: [3, 4, 6, 3], 101: [3, 4, 23, 3], 152: [3, 8, 36, 3]][depth] ?? [3, 4, 6, 3]
    stem = 64
    stages = blocks.enumerated().map { number, count in
      Stage(blocks: count, width: groups * widthPerGroup << number, outputs: 256 << number)
    }
    self.groups = groups
    pyramid = 256
    proposalConvolutions = 1
    headConvolutions = []
    headLayers = [1024, 1024]
    self.classes = classes
    sharesBoxes = false
  }

  /// Reads it off a file.
  ///
  /// - Throws: `ObjectDetectorError.unsupported` for a file whose layers are none of such a network.
  init(_ file: RCNNFile, _ names: any RCNNNames, _ background: RCNNConventions.Background) throws(ObjectDetectorError) {
    let stem = try file.shape(names.stem.weight, axes: 4)
    guard stem[1...] == [3, 7, 7] else {
      throw file.unsupported(
        "'\(names.stem.weight)' has the shape \(stem)", "give a ResNet whose stem is one 7x7 convolution")
    }
    self.stem = stem[0]
    stages = []
    var groups: Int?
    for stage in 2...5 {
      var blocks = 0
      while file.has(names.convolution(1, block: blocks, stage: stage).weight) { blocks += 1 }
      let middle = names.convolution(2, block: 0, stage: stage).weight
      let last = names.convolution(3, block: 0, stage: stage).weight
      let (width, end) = (try file.shape(middle, axes: 4), try file.shape(last, axes: 4))
      guard width[0] % width[1] == 0, groups.map({ $0 == width[0] / width[1] }) ?? true else {
        throw file.unsupported(
          "'\(middle)' has the shape \(width)", "give a ResNet or ResNeXt of as many groups everywhere")
      }
      groups = width[0] / width[1]
      stages.append(Stage(blocks: blocks, width: width[0], outputs: end[0]))
    }
    self.groups = groups ?? 1
    pyramid = try file.shape(names.output(stage: 2, blocks: stages[0].blocks).weight, axes: 4)[0]
    proposalConvolutions = 0
    while file.has(names.proposalConvolution(proposalConvolutions).weight), proposalConvolutions < 8 {
      proposalConvolutions += 1
    }
    headConvolutions = []
    while let layer = names.headConvolution(headConvolutions.count), file.has(layer.weight), headConvolutions.count < 8
    {
      headConvolutions.append(try file.shape(layer.weight, axes: 4)[0])
    }
    headLayers = []
    while let layer = names.headLayer(headLayers.count), file.has(layer.weight), headLayers.count < 8 {
      headLayers.append(try file.shape(layer.weight, axes: 2)[0])
    }
    guard proposalConvolutions > 0, !headLayers.isEmpty else {
      let layer = proposalConvolutions == 0 ? names.proposalConvolution(0) : names.headLayer(0)
      throw file.unsupported("there is no tensor '\(layer?.weight ?? "")'", "give a file of the whole detector")
    }
    let cells = try file.shape(names.objectness.weight, axes: 4)[0]
    guard cells == Self.anchors else {
      throw file.unsupported(
        "'\(names.objectness.weight)' scores \(cells) anchors a cell, not \(Self.anchors)",
        "give a detector with anchors of one size and three ratios on each level")
    }
    let scores = try file.shape(names.classScores.weight, axes: 2)[0]
    let boxes = try file.shape(names.boxDeltas.weight, axes: 2)[0]
    guard scores > 1 else {
      throw file.unsupported("'\(names.classScores.weight)' scores no class", "give a detector of one class or more")
    }
    classes = scores - 1
    // Detectron counts two kinds of boxes then, of which the first is the background's.
    let shared = background == .first ? 8 : 4
    sharesBoxes = false
    sharesBoxes = boxes == shared && boxes < boxRows(background)
  }

  /// How many numbers a region's boxes have.
  func boxRows(_ background: RCNNConventions.Background) -> Int {
    4 * ((sharesBoxes ? 1 : classes) + (background == .first ? 1 : 0))
  }

  /// `R50`, `X101-32x8d`.
  public var backboneName: String {
    let depth =
      [6: "50", 23: "101", 36: "152"][stages[2].blocks] ?? "-\(stages.map { "\($0.blocks)" }.joined(separator: "."))"
    return groups == 1 ? "R\(depth)" : "X\(depth)-\(groups)x\(widthPerGroup)d"
  }

  /// The channels of a group of res2.
  var widthPerGroup: Int { stages[0].width / groups }
}
