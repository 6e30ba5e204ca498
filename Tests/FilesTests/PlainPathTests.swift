import Files
import Foundation
import TestSupport
import Testing

/// Paths that are the same text however a file is named.
@Suite struct PlainPathTests {
  private let folder = TemporaryFolder()

  @Test(arguments: [
    ("/a/b", "/a/b"), ("/a/./b/.", "/a/b"), ("/a//b/", "/a/b"), ("/a/b/../c", "/a/c"), ("/..", "/"), ("/", "/"),
    ("/a/..", "/"), ("/a/...", "/a/..."),
  ])
  func parts(_ path: String, _ expected: String) { #expect(plainPath(path) == expected) }

  @Test func relativePaths() {
    let here = plainPath(currentFolder())
    #expect(plainPath(".") == here && plainPath("") == here && plainPath("./x") == joinPath(here, "x"))
    #expect(plainPath("x/../y") == joinPath(here, "y"))
  }

  /// A `..` behind a link leads to the parent of what the link names; a link alone stays.
  @Test func links() throws {
    defer { folder.remove() }
    let root = plainPath(folder.path)
    try FileManager.default.createDirectory(atPath: root + "/far/in", withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(atPath: root + "/link", withDestinationPath: root + "/far/in")
    #expect(plainPath(root + "/link/x") == root + "/link/x")
    #expect(plainPath(root + "/link/sub/..") == root + "/link")
    let (found, expected) = (plainPath(root + "/link/../x"), resolvedPath(root + "/far") + "/x")
    #expect(found == expected)
  }
}
