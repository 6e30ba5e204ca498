import Files
import Foundation
import TestSupport
import Testing

/// The argument parser's tool that makes man pages.
private let manual = splitPath(Program.path).folder + "/generate-manual"

/// What `make install` puts somewhere, from the program that is built.
@Suite(.enabled(if: pathExists(manual), "needs generate-manual: make test builds it"))
struct InstallTests {
  private func shell(_ line: String) -> Program.Result { Program.run(through: ["/bin/sh", "-c", line], []) }

  private func install(_ folder: String) {
    let result = shell("'\(projectRoot)/tools/install.sh' '\(splitPath(Program.path).folder)' /usr '\(folder)'")
    expectSuccess(result)
    #expect(result.stdout + result.stderr == "")
  }

  @Test("Program, library, configs, man pages and completions: whole, well-formed, without a toolchain, and away again")
  func install() throws {
    let scratch = Scratch()
    let root = scratch.path + "/usr"
    try scratch.file("usr/share/man/man1/other.1", bytes: [])
    install(scratch.path)
    for path in [
      "bin/slowfast-demo", "share/slowfast/configs/AVA/SLOWFAST_32x2_R50_SHORT.yaml",
      "share/slowfast/configs/demo/SLOWFAST_8x4_R18_SMALL.pyth", "share/slowfast/tools/demo.sh",
      "share/slowfast/annotations/ava_action_list_v2.2.pbtxt", "share/doc/slowfast/copyright",
    ] {
      #expect(pathExists(root + "/" + path), "\(path)")
    }
    #expect(try listFolder(root + "/share/slowfast").sorted() == ["annotations", "configs", "installed", "tools"])
    try checkProgram(root + "/bin/slowfast")
    try checkLibrary(scratch)
    try checkCompletions(root + "/share")
    try checkPages(root + "/share/man/man1")
    try checkOlder(scratch)
    try checkUninstall(scratch)
  }

  /// A C program is compiled by what pkg-config says, finds the library by its name, and runs.
  private func checkLibrary(_ scratch: Scratch) throws {
    let libraries = scratch.path + "/usr/lib"
    let exported = shell(
      "nm -D --defined-only '\(libraries)/libslowfast.so' | awk '{ print $3 }' | grep -v '^slowfast_'")
    #expect(exported.stdout == "", "exported")
    let config = projectRoot + "/configs/demo/SLOWFAST_8x4_R18_CLASSES"
    let program = scratch.path + "/classify"
    let compiled = shell(
      """
      export PKG_CONFIG_PATH='\(libraries)/pkgconfig' PKG_CONFIG_SYSROOT_DIR='\(scratch.path)'
      export PKG_CONFIG_ALLOW_SYSTEM_CFLAGS=1 PKG_CONFIG_ALLOW_SYSTEM_LIBS=1
      $(command -v cc || echo clang) '\(projectRoot)/examples/classify.c' $(pkg-config --cflags --libs slowfast) -o '\(program)' \
        && LD_LIBRARY_PATH='\(libraries)' '\(program)' '\(config).yaml' '\(config).pyth'
      """)
    expectSuccess(compiled)
    #expect(compiled.stdout.hasPrefix("class "), "\(compiled.stdout)")
    #expect(shell("objdump -p '\(program)'").stdout.contains("libslowfast.so.1\n"))
  }

  /// What an older version had and this one has not goes when this one is installed over it; other files stay.
  private func checkOlder(_ scratch: Scratch) throws {
    let share = scratch.path + "/usr/share"
    let list = share + "/slowfast/installed"
    let before = try readFile(list, doing: "comparing")
    for path in ["man/man1/slowfast-gone.1.gz", "slowfast/gone/by/now.txt"] {
      try scratch.file("usr/share/" + path, bytes: [1])
    }
    try scratch.file(
      "usr/share/slowfast/installed",
      bytes: before
        + Array(
          """
          share/man/man1/slowfast-gone.1.gz
          share/slowfast/gone/
          share/slowfast/gone/by/
          share/slowfast/gone/by/now.txt

          """.utf8))
    install(scratch.path)
    #expect(!pathExists(share + "/man/man1/slowfast-gone.1.gz") && !pathExists(share + "/slowfast/gone"))
    #expect(pathExists(share + "/man/man1/other.1") && pathExists(share + "/man/man1/slowfast.1.gz"))
    #expect(try readFile(list, doing: "comparing") == before)
  }

  /// Somebody's files: a folder in a file's place ends it before anything is changed, a file is replaced with a word, what a link under
  /// the name of a file on its way points to stays.
  @Test("Somebody's files in the way")
  func inTheWay() throws {
    let scratch = Scratch()
    let folder = scratch.path
    func installation() -> Program.Result {
      shell("'\(projectRoot)/tools/install.sh' '\(splitPath(Program.path).folder)' /usr '\(folder)'")
    }
    try scratch.file("own.txt", bytes: [7])
    try scratch.file("usr/bin/slowfast/own.txt", bytes: [7])
    let refused = installation()
    #expect(refused.status == 1)
    #expect(refused.stderr.contains("'\(folder)/usr/bin/slowfast' is a folder, and a file is to be there"))
    #expect(shell("cd '\(folder)/usr' && find . -type f").stdout == "./bin/slowfast/own.txt\n")
    _ = shell(
      "cd '\(folder)/usr/bin' && rm -r slowfast && ln -s ../../own.txt slowfast.slowfast-arriving && echo >slowfast")
    let replaced = installation()
    expectSuccess(replaced)
    #expect(
      replaced.stderr.contains("installation names: 1, the first '\(folder)/usr/bin/slowfast'"), "\(replaced.stderr)")
    #expect(try readFile(folder + "/own.txt", doing: "comparing") == [7])
    #expect(shell("find '\(folder)' -name '*arriving'").stdout == "")
  }

  @Test("Folders that a script cannot name are refused", arguments: ["/q$x", "/q`x`", "/q\"x", "q"])
  func refusesPrefixes(prefix: String) {
    let result = shell("'\(projectRoot)/tools/install.sh' '\(splitPath(Program.path).folder)' '\(prefix)'")
    #expect(result.status == 1 && result.stderr.contains("PREFIX is '\(prefix)'"), "\(result.stderr)")
  }

  private func checkUninstall(_ scratch: Scratch) throws {
    let uninstall = "'\(projectRoot)/tools/uninstall.sh' /usr '\(scratch.path)'"
    let list = scratch.path + "/usr/share/slowfast/installed"
    let whole = try readFile(list, doing: "comparing")
    try scratch.file("usr/share/slowfast/installed", bytes: whole + Array("share/../../classify\n".utf8))
    let refused = shell(uninstall)
    #expect(
      refused.status == 1 && refused.stderr.contains("share/../../classify\n")
        && refused.stderr.contains("nothing was deleted"))
    #expect(pathExists(scratch.path + "/usr/bin/slowfast"))
    try scratch.file("usr/share/slowfast/installed", bytes: whole)
    expectSuccess(shell(uninstall))
    let left = shell("cd '\(scratch.path)/usr' && find . | LC_ALL=C sort").stdout
    #expect(left == ".\n./share\n./share/man\n./share/man/man1\n./share/man/man1/other.1\n", "\(left)")
    let again = shell(uninstall)
    #expect(again.status == 1 && again.stderr.contains("does not exist -> give the PREFIX"), "\(again.stderr)")
  }

  /// No library of a toolchain's, no more room than was promised, and the commit.
  private func checkProgram(_ program: String) throws {
    let libraries = shell("ldd '\(program)'").stdout
    #expect(libraries.contains("libc.so.6") && !libraries.contains("not found"), "\(libraries)")
    #expect(!libraries.contains("swift") && !libraries.contains("Foundation"), "\(libraries)")
    let size = try readFile(program, doing: "reading the program").count
    #expect(size < 25_000_000, "\(size) bytes")
    let commit = shell("git -C '\(projectRoot)' describe --always --abbrev=12 --exclude '*' --dirty 2>/dev/null").stdout
    let version = shell("'\(program)' --version")
    expectSuccess(version)
    let expected = commit.isEmpty ? "unknown" : String(commit.dropLast())
    #expect(version.stdout.contains("(commit \(expected))\n"), "\(version.stdout)")
  }

  private func checkCompletions(_ share: String) throws {
    let files = [
      ("bash", "bash-completion/completions/slowfast"), ("zsh", "zsh/vendor-completions/_slowfast"),
      ("fish", "fish/vendor_completions.d/slowfast.fish"),
    ]
    for (name, path) in files {
      let text = String(decoding: try readFile("\(share)/\(path)", doing: "reading completions"), as: UTF8.self)
      #expect(text.contains("detect") && text.contains("serve-anywhere"), "\(path)")
      // A shell that is not here cannot say.
      let checked = shell("! command -v \(name) >/dev/null || \(name) -n '\(share)/\(path)'")
      #expect(checked.status == 0 && checked.stderr == "", "\(name): \(checked.stderr)")
    }
  }

  /// A page for every command, which man reads without a warning where it is here.
  private func checkPages(_ folder: String) throws {
    let pages = try listFolder(folder)
    for page in ["slowfast", "slowfast-detect", "slowfast-bench-clip"] {
      #expect(pages.contains(page + ".1.gz"), "\(pages)")
    }
    let read = shell(
      "! command -v man >/dev/null || MANWIDTH=100 man --warnings -E UTF-8 -l '\(folder)'/slowfast*.1.gz")
    #expect(read.status == 0 && read.stderr == "", "\(read.stderr.prefix(2000))")
    // Their text is long, and not for a message.
    let namesAnother = read.stdout.contains("BSD")
    #expect(!namesAnother)
    let version = shell("'\(projectRoot)/tools/version.sh'").stdout.dropLast()
    let namesThis = read.stdout.isEmpty || read.stdout.contains("\nSlowFast for Swift \(version) ")
    #expect(namesThis)
  }
}
