import Files
import Glibc
import TestSupport
import Testing

struct AppendedFileTests {
  @Test func growsIsReadAndIsCut() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let path = folder.path + "/deeper/a"
    let file = try AppendedFile(path: path, doing: "testing")
    try file.append([1, 2, 3])
    try file.append([4, 5])
    #expect(file.count == 5)
    #expect(try file.read(1..<4) == [2, 3, 4])
    #expect(try file.read(4..<9) == [5])
    #expect(try file.read(7..<9) == [])
    let again = try AppendedFile(path: path, doing: "testing")
    try again.cut(to: 2)
    try again.append([9])
    try again.flush()
    #expect(try readFile(path, doing: "testing") == [1, 2, 9])
    again.remove()
    #expect(!pathExists(path))
  }

  /// What is no file is named, and neither followed nor written to.
  @Test func othersAreNoFiles() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    func message(_ path: String) -> String {
      do {
        _ = try AppendedFile(path: path, doing: "testing")
        return "opened"
      } catch { return "\(error)" }
    }
    let (link, pipe, target) = (folder.path + "/link", folder.path + "/pipe", folder.path + "/target")
    #expect(symlink(target, link) == 0 && mkfifo(pipe, 0o600) == 0)
    let advice = ", expected a file or nothing -> move it away, or choose another folder"
    #expect(message(link) == "testing: '\(link)' is a symbolic link\(advice)")
    #expect(!pathExists(target))
    try writeFile(target, "mine")
    #expect(message(link).contains("symbolic link"))
    #expect(message(pipe) == "testing: '\(pipe)' is a pipe\(advice)")
    #expect(message(folder.path) == "testing: '\(folder.path)' is a folder\(advice)")
    #expect(message("/dev/null").contains("is a device"))
    #expect(try listFolder(folder.path) == ["link", "pipe", "target"])
  }
}
