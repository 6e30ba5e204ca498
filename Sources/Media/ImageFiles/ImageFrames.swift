public import Imaging
public import Geometry
internal import Files
internal import Wording

/// The frames of one video as a list of image files.
///
/// The first image that says its size gives it; every other must have the same.
public final class ImageFrames: FrameSource {
  public let name: String
  /// The image files, frame by frame.
  public let paths: [String]
  public let framesPerSecond: Double
  private var knownSize: Result<ImageSize, any Error>?

  /// Takes a video's list of images; no file is touched yet.
  ///
  /// - Parameter framesPerSecond: Above 0.
  /// - Throws: ``ImagingError`` when the list is empty.
  public init(name: String, paths: [String], framesPerSecond: Double) throws {
    if paths.isEmpty {
      throw ImagingError(
        doing: "listing frames of video '\(name)'", reason: "the list is empty -> give at least one picture")
    }
    self.name = name
    self.paths = paths
    self.framesPerSecond = framesPerSecond
  }

  public var frameCount: Int { paths.count }

  /// Looks for every file of the list, so that a run fails at its start and not in its middle.
  ///
  /// - Throws: ``ImagingError`` that names the first missing file and counts them.
  public func verifyFilesExist() throws { try verify(ImageSurvey(paths)) }

  /// The same where the files were looked at already.
  ///
  /// - Parameter survey: Of the same images.
  public func verify(_ survey: ImageSurvey) throws {
    guard let missing = survey.missing else { return }
    throw ImagingError(
      doing: "looking for the frames of video '\(name)'", source: paths[missing.first],
      reason: "there is no such file (frame \(missing.first)); missing are \(missing.count) of "
        + "\(counted(frameCount, "frame")) -> check the frame list and the frame folder")
  }

  public func frame(at index: Int) throws -> Image {
    let doing = "reading frame \(index) of video '\(name)'"
    guard paths.indices.contains(index) else {
      throw ImagingError(doing: doing, reason: "the list has \(counted(frameCount, "frame")), counted from 0")
    }
    do {
      // First, so that all frames of a video of which none can be read have one cause.
      let expected = try size
      let image = try readImage(path: paths[index])
      if image.size != expected {
        throw ImagingError(
          doing: doing, source: paths[index],
          reason: "the picture is \(image.width) x \(image.height), the video's first frame "
            + "\(expected.width) x \(expected.height), and all frames of a video have one size -> give pictures that are no "
            + "video one by one, not their folder")
      }
      return image
    } catch {
      var reason = Substring("\(error)")
      if reason.hasPrefix(doing + ": ") { reason = reason.dropFirst(doing.count + 2) }
      let cause = reason.firstRange(of: " -> ").map { reason[..<$0.lowerBound] } ?? reason
      throw FrameDamage(frame: index, cause: String(cause), description: "\(doing): \(reason)")
    }
  }

  /// Read off the images' headers: nothing is decoded.
  public var size: ImageSize {
    get throws {
      if let knownSize { return try knownSize.get() }
      // What is not there is passed over without an error, which would look for a name like it for every picture.
      let found = Result {
        try paths.lazy.filter(pathExists).compactMap { try? imageSize(path: $0) }.first ?? imageSize(path: paths[0])
      }
      knownSize = found
      return try found.get()
    }
  }
}
