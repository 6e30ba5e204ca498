import Files
import Glibc
import TestSupport
import Testing

private func failure(_ body: () throws -> Void) -> String {
  do {
    try body()
    return ""
  } catch {
    return "\(error)"
  }
}

@Suite struct ReadingTests {
  private let scratch = TemporaryFolder()

  @Test func mapsAndReadsTheSame() throws {
    defer { scratch.remove() }
    let path = scratch.path + "/data"
    let bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) }
    let file = try AtomicFile(path: path)
    try file.write(bytes)
    try file.commit()
    let mapped = try MappedFile(path: path, doing: "testing")
    #expect(mapped.count == bytes.count)
    #expect(difference(Array(mapped.bytes), bytes) == nil)
    #expect(try difference(readFile(path, doing: "testing"), bytes) == nil)
  }

  /// Kilobytes of a file's mapping that are in memory.
  private func resident(_ path: String) throws -> Int? {
    let text = String(decoding: try readFile("/proc/self/smaps", doing: "testing"), as: UTF8.self)
    let lines = text.split(separator: "\n")
    guard let first = lines.firstIndex(where: { $0.hasSuffix(path) }) else { return nil }
    return lines[first...].first { $0.hasPrefix("Rss:") }.flatMap { Int($0.split(separator: " ")[1]) }
  }

  @Test func pagesThatAreReleasedComeBack() throws {
    defer { scratch.remove() }
    let path = scratch.path + "/weights"
    let bytes = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) }
    let file = try AtomicFile(path: path)
    try file.write(bytes)
    try file.commit()
    let mapped = try MappedFile(path: path, doing: "testing")
    #expect(difference(Array(mapped.bytes), bytes) == nil)
    #expect(try resident(path)! > 900)
    // Whole pages of the range alone, and what holds none changes nothing.
    mapped.release(100_000..<100_200)
    mapped.release(5..<5)
    #expect(try resident(path)! > 900)
    mapped.release(100_000..<1_000_000)
    #expect(try resident(path)! < 200)
    #expect(difference(Array(mapped.bytes), bytes) == nil)
    let copy = try MappedFile(bytes, path: "bytes", doing: "testing")
    copy.release(0..<1_000_000)
    #expect(difference(Array(copy.bytes), bytes) == nil)
  }

  @Test func anEmptyFileHasNoBytes() throws {
    defer { scratch.remove() }
    let path = scratch.path + "/empty"
    try writeFile(path, "")
    let mapped = try MappedFile(path: path, doing: "testing")
    #expect(mapped.count == 0 && mapped.bytes.isEmpty)
    #expect(try readFile(path, doing: "testing").isEmpty)
  }

  @Test func aFolderIsNoFile() {
    defer { scratch.remove() }
    let expected = "reading boxes: '\(scratch.path)' is a folder -> give a file"
    #expect(failure { _ = try MappedFile(path: scratch.path, doing: "reading boxes") } == expected)
    #expect(failure { _ = try readFile(scratch.path, doing: "reading boxes") } == expected)
  }

  @Test func aMappingOutlivesTheName() throws {
    defer { scratch.remove() }
    let path = scratch.path + "/data"
    try writeFile(path, "old text")
    let mapped = try MappedFile(path: path, doing: "testing")
    try writeFile(path, "new")
    #expect(String(decoding: mapped.bytes, as: UTF8.self) == "old text")
    removeFile(path)
    #expect(String(decoding: mapped.bytes, as: UTF8.self) == "old text")
  }

  @Test func readsPipes() throws {
    defer { scratch.remove() }
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    #expect(write(ends[1], "through", 7) == 7)
    close(ends[1])
    defer { close(ends[0]) }
    #expect(String(decoding: try readFile("/dev/fd/\(ends[0])", doing: "testing"), as: UTF8.self) == "through")
  }

  @Test func whatHasNoEndIsRefused() throws {
    defer { scratch.remove() }
    let device = "reading: '/dev/zero': expected a file, found a device, which may never end -> give a file"
    #expect(failure { _ = try readFile("/dev/zero", doing: "reading") } == device)
    #expect(failure { _ = try MappedFile(path: "/dev/zero", doing: "reading") } == device)
    #expect(failure { _ = try ByteStream(path: "/dev/zero", doing: "reading") } == device)
    #expect(try readFile("/dev/null", doing: "reading").isEmpty)
    let path = scratch.path + "/data"
    try writeFile(path, "12345")
    #expect(try readFile(path, doing: "reading", limit: 5).count == 5)
    let said = "reading: '\(path)': expected at most 4 bytes, found more -> give the right file"
    #expect(failure { _ = try readFile(path, doing: "reading", limit: 4) } == said)
    #expect(failure { _ = try ByteStream(path: path, doing: "reading").readToEnd(limit: 4) }.hasPrefix(said))
  }

  @Test func missingFilesAreAnsweredWithTheNearest() throws {
    defer { scratch.remove() }
    let folder = scratch.path + "/frames/basketball"
    try writeFile(folder + "/image_000001.jpg", "x")
    func advice(_ path: String) -> String { failure { _ = try MappedFile(path: path, doing: "reading a picture") } }
    #expect(
      advice(folder + "/image_00001.jpg") == "reading a picture: '\(folder)/image_00001.jpg' does not exist -> did you "
        + "mean '\(folder)/image_000001.jpg'?")
    // A slip in a folder's name, then in both.
    let slip = scratch.path + "/framse/basketbal/image_000001.jpg"
    #expect(advice(slip).hasSuffix("-> did you mean '\(folder)/image_000001.jpg'?"))
    #expect(
      advice(scratch.path + "/frame/basketball/img_000001.jpg").hasSuffix(
        "-> did you mean '\(folder)/image_000001.jpg'?"))
    // The folder was found, nothing like the file is in it.
    #expect(advice(scratch.path + "/frame/basketball/labels.csv").hasSuffix("-> did you mean '\(folder)'?"))
    // Nothing is like it.
    let other = advice(scratch.path + "/entirely/else")
    #expect(other.contains("/entirely/else' does not exist -> ") && !other.contains("did you mean"))
    #expect(advice("").contains("'' does not exist"))
    // One of many numbered files is no other one's slip, a wrong number of digits is; nor is a link what it does not lead to.
    for number in 2...4 { try writeFile(folder + "/image_00000\(number).jpg", "x") }
    #expect(advice(folder + "/image_000007.jpg").hasSuffix("does not exist -> check the path"))
    #expect(advice(folder + "/image_00002.jpg").hasSuffix("did you mean '\(folder)/image_000002.jpg'?"))
    #expect(symlink("gone", scratch.path + "/link") == 0)
    #expect(!advice(scratch.path + "/link").contains("did you mean '\(scratch.path)/link'"))
  }

  @Test func aFileOnTheWayIsNamed() throws {
    defer { scratch.remove() }
    try writeFile(scratch.path + "/file", "x")
    #expect(failure { _ = try readFile(scratch.path + "/file/x", doing: "testing") }.contains("Not a directory"))
    #expect(failure { _ = try listFolder(scratch.path + "/gone") }.contains("listing a folder: '\(scratch.path)/gone'"))
  }
}

@Suite struct PathTests {
  /// What Python's os.path.join gives.
  @Test(arguments: [
    ("a", "b", "a/b"), ("a/", "b", "a/b"), ("a", "/b", "/b"), ("", "b", "b"), ("a", "", "a/"), ("", "", ""),
    ("/", "b", "/b"), ("a//", "b", "a//b"), ("a/b", "../c", "a/b/../c"),
  ])
  func joinsLikePython(_ folder: String, _ path: String, _ expected: String) {
    #expect(joinPath(folder, path) == expected)
  }

  @Test(arguments: [
    ("a/b.c", "a", "b.c"), ("b", "", "b"), ("/b", "/", "b"), ("a/", "a", ""), ("a/b/c", "a/b", "c"), ("", "", ""),
  ])
  func splitsAtTheLastSlash(_ path: String, _ folder: String, _ name: String) {
    #expect(splitPath(path) == (folder, name))
    #expect(joinPath(folder, name) == path)
  }

  @Test(arguments: [
    ("a/clip.mp4", "clip"), ("clip.tar.gz", "clip.tar"), ("a.b/clip", "clip"), (".hidden", ".hidden"), ("x.", "x"),
    ("", ""),
  ])
  func takesTheStem(_ path: String, _ stem: String) { #expect(fileStem(path) == stem) }

  @Test func foldersAreMadeOnceAndListedInOrder() throws {
    let scratch = TemporaryFolder()
    defer { scratch.remove() }
    try makeFolder(scratch.path + "/b/c/")
    try makeFolder(scratch.path + "/b/c")
    try makeFolder(scratch.path + "/a")
    try writeFile(scratch.path + "/B.txt", "")
    #expect(try listFolder(scratch.path) == ["B.txt", "a", "b"])
    #expect(
      isFolder(scratch.path + "/b/c") && !isFolder(scratch.path + "/B.txt") && pathExists(scratch.path + "/B.txt"))
    #expect(failure { try makeFolder(scratch.path + "/B.txt/x") }.contains("making the folder"))
    removeFile(scratch.path + "/B.txt")
    removeFile(scratch.path + "/B.txt")
    #expect(!pathExists(scratch.path + "/B.txt"))
  }

  /// More entries than the C library reads at a time, of all lengths: under AddressSanitizer, none may be read beyond its
  /// end, which for the last one of a buffer is the buffer's.
  @Test func listsThousandsOfNames() throws {
    let scratch = TemporaryFolder()
    defer { scratch.remove() }
    let names = (0..<3000).map { "\($0)-" + String(repeating: "n", count: $0 % 200) }
    for name in names {
      let file = open(scratch.path + "/" + name, O_CREAT | O_WRONLY, 0o600)
      try #require(file >= 0)
      close(file)
    }
    #expect(try listFolder(scratch.path) == names.sorted())
  }

  @Test func aLinkCountsWhenItsTargetDoes() throws {
    let scratch = TemporaryFolder()
    defer { scratch.remove() }
    #expect(symlink("gone", scratch.path + "/link") == 0)
    #expect(!pathExists(scratch.path + "/link"))
    try makeFolder(scratch.path + "/gone")
    #expect(isFolder(scratch.path + "/link"))
  }

  /// A path through what is like a file's name ends at that file.
  @Test(arguments: ["abx/detections.csv", "abx/deep/er/x", "abd", "ab/x"]) func pathsThatAreLikeFiles(_ path: String)
    throws
  {
    let scratch = TemporaryFolder()
    defer { scratch.remove() }
    try writeFile(scratch.path + "/abc", "a file\n")
    #expect(
      throws: FileError.missing(doing: "testing", path: "\(scratch.path)/\(path)", nearest: scratch.path + "/abc")
    ) { _ = try readFile("\(scratch.path)/\(path)", doing: "testing") }
  }
}
