internal import Files
internal import Wording

/// A format of another tool: what its files are called and how they are written.
protocol ExportFormat: Sendable {
  /// For `--format`.
  var name: String { get }
  /// What follows the point in the names of its files.
  var ending: String { get }
  /// Whether each video has a file of its own; else one holds all.
  var isPerVideo: Bool { get }
  /// Whether it counts frames or pixels.
  var needsFrames: Bool { get }
  /// Writes videos, of a format with a file for each exactly one.
  ///
  /// - Throws: `FileError`, `ExportError`.
  func write(_ videos: [ExportedVideo], _ classes: ExportedClasses, to file: AtomicFile) throws
}

/// All formats there are.
public enum ExportFormats {
  static let all: [any ExportFormat] = [
    CVATExport(), VIAExport(), COCOExport(), AVAExport(), ELANExport(), WebVTTExport(),
  ]

  /// What `--format` may be.
  public static let names = all.map(\.name)

  /// Which of some formats count frames or pixels, so that videos need a `clock`.
  public static func thatNeedFrames(_ names: [String]) -> [String] {
    all.filter { $0.needsFrames && names.contains($0.name) }.map(\.name)
  }

  /// The files that `write` makes in a folder, for the videos of some names: FORMAT.ENDING, or a folder of the format's name
  /// with VIDEO.ENDING for each.
  public static func files(_ names: [String], videos: [String], in folder: String) -> [String] {
    chosen(names).flatMap { format in
      format.isPerVideo
        ? videos.map { path(format, video: $0, in: folder) } : [path(format, video: nil, in: folder)]
    }
  }

  /// Writes videos in some formats.
  ///
  /// - Throws: `FileError`; `ExportError` for what a format cannot say.
  public static func write(
    _ videos: [ExportedVideo], _ classes: ExportedClasses, as names: [String], to folder: String
  ) throws {
    for format in chosen(names) where format.needsFrames {
      for video in videos { _ = try video.requiredClock(format) }
    }
    for format in chosen(names) {
      for group in format.isPerVideo ? videos.map({ [$0] }) : [videos] {
        let file = try AtomicFile(path: path(format, video: format.isPerVideo ? group[0].name : nil, in: folder))
        try format.write(group, classes, to: file)
        try file.commit()
      }
    }
  }

  private static func chosen(_ names: [String]) -> [any ExportFormat] { all.filter { names.contains($0.name) } }

  private static func path(_ format: any ExportFormat, video: String?, in folder: String) -> String {
    let name = video.map { format.name + "/" + fileName(of: $0) } ?? format.name
    return joinPath(folder, name + "." + format.ending)
  }
}

/// What a format cannot say.
public enum ExportError: Error, Equatable, CustomStringConvertible {
  /// - Parameter format: Its name for `--format`.
  case noFrames(format: String, video: String)
  case lineBreak(format: String, video: String)

  public var description: String {
    switch self {
    case .noFrames(let format, let video):
      "exporting '\(video)' as \(format): expected the rate and size of its frames, found none -> give the file with --videos, "
        + "or --fps RATE and --size WxH, or other formats with --format"
    case .lineBreak(let format, let video):
      "exporting as \(format): expected names of videos on one line, found a line break in '\(video)' -> give the video another "
        + "name, or other formats with --format"
    }
  }
}

/// What actions are called.
public struct ExportedClasses: Sendable {
  private let names: [Int: String]

  /// - Parameter names: By id; ids that share a name get it with the id behind, for tools tell classes by their names.
  public init(_ names: [Int: String]) {
    let shared = Dictionary(grouping: names.keys) { names[$0] ?? "" }
    self.names = Dictionary(
      uniqueKeysWithValues: names.map { id, name in
        (
          id,
          (shared[name]?.count ?? 0) > 1 || name.isEmpty || name == ExportedClasses.person ? "\(name) (\(id))" : name
        )
      })
  }

  /// What boxes are called.
  static let person = "person"

  func name(of id: Int) -> String { names[id] ?? "action \(id)" }
}

extension ExportedVideo {
  /// The frames, which a format cannot do without.
  ///
  /// - Throws: `ExportError`.
  func requiredClock(_ format: some ExportFormat) throws(ExportError) -> FrameClock {
    guard let clock else { throw .noFrames(format: format.name, video: name) }
    return clock
  }

  /// What tools call its file: the file's own name, else the video's.
  var fileName: String { path.map { splitPath($0).name } ?? name }
}
