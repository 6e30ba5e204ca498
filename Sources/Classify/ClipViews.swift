internal import Imaging
public import Clips
public import Configuration
internal import Inference
internal import Wording

/// The views in which a configuration's test sees each video, and how their scores become one.
public struct ClipViews: Sendable, Equatable, CustomStringConvertible {
  /// In the order in which they are scored: by place in the video, then by crop.
  public let views: [View]
  /// With how many clips a video the accuracy is computed: one number, or several of one run.
  public let clipCounts: [Int]
  public let crops: Int
  public let fusion: ClipFusion

  /// The views of a configuration: `TEST.NUM_ENSEMBLE_VIEWS` (-1 for 1, 3, 5, 7 and 10) or `TEST.NUM_TEMPORAL_CLIPS`, each
  /// in `TEST.NUM_SPATIAL_CROPS`.
  ///
  /// - Throws: `ClassificationError` for what cannot be tested.
  public init(_ config: Configuration) throws(ClassificationError) {
    if config[.dataMultiLabel] {
      throw .unsupported(
        config.cite(.dataMultiLabel), "videos of several classes at once are not tested by this version",
        "set DATA.MULTI_LABEL False for lists with one class a video")
    }
    let several = config[.testNumEnsembleViews] == -1 ? [1, 3, 5, 7, 10] : [config[.testNumEnsembleViews]]
    let counts = config[.testNumTemporalClips].isEmpty ? several : config[.testNumTemporalClips]
    clipCounts = counts.indices.filter { !counts[..<$0].contains(counts[$0]) }.map { counts[$0] }
    crops = config[.testNumSpatialCrops]
    fusion = ClipFusion(rawValue: config[.dataEnsembleMethod]) ?? .sum
    let size = config[.dataTestCropSize]
    var (side, kinds) = (size, (0..<crops).map { View.Crop.square($0) })
    if crops == 1 {
      side = config[.dataTrainJitterScales][0]
      kinds = [.centre(size)]
      if size > side {
        throw .unsupported(
          "\(config.cite(.dataTestCropSize)), \(config.cite(.dataTrainJitterScales))",
          "the one crop of a frame is larger than its short side, the first of DATA.TRAIN_JITTER_SCALES",
          "set DATA.TRAIN_JITTER_SCALES \"[\(size), \(size)]\", or a smaller DATA.TEST_CROP_SIZE")
      }
    }
    // Ascending in the video, so that frames can be forgotten.
    let places = clipCounts.flatMap { count in (0..<count).map { (part: $0, of: count) } }
    views = places.enumerated()
      .sorted { ($0.1.part * $1.1.of, $0.0) < ($1.1.part * $0.1.of, $1.0) }
      .flatMap { place in
        kinds.map { View(shortSide: side, crop: $0, position: .part(place.1.part, of: place.1.of)) }
      }
  }

  /// As a line for who starts a run: "30 views a video: 10 clips, each in 3 crops of 256; the sum of their scores".
  public var description: String {
    let clips = series(clipCounts.map(String.init), "and") + (clipCounts == [1] ? " clip" : " clips")
    let crop =
      switch views[0].crop {
      case .centre(let side): "the middle \(side) x \(side) of short side \(views[0].shortSide)"
      default: "\(counted(crops, "square")) of short side \(views[0].shortSide)"
      }
    return "\(counted(views.count, "view")) a video: \(clips), each in \(crop); the \(fusion.inWords) of their scores"
  }
}

extension ClipWindow {
  /// The clips of a configuration's test of whole videos.
  public init(clipsOf config: Configuration, isStill: Bool) throws(ClassificationError) {
    guard let decoder = UniformClips.Decoder(rawValue: config[.dataDecodingBackend]) else {
      let names = UniformClips.Decoder.allCases.map(\.rawValue)
      throw .unsupported(
        config.cite(.dataDecodingBackend),
        "the reference has no such decoder, and which frames clips have depends on it",
        "set DATA.DECODING_BACKEND \(series(names, "or"))")
    }
    let (frames, rate) = (config[.dataNumFrames], config[.dataSamplingRate])
    self.init(
      frames: frames, rate: rate, isStill: isStill,
      parts: UniformClips(
        frames: frames, rate: rate, targetRate: config[.dataTargetFps], reachesEnd: config[.dataUseOffsetSampling],
        decoder: decoder))
  }
}

extension Preprocessing {
  /// The preprocessing of a configuration's test of whole videos: RGB, scaled in float.
  init(clipsOf config: Configuration, _ view: View) {
    // Means and deviations are in the order of RGB there.
    func colours(_ key: Key<[Double]>) -> [Float] { config[key].reversed().map { Float($0) } }
    self.init(
      view: view, backend: .pytorch, mean: colours(.dataMean), std: colours(.dataStd),
      order: config[.dataReverseInputChannel] ? .bgr : .rgb)
  }
}
