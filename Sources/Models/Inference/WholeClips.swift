public import Clips
public import Configuration
internal import Imaging

/// How the test of a data set of whole videos prepares its clips (`TEST.DATASET`): what the reference does in a file for each.
public enum WholeClips: String, CaseIterable, Sendable {
  case kinetics, charades, ssv2, imagenet

  /// The data set of a configuration; nil for one that there is not.
  public init?(_ config: Configuration) { self.init(rawValue: config[.testDataset].lowercased()) }

  /// The preprocessing of a clip in a view: scaled in float, or as Pillow does for pictures.
  public func preprocessing(_ config: Configuration, _ view: View) -> Preprocessing {
    let isReversed = config[.dataReverseInputChannel]
    switch self {
    // Mean and std are in the order of RGB there.
    case .kinetics: return Preprocessing(clipsOf: config, view, isRGB: true, order: isReversed ? .bgr : .rgb)
    // Pictures are BGR there, mean and std with them, until DATA.REVERSE_INPUT_CHANNEL turns both round.
    case .charades, .ssv2: return Preprocessing(clipsOf: config, view, isRGB: false, order: isReversed ? .rgb : .bgr)
    case .imagenet:
      var preprocessing = Preprocessing(clipsOf: config, view, isRGB: true, order: .rgb)
      if config[.augEnable] { preprocessing.backend = .pillow }
      return preprocessing
    }
  }

  /// The one view of those who want no more, the middle of the frame; nil where it would be larger than the frame, and for a
  /// `DATA.IN_VAL_CROP_RATIO` outside 0.01 to 1.
  ///
  /// Of pictures the larger of `DATA.TRAIN_CROP_SIZE` and `DATA.TEST_CROP_SIZE` is the short side, the smaller the crop; with
  /// `AUG.ENABLE` the latter of what `DATA.IN_VAL_CROP_RATIO` makes of it.
  public func middle(_ config: Configuration) -> View? {
    let crop = config[.dataTestCropSize]
    if self != .imagenet {
      let side = config[.dataTrainJitterScales][0]
      return crop <= side ? View(shortSide: side, crop: .centre(crop)) : nil
    }
    if config[.augEnable] {
      let ratio = config[.dataInValCropRatio]
      return (0.01...1).contains(ratio) ? View(shortSide: Int(1 / ratio * Double(crop)), crop: .middle(crop)) : nil
    }
    let scale = config[.dataTrainCropSize]
    return View(shortSide: max(scale, crop), crop: .centre(min(scale, crop)))
  }
}

extension Preprocessing {
  /// The preprocessing of a configuration's test of whole videos: scaled in float.
  ///
  /// - Parameters:
  ///   - isRGB: Whether mean and std are those of red, green and blue; else of blue, green and red.
  ///   - order: Of the network's input.
  fileprivate init(clipsOf config: Configuration, _ view: View, isRGB: Bool, order: ChannelOrder) {
    func colours(_ key: Key<[Double]>) -> [Float] {
      let values = config[key].map { Float($0) }
      return isRGB ? values.reversed() : values
    }
    self.init(view: view, backend: .pytorch, mean: colours(.dataMean), std: colours(.dataStd), order: order)
  }
}
