internal import AVARecords
internal import Classify
internal import Files
internal import Overlay
internal import Runs
internal import Video
internal import Wording

/// `--overlay-video` of `classify`: which file is drawn of which input.
struct ClassifiedOverlays {
  let files: [(video: String, path: String)]
  /// What the user should know of their names.
  let notices: [String]
  /// What would be drawn of inputs that cannot be read, and why it is not.
  private let undrawn: [(video: String, path: String, cause: String)]

  /// - Parameter place: A file for one input, or a folder; nil for none.
  /// - Throws: `BadOverlay` for a name that does not suit.
  init(_ place: String?, _ classification: VideoClassification) throws {
    let videos = classification.drawnVideos
    guard let place else {
      (files, notices, undrawn) = ([], [], [])
      return
    }
    guard let ending = Self.ending(place), !isFolder(place) else {
      let titles = distinctTitles(of: classification.plan.map(\.name))
      files = videos.map {
        ($0.name, joinPath(place, "\(titles[$0.name] ?? "").\(WindowScores.drawingEnding(of: $0))"))
      }
      undrawn = classification.plan.compactMap { video in
        classification.faults[video.name].map {
          (video.name, joinPath(place, titles[video.name] ?? ""), $0)
        }
      }
      notices = files.filter { fileStem($0.path) != stem($0.video) }.map {
        "'\($0.path)' will be of '\($0.video)': another input before it is called '\(stem($0.video))'"
      }
      return
    }
    (notices, undrawn) = ([], [])
    let count = classification.plan.count
    if count > 1 {
      throw BadOverlay("--overlay-video '\(place)' is one file, and \(count) inputs are given -> give a folder")
    }
    let suits = videos.allSatisfy { ($0.isPicture ? ["png"] : ["mp4", "mov", "mkv"]).contains(ending) }
    if !suits {
      throw BadOverlay(
        "--overlay-video '\(place)' ends in .\(ending) -> give a name that ends in "
          + (videos[0].isPicture ? ".png for a picture" : ".mp4, .mov or .mkv") + ", or a folder")
    }
    files = videos.map { ($0.name, place) }
  }

  /// Whether a name is of a film or picture, and not of a folder.
  static func isFile(_ path: String) -> Bool { ending(path) != nil }

  /// What follows the last point of a name, where that looks like a file's ending.
  private static func ending(_ path: String) -> String? {
    let name = splitPath(path).name
    guard let point = name.lastIndex(of: "."), point != name.startIndex else { return nil }
    let ending = name[name.index(after: point)...].lowercased()
    return (2...4).contains(ending.count) && ending.contains { $0.isLetter } ? ending : nil
  }

  /// Draws them.
  ///
  /// - Returns: How many are not drawn, of inputs that were scored before they were gone.
  /// - Throws: `Interrupted`, and the errors of reading, drawing and writing.
  func write(
    _ found: WindowScores, _ labels: ClassLabels, topK: Int, _ size: FilmSize?, _ settings: FilmSettings
  ) throws -> Int {
    let paths = Dictionary(files.map { ($0.video, $0.path) }, uniquingKeysWith: { first, _ in first })
    try Interruption.stoppable {
      for video in found.videos {
        guard let path = paths[video.name] else { continue }
        var progress: Progress?
        let result = try found.writeOverlay(of: video, labels, topK: topK, size, settings, to: path) { done, total in
          let bar = progress ?? Progress("drawing \(video.name)", total: total, unit: "frame")
          progress = bar
          bar.update(done)
          if Interruption.isAsked {
            throw Interrupted("the classes are written, '\(path)' was not finished and is not kept")
          }
        }
        progress?.finish()
        guard let result else {
          Console.warn("'\(path)' is not drawn: no window of '\(video.name)' was scored")
          continue
        }
        for notice in result.notices { Console.warn(notice) }
        if result.damaged > 0 {
          Console.warn("\(path): \(counted(result.damaged, "frame")) damaged, the picture before stays there")
        }
        Console.say("wrote \(path)")
      }
    }
    // The others are named as damage.
    let damaged = Set(found.damage.keyFrames.map(\.keyFrame.video))
    let gone = undrawn.filter { !damaged.contains($0.video) }
    for (video, path, cause) in gone {
      Console.warn("'\(path)' is not drawn: '\(video)' is scored, and cannot be read any more: \(cause)")
    }
    return gone.count
  }
}

/// A name that no film can have.
struct BadOverlay: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

/// What files of each path are called by: its name without folder and ending, and where an earlier one is called so already
/// with -2, -3 and so on, which no other path is called. Whether a file can be read makes no difference.
func distinctTitles(of paths: [String]) -> [String: String] {
  let stems = Set(paths.map(stem))
  var titles: [String: String] = [:]
  var given: Set<String> = []
  for path in paths {
    let own = stem(path)
    var (title, number) = (own, 2)
    while given.contains(title) || title != own && stems.contains(title) {
      title = "\(own)-\(number)"
      number += 1
    }
    given.insert(title)
    titles[path] = title
  }
  return titles
}

/// The name of a file or folder without what follows the last point.
private func stem(_ path: String) -> String { fileStem(path.split(separator: "/").last.map(String.init) ?? path) }
