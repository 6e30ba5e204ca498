internal import Augmentation
internal import Clips
internal import Configuration
internal import Geometry
internal import Imaging
internal import Optimization
internal import Tensors

/// How clips of whole videos are prepared: what Kinetics, Charades and Something-Something have in common.
struct ClipPreparation: Sendable {
  let split: TrainingSplit
  /// How often a clip is augmented.
  let repeats: Int
  private let randAugment: RandAugment?
  private let erasing: RandomErasing?
  private let config: Configuration
  private let mean: [Float]
  private let std: [Float]

  /// - Throws: `AugmentationError`, `TrainingDataError` for what does not fit together.
  init(_ config: Configuration, _ split: TrainingSplit) throws {
    self.config = config
    self.split = split
    (mean, std) = (config[.dataMean].map { Float($0) }, config[.dataStd].map { Float($0) })
    let isAugmented = split == .train && config[.augEnable]
    repeats = split == .train ? config[.augNumSample] * config[.dataTrainCropNumSpatial] : 1
    if repeats < 1 {
      throw TrainingDataError.unsupported(
        "\(config.cite(.augNumSample)), \(config.cite(.dataTrainCropNumSpatial))", "expected 1 or more", "set both to 1"
      )
    }
    let type = config[.augAaType]
    randAugment =
      isAugmented && !type.isEmpty ? try RandAugment(type, interpolation: config[.augInterpolation]) : nil
    erasing = isAugmented && config[.augReProb] > 0 ? try Self.erasing(config) : nil
    _ = try pipeline(SampleShape(config))
  }

  private static func erasing(_ config: Configuration) throws -> RandomErasing {
    guard let filling = RandomErasing.Filling(rawValue: config[.augReMode]) else {
      throw TrainingDataError.unsupported(
        config.cite(.augReMode), "no such filling of erased rectangles", "set AUG.RE_MODE const, rand or pixel")
    }
    guard config[.augReProb] <= 1, config[.augReCount] >= 1 else {
      throw TrainingDataError.unsupported(
        "\(config.cite(.augReProb)), \(config.cite(.augReCount))", "expected a probability and a number from 1 on",
        "set AUG.RE_PROB 0.25 and AUG.RE_COUNT 1")
    }
    return try RandomErasing(probability: config[.augReProb], filling: filling, count: config[.augReCount])
  }

  private func pipeline(_ shape: SampleShape) throws -> AugmentationPipeline {
    let order: ChannelOrder = config[.dataReverseInputChannel] ? .bgr : .rgb
    if split == .validation {
      // Checked as in training.
      let side = shape.shortSides.lowerBound
      _ = try AugmentationPipeline.clips(
        randAugment: nil, sampling: .jitter(ShortSideJitter(side...side, isInverse: false), RandomCrop(shape.crop)),
        isFlipped: false, mean: mean, std: std, erasing: nil, order: order)
      return AugmentationPipeline(
        bytes: [],
        floats: [
          ColourNormalisation(mean: mean, std: std), ShortSideJitter(side...side, isInverse: false),
          UniformCrop(shape.crop, place: 1),
        ], order: order)
    }
    var pipeline = try AugmentationPipeline.clips(
      randAugment: randAugment, sampling: try sampling(shape), isFlipped: config[.dataRandomFlip], mean: mean, std: std,
      erasing: erasing, order: order)
    if let colour = try colour() { pipeline.bytes.insert(colour, at: 0) }
    let differences = config[.dataTimeDiffProb]
    guard 0...1 ~= differences else {
      throw TrainingDataError.unsupported(
        config.cite(.dataTimeDiffProb), "a probability is 0 to 1",
        "set DATA.TIME_DIFF_PROB 0, or 0.5 for half of the clips")
    }
    if differences > 0 { pipeline.bytes.insert(TemporalDifference(probability: differences), at: 0) }
    return pipeline
  }

  /// The colour changes of contrastive training; nil for none.
  private func colour() throws(TrainingDataError) -> SelfSupervisedColour? {
    if !config[.dataSslColorJitter] { return nil }
    let (amounts, hue, grey) = (
      config[.dataSslColorBriConSat], config[.dataSslColorHue], config[.dataColorRndGrayscale]
    )
    guard amounts.count == 3, amounts.allSatisfy({ $0 >= 0 && $0.isFinite }), 0...0.5 ~= hue, 0...1 ~= grey else {
      throw .unsupported(
        "\(config.cite(.dataSslColorBriConSat)), \(config.cite(.dataSslColorHue)), \(config.cite(.dataColorRndGrayscale))",
        "expected three numbers of 0 or more, one up to 0.5 and a probability",
        "set \"[0.6, 0.6, 0.6]\", 0.15 and 0.2, as PySlowFast's SimCLR has them")
    }
    return SelfSupervisedColour(
      brightness: amounts[0], contrast: amounts[1], saturation: amounts[2], hue: hue, greyProbability: grey,
      isMoCoV2: config[.dataSslMocov2Aug])
  }

  private func sampling(_ shape: SampleShape) throws(TrainingDataError) -> AugmentationPipeline.SpatialSampling {
    let (areas, aspects) = (config[.dataTrainJitterScalesRelative], config[.dataTrainJitterAspectRelative])
    if areas.isEmpty && aspects.isEmpty {
      return .jitter(
        ShortSideJitter(shape.shortSides, isInverse: config[.dataInvUniformSample]), RandomCrop(shape.crop))
    }
    func isRange(_ values: [Double]) -> Bool { values.count == 2 && values[0] > 0 && values[0] <= values[1] }
    guard isRange(areas), isRange(aspects) else {
      throw .unsupported(
        "\(config.cite(.dataTrainJitterScalesRelative)), \(config.cite(.dataTrainJitterAspectRelative))",
        "expected the least and the largest area and aspect of a crop, or neither",
        "set both, such as \"[0.08, 1.0]\" and \"[0.75, 1.3333]\", or none")
    }
    var crop = RandomResizedCrop(shape.crop, areas: areas[0]...areas[1], aspects: aspects[0]...aspects[1])
    crop.movesOverTime = config[.dataTrainJitterMotionShift]
    return .resizedCrop(crop)
  }

  /// Prepares the clips of a sample.
  ///
  /// - Parameters:
  ///   - clips: Frames in the order of `DATA.MEAN`, said to be RGB.
  ///   - targets: Of each clip.
  /// - Returns: `repeats` examples of each clip, clip by clip.
  func examples(
    _ clips: [[Image]], _ targets: [Targets], _ shape: SampleShape, _ draws: SeededDraws
  ) throws -> [TrainingExample] {
    let pipeline = try pipeline(shape)
    return zip(clips, targets).enumerated().flatMap { number, clip in
      (0..<repeats).map { again in
        var own = draws.stream(number * repeats + again)
        return TrainingExample(pipeline.prepare(clip.0, &own), clip.1)
      }
    }
  }
}

/// Reads the frames of a clip, each once, in ascending order.
///
/// - Parameters:
///   - shape: What becomes of them; frames that would take absurdly much memory are refused.
///   - prepare: What is done to each frame as soon as it is there.
/// - Throws: The source's errors, `ClipError`.
func readFrames(
  _ indices: [Int], of source: any FrameSource, _ shape: SampleShape, _ prepare: (Image) -> Image = { $0 }
) throws -> [Image] {
  let size = try source.size
  let input = size.scaled(toShortSide: shape.shortSides.upperBound)
  let bytes = indices.count * input.width * input.height * 3 * 4
  if bytes > physicalMemoryBytes() / 8 {
    throw ClipError.tooLarge(source: source.name, size: size, input: input, bytes: bytes)
  }
  var frames: [Int: Image] = [:]
  for index in Set(indices).sorted() { frames[index] = prepare(try source.frame(at: index)) }
  return indices.compactMap { frames[$0] }
}

extension Image {
  /// The same picture with red first.
  var redFirst: Image {
    if order == .rgb { return self }
    var turned = pixels
    turned.withUnsafeMutableBufferPointer { pixels in
      for index in stride(from: 0, to: pixels.count, by: 3) { pixels.swapAt(index, index + 2) }
    }
    return Image(size: size, order: .rgb, pixels: turned)
  }

  /// Said to be RGB as it is: PySlowFast prepares listed pictures so, blue as red, until `DATA.REVERSE_INPUT_CHANNEL`.
  var takenForRGB: Image { Image(size: size, order: .rgb, pixels: pixels) }
}
