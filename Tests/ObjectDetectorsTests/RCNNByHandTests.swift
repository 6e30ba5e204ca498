import Geometry
import Imaging
import Kernels
import ObjectDetectors
import Tensors
import TestSupport
import Testing

/// Detectors that are zeros but for biases: every step can be computed by hand.
@Suite struct RCNNByHandTests {
  private static let ln2: Float = 0.693_147_18

  /// A grey picture; sizes are chosen so that its sides are doubled, to multiples of 32.
  private func picture(_ side: Int = 32) -> Image {
    Image(
      size: ImageSize(width: side, height: side), order: .bgr,
      pixels: [UInt8](repeating: 128, count: side * side * 3))
  }

  /// Opens a detector and looks at a picture at twice its size, with one candidate a level.
  private func trace(_ family: RCNNFamily, _ numbers: [String: [Float]], side: Int = 32) throws -> RCNNTrace {
    let detector = try RCNNFixture.constant(family, numbers)
    detector.settings = RCNNSettings(shortSide: 2 * side, longestSide: 2 * side, candidatesPerLevel: 1, proposals: 5)
    return try detector.trace(picture(side))
  }

  /// The names of the biases that the tests set: objectness, anchors' deltas, class scores, boxes' deltas.
  private func names(_ family: RCNNFamily) -> [String] {
    switch family.name {
    case RCNNFamily.detectron2.name:
      ["objectness_logits.bias", "anchor_deltas.bias", "box_predictor.cls_score.bias", "box_predictor.bbox_pred.bias"]
    case RCNNFamily.torchvision.name:
      ["head.cls_logits.bias", "head.bbox_pred.bias", "box_predictor.cls_score.bias", "box_predictor.bbox_pred.bias"]
    case RCNNFamily.mmdetection.name: ["rpn_cls.bias", "rpn_reg.bias", "fc_cls.bias", "fc_reg.bias"]
    default: ["rpn_cls_logits_fpn2_b", "rpn_bbox_pred_fpn2_b", "cls_score_b", "bbox_pred_b"]
    }
  }

  /// Numbers of a detector whose square anchors are the likeliest.
  private func numbers(
    _ family: RCNNFamily, square deltas: [Float], scores: [Float] = [0, 0, 0], boxes: [Float]? = nil
  ) -> [String: [Float]] {
    let names = names(family)
    let zeros = [Float](repeating: 0, count: 4)
    var result = [names[0]: [-1, 5, -1], names[1]: zeros + deltas + zeros, names[2]: scores]
    if let boxes { result[names[3]] = boxes }
    return result
  }

  // MARK: Anchors

  @Test func anchors() throws {
    /// The anchors of the first cell of a level, and the first one of the next cell.
    func first(_ family: RCNNFamily, _ level: Int) throws -> [[Float]] {
      let trace = try trace(family, [:], side: 48)
      let values = try #require(trace.stages.first { $0.name == "anchors_p\(level)" }).tensor.array
      return (0..<4).map { Array(values[$0 * 4..<$0 * 4 + 4]) }
    }
    // sqrt(32 * 32 / 0.5) / 2 and half of that.
    let exact: [[Float]] = [
      [-22.627417, -11.313708, 22.627417, 11.313708], [-16, -16, 16, 16],
      [-11.313708, -22.627417, 11.313708, 22.627417], [-18.627417, -11.313708, 26.627417, 11.313708],
    ]
    for family in [RCNNFamily.detectron2, .mmdetection, .detectron1InDetectron2] {
      let found = try first(family, 2)
      for (a, b) in zip(found, exact) { #expect(difference(a, b, .absolute(2e-6), family.name) == nil) }
    }
    #expect(
      try first(.torchvision, 2) == [
        [-23, -11, 23, 11], [-16, -16, 16, 16], [-11, -23, 11, 23], [-19, -11, 27, 11],
      ])
    // p6 of 96 pixels has 2 cells, which are 48 apart.
    #expect(
      try first(.torchvision, 6)
        == [[-362, -181, 362, 181], [-256, -256, 256, 256], [-181, -362, 181, 362], [-314, -181, 410, 181]])
    #expect(
      try first(.detectron1, 2) == [[-22, -10, 25, 13], [-14, -14, 17, 17], [-10, -22, 13, 25], [-18, -10, 29, 13]])
    #expect(
      try first(.detectron1, 5)
        == [[-164, -72, 195, 103], [-112, -112, 143, 143], [-76, -168, 107, 199], [-132, -72, 227, 103]])
  }

  // MARK: Proposals

  /// The square anchor of the first cell, moved by half and a quarter of its side and made twice as wide.
  @Test func proposals() throws {
    let deltas: [Float] = [0.5, 0.25, Self.ln2, 0]
    for family in [RCNNFamily.detectron2, .torchvision, .mmdetection] {
      let found = try trace(family, numbers(family, square: deltas)).proposals
      // p2: (-16, -8, 48, 24), p3: (-32, -16, 96, 48), p4 and coarser cover the picture of 64 pixels.
      let expected: [[Float]] = [[0, 0, 48, 24], [0, 0, 64, 48]] + [[Float]](repeating: [0, 0, 64, 64], count: 3)
      try #require(found.count == 5)
      for (a, b) in zip(found, expected) { #expect(difference(a.box.corners, b, .absolute(1e-4), family.name) == nil) }
      let score: Float = family.name == RCNNFamily.detectron2.name ? 5 : 0.993_307_15
      #expect(difference(found.map(\.score), [Float](repeating: score, count: 5), .rounding) == nil)
    }
    // Inclusive pixels: (-14, -14, 17, 17) has the middle 2 and the side 32.
    let found = try trace(.detectron1, numbers(.detectron1, square: deltas)).proposals
    try #require(found.count == 5)
    #expect(difference(found[0].box.corners, [0, 0, 49, 25], .absolute(1e-4)) == nil)
    #expect(difference(found[4].box.corners, [0, 0, 63, 63], .absolute(1e-4)) == nil)
  }

  /// A width's logarithm of -12: MMDetection limits it, torchvision drops what is thinner than a thousandth of a pixel.
  /// One of 10 is limited by all.
  @Test func extremeSides() throws {
    func boxes(_ family: RCNNFamily, _ delta: Float) throws -> [DetectorBox] {
      try trace(family, numbers(family, square: [0.05, 0.5, delta, 0])).proposals.map(\.box)
    }
    let thin = try boxes(.detectron2, -12)
    #expect(thin.count == 5 && thin[0].x2 > thin[0].x1 && thin[0].x2 - thin[0].x1 < 1e-3)
    // exp(-12) of 256 and 512 pixels, exp(-11) of 64 too.
    #expect(try boxes(.torchvision, -12).count == 2)
    #expect(try boxes(.torchvision, -11).count == 4)
    let limited = try boxes(.mmdetection, -12)[0]
    #expect(abs(limited.x2 - limited.x1 - 32 * 16 / 1000) < 1e-4)
    for family in RCNNFamily.all {
      // 32 pixels times 62.5, and not times 22026 or infinity.
      #expect(try boxes(family, 10)[0].x1 == 0)
      #expect(try boxes(family, 200).count == 5)
    }
  }

  /// Boxes whose overlap on one level is above the threshold go, on different levels they stay.
  @Test func suppressesWithinALevel() throws {
    let detector = try RCNNFixture.constant(.detectron2, numbers(.detectron2, square: [0, 0, 0, 0]))
    detector.settings = RCNNSettings(shortSide: 64, longestSide: 64, candidatesPerLevel: 3, proposals: 100)
    // Three neighbours of p2, 4 pixels apart: clipped (0, 0, 16, 16), 20 and 24 wide; of overlaps 16/20 and 20/24, 16/24.
    let found = try detector.trace(picture()).proposals.map(\.box.corners)
    #expect(found.prefix(2).map { $0 } == [[0, 0, 16, 16], [0, 0, 24, 16]])
    detector.settings.proposalOverlap = 0.9
    #expect(try detector.trace(picture()).proposals.prefix(3).map(\.box.x2) == [16, 20, 24])
  }

  // MARK: Levels

  /// The features of a level are its number: those of a proposal say where they come from.
  @Test func levels() throws {
    func found(_ family: RCNNFamily, _ outputs: [String]) throws -> [Float] {
      // Squares of 32, 64, 128, 256 and 512 pixels from the picture's corner on.
      var numbers = numbers(family, square: [0.5, 0.5, 0, 0])
      for (number, name) in outputs.enumerated() { numbers[name] = [Float](repeating: Float(number + 2), count: 6) }
      let detector = try RCNNFixture.constant(family, numbers)
      detector.settings = RCNNSettings(shortSide: 480, longestSide: 480, candidatesPerLevel: 1, proposals: 5)
      let trace = try detector.trace(picture(60))
      let features = try #require(trace.stages.first { $0.name == "roi_features" }).tensor
      return (0..<trace.proposals.count).map { features.values[$0 * 6 * 49 + 24] }
    }
    let outputs: [(RCNNFamily, [String])] = [
      (.detectron2, (2...5).map { "fpn_output\($0).bias" }),
      (.detectron1, ["fpn_res2_0_sum_b", "fpn_res3_1_sum_b", "fpn_res4_0_sum_b", "fpn_res5_0_sum_b"]),
      (.torchvision, (0...3).map { "layer_blocks.\($0).0.bias" }),
      (.mmdetection, (0...3).map { "fpn_convs.\($0).conv.bias" }),
    ]
    for (family, names) in outputs {
      let levels = try found(family, names)
      #expect(difference(levels, [2, 2, 3, 4, 5], .rounding, family.name) == nil)
    }
  }

  // MARK: Detections

  /// Two classes of logits 2 and 0 beside a background of 1; the first one's box moved by a tenth of its width, and twice
  /// as high.
  @Test func detections() throws {
    let second: [Float] = [0, 0, 0, 0]
    let boxes: [Float] = [1, 0, 0, 5 * Self.ln2] + second
    let sum: Float = 7.389_056_1 + 2.718_281_8 + 1
    for family in RCNNFamily.all {
      let isFirst = [RCNNFamily.detectron1.name, RCNNFamily.torchvision.name].contains(family.name)
      let detector = try RCNNFixture.constant(
        family,
        numbers(
          family, square: [0.5, 0.25, Self.ln2, 0], scores: isFirst ? [1, 2, 0] : [2, 0, 1],
          boxes: isFirst ? second + boxes : boxes))
      detector.settings = RCNNSettings(shortSide: 64, longestSide: 64, candidatesPerLevel: 1, proposals: 1)
      let found = try detector.objects(in: picture()).map { $0.row() }
      let inclusive = family.name == RCNNFamily.detectron1.name
      // (0, 0, 48, 24) becomes (4.8, -12, 52.8, 36), at half the size; (0, 0, 24.5, 12.5) with sides of 25.5 and 13.5.
      let expected: [[Float]] = [
        (inclusive ? [2.55, 0, 27.05, 19.25] : [2.4, 0, 26.4, 18]) + [7.389_056_1 / sum, 0],
        (inclusive ? [0, 0, 24.5, 12.5] : [0, 0, 24, 12]) + [1 / sum, 1],
      ]
      try #require(found.count == 2)
      for (a, b) in zip(found, expected) { #expect(difference(a, b, .absolute(1e-4), family.name) == nil) }
    }
  }

  /// Five proposals of one box and one score: Detectron lets all pass that tie with the last.
  @Test func tiesAtTheLimit() throws {
    for family in RCNNFamily.all {
      let isFirst = [RCNNFamily.detectron1.name, RCNNFamily.torchvision.name].contains(family.name)
      let detector = try RCNNFixture.constant(
        family, numbers(family, square: [0, 0, 0, 0], scores: isFirst ? [-9, 1, 1] : [1, 1, -9]))
      detector.settings = RCNNSettings(
        shortSide: 64, longestSide: 64, candidatesPerLevel: 1, proposals: 5, overlap: 2, detections: 3)
      let count = try detector.objects(in: picture()).count
      #expect(count == (family.name == RCNNFamily.detectron1.name ? 10 : 3), "\(family.name)")
    }
  }
}
