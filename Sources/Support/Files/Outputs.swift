internal import Glibc

/// Makes sure that results can be written, before work is spent on them: missing folders are made, and nothing else is
/// left. Devices and pipes hold no results.
///
/// - Parameters:
///   - paths: All files that the run will write.
///   - isReplacing: Whether results that are there already may be replaced.
///   - elsewhere: The other way out, for the error text: "give another --output-dir".
///   - makesFolders: Whether missing folders are made; else it is only seen whether they could be.
/// - Throws: `FileError.existing` with all that is there; else what hinders the writing.
public func checkOutputs(
  _ paths: [String], isReplacing: Bool, elsewhere: String, makesFolders: Bool = true
) throws(FileError) {
  let paths = paths.map(settledPath)
  let existing = paths.filter { fileType($0) == S_IFREG }
  if !isReplacing && !existing.isEmpty { throw .existing(paths: existing, elsewhere: elsewhere) }
  // One attempt a folder: there may be thousands of images.
  var folders: Set<String> = []
  for path in paths where folders.insert(splitPath(path).folder).inserted || fileType(path) == S_IFDIR {
    if makesFolders { try checkWritable(path) } else { try checkCouldBeWritten(path) }
  }
}

/// Makes sure that a file could be written under a name, as far as that is to be seen without making its folder.
private func checkCouldBeWritten(_ path: String) throws(FileError) {
  let folder = splitPath(path).folder
  if folder.isEmpty || pathExists(folder) { return try checkWritable(path) }
  var above = folder
  while !above.isEmpty && !pathExists(above) { above = splitPath(above).folder }
  if access(above.isEmpty ? "." : above, W_OK | X_OK) != 0 || !isFolder(above.isEmpty ? "." : above) {
    throw .system(doing: "making the folder", path: folder, code: isFolder(above) ? errno : ENOTDIR)
  }
}

private func fileType(_ path: String) -> mode_t? {
  var status = stat()
  return stat(path, &status) == 0 ? status.st_mode & S_IFMT : nil
}
