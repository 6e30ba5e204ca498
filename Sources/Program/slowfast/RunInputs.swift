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
    // Texts for pictures are a format of their own, beside which nothing else is read.
    let hasFiles = (try? BoxFile.files(in: path).isEmpty) == false
    return RunInputs([path], in: hasFiles ? [path] : [], kind: "boxes of people", reads: BoxFile.mayBeRead)
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
    /// The folders in which results lie, by path: there may be thousands of images in one.
    private var known: [String: [Folder]] = [:]

    fileprivate init(_ inputs: RunInputs) {
      read = Set(inputs.files.compactMap(FileIdentity.init))
      names = Set(inputs.files.map(resolvedPath))
      let found = inputs.folders.compactMap { folder in FileIdentity(folder.path).map { ($0, folder) } }
      folders = Dictionary(grouping: found, by: \.0).mapValues { $0.map(\.1) }
    }

    /// Whether a result would replace a file that is read.
    func replaces(_ path: String) -> Bool {
      FileIdentity(path).map(read.contains) == true || !isDevice(path) && names.contains(resolvedPath(path))
    }

    /// The folder in which a result would be read, as it was given, and what it would be taken for; nil for none.
    mutating func joined(by path: String) -> (folder: String, kind: String)? {
      if folders.isEmpty || isDevice(path) { return nil }
      let (parent, name) = splitPath(absolutePath(path))
      let found = known[parent] ?? FileIdentity(parent).flatMap { folders[$0] } ?? []
      known[parent] = found
      return found.first { $0.reads(name) }.map { ($0.path, $0.kind) }
    }
  }
}
