public import Imaging

extension AugmentationPipeline {
  /// How frames become a square of `DATA.TRAIN_CROP_SIZE`.
  public enum SpatialSampling: Sendable {
    /// Resized to a random short side, then cut (`DATA.TRAIN_JITTER_SCALES`, `DATA.INV_UNIFORM_SAMPLE`).
    case jitter(ShortSideJitter, RandomCrop)
    /// Cut, then resized (`DATA.TRAIN_JITTER_SCALES_RELATIVE`, `DATA.TRAIN_JITTER_ASPECT_RELATIVE`).
    case resizedCrop(RandomResizedCrop)
  }

  /// The training clips of Kinetics, Charades and Something-Something, of RGB frames: RandAugment, normalised, brought to a
  /// square, mirrored, erased.
  ///
  /// - Parameters:
  ///   - randAugment: `AUG.AA_TYPE`; nil without `AUG.ENABLE`, or where it is empty.
  ///   - isFlipped: `DATA.RANDOM_FLIP`.
  ///   - mean: Of red, green and blue (`DATA.MEAN`; `std` likewise).
  ///   - erasing: Nil without `AUG.ENABLE`, or where `AUG.RE_PROB` is 0.
  ///   - order: What `DATA.REVERSE_INPUT_CHANNEL` says.
  /// - Throws: `AugmentationError` where the crop does not fit.
  public static func clips(
    randAugment: RandAugment?, sampling: SpatialSampling, isFlipped: Bool, mean: [Float], std: [Float],
    erasing: RandomErasing?, order: ChannelOrder
  ) throws(AugmentationError) -> AugmentationPipeline {
    var floats: [any FloatAugmentation] = [ColourNormalisation(mean: mean, std: std)]
    switch sampling {
    case .jitter(let jitter, let crop):
      try checkCrop(crop.side, jitter.lengths)
      floats += [jitter, crop]
    case .resizedCrop(let crop): floats.append(crop)
    }
    if isFlipped { floats.append(HorizontalFlip()) }
    if let erasing { floats.append(erasing) }
    return AugmentationPipeline(bytes: randAugment.map { [$0] } ?? [], floats: floats, order: order)
  }
}
