internal import Wording

/// What a key's value must keep to, beside its type, for a test run to work.
enum Limit: Sendable {
  case within(ClosedRange<Int>)
  case oneOf([String])
  /// A finite number.
  case finite
  /// One finite value for each of the three colours.
  case perColour(positive: Bool)
  /// A list, not empty, of ints in a range.
  case some(ClosedRange<Int>)
  /// A list, perhaps empty, of ints in a range.
  case each(ClosedRange<Int>)
  /// The same, each of them once.
  case distinct(ClosedRange<Int>)
  /// One of two ints.
  case either(Int, Int)
  case nonEmpty
  /// What `TEST.NUM_ENSEMBLE_VIEWS` takes.
  case views
}

extension Limit {
  // Upper ends keep products of sizes far from overflow; no published value comes near them.
  private static let count = Limit.within(1...1_000_000)
  private static let size = Limit.within(1...16_384)
  private static let ratio = Limit.within(1...1024)

  static let table: [String: Limit] = [
    Key.modelNumClasses.name: count,
    Key.resnetNumGroups.name: size,
    Key.resnetWidthPerGroup.name: size,
    Key.slowfastAlpha.name: ratio,
    Key.slowfastBetaInv.name: ratio,
    Key.slowfastFusionConvChannelRatio.name: ratio,
    Key.slowfastFusionKernelSz.name: ratio,
    Key.x3dDimC1.name: size,
    Key.x3dDimC5.name: size,
    Key.mvitEmbedDim.name: size,
    Key.mvitNumHeads.name: ratio,
    Key.mvitDepth.name: ratio,
    Key.mvitMlpRatio.name: .finite,
    Key.mvitPatchKernel.name: .some(1...256),
    Key.mvitPatchStride.name: .some(1...256),
    Key.mvitPatchPadding.name: .some(0...256),
    Key.mvitPoolKvStrideAdaptive.name: .some(1...256),
    Key.mvitPoolKvqKernel.name: .some(1...256),
    Key.detectionSpatialScaleFactor.name: ratio,
    Key.detectionRoiXformResolution.name: ratio,
    Key.dataNumFrames.name: size,
    Key.dataSamplingRate.name: size,
    Key.dataTargetFps.name: count,
    Key.dataTrainCropSize.name: size,
    Key.dataTestCropSize.name: size,
    Key.dataTrainJitterScales.name: .some(1...16_384),
    Key.dataInputChannelNum.name: .some(1...1024),
    Key.dataMean.name: .perColour(positive: false),
    Key.dataStd.name: .perColour(positive: true),
    Key.dataEnsembleMethod.name: .oneOf(["sum", "max"]),
    Key.dataPathLabelSeparator.name: .nonEmpty,
    Key.avaDetectionScoreThresh.name: .finite,
    // The networks halve a frame five times: less than 32 pixels leave nothing to see.
    Key.avaTestScales.name: .distinct(32...16_384),
    Key.avaTestSpatialCrops.name: .either(1, 3),
    Key.testNumEnsembleViews.name: .views,
    Key.testNumSpatialCrops.name: .within(1...3),
    Key.testNumTemporalClips.name: .each(1...1_000_000),
    Key.testCheckpointType.name: .oneOf(["pytorch", "caffe2"]),
    Key.trainCheckpointType.name: .oneOf(["pytorch", "caffe2"]),
  ]

  /// What the value must be, or nil where it is that.
  func breach(_ value: Value) -> String? {
    switch (self, value) {
    case (.within(let range), .int(let number)):
      return range.contains(number) ? nil : Self.words(range)
    case (.views, .int(let number)):
      return number >= 1 || number == -1 ? nil : "at least 1, or -1 for the series 1, 3, 5, 7, 10"
    case (.oneOf(let names), .string(let text)):
      return names.contains(text) ? nil : series(names, "or")
    case (.finite, .double(let number)):
      return number.isFinite ? nil : "a finite number"
    case (.perColour(let positive), .list(let items)):
      let fits = items.count == 3 && items.allSatisfy { Self.isFinite($0, positive: positive) }
      return fits ? nil : "three \(positive ? "positive" : "finite") numbers, one for each colour"
    case (.some(let range), .list(let items)):
      return !items.isEmpty && Self.all(items, in: range) ? nil : "a list, not empty, of ints \(Self.words(range))"
    case (.each(let range), .list(let items)):
      return Self.all(items, in: range) ? nil : "a list of ints \(Self.words(range))"
    case (.distinct(let range), .list(let items)):
      let fits = Self.all(items, in: range) && items.indices.allSatisfy { !items[..<$0].contains(items[$0]) }
      return fits ? nil : "a list of different ints \(Self.words(range))"
    case (.either(let one, let other), .int(let number)):
      return number == one || number == other ? nil : "\(one) or \(other)"
    case (.nonEmpty, .string(let text)):
      return text.isEmpty ? "at least one character" : nil
    default:
      return nil
    }
  }

  private static func words(_ range: ClosedRange<Int>) -> String {
    "from \(range.lowerBound) to \(range.upperBound)"
  }

  private static func all(_ items: [Value], in range: ClosedRange<Int>) -> Bool {
    items.allSatisfy { if case .int(let number) = $0 { range.contains(number) } else { false } }
  }

  private static func isFinite(_ value: Value, positive: Bool) -> Bool {
    guard case .double(let number) = value else { return false }
    return number.isFinite && (!positive || number > 0)
  }
}
