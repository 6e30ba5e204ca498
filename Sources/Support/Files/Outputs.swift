internal import Glibc

/// Makes sure that results can be written, before work is spent on them: missing folders are made, and nothing else is
/// left. Devices and pipes hold no results.
///
/// - Parameters:
///   - paths: All files that the run will write.
///   - isReplacing: Whether results that are there already may be replaced.
///   - elsewhere: The other way out, for the error text: "give another --output-dir".
/// - Throws: `FileError.existing` with all that is there; else what hinders the writing.
public func checkOutputs(_ paths: [String], isReplacing: Bool, elsewhere: String) throws(FileError) {
  let existing = paths.filter { fileType($0) == S_IFREG }
  if !isReplacing && !existing.isEmpty { throw .existing(paths: existing, elsewhere: elsewhere) }
  // One attempt a folder: there may be thousands of images.
  var folders: Set<String> = []
  for path in paths where folders.insert(splitPath(path).folder).inserted || fileType(path) == S_IFDIR {
    try checkWritable(path)
  }
}

private func fileType(_ path: String) -> mode_t? {
  var status = stat()
  return stat(path, &status) == 0 ? status.st_mode & S_IFMT : nil
}
