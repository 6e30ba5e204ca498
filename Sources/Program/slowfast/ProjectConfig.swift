internal import Configuration
internal import Files

/// Reads a config of this project by its path from the project's folder: below the working folder, else below a folder that
/// the program lies in, or where an installed one has its files; nil where it is in none of these.
func projectConfig(_ path: String) -> Configuration? {
  var folder = splitPath(programPath() ?? "").folder
  var places = [path]
  while !folder.isEmpty, folder != "/" {
    places += [joinPath(folder, path), joinPath(folder, "share/slowfast/" + path)]
    folder = splitPath(folder).folder
  }
  return places.first(where: pathExists).flatMap { try? Configuration.load(path: $0) }
}
