import Files
import Glibc
import TestSupport
import Testing

private func text(_ path: String) throws -> String {
  String(decoding: try readFile(path, doing: "testing"), as: UTF8.self)
}

/// The error's text, "" where nothing was thrown.
private func failure(_ body: () throws -> Void) -> String {
  do {
    try body()
    return ""
  } catch {
    return "\(error)"
  }
}

@Suite struct AtomicFileTests {
  private let scratch = TemporaryFolder()
  private var path: String { scratch.path + "/out.csv" }
  private func names() throws -> [String] { try listFolder(scratch.path) }

  @Test func appearsOnlyWhenCommitted() throws {
    defer { scratch.remove() }
    let file = try AtomicFile(path: path)
    try file.write("one\n")
    try file.write([0x32, 0x0a])
    #expect(!pathExists(path))
    #expect(try names().count == 1)
    try file.commit()
    #expect(try names() == ["out.csv"])
    #expect(try text(path) == "one\n2\n")
  }

  @Test func keepsTheOrderOfAllKindsOfWriting() throws {
    defer { scratch.remove() }
    let file = try AtomicFile(path: path)
    var expected = ""
    for i in 0..<3000 {
      let line = "row \(i) of a file that is larger than the buffer\n"
      expected += line
      if i % 3 == 0 {
        try file.write(line)
      } else if i % 3 == 1 {
        try file.write(line.utf8)
      } else {
        var bytes = Array(line.utf8)
        try bytes.withUnsafeMutableBytes { try file.write(raw: UnsafeRawBufferPointer($0)) }
      }
    }
    try file.commit()
    #expect(try text(path) == expected)
  }

  @Test(.enabled(if: geteuid() != 0, "root may write everywhere"))
  func namesTheReasonWhereTheFolderRefuses() throws {
    defer {
      chmod(scratch.path, 0o755)
      scratch.remove()
    }
    try writeFile(path, "old")
    chmod(scratch.path, 0o555)
    let text = failure { _ = try AtomicFile(path: path) }
    #expect(text.contains("writing: '\(path)'") && text.contains("Permission denied"), "\(text)")
    #expect(try readFile(path, doing: "testing") == Array("old".utf8))
  }

  /// Root cannot make files there either; the file that exists has permissions to hand on.
  @Test func namesTheReasonWhereNobodyMayMakeFiles() {
    let text = failure { _ = try AtomicFile(path: "/proc/self/comm") }
    #expect(text.contains("writing: '/proc/self/comm'") && !text.contains("Bad file descriptor"), "\(text)")
  }

  @Test func discardingLeavesWhatWasThere() throws {
    defer { scratch.remove() }
    try writeFile(path, "old")
    let file = try AtomicFile(path: path)
    try file.write("new")
    file.discard()
    file.discard()
    #expect(try text(path) == "old")
    #expect(try names() == ["out.csv"])
  }

  @Test func lettingGoLeavesWhatWasThere() throws {
    defer { scratch.remove() }
    try writeFile(path, "old")
    func give() throws { try AtomicFile(path: path).write("new") }
    try give()
    #expect(try text(path) == "old")
    #expect(try names() == ["out.csv"])
  }

  @Test func commitReplacesAndDiscardAfterItDoesNothing() throws {
    defer { scratch.remove() }
    try writeFile(path, "a longer old text")
    let file = try AtomicFile(path: path)
    try file.write("new")
    try file.commit()
    file.discard()
    #expect(try text(path) == "new")
  }

  @Test func whatIsReplacedHandsItsPermissionsOn() throws {
    defer { scratch.remove() }
    try writeFile(path, "old")
    #expect(chmod(path, 0o640) == 0)
    try writeFile(path, "new")
    var status = stat()
    #expect(stat(path, &status) == 0 && status.st_mode & 0o7777 == 0o640)
    #expect(try text(path) == "new")
  }

  @Test func nothingMoreAfterCommit() throws {
    defer { scratch.remove() }
    let file = try AtomicFile(path: path)
    try file.commit()
    #expect(failure { try file.commit() }.contains("out.csv"))
    #expect(try text(path) == "")
  }

  @Test func twoWritersOfOneNameDoNotMix() throws {
    defer { scratch.remove() }
    let (first, second) = (try AtomicFile(path: path), try AtomicFile(path: path))
    try first.write("first")
    try second.write("second")
    try second.commit()
    #expect(try text(path) == "second")
    try first.commit()
    #expect(try text(path) == "first")
    #expect(try names() == ["out.csv"])
  }

  /// What a killed process left is taken away when its file is written again; what another machine, whose process
  /// numbers say nothing here, may still be writing stays.
  @Test func leftoversOfDeadProcessesGo() throws {
    defer { scratch.remove() }
    // No process has a number beyond the system's limit.
    let dead = "2000000000"
    let old = [".out.csv.\(dead).0.partial", ".out.csv.\(getpid()).900.partial", ".other.csv.\(dead).3.partial"]
    for name in old + [".out.csv.\(dead).1.partial", "out.csv.\(dead).2.partial"] {
      try writeFile(scratch.path + "/" + name, "half")
    }
    for name in old {
      var times = [timeval(tv_sec: 1_000_000_000, tv_usec: 0), timeval(tv_sec: 1_000_000_000, tv_usec: 0)]
      #expect(utimes(scratch.path + "/" + name, &times) == 0)
    }
    // The folder is looked at once in a process: by another name this process has not been there.
    let link = scratch.path + "-link"
    #expect(symlink(scratch.path, link) == 0)
    defer { removeFile(link) }
    try writeFile(link + "/out.csv", "whole")
    #expect(
      try names() == [old[2], old[1], ".out.csv.\(dead).1.partial", "out.csv", "out.csv.\(dead).2.partial"].sorted())
  }

  /// Machines and containers may share a folder and a process number: a temporary file that is there is never taken over.
  /// In a process of its own, where the numbers of its files are known.
  @Test func temporaryFilesOfOthersStay() async {
    await #expect(processExitsWith: .success) {
      let scratch = TemporaryFolder()
      defer { scratch.remove() }
      let others = (0...9).map { ".out.csv.\(getpid()).\($0).partial" }
      for name in others { close(open(scratch.path + "/" + name, O_WRONLY | O_CREAT, 0o666)) }
      try writeFile(scratch.path + "/out.csv", "mine")
      try #require(try text(scratch.path + "/out.csv") == "mine")
      try #require(try listFolder(scratch.path) == others + ["out.csv"])
    }
  }

  /// A look at the folder that failed is taken again. In a process of its own: the limit holds for the whole process.
  @Test func leftoversGoOnceTheFolderCanBeRead() async {
    await #expect(processExitsWith: .success) {
      let scratch = TemporaryFolder()
      defer { scratch.remove() }
      let left = scratch.path + "/.out.csv.2000000000.0.partial"
      close(open(left, O_WRONLY | O_CREAT, 0o666))
      var times = [timeval(tv_sec: 1_000_000_000, tv_usec: 0), timeval(tv_sec: 1_000_000_000, tv_usec: 0)]
      try #require(utimes(left, &times) == 0)
      var limit = rlimit()
      try #require(getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0)
      var none = rlimit(rlim_cur: 1, rlim_max: limit.rlim_max)
      try #require(setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &none) == 0)
      let problem = failure { try writeFile(scratch.path + "/out.csv", "x") }
      try #require(setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0)
      try #require(problem.hasSuffix("-> raise the limit of open files (ulimit -n)"))
      try writeFile(scratch.path + "/out.csv", "x")
      try #require(try listFolder(scratch.path) == ["out.csv"])
    }
  }

  /// A process that ends in the middle takes its temporary files along.
  @Test func endingTakesTemporaryFilesAlong() async {
    await #expect(processExitsWith: .exitCode(3)) {
      let scratch = TemporaryFolder()
      let path = scratch.path + "/out.csv"
      try writeFile(path, "old")
      let file = try AtomicFile(path: path)
      try file.write(String(repeating: "x", count: 100_000))
      TemporaryFiles.deleteAll {
        let left = (try? listFolder(scratch.path)) ?? []
        scratch.remove()
        // Not exit(): AddressSanitizer would count the file that is still open as a leak.
        _exit(left == ["out.csv"] ? 3 : 4)
      }
    }
  }

  @Test func makesFoldersOnTheWay() throws {
    defer { scratch.remove() }
    let deep = scratch.path + "/a/b/c/out.csv"
    try writeFile(deep, "x")
    #expect(try text(deep) == "x")
  }

  @Test func linksStayLinks() throws {
    defer { scratch.remove() }
    try writeFile(scratch.path + "/real/target", "old")
    #expect(symlink("real/target", path) == 0)
    try writeFile(path, "new")
    var status = stat()
    #expect(lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
    #expect(try text(scratch.path + "/real/target") == "new")
    #expect(try listFolder(scratch.path + "/real") == ["target"])
  }

  /// Replacing a pipe or a device would take it from everyone who has it open by name.
  @Test func pipesAreWrittenAsTheyStand() throws {
    defer { scratch.remove() }
    #expect(mkfifo(path, 0o600) == 0)
    let reader = open(path, O_RDONLY | O_NONBLOCK)
    defer { close(reader) }
    try writeFile(path, "through the pipe")
    var buffer = [UInt8](repeating: 0, count: 100)
    let count = read(reader, &buffer, buffer.count)
    #expect(String(decoding: buffer.prefix(max(0, count)), as: UTF8.self) == "through the pipe")
    var status = stat()
    #expect(lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO)
  }

  @Test func namesWhatStandsInTheWay() throws {
    defer { scratch.remove() }
    #expect(failure { try writeFile(scratch.path, "x") } == "writing: '\(scratch.path)' is a folder -> give a file")
    try writeFile(path, "a file")
    let below = failure { try writeFile(path + "/x/y", "x") }
    #expect(below.contains("'\(path)") && below.contains("making the folder"))
    let missing = failure { try writeFile("/proc/none/x", "x") }
    #expect(missing.contains("/proc/none"))
  }

  @Test func saysWhatToDo() {
    func text(_ code: Int32) -> String { "\(FileError.system(doing: "writing", path: "a.csv", code: code))" }
    #expect(
      text(ENOSPC) == "writing: 'a.csv': No space left on device -> free some space or choose another output folder")
    #expect(text(EFBIG).hasSuffix("-> raise the file size limit (ulimit -f)"))
    #expect(text(EACCES).hasSuffix("-> check the permissions"))
  }

  /// In a process of its own: the limit holds for the whole process.
  @Test func aFullDiskLeavesTheOldFileAlone() async {
    await #expect(processExitsWith: .success) {
      let scratch = TemporaryFolder()
      defer { scratch.remove() }
      let path = scratch.path + "/out.csv"
      try writeFile(path, "old")
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit(rlim_cur: 100_000, rlim_max: 100_000)
      try #require(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
      for size in [100_001, 1_000_000] {
        let problem = failure { try writeFile(path, String(repeating: "x", count: size)) }
        try #require(problem.hasPrefix("writing: '\(path)'") && problem.contains("-> raise the file size limit"))
        try #require(try text(path) == "old")
        try #require(try listFolder(scratch.path) == ["out.csv"])
      }
      try writeFile(path, String(repeating: "x", count: 100_000))
    }
  }
}
