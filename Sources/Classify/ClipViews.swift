public import Clips
internal import Configuration
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

  /// The same crops of every clip.
  ///
  /// - Parameters:
  ///   - clips: With how many clips a video the accuracy is computed.
  ///   - shortSide: Of the frames that crops are cut from.
  init(clips counts: [Int], shortSide: Int, crops kinds: [View.Crop], _ config: Configuration) {
    clipCounts = counts
    crops = kinds.count
    fusion = ClipFusion(rawValue: config[.dataEnsembleMethod]) ?? .sum
    // Ascending in the video, so that frames can be forgotten.
    let places = counts.flatMap { count in (0..<count).map { (part: $0, of: count) } }
    views = places.enumerated()
      .sorted { ($0.1.part * $1.1.of, $0.0) < ($1.1.part * $0.1.of, $1.0) }
      .flatMap { place in
        kinds.map { View(shortSide: shortSide, crop: $0, position: .part(place.1.part, of: place.1.of)) }
      }
  }

  /// How many clips a configuration wants: `TEST.NUM_ENSEMBLE_VIEWS` (-1 for 1, 3, 5, 7 and 10) or
  /// `TEST.NUM_TEMPORAL_CLIPS`.
  static func clipCounts(_ config: Configuration) -> [Int] {
    let several = config[.testNumEnsembleViews] == -1 ? [1, 3, 5, 7, 10] : [config[.testNumEnsembleViews]]
    let counts = config[.testNumTemporalClips].isEmpty ? several : config[.testNumTemporalClips]
    return counts.indices.filter { !counts[..<$0].contains(counts[$0]) }.map { counts[$0] }
  }

  /// The views of videos: three squares of the short side that is scored, or the middle of a short side of
  /// `DATA.TRAIN_JITTER_SCALES`.
  ///
  /// - Throws: `ClassificationError` for a crop that is larger than the frame.
  init(videosOf config: Configuration) throws(ClassificationError) {
    let crops = config[.testNumSpatialCrops]
    var (side, kinds) = (config[.dataTestCropSize], (0..<crops).map { View.Crop.square($0) })
    if crops == 1 {
      let middle = try Kinetics.middle(config)
      (side, kinds) = (middle.shortSide, [middle.crop])
    }
    self.init(clips: Self.clipCounts(config), shortSide: side, crops: kinds, config)
  }

  /// As a line for who starts a run: "30 views a video: 10 clips, each in 3 crops of 256; the sum of their scores".
  public var description: String {
    let clips = series(clipCounts.map(String.init), "and") + (clipCounts == [1] ? " clip" : " clips")
    let crop =
      switch views[0].crop {
      case .square where crops == 1: "the square at the left or the top, of short side \(views[0].shortSide)"
      case .centre(let side), .middle(let side): "the middle \(side) x \(side) of short side \(views[0].shortSide)"
      default: "\(counted(crops, "square")) of short side \(views[0].shortSide)"
      }
    let views = counted(views.count, "view")
    let fused = views == "1 view" ? "" : "; the \(fusion.inWords) of their scores"
    return "\(views) a video: \(clips)\(clipCounts == [1] ? "" : ", each") in \(crop)\(fused)"
  }
}
