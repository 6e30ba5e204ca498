public import Files
internal import Geometry
internal import ImageFiles
public import Imaging
internal import Wording

/// What a user gives for a video: one, a picture, or a folder of pictures that follow one another.
public enum FrameInput: Sendable {
  case video(VideoIndex)
  case picture(String)
  case pictures([String], framesPerSecond: Double)

  /// Tells what a path leads to, and looks at it.
  ///
  /// - Parameter rate: Pictures a second of a folder.
  /// - Throws: `FileError`, `VideoError`, `ImagingError`, ``NoPictures``.
  public init(_ path: String, framesPerSecond rate: Double) throws {
    // Frames are read more than once, and a pipe that nobody writes to would hold up all the others.
    if pathExists(path), !Files.isFolder(path), !isRegularFile(path) {
      throw FileError.excessive(
        doing: "opening a video", path: path, expected: "a file", found: "a pipe or a device", advice: "give a file")
    }
    if Files.isFolder(path) {
      let names = try Self.pictures(in: path)
      if names.isEmpty { throw NoPictures(folder: path) }
      self = .pictures(names.map { joinPath(path, $0) }, framesPerSecond: rate)
    } else if Self.isPictureName(path) {
      // Says now what is not there, or no picture.
      _ = try imageSize(path: path)
      self = .picture(path)
    } else if !["mjpg", "mjpeg"].contains(Self.ending(path)), (try? imageSize(path: path)) != nil {
      self = .picture(path)
    } else {
      self = .video(try VideoIndex(path: path))
    }
  }

  /// The frames.
  ///
  /// - Parameters:
  ///   - name: What messages call pictures; a video has its own name.
  ///   - colours: How a video's are converted.
  public func open(_ name: String, colours: ColourConversion) throws -> any FrameSource {
    switch self {
    case .video(let index): try VideoReader(index, colours: colours)
    // At any rate: it is one frame.
    case .picture(let path): try ImageFrames(name: name, paths: [path], framesPerSecond: 30)
    case .pictures(let paths, let rate): try ImageFrames(name: name, paths: paths, framesPerSecond: rate)
    }
  }

  /// What the user should know of it.
  public var notices: [String] {
    switch self {
    case .video(let index): index.notices
    case .picture: []
    case .pictures(let paths, let rate):
      [
        unevenNumbers(of: paths).map {
          "\($0): they are taken to follow one another evenly, and all later ones are seen at wrong times -> extract the "
            + "frames again"
        },
        Self.otherSize(in: paths).map {
          "its pictures have more than one size (\($0)), and are taken for a video's frames, \(fixed(rate, rate == rate.rounded() ? 0 : 2)) a second -> give "
            + "pictures that are no video one by one, not their folder"
        },
      ].compactMap(\.self)
    }
  }

  /// How many pictures of a folder are asked for their size.
  private static let samples = 16

  /// Two sizes that pictures of a folder have, as "640x480, 320x200"; nil where those that are looked at have one.
  private static func otherSize(in paths: [String]) -> String? {
    let chosen = Set((0..<samples).map { $0 * (paths.count - 1) / (samples - 1) }).sorted()
    let sizes = chosen.compactMap { try? imageSize(path: paths[$0]) }
    guard let first = sizes.first, let other = sizes.first(where: { $0 != first }) else { return nil }
    return "\(first.width)x\(first.height), \(other.width)x\(other.height)"
  }

  /// What tells it from another one: of several pictures see ``ImageSurvey/fingerprint(of:counting:)``.
  ///
  /// - Parameter counting: Which pictures count; all where it is not given.
  /// - Throws: `FileError`.
  public func fingerprint(counting: ((any FrameSource) -> Set<Int>)? = nil) throws(FileError) -> String {
    let doing = "reading a video"
    switch self {
    case .video(let index): return try fileFingerprint(index.path, doing: doing)
    case .picture(let path): return try fileFingerprint(path, doing: doing)
    case .pictures(let paths, let rate):
      let source = try? ImageFrames(name: "", paths: paths, framesPerSecond: rate)
      return ImageSurvey(paths).fingerprint(of: paths, counting: source.flatMap { counting?($0) })
    }
  }

  /// Where the pictures lie, from the folder above that is given: "fall/0001.png"; nil of a video.
  public var pictureNames: [String]? {
    switch self {
    case .video: nil
    case .picture(let path): [splitPath(path).name]
    case .pictures(let paths, _):
      paths.map { path in
        let (folder, name) = splitPath(path)
        return joinPath(splitPath(absolutePath(folder)).name, name)
      }
    }
  }

  /// Whether it is a folder of pictures.
  public var isFolder: Bool { if case .pictures = self { true } else { false } }

  /// What the pictures are called that a path leads to, frame by frame: those of a folder, or the one; nil of a video, and of a folder
  /// that cannot be read.
  public static func pictureNames(of path: String) -> [String]? {
    if Files.isFolder(path) { return try? pictures(in: path) }
    return isPictureName(path) ? [splitPath(path).name] : nil
  }

  /// The names of a folder's pictures, in the order in which they follow one another.
  private static func pictures(in folder: String) throws(FileError) -> [String] {
    try listFolder(folder).filter { !$0.hasPrefix(".") && isPictureName($0) }.sorted(by: isBefore)
  }

  /// What rows call a video: its file's name without the extension, or the folder's name.
  public static func name(of path: String) -> String {
    var path = path
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    if !Files.isFolder(path) { return fileStem(path) }
    let name = splitPath(path).name
    return [".", ".."].contains(name) ? splitPath(plainPath(path)).name : name
  }

  /// What rows may call it: ``name(of:)``, and that up to its first point, as the reference cuts it.
  public static func names(of path: String) -> [String] {
    let name = name(of: path)
    let short = name.split(separator: ".", omittingEmptySubsequences: false).first.map(String.init) ?? name
    return short == name || short.isEmpty ? [name] : [name, short]
  }

  /// Whether a path leads to a picture, by its ending.
  public static func isPicture(_ path: String) -> Bool { isPictureName(path) }

  /// What is wrong with an input that cannot be opened, without the advice; nil for errors of the call.
  public static func fault(_ error: any Error) -> String? {
    error is NoPictures || error is ImagingError ? withoutAdvice(error) : damageCause(error)
  }

  private static func isPictureName(_ path: String) -> Bool { ["jpg", "jpeg", "png"].contains(ending(path)) }

  /// What follows the last point of a name, in small letters.
  private static func ending(_ path: String) -> String {
    let name = splitPath(path).name
    return name.lastIndex(of: ".").map { name[name.index(after: $0)...].lowercased() } ?? ""
  }
}

/// The order of names with numbers in them: "frame 9" before "frame 10".
private func isBefore(_ a: String, _ b: String) -> Bool {
  let (first, second) = (parts(a), parts(b))
  for (one, other) in zip(first, second) where one != other {
    if one.first!.isNumber && other.first!.isNumber {
      let (x, y) = (one.drop { $0 == "0" }, other.drop { $0 == "0" })
      if x != y { return (x.count, String(x)) < (y.count, String(y)) }
    }
    return one < other
  }
  return (first.count, a) < (second.count, b)
}

/// A name as stretches of digits and of others.
private func parts(_ name: String) -> [Substring] {
  var parts: [Substring] = []
  var rest = name[...]
  while let first = rest.first {
    let part = rest.prefix { ($0.isASCII && $0.isNumber) == (first.isASCII && first.isNumber) }
    parts.append(part)
    rest = rest[part.endIndex...]
  }
  return parts
}

/// A folder that is given for a video and has no pictures.
public struct NoPictures: Error, Equatable, CustomStringConvertible {
  public let folder: String

  public init(folder: String) { self.folder = folder }

  public var description: String {
    "opening pictures: the folder '\(folder)' has no JPEG or PNG pictures -> give videos, pictures, or folders of pictures "
      + "that follow one another; all videos of a folder are '\(folder)'/*"
  }
}
