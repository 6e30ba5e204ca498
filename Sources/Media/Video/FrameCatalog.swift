internal import Files
internal import ImageFiles
public import Imaging
internal import Synchronization
internal import Wording

/// The videos whose frames are at hand, by the names that rows of detections and ground truth call them by.
public struct FrameCatalog: Sendable {
  /// What the user should know of what was taken for a video.
  public let notices: [String]
  /// Every name that is known beforehand; two of them may mean one video.
  public let names: [String]
  private let places: [String: Storage]
  /// The video files; none of a folder.
  let files: [String]
  /// The files of each name that several share: which one is meant nobody knows.
  private let namesakes: [String: [String]]
  /// A folder of folders: a name with slashes, "sport/clip" or "n01440764/1.JPEG", is looked for deeper there.
  private let root: (path: String, framesPerSecond: Double)?
  private let surveys = Surveys()

  /// The videos that were opened before, by path.
  private final class Surveys: Sendable {
    let videos = Mutex<[String: VideoIndex]>([:])
  }

  private enum Storage: Sendable {
    case folder(String, framesPerSecond: Double)
    case file(String)
    case picture(String)
  }

  /// Lists a folder: of the images of one video, or with one such folder a video (AVA's frames).
  ///
  /// - Parameters:
  ///   - framesPerSecond: Of the images.
  ///   - name: What the rows call the only video of the folder, where it is not the folder's name.
  /// - Throws: `VideoError` when there are no frames, `FileError` when the folder cannot be read.
  public init(folder: String, framesPerSecond: Double, name: String? = nil) throws {
    if !isFolder(folder) { throw missingFolder(folder) }
    if try !listImages(folder).isEmpty {
      let own = name ?? FrameInput.name(of: folder)
      notices = [Self.foldersLeftOut(in: folder)].compactMap(\.self)
      names = [own]
      places = [own: .folder(folder, framesPerSecond: framesPerSecond)]
      (files, namesakes) = ([], [:])
      root = nil
      return
    }
    notices = []
    let inside = try listFolder(folder).filter { !$0.hasPrefix(".") && isFolder(joinPath(folder, $0)) }
    if inside.isEmpty {
      throw VideoError(
        doing: "listing frames", path: folder,
        reason: "holds no JPEG or PNG pictures and no folders -> give the folder of the frames")
    }
    names = name.map { [$0] } ?? inside
    places = Dictionary(
      uniqueKeysWithValues: names.map { ($0, .folder(joinPath(folder, $0), framesPerSecond: framesPerSecond)) })
    root = name == nil ? (folder, framesPerSecond) : nil
    (files, namesakes) = ([], [:])
  }

  /// Lists video files, and folders of pictures that follow one another. "name.mp4" is the video "name"; "name.x.mp4" is
  /// "name.x", and "name" as the reference cuts it. Each is known by its path, too.
  ///
  /// - Parameters:
  ///   - framesPerSecond: Of the pictures.
  ///   - name: What the rows call the only file, where it is not the file's name.
  ///   - allowsNamesakes: Whether files in several folders may have one name: none of them is known by it.
  /// - Throws: `VideoError` where a file is not there, or two have one name and may not.
  public init(
    videos paths: [String], framesPerSecond: Double = 30, name: String? = nil, allowsNamesakes: Bool = false
  ) throws {
    notices = paths.filter(isFolder).compactMap(Self.foldersLeftOut)
    var names: [String] = []
    var places: [String: Storage] = [:]
    var files: [String] = []
    for path in paths where !files.contains(path) {
      if !pathExists(path) {
        throw VideoError(doing: "looking for videos", path: path, reason: "there is no such file -> check its name")
      }
      files.append(path)
    }
    func storage(_ path: String) -> Storage {
      isFolder(path) ? .folder(path, framesPerSecond: framesPerSecond) : .file(path)
    }
    let stems = Dictionary(grouping: files) { name ?? FrameInput.name(of: $0) }
    let shared = stems.filter { $0.value.count > 1 }
    if !allowsNamesakes, let (_, twins) = shared.min(by: { $0.key < $1.key }) {
      throw VideoError(
        doing: "looking for videos", path: twins[1], reason: "'\(twins[0])' has the same name -> give one of them")
    }
    // What several files begin with names none of them.
    let ambiguous = Dictionary(grouping: files, by: Self.shortName).filter { $0.value.count > 1 }
    for path in files {
      let stem = FrameInput.name(of: path)
      let short = ambiguous[Self.shortName(path)] == nil ? Self.shortName(path) : ""
      for own in name.map({ [$0] }) ?? (short.isEmpty ? [stem] : [stem, short])
      where places[own] == nil && shared[own] == nil {
        names.append(own)
        places[own] = storage(path)
      }
    }
    for path in files where places[path] == nil { places[path] = storage(path) }
    self.names = names
    self.places = places
    self.files = files
    namesakes = shared.merging(name == nil ? ambiguous.filter { places[$0.key] == nil } : [:]) { own, _ in own }
    root = nil
  }

  /// What to say of a folder that is a video by its pictures and has folders of pictures in it: a picture that was drawn among folders
  /// of frames takes the place of them all.
  private static func foldersLeftOut(in folder: String) -> String? {
    guard let pictures = try? listImages(folder), let first = pictures.first, let names = try? listFolder(folder) else {
      return nil
    }
    let inner = names.filter { !$0.hasPrefix(".") && isFolder(joinPath(folder, $0)) }
    let counts = inner.map { ((try? listImages(joinPath(folder, $0))) ?? []).count }
    // Its overlays may lie in a folder below frames: they are fewer.
    if counts.reduce(0, +) <= pictures.count { return nil }
    let others = zip(inner, counts).filter { $0.1 > 0 }.map(\.0)
    return
      "'\(folder)' is taken for one video, for it has \(counted(pictures.count, "picture")) of its own ('\(splitPath(first).name)'), "
      + "and the folders in it are left out (\(listed(others.map { "'\($0)'" }, limit: 3))) -> if these are the videos, move its own "
      + "pictures elsewhere"
  }

  /// A file's name up to its first point, as the reference cuts it.
  private static func shortName(_ path: String) -> String {
    let stem = FrameInput.name(of: path)
    return stem.split(separator: ".", omittingEmptySubsequences: false).first.map(String.init) ?? stem
  }

  /// The files that a name may mean, where that is more than one: none of them is opened by it.
  public func namesakes(of name: String) -> [String] { namesakes[name] ?? [] }

  /// Whether there are frames of a video of that name.
  public func contains(_ name: String) -> Bool { place(name) != nil }

  /// The file of a video; nil for pictures and for a name that is not known.
  public func file(of name: String) -> String? {
    if case .file(let path) = place(name) { path } else { nil }
  }

  /// The file of a video, or the folder or file of its pictures; nil for a name that is not known.
  public func path(of name: String) -> String? {
    switch place(name) {
    case .file(let path), .folder(let path, _), .picture(let path): path
    case nil: nil
    }
  }

  private func place(_ name: String) -> Storage? {
    if let known = places[name] { return known }
    // A name from a row must not lead out of the folder.
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    guard let root, parts.count > 1, !parts.contains(where: { ["", ".", ".."].contains($0) }) else { return nil }
    let folder = joinPath(root.path, name)
    if isFolder(folder) { return .folder(folder, framesPerSecond: root.framesPerSecond) }
    return pathExists(folder) ? .picture(folder) : nil
  }

  /// Opens the frames of a video; a file is surveyed when it is opened first.
  ///
  /// - Returns: The frames, and what is odd about their file; nil for a name that is not known.
  /// - Throws: `VideoError` or `ImagingError` when they cannot be read.
  public func open(_ name: String) throws -> (frames: any FrameSource, notices: [String])? {
    switch place(name) {
    case .folder(let folder, let rate):
      let paths = try listImages(folder)
      if paths.isEmpty { throw NoPictures(folder: folder) }
      try checkNumbers(of: paths, in: folder)
      return (try ImageFrames(name: name, paths: paths, framesPerSecond: rate), [])
    case .file(let path):
      let known = surveys.videos.withLock { $0[path] }
      let video = try known ?? VideoIndex(path: path)
      if known == nil { surveys.videos.withLock { $0[path] = video } }
      return (try VideoReader(video), video.notices.map { "\(path): \($0)" })
    case .picture(let path): return (try ImageFrames(name: name, paths: [path], framesPerSecond: 1), [])
    case nil: return nil
    }
  }
}

/// Lists the images of a folder in the order of the number that ends their names.
func listImages(_ folder: String) throws -> [String] {
  // macOS leaves "._name.jpg" beside images on foreign disks: hidden files are no frames.
  let names = try listFolder(folder).filter { !$0.hasPrefix(".") && FrameInput.isPicture($0) }
  let numbers = names.map(frameNumber)
  // "frame2" comes before "frame10"; names without a number keep the alphabet's order.
  let order = names.indices.sorted { a, b in
    if let x = numbers[a], let y = numbers[b], x != y { return x < y }
    return names[a] < names[b]
  }
  return order.map { joinPath(folder, names[$0]) }
}

/// The number that ends an image's name.
private func frameNumber(_ name: String) -> Int? {
  Int(String(fileStem(name).reversed().prefix { $0.isASCII && $0.isNumber }.reversed()))
}

/// Makes sure that numbered images follow one another evenly: with some missing, all later ones would be shown at
/// wrong times.
private func checkNumbers(of paths: [String], in folder: String) throws(VideoError) {
  guard let found = unevenNumbers(of: paths) else { return }
  throw VideoError(
    doing: "listing frames", path: folder, reason: "\(found), so that times would be wrong -> extract the frames again")
}

/// What is wrong with the numbers that end the names of pictures, given in their order: "pictures are missing between '3.jpg' and
/// '7.jpg'"; nil where they follow one another evenly, are fewer than three, or not all have one.
public func unevenNumbers(of paths: [String]) -> String? {
  let numbers = paths.compactMap(frameNumber)
  guard numbers.count == paths.count, numbers.count > 2 else { return nil }
  let gaps = zip(numbers.dropFirst(), numbers).map { $0 - $1 }
  // Every tenth frame, say, is even as well; the caller gives its rate.
  let usual = gaps.sorted()[gaps.count / 2]
  guard let odd = gaps.firstIndex(where: { $0 != usual }) else { return nil }
  let found = gaps[odd] > usual ? "pictures are missing" : "numbers do not follow one another evenly"
  return "\(found) between '\(splitPath(paths[odd]).name)' and '\(splitPath(paths[odd + 1]).name)'"
}

private func missingFolder(_ folder: String) -> VideoError {
  let (parent, name) = splitPath(folder)
  let names = (try? listFolder(parent.isEmpty ? "." : parent)) ?? []
  let advice = nearest(to: name, among: names).map { "did you mean '\(joinPath(parent, $0))'?" }
  return VideoError(
    doing: "listing frames", path: folder,
    reason: "this is no folder -> " + (advice ?? "give the folder of the pictures"))
}
