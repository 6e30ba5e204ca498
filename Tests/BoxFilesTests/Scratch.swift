import BoxFiles
import Files
import Geometry
import TestSupport

/// The folder of example files.
let examples = projectRoot + "/Tests/Fixtures/Boxes/"

/// A folder with files of the test's own.
struct Scratch {
  let folder = TemporaryFolder()

  /// Writes a file and returns its path.
  func file(_ name: String, _ text: String) throws -> String {
    let path = folder.path + "/" + name
    try makeFolder(splitPath(path).folder)
    try writeFile(path, text)
    return path
  }
}

/// Reads a text in a file of a name.
func read(_ text: String, as name: String = "boxes.txt", format: String? = nil) throws -> BoxFile? {
  let scratch = Scratch()
  defer { scratch.folder.remove() }
  return try BoxFile.read(path: scratch.file(name, text), format: format)
}

/// What reading a text says against it.
func complaint(_ text: String, as name: String = "boxes.txt", format: String? = nil) -> String {
  do {
    let file = try read(text, as: name, format: format)
    return file.map { "read as \($0.format)" } ?? "no other tool's boxes"
  } catch { return "\(error)" }
}

/// Corners of a record.
func corners(_ record: BoxRecord) -> [Double] { [record.x1, record.y1, record.x2, record.y2] }
