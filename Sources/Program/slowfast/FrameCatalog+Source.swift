internal import Datasets
internal import ImageFiles
internal import Imaging
internal import Video

extension FrameCatalog {
  /// Opens the frames of a name as detect and test do: videos at AVA's rate, lists of images that are all there.
  func source(_ name: String) throws -> any FrameSource {
    switch try open(name)?.frames {
    case let images as ImageFrames:
      try images.verifyFilesExist()
      return images
    case let video as VideoReader:
      return try VideoFrames(video, framesPerSecond: ActionDataset.ava.clock.framesPerSecond)
    default: throw VideoError(doing: "opening a video", path: name, reason: "it is gone")
    }
  }
}
