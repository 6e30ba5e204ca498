internal import Files

extension FrameCatalog {
  /// The frames of a video that a list names by a path.
  public enum Match: Sendable, Equatable {
    /// What `open` knows them by.
    case name(String)
    /// Those of another video may be meant as well.
    case ambiguous
  }

  /// Finds the frames of videos that a list names by paths. Where one name alone is in question, folders and endings need
  /// not agree: lists and files often begin in different folders. Of several videos or files of one name those belong
  /// together whose folders agree as far as both are written, else those in a folder of one name, and no others.
  ///
  /// - Parameter videos: All names of the list: one that is left out might be meant by a file.
  /// - Returns: For each name what was found; none where there are no frames of it.
  public func matches(of videos: [String]) -> [String: Match] {
    let paths = Set(videos).map(WrittenPath.init)
    let byStem = Dictionary(grouping: paths, by: \.stem)
    var found: [String: Match] = [:]
    for (stem, own) in byStem {
      if files.isEmpty {
        for path in own { found[path.text] = folder(of: path, among: own) }
      } else {
        found.merge(Self.pairs(own, with: files.map(WrittenPath.init).filter { $0.stem == stem })) { first, _ in first }
        // "name" may be the beginning of a file's, as the reference cuts it.
        if own.count == 1, found[own[0].text] == nil, contains(stem) { found[own[0].text] = .name(stem) }
      }
    }
    return found
  }

  /// The frames of a video in a folder of folders.
  ///
  /// - Parameter others: The videos of its name, itself among them.
  private func folder(of path: WrittenPath, among others: [WrittenPath]) -> Match? {
    if contains(path.text) { return .name(path.text) }
    let deep = (path.folders + [path.stem]).joined(separator: "/")
    if contains(deep) { return others.count { $0.folders == path.folders } == 1 ? .name(deep) : .ambiguous }
    if contains(path.stem) { return others.count == 1 ? .name(path.stem) : .ambiguous }
    return nil
  }

  /// Puts videos and files of one name together.
  private static func pairs(_ videos: [WrittenPath], with files: [WrittenPath]) -> [String: Match] {
    if videos.count == 1, files.count == 1 { return [videos[0].text: .name(files[0].text)] }
    var found: [String: Match] = [:]
    var (videos, files) = (videos, files)
    func take(_ isPair: (WrittenPath, WrittenPath) -> Bool) {
      for video in videos {
        let own = files.filter { isPair(video, $0) }
        guard own.count == 1, videos.count(where: { isPair($0, own[0]) }) == 1 else { continue }
        found[video.text] = .name(own[0].text)
        videos.removeAll { $0.text == video.text }
        files.removeAll { $0.text == own[0].text }
      }
    }
    take { $0.folders == $1.folders && $0.last == $1.last }
    take { $0.agrees(with: $1) && $0.last == $1.last }
    take { $0.agrees(with: $1) }
    take { $0.isNear($1) }
    for video in videos where files.contains(where: { video.agrees(with: $0) || video.isNear($0) }) {
      found[video.text] = .ambiguous
    }
    return found
  }
}

/// A path as a list or a call writes it.
private struct WrittenPath {
  let text: String
  /// Without "." and what is empty.
  let folders: [String]
  let last: String
  let stem: String

  init(_ text: String) {
    self.text = text
    let parts = text.split(separator: "/").map(String.init).filter { $0 != "." }
    folders = Array(parts.dropLast())
    last = parts.last ?? text
    stem = fileStem(text)
  }

  /// Whether the folders are the same as far as both are written.
  func agrees(with other: WrittenPath) -> Bool {
    zip(folders.reversed(), other.folders.reversed()).allSatisfy { $0 == $1 }
  }

  /// Whether they lie in folders of one name.
  func isNear(_ other: WrittenPath) -> Bool { folders.last != nil && folders.last == other.folders.last }
}
