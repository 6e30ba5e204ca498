internal import Files

/// The folders of a path that are not there yet: those that a call makes, and takes away again where it comes to nothing.
struct NewFolders {
  /// The innermost first.
  private let paths: [String]

  init(_ path: String) {
    var paths: [String] = []
    var rest = path
    while !rest.isEmpty, rest != "/", !pathExists(rest) {
      paths.append(rest)
      rest = splitPath(rest).folder
    }
    self.paths = paths
  }

  /// Removes those that nothing was written into.
  func removeEmpty() { for path in paths { removeFolder(path) } }
}
