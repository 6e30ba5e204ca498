internal import Configuration
internal import Files

/// Reads a config of this project by its path from the project's folder: below the working folder, else below a folder that
/// the program lies in; nil where it is in none of these.
func projectConfig(_ path: String) -> Configuration? {
  var folder = splitPath(programPath() ?? "").folder
  var places = [path]
  while !folder.isEmpty, folder != "/" {
    places.append(joinPath(folder, path))
    folder = splitPath(folder).folder
  }
  return places.first(where: pathExists).flatMap { try? Configuration.load(path: $0) }
}
