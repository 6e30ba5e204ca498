public import Configuration
public import Optimization

/// What a batch's clips are cut to: the same for all of a batch, and from batch to batch another where a training is on
/// several grids.
public struct SampleShape: Hashable, Sendable {
  /// `DATA.NUM_FRAMES`
  public var frames: Int
  /// Frames of the video from one of the clip to the next; of several one is drawn (`DATA.SAMPLING_RATE`).
  public var rates: ClosedRange<Int>
  /// Pixels of a side (`DATA.TRAIN_CROP_SIZE`).
  public var crop: Int
  /// The short side that frames are resized to before they are cropped, in pixels (`DATA.TRAIN_JITTER_SCALES`).
  public var shortSides: ClosedRange<Int>

  public init(frames: Int, rates: ClosedRange<Int>, crop: Int, shortSides: ClosedRange<Int>) {
    self.frames = frames
    self.rates = rates
    self.crop = crop
    self.shortSides = shortSides
  }

  /// The shape of a configuration.
  ///
  /// - Throws: `TrainingDataError.unsupported`.
  public init(_ config: Configuration) throws(TrainingDataError) {
    let scales = config[.dataTrainJitterScales]
    guard scales.count == 2, scales[0] <= scales[1] else {
      throw .unsupported(
        config.cite(.dataTrainJitterScales), "expected the least and the largest short side in pixels",
        "set DATA.TRAIN_JITTER_SCALES \"[256, 320]\"")
    }
    self.init(
      frames: config[.dataNumFrames], rates: config[.dataSamplingRate]...config[.dataSamplingRate],
      crop: config[.dataTrainCropSize], shortSides: scales[0]...scales[1])
  }
}

/// How many samples a batch has, and what its clips are cut to.
public struct BatchForm: Hashable, Sendable {
  /// Of one process.
  public var samples: Int
  public var shape: SampleShape

  /// - Parameter samples: 1 or more.
  public init(samples: Int, shape: SampleShape) {
    precondition(samples > 0, "a batch has samples")
    self.samples = samples
    self.shape = shape
  }
}

extension MultigridSchedule {
  /// What the batches of an epoch look like, in turn.
  ///
  /// - Parameters:
  ///   - full: The shape of the configuration.
  ///   - processes: That share a batch.
  public func batchForms(at epoch: Int, _ full: SampleShape, processes: Int = 1) -> [BatchForm] {
    let rate = full.rates.lowerBound
    let slowest = slowestSamplingRate(at: epoch, samplingRate: rate) ?? rate
    return shortCycle(at: epoch, processes: processes).map { part in
      let least = leastShortSide(crop: part.crop, leastScale: full.shortSides.lowerBound)
      return BatchForm(
        samples: max(1, part.batch),
        shape: SampleShape(
          frames: shape(at: epoch).frames, rates: rate...max(rate, slowest), crop: part.crop,
          shortSides: max(least, part.crop)...max(full.shortSides.upperBound, least, part.crop)))
    }
  }
}
