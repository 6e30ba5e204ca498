public import AVARecords
public import Clips
public import Configuration
internal import Files
internal import ImageFiles
public import Imaging
internal import Inference
public import Runs
internal import Wording

/// A data set whose videos are pictures that a frame list names, as Charades and Something-Something v2 come.
public protocol ListedFrames: ClipDataset {
  var config: Configuration { get }
  var frames: FrameList { get }
}

extension ListedFrames {
  public var thing: RunIdentity.Thing { .frames }

  /// `DATA.PATH_TO_DATA_DIR`/val.csv: the reference tests on the validation list.
  static func readFrames(_ config: Configuration, classes: Int?) throws -> FrameList {
    try ClassificationError.listing(config, "val.csv") {
      try FrameList.read(
        paths: [listPath(config)], frameFolder: config[.dataPathPrefix],
        classes: classes, advice: "give the data set's list, with a row for each frame")
    }
  }

  static func listPath(_ config: Configuration) -> String { joinPath(config[.dataPathToDataDir], "val.csv") }

  var frameListPath: String { Self.listPath(config) }

  public static func preprocessing(_ config: Configuration, _ view: View) -> Preprocessing {
    WholeClips.charades.preprocessing(config, view)
  }

  public func path(of video: String) -> String {
    frames.video(named: video)?.path(ofFrame: 0) ?? joinPath(config[.dataPathPrefix], video)
  }

  public func listLacking(_ video: String) -> String? { frames.video(named: video) == nil ? frameListPath : nil }

  public func fingerprint(of video: String, counting: (any FrameSource) -> Set<Int>) -> String? {
    guard let own = try? images(of: video) else { return nil }
    return ImageSurvey(own.paths).fingerprint(of: own.paths, counting: counting(own))
  }

  public func open(_ video: String) throws -> any FrameSource { try images(of: video) }

  private func images(of video: String) throws -> ImageFrames {
    guard let own = frames.video(named: video) else {
      let cause = "'\(frameListPath)' lists no frame of it"
      throw FrameDamage(frame: 0, cause: cause, description: "reading video '\(video)': \(cause)")
    }
    return try ImageFrames(
      name: video, paths: (0..<own.count).map { own.path(ofFrame: $0) },
      framesPerSecond: Double(config[.dataTargetFps]))
  }

  /// One or several clips, each in crops of the short side that is scored; a single crop is the one at the left or the top.
  static func views(_ config: Configuration, clips: [Int]) -> ClipViews {
    ClipViews(
      clips: clips, shortSide: config[.dataTestCropSize],
      crops: (0..<config[.testNumSpatialCrops]).map { .square($0) }, config)
  }
}
