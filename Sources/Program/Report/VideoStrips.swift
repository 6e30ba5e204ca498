internal import Files
internal import Imaging
public import Video
internal import Wording

/// A few frames of some videos, spread over each, small enough for a page; those that could not be had are named, not fatal.
public struct VideoStrips: Sendable {
  /// What the reader should know: videos without frames, frames that are damaged.
  public private(set) var warnings: [String] = []
  private var strips: [String: [EmbeddedImage]] = [:]

  private static let frames = 4
  private static let longestSide = 200

  /// Reads and shrinks frames, video by video: one source is open at a time.
  ///
  /// - Parameters:
  ///   - videos: As lists name them: paths whose last part, without its extension, the catalogue knows, or which it knows
  ///     as they are, such as pictures in folders of classes.
  ///   - catalog: Where the frames are.
  public init(of videos: [String], from catalog: FrameCatalog) {
    var unknown: [String] = []
    for video in videos where strips[video] == nil {
      do {
        guard let (frames, _) = try catalog.open(fileStem(video)) ?? catalog.open(video) else {
          unknown.append(video)
          continue
        }
        let count = frames.frameCount
        let numbers = Set((0..<Self.frames).map { (2 * $0 + 1) * count / (2 * Self.frames) }).sorted()
        strips[video] = try numbers.map { try EmbeddedImage(frames.frame(at: $0), longestSide: Self.longestSide) }
      } catch {
        warnings.append("no pictures of video '\(video)': \(error)")
      }
    }
    if !unknown.isEmpty {
      warnings.append("no frames were given for \(counted(unknown.count, "video")): \(listed(unknown))")
    }
  }

  func images(of video: String) -> [EmbeddedImage] { strips[video] ?? [] }
}
