internal import BoxFiles
internal import Files
internal import Video

/// What a run reads: its results may replace none of it, and join none of its folders.
struct RunInputs {
  /// Files, whether they are there or not.
  private(set) var files: [String]
  private var folders: [Folder] = []

  /// A folder of which the run reads the files that have certain names.
  private struct Folder {
    let path: String
    /// What such a file would be taken for.
    let kind: String
    let reads: (String) -> Bool
  }

  init(_ files: [String?] = []) { self.files = files.compactMap(\.self) }

  /// Videos, pictures, and folders of pictures that follow one another, or of such folders: pictures are not written into them.
  static func videos(_ paths: [String]) -> RunInputs {
    RunInputs(paths, in: paths, kind: "a frame", reads: FrameInput.isPicture)
  }

  /// The frames of videos, and what they were found in: a picture there would be taken for the only video.
  static func videos(_ names: [String], of catalog: FrameCatalog?, in folder: String?) -> RunInputs {
    videos([folder].compactMap(\.self) + names.compactMap { catalog?.path(of: $0) })
  }

  /// A file of boxes, or a folder with one for each video.
  static func boxes(_ path: String?) -> RunInputs {
    guard let path else { return RunInputs() }
    return RunInputs(
      [path], in: BoxFile.readsEachFile(in: path) ? [path] : [], kind: "boxes of people", reads: BoxFile.mayBeRead)
  }

  private init(_ files: [String], in folders: [String], kind: String, reads: @escaping (String) -> Bool) {
    self.files = files
    self.folders = folders.filter(isFolder).map { Folder(path: $0, kind: kind, reads: reads) }
  }

  static func + (a: RunInputs, b: RunInputs) -> RunInputs {
    var joined = a
    joined.files += b.files
    joined.folders += b.folders
    return joined
  }

  static func + (a: RunInputs, b: [String?]) -> RunInputs { a + RunInputs(b) }

  /// What a result may not be.
  var guards: Guard { Guard(self) }

  /// Tells the results that would take the place of what is read, whatever paths lead to both.
  struct Guard {
    private let read: Set<FileIdentity>
    /// What a run keeps may not be there yet.
    private let names: Set<String>
    private let folders: [FileIdentity: [Folder]]
    /// What links in the folders lead to: asked for where a result is there already.
    private lazy var linked = Set(
      folders.values.joined().flatMap { folder in
        listLinks(folder.path).filter(folder.reads).compactMap { FileIdentity(joinPath(folder.path, $0)) }
      })
    /// The folders in which results lie, by path: there may be thousands of images in one.
    private var known: [String: [Folder]] = [:]

    fileprivate init(_ inputs: RunInputs) {
      let files = inputs.files.map(settledPath)
      read = Set(files.compactMap(FileIdentity.init))
      names = Set(files.map(resolvedPath))
      let found = inputs.folders.compactMap { folder in FileIdentity(folder.path).map { ($0, folder) } }
      folders = Dictionary(grouping: found, by: \.0).mapValues { $0.map(\.1) }
    }

    /// Whether a result would replace a file that is read.
    mutating func replaces(_ path: String) -> Bool {
      if isDevice(path) { return false }
      if let own = FileIdentity(path), read.contains(own) || !folders.isEmpty && linked.contains(own) { return true }
      return names.contains(resolvedPath(path))
    }

    /// Refuses a result that would be read from then on, or that a link leads to what is.
    ///
    /// - Throws: ``InputJoined``.
    mutating func refuseJoining(_ path: String, orGive elsewhere: String) throws(InputJoined) {
      if folders.isEmpty || isDevice(path) { return }
      for place in isLink(path) ? [path, realPath(path)] : [path] {
        let (parent, name) = splitPath(absolutePath(place))
        let found = known[parent] ?? FileIdentity(parent).flatMap { folders[$0] } ?? []
        known[parent] = found
        guard let folder = found.first(where: { $0.reads(name) }) else { continue }
        throw InputJoined(path: path, folder: folder.path, kind: folder.kind, elsewhere: elsewhere)
      }
    }
  }
}

/// A result that would be an input from then on.
struct InputJoined: Error, CustomStringConvertible {
  let path: String
  let folder: String
  let kind: String
  let elsewhere: String

  var description: String {
    "writing the results: '\(path)' would be taken for \(kind) in '\(folder)', which the same run reads -> \(elsewhere)"
  }
}
