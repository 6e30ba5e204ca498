internal import Files
internal import Wording

/// A frame list to which videos are added; the rows of others stay as they are.
public struct FrameListText: Sendable {
  /// Rows of one video that follow one another.
  private struct Run {
    let video: String
    let id: Int?
    var rows: String
  }

  private var header = "original_vido_id video_id frame_id path labels\n"
  private var runs: [Run] = []

  /// An empty list.
  public init() {}

  /// Reads a list.
  ///
  /// - Throws: What `FrameList.read` throws of a malformed list.
  public init(path: String) throws {
    _ = try FrameList.read(paths: [path], frameFolder: "")
    let bytes = try readFile(path, doing: "reading the frame list")
    let lines = String(decoding: bytes, as: UTF8.self).split(
      omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    header = "\(lines[0])\n"
    for line in lines.dropFirst() {
      let fields = line.split(whereSeparator: \.isWhitespace)
      guard fields.count == 5 else { continue }
      if runs.last?.video != String(fields[0]) {
        runs.append(Run(video: String(fields[0]), id: Int(fields[1]), rows: ""))
      }
      runs[runs.count - 1].rows += "\(line)\n"
    }
  }

  /// The videos in the order of their first appearance.
  public var videos: [String] {
    var seen: Set<String> = []
    return runs.map(\.video).filter { seen.insert($0).inserted }
  }

  /// Gives a video these images: in the place and under the number of its old rows, or at the end under the next
  /// number.
  ///
  /// - Parameter paths: Frame after frame, relative to the frame folder.
  public mutating func set(_ video: String, paths: [String]) {
    let old = runs.firstIndex { $0.video == video }
    let next = (runs.compactMap(\.id).max() ?? -1) + 1
    let id = old.flatMap { runs[$0].id } ?? next
    let rows = paths.enumerated().map { "\(video) \(id) \($0) \($1) \"\"\n" }
    let run = Run(video: video, id: id, rows: rows.joined())
    if let old {
      runs[old] = run
      runs = runs.enumerated().filter { $0 == old || $1.video != video }.map(\.element)
    } else {
      runs.append(run)
    }
  }

  /// The whole file.
  public var text: String { header + runs.map(\.rows).joined() }
}
