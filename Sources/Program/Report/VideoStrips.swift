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
  ///   - videos: Those that are shown, as lists name them: by their paths.
  ///   - all: All videos of the list, so that none has the pictures of another one of its name.
  ///   - catalog: Where the frames are.
  public init(of videos: [String], among all: [String], from catalog: FrameCatalog) {
    var (unknown, ambiguous): ([String], [String]) = ([], [])
    let matches = catalog.matches(of: all + videos)
    for video in videos where strips[video] == nil {
      do {
        if matches[video] == .ambiguous {
          ambiguous.append("'\(video)'")
          continue
        }
        guard case .name(let name) = matches[video], let (frames, _) = try catalog.open(name) else {
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
    if !ambiguous.isEmpty {
      warnings.append(
        "the frames given may be of one or another of several videos of the same name, not shown: \(listed(ambiguous)) -> "
          + "give the frames with the folders that tell the videos apart")
    }
    if !unknown.isEmpty {
      warnings.append("no frames were given for \(counted(unknown.count, "video")): \(listed(unknown))")
    }
  }

  func images(of video: String) -> [EmbeddedImage] { strips[video] ?? [] }
}
