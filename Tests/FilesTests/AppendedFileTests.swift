import Files
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

  @Test func foldersAreNone() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    #expect(throws: FileError.self) { _ = try AppendedFile(path: folder.path, doing: "testing") }
  }
}
