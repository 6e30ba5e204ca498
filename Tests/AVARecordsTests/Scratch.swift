import AVARecords
import Files
import TestSupport

/// A scratch folder with one file in it.
struct Scratch {
  let folder = TemporaryFolder()

  /// Writes a file and returns its path.
  func file(_ text: String, _ name: String = "rows.csv") throws -> String {
    let path = folder.path + "/" + name
    try writeFile(path, text)
    return path
  }
}

/// Runs a reader on a text and returns its error's description, nil when there is none.
func failure(_ text: String, _ read: (String) throws -> Void) throws -> String? {
  let scratch = Scratch()
  defer { scratch.folder.remove() }
  let path = try scratch.file(text)
  do {
    try read(path)
    return nil
  } catch {
    return "\(error)"
  }
}
