import Files
import TestSupport
import Testing

/// What `make release` refuses, what it compares, and what archives of the sources know; it builds nothing.
@Suite struct ReleaseTests {
  private func shell(_ line: String) -> Program.Result { Program.run(through: ["/bin/bash", "-c", line], []) }

  /// A checkout that has this project's scripts and nothing else.
  private func checkout(_ scratch: Scratch) throws -> String {
    try scratch.file("here/CHANGELOG.md", bytes: Array("## 1.2.3 (not released yet)\n".utf8))
    try scratch.file(
      "here/Sources/Support/Version/Version.swift", bytes: Array("public let programVersion = \"1.2.3\"\n".utf8))
    let made = shell(
      """
      set -e; cd '\(scratch.path)/here'; mkdir tools; cp '\(projectRoot)'/tools/*.sh tools; cp '\(projectRoot)/.gitattributes' .
      git init -q; git config user.name name; git config user.email name@example.invalid; git add .; git commit -qm first
      """)
    expectSuccess(made)
    return scratch.path + "/here"
  }

  @Test("What is no commit of one version is refused, and nothing is built")
  func refusals() throws {
    let scratch = Scratch()
    let here = try checkout(scratch)
    func refusal(after line: String) -> String {
      let result = shell("cd '\(here)'; \(line); tools/release.sh")
      #expect(result.status == 1 && result.stdout == "" && !pathExists(here + "/.build"))
      return result.stderr
    }
    #expect(
      refusal(after: "git tag v1.2.4").contains(
        "the tag is v1.2.4, the version in Sources/Support/Version/Version.swift is 1.2.3"))
    #expect(
      refusal(after: "git tag v1.2.3").contains("CHANGELOG.md says that 1.2.3 is not released yet -> give it a date"))
    let dirty = refusal(after: "touch new; echo >>CHANGELOG.md")
    #expect(dirty.contains(" M CHANGELOG.md\n?? new\n") && dirty.contains("the checkout has changes (above)"))
    #expect(shell("cd '\(here)'; tools/release.sh --thrice").status == 64)
    let none = shell("cd '\(here)'; rm -rf .git; GIT_CEILING_DIRECTORIES='\(scratch.path)' tools/release.sh")
    #expect(none.status == 1 && none.stderr.contains("this is no checkout"), "\(none.stderr)")
  }

  @Test("An archive of the sources knows its commit and the time")
  func archive() throws {
    let scratch = Scratch()
    let here = try checkout(scratch)
    let printed = "tools/commit.sh name; tools/commit.sh time; tools/version.sh"
    let own = shell("cd '\(here)'; \(printed)")
    let archived = shell(
      "cd '\(here)'; git archive --prefix=a/ HEAD | tar -x -C '\(scratch.path)'; cd ../a; \(printed)")
    expectSuccess(archived)
    #expect(archived.stdout == own.stdout && own.stdout.contains("\n1.2.3\n"), "\(archived.stdout)")
    #expect(own.stdout.split(separator: "\n")[0].count == 12)
    #expect(shell("cd '\(here)'; echo >>CHANGELOG.md; tools/commit.sh name").stdout.hasSuffix("-dirty\n"))
  }

  @Test("Two releases are compared file by file, and within archives")
  func comparison() throws {
    let scratch = Scratch()
    for (folder, text) in [("one", "1"), ("two", "2"), ("three", "1")] {
      try scratch.file("\(folder)/SHA256SUMS", bytes: [])
      try scratch.file("\(folder)/tree/same.txt", bytes: [0])
      try scratch.file("\(folder)/tree/other.txt", bytes: Array(text.utf8))
      let packed = shell(
        "cd '\(scratch.path)/\(folder)'; tar --sort=name --mtime=@0 -cf - tree | gzip -9n >sources.tar.gz; rm -r tree")
      expectSuccess(packed)
    }
    func compared(_ one: String, _ other: String) -> Program.Result {
      shell("cd '\(scratch.path)'; '\(projectRoot)/tools/compare-releases.sh' \(one) \(other)")
    }
    let same = compared("one", "three")
    #expect(same.status == 0 && same.stdout == "same     SHA256SUMS\nsame     sources.tar.gz\n", "\(same.stdout)")
    let different = compared("one", "two")
    #expect(different.status == 1 && different.stdout.contains("differs  sources.tar.gz\n"))
    #expect(
      different.stdout.contains("tree/other.txt") && !different.stdout.contains("same.txt"), "\(different.stdout)")
    try scratch.file("two/more.deb", bytes: [1])
    #expect(compared("one", "two").stdout.contains("differs  more.deb\n         it is in one of the two alone"))
    #expect(compared("one", "nowhere").status == 64)
  }
}
