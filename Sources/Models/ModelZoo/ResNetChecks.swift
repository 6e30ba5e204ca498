internal import Configuration
internal import Wording

/// What the checks of a configuration look at most.
struct ResNetShape {
  let arch: ResNetBackbone.Arch
  /// Blocks in res2..res5.
  let blocks: [Int]

  var pathways: Int { arch.pathways }
}

extension Configuration {
  /// Checks that a ResNet can be built and fed.
  ///
  /// - Returns: What stays without effect, for the notices.
  func checkResNet() throws(ConfigurationError) -> [String] {
    let shape = try resNetShape()
    try checkStages(shape)
    try checkWidths(shape)
    try checkTime(shape)
    try checkHead(
      strides: [2, 2] + self[.resnetSpatialStrides].map { $0[0] }, window: headWindow, "TRAIN_CROP_SIZE / 32")
    return try checkNonLocal(shape) + wrapperNotices()
  }

  /// - Throws: `ConfigurationError` for a depth that there is not.
  func resNetShape() throws(ConfigurationError) -> ResNetShape {
    guard let arch = resNetArch else {
      preconditionFailure("\(Key.modelArch.name) is checked before a family is asked")
    }
    guard let blocks = ResNetBackbone.depths[self[.resnetDepth]] else {
      let known = ResNetBackbone.depths.keys.sorted().map(String.init)
      throw .badValue(
        key: Key.resnetDepth.name, source: source(of: .resnetDepth),
        expected: series(known, "or"), found: "\(self[.resnetDepth])",
        remedy: "choose one of them")
    }
    return ResNetShape(arch: arch, blocks: blocks)
  }

  /// Widths: groups, and for two pathways that the lateral connections join what the next stage expects.
  private func checkWidths(_ shape: ResNetShape) throws(ConfigurationError) {
    let width = self[.resnetWidthPerGroup]
    let groups = self[.resnetNumGroups]
    if shape.pathways == 1 { return }
    let beta = self[.slowfastBetaInv]
    let ratio = self[.slowfastFusionConvChannelRatio]
    let outRatio = beta / ratio
    let fits =
      outRatio > 0 && width >= beta && (groups * width / beta) % groups == 0
      && ResNetBackbone.joinedWidths.allSatisfy { (width * $0 / beta) * ratio == width * $0 / outRatio }
    if !fits {
      throw .impossible(
        problem: "the fast pathway's channels don't fit the slow one's",
        keys: [cite(.resnetWidthPerGroup), cite(.slowfastBetaInv), cite(.slowfastFusionConvChannelRatio)],
        remedy: "choose BETA_INV so that it divides WIDTH_PER_GROUP and is a multiple of FUSION_CONV_CHANNEL_RATIO")
    }
  }

  private func checkTime(_ shape: ResNetShape) throws(ConfigurationError) {
    let frames = self[.dataNumFrames]
    if poolsTimeAfterStage2 && frames < 2 {
      throw .impossible(
        problem: "the model pools time by two", keys: [cite(.dataNumFrames), cite(.modelArch)],
        remedy: "take at least 2 frames")
    }
    if shape.pathways == 1 { return }
    let alpha = self[.slowfastAlpha]
    if frames % alpha != 0 {
      throw .impossible(
        problem: "the slow pathway takes every ALPHA-th frame, which must come out even",
        keys: [cite(.dataNumFrames), cite(.slowfastAlpha)],
        remedy: "make NUM_FRAMES a multiple of \(alpha)")
    }
    if self[.slowfastFusionKernelSz] % 2 == 0 {
      throw .badValue(
        key: Key.slowfastFusionKernelSz.name, source: source(of: .slowfastFusionKernelSz),
        expected: "odd, so that both pathways keep the same times", found: "\(self[.slowfastFusionKernelSz])",
        remedy: "PySlowFast uses 5 or 7")
    }
  }

  /// Checks that the head can score what the backbone leaves of a crop.
  ///
  /// - Parameters:
  ///   - strides: Those of all layers, along height and width.
  ///   - window: The side of the windows that the head averages over.
  ///   - origin: Where that comes from, in words.
  func checkHead(strides: [Int], window: Int, _ origin: String) throws(ConfigurationError) {
    if self[.detectionEnable] {
      if self[.modelHeadAct] == "none" {
        throw .impossible(
          problem: "the detection head needs an activation", keys: [cite(.modelHeadAct), cite(.detectionEnable)],
          remedy: "set MODEL.HEAD_ACT sigmoid or softmax")
      }
      return
    }
    let side = strides.reduce(self[.dataTestCropSize]) { ($0 + $1 - 1) / $1 }
    if window == 0 || side < window {
      throw .impossible(
        problem: "the head averages over \(window)x\(window) places (\(origin)) where a test crop leaves "
          + "\(side)x\(side)", keys: [cite(.dataTestCropSize), cite(.dataTrainCropSize)],
        remedy: "test with crops at least as large as training's, of 32 pixels or more")
    }
  }
}
