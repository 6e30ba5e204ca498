internal import Glibc

/// Joins a folder and a path as Python's `os.path.join` does: an absolute path stands by itself.
public func joinPath(_ folder: String, _ path: String) -> String {
  if path.hasPrefix("/") || folder.isEmpty { return path }
  return folder.hasSuffix("/") ? folder + path : folder + "/" + path
}

/// Splits a path at its last slash into folder ("" where there is none) and name.
public func splitPath(_ path: String) -> (folder: String, name: String) {
  guard let slash = path.lastIndex(of: "/") else { return ("", path) }
  let folder = slash == path.startIndex ? "/" : String(path[..<slash])
  return (folder, String(path[path.index(after: slash)...]))
}

/// The name of a file without its folder and without what follows the last point.
public func fileStem(_ path: String) -> String {
  let name = splitPath(path).name
  guard let point = name.lastIndex(of: "."), point != name.startIndex else { return name }
  return String(name[..<point])
}

/// What a file of a thing is called whose name comes from a row: it must not lead out of the file's folder.
public func fileName(of name: String) -> String { String(name.map { $0 == "/" ? "_" : $0 }) }

/// Whether a file or folder exists (a link counts when its target does).
public func pathExists(_ path: String) -> Bool { access(path, F_OK) == 0 }

/// Whether a folder exists at the path.
public func isFolder(_ path: String) -> Bool {
  var status = stat()
  return stat(path, &status) == 0 && (status.st_mode & S_IFMT) == S_IFDIR
}

/// Whether a file with bytes of its own exists at the path: no pipe, no device, no folder.
public func isRegularFile(_ path: String) -> Bool {
  var status = stat()
  return stat(path, &status) == 0 && (status.st_mode & S_IFMT) == S_IFREG
}

/// The names in a folder, sorted, without "." and "..".
public func listFolder(_ path: String) throws(FileError) -> [String] {
  guard let folder = opendir(path) else {
    throw .system(doing: "listing a folder", path: path, code: errno)
  }
  defer { closedir(folder) }
  var names: [String] = []
  // An entry is as long as its name: one that is copied as the whole structure is read beyond its end.
  let nameOffset = MemoryLayout<dirent>.offset(of: \.d_name)!
  while true {
    errno = 0
    guard let entry = readdir(folder) else { break }
    let name = String(
      cString: (UnsafeRawPointer(entry) + nameOffset).assumingMemoryBound(to: CChar.self))
    if name != "." && name != ".." { names.append(name) }
  }
  if errno != 0 { throw .system(doing: "listing a folder", path: path, code: errno) }
  return names.sorted()
}

/// The names of the links in a folder; none of a folder that cannot be read.
public func listLinks(_ path: String) -> [String] {
  guard let folder = opendir(path) else { return [] }
  defer { closedir(folder) }
  let nameOffset = MemoryLayout<dirent>.offset(of: \.d_name)!
  var names: [String] = []
  while let entry = readdir(folder) {
    // Some file systems do not say what an entry is.
    let type = Int(entry.pointee.d_type)
    if type != DT_LNK && type != DT_UNKNOWN { continue }
    let name = String(cString: (UnsafeRawPointer(entry) + nameOffset).assumingMemoryBound(to: CChar.self))
    if isLink(joinPath(path, name)) { names.append(name) }
  }
  return names.sorted()
}

/// Makes a folder and those above it; an existing one is fine.
public func makeFolder(_ path: String) throws(FileError) {
  if path.isEmpty || isFolder(path) { return }
  let parent = splitPath(path).folder
  if !parent.isEmpty && parent != path { try makeFolder(parent) }
  if mkdir(path, 0o777) != 0 && !(errno == EEXIST && isFolder(path)) {
    throw .system(doing: "making the folder", path: path, code: errno)
  }
}

/// Deletes a file if it is there.
public func removeFile(_ path: String) { _ = unlink(path) }

/// Deletes a folder if it is there and empty.
public func removeFolder(_ path: String) { _ = rmdir(path) }

/// Gives a file or folder another name on the same disk; a file of that name is replaced.
public func moveFile(_ path: String, to name: String) throws(FileError) {
  if rename(path, name) != 0 { throw .system(doing: "moving '\(path)'", path: name, code: errno) }
}

/// The folder that relative paths begin in; "." where it is gone.
public func currentFolder() -> String {
  guard let path = getcwd(nil, 0) else { return "." }
  defer { free(path) }
  return String(cString: path)
}

/// The same path from the root, so that it names one file whatever folder a process runs in.
public func absolutePath(_ path: String) -> String { path.hasPrefix("/") ? path : joinPath(currentFolder(), path) }

/// The path from the root without `.`, `..` and empty parts: what names one file in several ways is the same text. A `..` behind a link
/// leads out of the folder that the link names, as the system has it; other links stay.
public func plainPath(_ path: String) -> String {
  let absolute = absolutePath(path)
  guard absolute.hasPrefix("/") else { return absolute }
  var parts: [String] = []
  for part in absolute.split(separator: "/") where part != "." {
    if part != ".." {
      parts.append(String(part))
      continue
    }
    let folder = "/" + parts.joined(separator: "/")
    if isLink(folder), let resolved = realpath(folder, nil) {
      defer { free(resolved) }
      parts = String(cString: resolved).split(separator: "/").map(String.init)
    }
    if !parts.isEmpty { parts.removeLast() }
  }
  return "/" + parts.joined(separator: "/")
}

/// The path as it will be once the folders that it leads through are there: a `..` behind a folder that is yet to be made leads out of
/// nothing until then, and would hide what it names.
public func settledPath(_ path: String) -> String { path.contains("..") ? plainPath(path) : path }

/// Whether a link stands at the path.
public func isLink(_ path: String) -> Bool {
  var status = stat()
  return lstat(path, &status) == 0 && (status.st_mode & S_IFMT) == S_IFLNK
}

/// The path from the root of a file that may not be there yet, without links in the folders that are there: it is the same, whatever
/// path leads to the file.
public func resolvedPath(_ path: String) -> String {
  let (folder, name) = splitPath(absolutePath(path))
  guard let resolved = realpath(folder, nil) else {
    return folder.isEmpty || folder == "/" ? joinPath(folder, name) : joinPath(resolvedPath(folder), name)
  }
  defer { free(resolved) }
  return joinPath(String(cString: resolved), name)
}

/// The path from the root of what a path leads to, without links; the path itself where nothing is there.
public func realPath(_ path: String) -> String {
  guard let resolved = realpath(path, nil) else { return path }
  defer { free(resolved) }
  return String(cString: resolved)
}

/// The file of the program that runs, without links; nil where the system does not say.
public func programPath() -> String? {
  guard let path = realpath("/proc/self/exe", nil) else { return nil }
  defer { free(path) }
  return String(cString: path)
}
