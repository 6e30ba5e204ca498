internal import Files
internal import Imaging
internal import Video
internal import Wording

/// What is classified: a video, a picture, or a folder of pictures that follow one another.
enum ClipInput: Sendable {
  case video(VideoIndex)
  case picture(String)
  case pictures([String], framesPerSecond: Double)

  /// Tells what a path leads to, and looks at it.
  ///
  /// - Parameter rate: Pictures a second of a folder.
  /// - Throws: `FileError`, `VideoError`, `ImagingError`; `VideoClassificationError` for a folder without pictures.
  init(_ path: String, framesPerSecond rate: Double) throws {
    if isFolder(path) {
      let names = try listFolder(path).filter { !$0.hasPrefix(".") && Self.isPictureName($0) }
      if names.isEmpty { throw VideoClassificationError.noPictures(folder: path) }
      self = .pictures(names.sorted(by: isBefore).map { joinPath(path, $0) }, framesPerSecond: rate)
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

  /// The frames; a video's in the colours that classification's weights were trained with.
  ///
  /// - Parameter name: What messages call them.
  func open(_ name: String, colours: ColourConversion = .plain) throws -> any FrameSource {
    switch self {
    case .video(let index): try VideoReader(index, colours: colours)
    // At any rate: it is one frame.
    case .picture(let path): try ImageFrames(name: name, paths: [path], framesPerSecond: 30)
    case .pictures(let paths, let rate): try ImageFrames(name: name, paths: paths, framesPerSecond: rate)
    }
  }

  /// What is odd about the numbers of a folder's pictures; nil where they follow one another.
  var unevenNumbers: String? {
    guard case .pictures(let paths, _) = self else { return nil }
    return Video.unevenNumbers(of: paths)
  }

  /// The files that tell it from another one: of several pictures the first and the last.
  var ends: [String] {
    switch self {
    case .video(let index): [index.path]
    case .picture(let path): [path]
    case .pictures(let paths, _): [paths[0], paths[paths.count - 1]]
    }
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
