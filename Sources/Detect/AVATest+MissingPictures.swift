internal import AVARecords
internal import Datasets
internal import Files

extension AVATest {
  /// Of how many key frames that are scored the picture is not there, with the first one's path; nil for none.
  ///
  /// Looks for one picture of each: what it costs is little beside a run, which surveys all of them.
  public var missingPictures: (count: Int, first: String)? {
    var found: (count: Int, first: String)?
    for video in frameList.videos where video.count > 0 {
      for frame in proposals.keyFrames(of: video.name) {
        let center = dataset.clock.frame(atSecond: frame.time.seconds)
        let path = video.path(ofFrame: min(max(center, 0), video.count - 1))
        if !pathExists(path) { found = ((found?.count ?? 0) + 1, found?.first ?? path) }
      }
    }
    return found
  }
}
