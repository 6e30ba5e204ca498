internal import AVARecords
internal import Files
internal import ImageFiles
public import Imaging
internal import Video
internal import Wording

/// Writes the frames of videos as images, and joins them to a folder's frame list in PySlowFast's format.
///
/// A video's images appear in `FOLDER/NAME/` together, and its rows after them: whatever ends the writing, the list
/// names whole videos only, the old ones and those that were finished.
public struct FrameExtraction {
  public enum Format: String, Sendable {
    /// Quality 95.
    case jpg
    /// Lossless.
    case png
  }

  /// A video and what the list calls it.
  private struct ListedVideo {
    let index: VideoIndex
    let name: String
    let frameCount: Int
  }

  /// The list's file.
  public let listPath: String
  /// How many images there will be.
  public let frameCount: Int
  /// What the user should know of the videos.
  public let notices: [String]
  private let videos: [ListedVideo]
  private let folder: String
  private let framesPerSecond: Double
  private let format: Format
  private var list: FrameListText
  /// What `write` could not have of the videos that it wrote: the images, by their places in the list from 0, whose
  /// files are empty.
  public private(set) var damaged: [(video: String, images: DamageList)] = []

  /// Opens the videos and reads the folder's list, if there is one.
  ///
  /// - Parameters:
  ///   - framesPerSecond: Frame i is the one nearest in time to i / `framesPerSecond` seconds after the first.
  ///   - isReplacing: Whether videos that the list has already are written anew.
  /// - Throws: `FrameExtractionError`, `VideoError`, `FileError`, `RecordError`.
  public init(
    videos: [String], folder: String, framesPerSecond: Double, format: Format, isReplacing: Bool = false
  ) throws {
    self.folder = folder
    self.framesPerSecond = framesPerSecond
    self.format = format
    listPath = joinPath(folder, "frame_list.csv")
    list = pathExists(listPath) ? try FrameListText(path: listPath) : FrameListText()
    let names = videos.map { listName(of: fileStem($0)) }
    if let twice = names.first(where: { name in names.count { $0 == name } > 1 }) {
      throw FrameExtractionError.sameName(twice)
    }
    if !isReplacing {
      let known = Set(list.videos)
      let listed = names.filter(known.contains)
      if !listed.isEmpty { throw FrameExtractionError.listed(listed, list: listPath) }
      // A folder of images that no list names is somebody's all the same.
      let taken = names.map { joinPath(folder, $0) }.filter { pathExists($0) }
      if !taken.isEmpty { throw FrameExtractionError.taken(taken) }
    }
    var notices: [String] = []
    var opened: [ListedVideo] = []
    for (path, name) in zip(videos, names) {
      let index = try VideoIndex(path: path)
      let frames = try VideoFrames(index, framesPerSecond: framesPerSecond)
      notices += index.notices.map { "\(path): \($0)" }
      if name != frames.name {
        notices.append(
          "'\(frames.name)' is '\(name)' in the list, whose names have no spaces: call it so in other files")
      }
      opened.append(ListedVideo(index: index, name: name, frameCount: frames.frameCount))
    }
    self.notices = notices
    self.videos = opened
    frameCount = opened.reduce(0) { $0 + $1.frameCount }
  }

  /// Writes video after video; the list grows by each when it is complete.
  ///
  /// A list has a line for every image, and images keep their places in time. So the file of a damaged frame is there
  /// and empty: no reader takes it for an image, and `test` passes over the key frames that need it, as `detect` does.
  ///
  /// - Parameters:
  ///   - stopsAtDamage: Whether the first damaged frame ends the writing.
  ///   - progress: Called after each image with the number of those done; what it throws ends the writing.
  ///   - wrote: Called after each video with its folder and how many images it has.
  /// - Throws: `VideoError`, `ImagingError`, `FileError`; then nothing of the video at hand is left. `FrameDamage` for the
  ///   first damaged frame where that ends the writing, and for a video that has no other.
  public mutating func write(
    stopsAtDamage: Bool = false, progress: (Int) throws -> Void, wrote: (String, Int) -> Void
  ) throws {
    try checkWritable(listPath)
    var done = 0
    for video in videos {
      let images = ImageFolder(folder: folder, name: video.name)
      try images.makeEmpty()
      var empty = DamageList()
      do {
        let frames = try VideoFrames(video.index, framesPerSecond: framesPerSecond)
        for index in 0..<frames.frameCount {
          let path = joinPath(images.growing, images.fileName(index, format))
          do {
            let image = try frames.frame(at: index)
            switch format {
            case .jpg: try writeJPEG(image, to: path)
            case .png: try writePNG(image, to: path)
            }
          } catch let damage as FrameDamage {
            empty.append(index, cause: damage.cause)
            if stopsAtDamage || empty.frameCount == frames.frameCount { throw damage }
            try writeFile(path, "")
          }
          done += 1
          try progress(done)
        }
        try images.finish()
      } catch {
        images.discard()
        throw error
      }
      if empty.frameCount > 0 { damaged.append((video.name, empty)) }
      list.set(
        video.name,
        paths: (0..<video.frameCount).map { "\(video.name)/\(images.fileName($0, format))" })
      try writeFile(listPath, list.text)
      wrote(images.final, video.frameCount)
    }
  }
}

extension FrameExtraction {
  /// One line for each damage with the images that it leaves empty, counted from 1 as their files are; at most `limit`
  /// of them, and one for the rest.
  public func damageLines(limit: Int = 10) -> [String] {
    let all = damaged.flatMap { video, images in images.stretches.map { (video: video, stretch: $0) } }
    var lines = all.prefix(limit).map { video, stretch in
      let (first, last) = (stretch.frames.lowerBound + 1, stretch.frames.upperBound)
      return "\(video), \(first == last ? "picture \(first)" : "pictures \(first) to \(last)"): \(stretch.cause)"
    }
    let rest = all.dropFirst(limit)
    if !rest.isEmpty {
      let count = rest.reduce(0) { $0 + $1.stretch.frames.count }
      lines.append("and \(counted(count, "more picture")) in \(counted(Set(rest.map(\.video)).count, "video"))")
    }
    return lines
  }
}

/// The images of one video: they grow in a folder beside the one that they end in.
private struct ImageFolder {
  let name: String
  let final: String
  let growing: String

  init(folder: String, name: String) {
    self.name = name
    final = joinPath(folder, name)
    growing = final + ".partial"
  }

  func fileName(_ index: Int, _ format: FrameExtraction.Format) -> String {
    let digits = String(index + 1)
    return "\(name)_\(String(repeating: "0", count: max(0, 6 - digits.count)))\(digits).\(format.rawValue)"
  }

  /// Makes the folder to grow in, without what an interrupted run left there.
  func makeEmpty() throws {
    try makeFolder(growing)
    removeImages(in: growing)
  }

  /// Moves the images to their place, where those of an earlier run go, once all are on the disk.
  func finish() throws {
    try flushFiles(in: growing)
    if !pathExists(final) {
      try moveFile(growing, to: final)
      return
    }
    removeImages(in: final)
    for image in try listFolder(growing) { try moveFile(joinPath(growing, image), to: joinPath(final, image)) }
    removeFolder(growing)
  }

  func discard() {
    removeImages(in: growing)
    removeFolder(growing)
  }

  /// Deletes what such a run has written: NAME_000001.jpg and so on, nothing else.
  private func removeImages(in folder: String) {
    for file in (try? listFolder(folder)) ?? [] where file.hasPrefix(name + "_") {
      let number = fileStem(file).dropFirst(name.count + 1)
      guard number.count >= 6, number.allSatisfy({ $0.isASCII && $0.isNumber }) else { continue }
      if file.hasSuffix(".jpg") || file.hasSuffix(".png") { removeFile(joinPath(folder, file)) }
    }
  }
}

/// The video's name without what would split a field of the list.
private func listName(of name: String) -> String { String(name.map { $0.isWhitespace ? "_" : $0 }) }

/// Why frames are not written.
public enum FrameExtractionError: Error, Equatable, CustomStringConvertible {
  case sameName(String)
  case listed([String], list: String)
  case taken([String])

  public var description: String {
    switch self {
    case .sameName(let name):
      return "writing frames: two videos are called '\(name)', a frame list cannot tell them apart -> rename one"
    case .listed(let names, let list):
      return
        "writing frames: \(Wording.listed(names.map { "'\($0)'" })) \(names.count == 1 ? "is" : "are") in '\(list)' "
        + "already -> add --overwrite to write the frames anew, or leave \(names.count == 1 ? "the video" : "these") out"
    case .taken(let folders):
      return "writing frames: \(Wording.listed(folders.map { "'\($0)'" })) \(folders.count == 1 ? "exists" : "exist") "
        + "already, and the frame list does not name \(folders.count == 1 ? "it" : "them") "
        + "-> add --overwrite to replace the pictures there, or give another --output-dir"
    }
  }
}
