internal import Glibc
internal import Wording

/// What can go wrong with a file: the operation, the path, the system's reason and what to do.
public enum FileError: Error, Equatable, CustomStringConvertible {
  /// There is no such file; the nearest name in its folder, if any.
  case missing(doing: String, path: String, nearest: String?)
  /// A folder stands where a file was expected.
  case isDirectory(doing: String, path: String)
  /// Something stands in the place of a file that a run keeps for itself: "a pipe".
  case notFile(doing: String, path: String, found: String)
  /// A system call failed with this `errno`.
  case system(doing: String, path: String, code: Int32)
  /// Compressed data cannot be unpacked.
  case damaged(doing: String, path: String, compression: Compression, found: String)
  /// The file is something else than the expected text.
  case foreign(doing: String, path: String, expected: String, content: ForeignContent)
  /// There is more of it than can be meant, or no end.
  case excessive(doing: String, path: String, expected: String, found: String, advice: String)
  /// Results are there that a run would replace; what else one can do.
  case existing(paths: [String], elsewhere: String)
  /// Another run writes into the folder; who, where it is known.
  case locked(folder: String, holder: String?)

  public var description: String {
    switch self {
    case .missing(let doing, let path, let nearest):
      let advice = nearest.map { "did you mean '\($0)'?" } ?? "check the path"
      return "\(doing): '\(path)' does not exist -> \(advice)"
    case .isDirectory(let doing, let path):
      return "\(doing): '\(path)' is a folder -> give a file"
    case .notFile(let doing, let path, let found):
      return "\(doing): '\(path)' is \(found), expected a file or nothing -> move it away, or choose another folder"
    case .system(let doing, let path, let code):
      let reason = String(cString: strerror(code))
      return "\(doing): '\(path)': \(reason) -> \(FileError.advice(code))"
    case .damaged(let doing, let path, let compression, let found):
      return "\(doing): '\(path)': expected whole \(compression.rawValue) data, found \(found) "
        + "-> copy the file again, or compress it anew"
    case .foreign(let doing, let path, let expected, let content):
      return
        "\(doing): '\(path)': expected \(expected), found \(content.name) -> \(content.advice ?? "write it in that form")"
    case .excessive(let doing, let path, let expected, let found, let advice):
      return "\(doing): '\(path)': expected \(expected), found \(found) -> \(advice)"
    case .existing(let paths, let elsewhere):
      let names = listed(paths.map { "'\($0)'" })
      return "writing the results: \(names) \(paths.count == 1 ? "exists" : "exist") already "
        + "-> add --overwrite to replace \(paths.count == 1 ? "it" : "them"), or \(elsewhere)"
    case .locked(let folder, let holder):
      return "writing into '\(folder)': another run writes into it (\(holder ?? "perhaps on another machine")) "
        + "-> wait for its end, or give another folder"
    }
  }

  /// Whether the file is something else than was expected.
  public var isForeign: Bool { if case .foreign = self { true } else { false } }

  /// Whether the system does not let this user write there.
  public var isForbidden: Bool {
    if case .system(_, _, EACCES) = self { return true }
    if case .system(_, _, EPERM) = self { return true }
    if case .system(_, _, EROFS) = self { return true }
    return false
  }

  /// What to do about a system call's failure.
  private static func advice(_ code: Int32) -> String {
    switch code {
    case ENOSPC, EDQUOT: "free some space or choose another output folder"
    case EFBIG: "raise the file size limit (ulimit -f)"
    case EACCES, EPERM, EROFS: "check the permissions"
    case EEXIST, ENOTDIR: "a file stands where a folder is needed: choose another folder"
    case EMFILE, ENFILE: "raise the limit of open files (ulimit -n)"
    case ENAMETOOLONG: "choose a shorter name"
    default: "check the path and its disk"
    }
  }

  /// Turns the present `errno` for a path into the case that explains it best.
  static func current(_ code: Int32, doing: String, path: String) -> FileError {
    if code == ENOENT { return .missing(doing: doing, path: path, nearest: nearestPath(to: path)) }
    if code == EISDIR { return .isDirectory(doing: doing, path: path) }
    return .system(doing: doing, path: path, code: code)
  }

  /// How many names are looked at: each costs microseconds, and among more of them one that is like it says little.
  private static let mostNames = 4096

  /// The existing path most like `path`: its folder's most similar name, after the folder itself was corrected the
  /// same way where it is missing. Ends at the corrected folder when that holds nothing similar.
  static func nearestPath(to path: String) -> String? {
    let (folder, name) = splitPath(path)
    if !folder.isEmpty && !isFolder(folder) {
      guard folder != path, let corrected = nearestPath(to: folder) else { return nil }
      // A file has nothing in it, and would be corrected to itself without end.
      if !isFolder(corrected) { return corrected }
      let whole = joinPath(corrected, name)
      return pathExists(whole) ? whole : nearestPath(to: whole) ?? corrected
    }
    guard let names = try? listFolder(folder.isEmpty ? "." : folder), names.count <= mostNames else { return nil }
    // A link that leads nowhere is there as well. One of many numbered files is no misspelling of another.
    func shape(_ name: String) -> [UInt8] { name.utf8.map { 0x30...0x39 ~= $0 ? 0x30 : $0 } }
    let others = names.filter { $0 != name }
    let isNumbered = others.lazy.filter { shape($0) == shape(name) }.prefix(3).count == 3
    let known = isNumbered ? others.filter { shape($0) != shape(name) } : others
    return nearest(to: name, among: known).map { joinPath(folder, $0) }
  }
}
