public import Clips
public import Imaging

extension AugmentationPipeline {
  /// What AVA's training clips have of random colours.
  public enum AVAColour: Sendable {
    case none
    /// The principal components' only (`AVA.TRAIN_PCA_JITTER_ONLY`).
    case lighting(PCALighting)
    /// Before them brightness, contrast and saturation.
    case all(PCALighting, ColourJitter = ColourJitter())
  }

  /// The training clips of AVA, of BGR frames: resized, cut and mirrored with their boxes, then coloured and normalised.
  ///
  /// The OpenCV back end resizes bytes, draws the inverse of the short side, and mirrors where `isFlipped` says; PyTorch's
  /// resizes floats, draws the short side itself, and always mirrors half of the clips.
  ///
  /// - Parameters:
  ///   - backend: `AVA.IMG_PROC_BACKEND`.
  ///   - jitter: The short side in pixels (`DATA.TRAIN_JITTER_SCALES`).
  ///   - crop: `DATA.TRAIN_CROP_SIZE`.
  ///   - isFlipped: `DATA.RANDOM_FLIP`.
  ///   - mean: Of blue, green and red (`DATA.MEAN`; `std` likewise), whatever the order in the end.
  ///   - order: What `AVA.BGR` says.
  /// - Throws: `AugmentationError` where the crop does not fit.
  public static func ava(
    backend: Preprocessing.Backend, jitter: ClosedRange<Int>, crop: Int, isFlipped: Bool, colour: AVAColour,
    mean: [Float], std: [Float], order: ChannelOrder
  ) throws(AugmentationError) -> AugmentationPipeline {
    try checkCrop(crop, jitter)
    let normalisation = ColourNormalisation(mean: mean, std: std)
    let colours: [any FloatAugmentation] =
      switch colour {
      case .none: [normalisation]
      case .lighting(let lighting): [lighting, normalisation]
      case .all(let lighting, let jitter): [jitter, lighting, normalisation]
      }
    if backend == .pytorch {
      let spatial: [any FloatAugmentation] = [
        ShortSideJitter(jitter, isInverse: false), RandomCrop(crop), HorizontalFlip(),
      ]
      return AugmentationPipeline(bytes: [], floats: spatial + colours, order: order)
    }
    let spatial: [any ByteAugmentation] = [ShortSideJitter(jitter, isInverse: true), RandomCrop(crop)]
    return AugmentationPipeline(
      bytes: spatial + (isFlipped ? [HorizontalFlip()] : []), floats: colours, order: order)
  }
}

/// Refuses a crop that is larger than the shortest short side that can be drawn.
func checkCrop(_ crop: Int, _ jitter: ClosedRange<Int>) throws(AugmentationError) {
  if crop < 1 || crop > jitter.lowerBound {
    throw AugmentationError(
      doing: "setting up augmentation",
      found: "DATA.TRAIN_CROP_SIZE is \(crop), expected 1 to \(jitter.lowerBound): short sides may be as short as "
        + "DATA.TRAIN_JITTER_SCALES [\(jitter.lowerBound), \(jitter.upperBound)] says",
      advice: "set DATA.TRAIN_JITTER_SCALES to lengths from the crop on, as [256, 320] for 224")
  }
}
