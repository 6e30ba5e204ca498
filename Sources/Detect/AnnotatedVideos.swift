internal import AVARecords
internal import BoxFiles
internal import Files
internal import Video
internal import Wording

/// The videos that are given beside files of boxes. Of a folder those count that boxes name: what else lies there, texts and thumbnails
/// perhaps, does not.
public struct AnnotatedVideos: Sendable {
  /// Videos, and folders of pictures that follow one another.
  public let paths: [String]
  /// Whether each file of boxes has AVA's rows.
  public let haveRows: [Bool]
  /// What was taken of folders.
  public private(set) var remarks: [String] = []
  /// The videos that rows name, and that are not given.
  public private(set) var notices: [String] = []

  /// Whose boxes a file has, as far as it says.
  private struct Named {
    var videos: Set<String> = []
    var pictures: [String] = []
    /// The files of boxes themselves, which may lie beside the videos and be called like them.
    var files: Set<String> = []

    func has(_ path: String, among names: [String]) -> Bool {
      let own = FrameInput.names(of: path)
      if own.contains(where: videos.contains) { return true }
      return pictures.contains { picture in
        let video = PictureName.folder(of: picture, among: names) ?? PictureName(picture, videos: names)?.video
        return video.map(own.contains) ?? own.contains(PictureName.stem(picture))
      }
    }
  }

  /// - Parameters:
  ///   - given: Videos, folders of them, and folders of pictures.
  ///   - boxes: Files of boxes, or folders of an annotation tool's.
  /// - Throws: `AnnotatedVideosError` for a folder without a video; `FileError`, `RecordError`, `BoxFileError`.
  public init(_ given: [String], boxes files: [String]) throws {
    var named = Named()
    var haveRows: [Bool] = []
    var rows: [(file: String, videos: Set<String>)] = []
    for file in files {
      if let boxes = try BoxFile.read(path: file, options: .none) {
        haveRows.append(false)
        // Of a folder of exports each may be called like its video.
        named.videos.formUnion((boxes.files + [file]).map(fileStem))
        named.files.formUnion(boxes.files.map(resolvedPath))
        for record in boxes.records {
          if let video = record.video { named.videos.insert(fileStem(video.replacing("\\", with: "/"))) }
          if case .picture(let path, _) = record.position { named.pictures.append(path) }
        }
      } else {
        haveRows.append(true)
        if given.isEmpty { continue }
        let videos = Set(try GroundTruthTable.read(path: file).table.keyFrames.map(\.video))
        named.videos.formUnion(videos)
        rows.append((file, videos))
      }
    }
    named.pictures = Array(Set(named.pictures))
    self.haveRows = haveRows
    var (paths, remarks) = ([] as [String], [] as [String])
    for path in given {
      let (own, remark) = isFolder(path) ? try Self.videos(in: path, named) : ([path], nil)
      paths += own.filter { !paths.contains($0) }
      remarks += [remark].compactMap(\.self)
    }
    (self.paths, self.remarks) = (paths, remarks)
    let known = Set(paths.flatMap { FrameInput.names(of: $0) })
    for (file, videos) in rows {
      let missing = videos.subtracting(known).sorted()
      if missing.isEmpty { continue }
      notices.append(
        "'\(file)' has rows of \(counted(missing.count, "video")) not given, which are left out: \(listed(missing, limit: 5))"
      )
    }
  }

  private static func videos(in folder: String, _ named: Named) throws -> (paths: [String], remark: String?) {
    let pictures = FrameInput.pictureNames(of: folder) ?? []
    if !pictures.isEmpty, named.videos.contains(FrameInput.name(of: folder)) { return ([folder], nil) }
    let inside = try listFolder(folder).filter { !$0.hasPrefix(".") }.map { joinPath(folder, $0) }
    let candidates = inside.filter { path in
      if isFolder(path) { return FrameInput.pictureNames(of: path)?.isEmpty == false }
      return isRegularFile(path) && !named.files.contains(resolvedPath(path))
    }
    let names = candidates.flatMap { FrameInput.names(of: $0) }
    let chosen = Dictionary(grouping: candidates.filter { named.has($0, among: names) }) { FrameInput.name(of: $0) }
      .values.flatMap(only).sorted()
    if chosen.isEmpty {
      let videos = candidates.filter { !FrameInput.isPicture($0) && !isFolder($0) && opens($0) }
      if !videos.isEmpty { return (videos, nil) }
      if !pictures.isEmpty { return ([folder], nil) }
      throw AnnotatedVideosError(folder: folder, named: named.videos.sorted())
    }
    let idle = inside.filter { !chosen.contains($0) }.map { splitPath($0).name }
    let remark =
      idle.isEmpty
      ? nil
      : "'\(folder)': \(counted(chosen.count, "video")) that boxes name; not taken: \(listed(idle, limit: 5))"
    return (chosen, remark)
  }

  /// Of several files of one name those that may be meant: videos before pictures, and nothing else.
  private static func only(_ paths: [String]) -> [String] {
    if paths.count < 2 { return paths }
    let videos = paths.filter { !FrameInput.isPicture($0) && (isFolder($0) || opens($0)) }
    return videos.isEmpty ? paths.filter { FrameInput.isPicture($0) } : videos
  }

  private static func opens(_ path: String) -> Bool { (try? FrameInput(path, framesPerSecond: 30)) != nil }
}

/// A folder without a video.
public struct AnnotatedVideosError: Error, Equatable, CustomStringConvertible {
  public let folder: String
  /// The videos that boxes name.
  public let named: [String]

  public var description: String {
    let names = named.isEmpty ? "" : " (\(listed(named, limit: 5)))"
    return
      "looking for videos: '\(folder)' has none that boxes name\(names), and no other -> give the folder that they lie in, or each "
      + "of them with --videos"
  }
}
