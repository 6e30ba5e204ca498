internal import AVARecords
internal import Configuration
internal import Files
internal import ImageFiles
internal import Imaging
internal import Optimization

/// Videos that are pictures which a frame list names, as Charades and Something-Something v2 come.
struct ListedPictures: Sendable {
  let list: FrameList
  let path: String
  private let framesPerSecond: Double

  /// Reads `DATA.PATH_TO_DATA_DIR`/train.csv or val.csv.
  ///
  /// - Parameter classes: How many classes there are, where rows have them.
  init(_ config: Configuration, _ split: TrainingSplit, classes: Int?) throws {
    path = joinPath(config[.dataPathToDataDir], split.listName)
    framesPerSecond = Double(config[.dataTargetFps])
    let path = path
    list = try TrainingDataError.listing([config.cite(.dataPathToDataDir)]) {
      try FrameList.read(
        paths: [path], frameFolder: config[.dataPathPrefix], classes: classes,
        advice: "give the data set's list, with a row for each frame")
    }
    if !list.videos.contains(where: { pathExists($0.path(ofFrame: 0)) }) {
      throw TrainingDataError.noFiles(
        count: list.videos.reduce(0) { $0 + $1.count }, first: list.videos[0].path(ofFrame: 0),
        key: config.cite(.dataPathPrefix))
    }
  }

  func frames(of video: FrameList.Video) throws -> ImageFrames {
    try ImageFrames(
      name: video.name, paths: (0..<video.count).map { video.path(ofFrame: $0) }, framesPerSecond: framesPerSecond)
  }
}
