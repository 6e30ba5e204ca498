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
    let help = shell("'\(root)/bin/slowfast-demo' --help")
    #expect(help.status == 0 && help.stdout.contains("usage: slowfast-demo [OUTPUT-DIR,") && help.stderr == "")
    let option = shell("'\(root)/bin/slowfast-demo' --videos 4")
    #expect(option.status == 64 && option.stderr.hasPrefix("slowfast-demo: there is no option '--videos' -> see"))
    try checkLibrary(scratch)
    try checkCompletions(root + "/share")
    try checkPages(root + "/share/man/man1")
    try checkDocuments(root + "/share/doc/slowfast")
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
    // Of pkg-config's characters, too.
    let prefix = "/u #1"
    func installation(_ environment: String = "") -> Program.Result {
      shell(
        "\(environment)LIBDIR='lib #2' '\(projectRoot)/tools/install.sh' '\(splitPath(Program.path).folder)' '\(prefix)' '\(folder)'"
      )
    }
    try scratch.file("own.txt", bytes: [7])
    try scratch.file("u #1/bin/slowfast/own.txt", bytes: [7])
    let refused = installation()
    #expect(refused.status == 1)
    #expect(refused.stderr.contains("'\(folder)\(prefix)/bin/slowfast' is a folder, and a file is to be there"))
    #expect(shell("cd '\(folder)\(prefix)' && find . -type f").stdout == "./bin/slowfast/own.txt\n")
    // A link to nothing is no folder; and the library is linked wherever temporary files go.
    _ = shell("cd '\(folder)' && ln -s nowhere 'u #1/share' && mkdir \"o'ne two\" && rm -r 'u #1/bin/slowfast'")
    let dangling = installation("TMPDIR=\"\(folder)/o'ne two\" ")
    #expect(
      dangling.status == 1
        && dangling.stderr.hasPrefix(
          "install: '\(folder)\(prefix)/share' is a link to nothing, and a folder is to be there -> "),
      "\(dangling.stderr)")
    #expect(shell("cd '\(folder)\(prefix)' && find . -type f").stdout == "")
    _ = shell("cd '\(folder)' && rm 'u #1/share' && rmdir \"o'ne two\" && mkdir 'u #1/bin/slowfast'")
    _ = shell(
      "cd '\(folder)\(prefix)/bin' && rm -r slowfast && ln -s ../../own.txt slowfast.slowfast-arriving && echo >slowfast"
    )
    let replaced = installation()
    expectSuccess(replaced)
    #expect(
      replaced.stderr.contains("installation names: 1, the first '\(folder)\(prefix)/bin/slowfast'"),
      "\(replaced.stderr)")
    #expect(try readFile(folder + "/own.txt", doing: "comparing") == [7])
    #expect(shell("find '\(folder)' -name '*arriving'").stdout == "")
    let library = shell(
      "PKG_CONFIG_PATH='\(folder)\(prefix)/lib #2/pkgconfig' pkg-config --cflags --libs slowfast | xargs printf '%s\\n'"
    )
    #expect(library.stdout == "-I\(prefix)/include\n-L\(prefix)/lib #2\n-lslowfast\n")
    try checkInterruptedUninstall(folder, prefix)
  }

  /// What ended before its folders were gone is done again.
  private func checkInterruptedUninstall(_ folder: String, _ prefix: String) throws {
    let uninstall = "'\(projectRoot)/tools/uninstall.sh' '\(prefix)' '\(folder)'"
    let interrupted = shell(
      "mkdir '\(folder)/bin' && ln -s /bin/false '\(folder)/bin/rmdir' && PATH='\(folder)/bin':$PATH \(uninstall)")
    #expect(interrupted.status != 0 && pathExists(folder + prefix + "/share/slowfast/installed"))
    expectSuccess(shell(uninstall))
    #expect(try listFolder(folder).sorted() == ["bin", "own.txt", "u #1"] && listFolder(folder + prefix) == ["bin"])
  }

  @Test("Folders that a script cannot name are refused", arguments: ["/q$x", "/q`x`", "/q\"x", "q"])
  func refusesPrefixes(prefix: String) {
    let result = shell("'\(projectRoot)/tools/install.sh' '\(splitPath(Program.path).folder)' '\(prefix)'")
    #expect(result.status == 1 && result.stderr.contains("PREFIX is '\(prefix)'"), "\(result.stderr)")
  }

  @Test("Folders that nobody can be sure of, and what is not built, are refused with what to do")
  func refusesCalls() {
    let (tools, build) = ("'\(projectRoot)/tools/", "'\(splitPath(Program.path).folder)'")
    for (line, text) in [
      (
        tools + "install.sh' \(build) /usr made",
        "DESTDIR is 'made', expected a path from / on -> give one, such as DESTDIR=/"
      ),
      (
        tools + "install.sh' /nowhere /usr /tmp",
        "'/nowhere/slowfast', which is to be installed, does not exist -> build it: make packaged"
      ),
      (
        "LIBDIR='a$b' " + tools + "install.sh' \(build) /usr /tmp", "LIBDIR is 'a$b', which has characters that a shell"
      ),
      (tools + "uninstall.sh' usr", "PREFIX is 'usr', expected a path from / on"),
      (tools + "uninstall.sh' /usr made", "DESTDIR is 'made', expected a path from / on"),
    ] {
      let result = shell(line)
      #expect(
        result.status == 1 && result.stderr.contains(text)
          && result.stderr.count == 1 + result.stderr.split(separator: "\n")[0].count, "\(result.stderr)")
    }
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

  /// Every link of a page leads to a file that is there.
  private func checkDocuments(_ folder: String) throws {
    var links = 0
    for page in ["README.md"] + (try listFolder(folder + "/docs").map { "docs/" + $0 }) where page.hasSuffix(".md") {
      let text = String(decoding: try readFile("\(folder)/\(page)", doing: "following links"), as: UTF8.self)
      for link in text.components(separatedBy: "](").dropFirst() {
        let target = link.prefix { !"#)".contains($0) }
        if target.isEmpty || target.hasPrefix("https:") { continue }
        links += 1
        #expect(pathExists("\(folder)/\(splitPath(page).folder)/\(target)"), "\(page): \(target)")
      }
    }
    #expect(links > 100)
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
    let overview = shell("gzip -cd '\(folder)/slowfast.1.gz'").stdout
    let commands = overview.components(separatedBy: "\n.It Xr slowfast-").dropFirst().map {
      $0.components(separatedBy: "\n").prefix(2)
    }
    #expect(
      commands.contains(["detect 1", "\\&Finds the actions of people in your own videos."])
        && commands.allSatisfy { pages.contains("slowfast-\($0[0].dropLast(2)).1.gz") && !$0[0].contains("clip") })
    // On a terminal's 80 columns the longest name is whole, at both ends of the head.
    let head = shell(
      "! command -v man >/dev/null || MANWIDTH=80 man -E UTF-8 -l '\(folder)/slowfast-bench-depthwise.1.gz' | head -n 1"
    ).stdout
    let isWhole = head.isEmpty || head.components(separatedBy: "SLOWFAST-BENCH-DEPTHWISE(1)").count == 3
    #expect(isWhole, "\(head)")
    // Their text is long, and not for a message.
    let namesAnother = read.stdout.contains("BSD")
    #expect(!namesAnother)
    let version = shell("'\(projectRoot)/tools/version.sh'").stdout.dropLast()
    let namesThis = read.stdout.isEmpty || read.stdout.contains("\nSlowFast for Swift \(version) ")
    #expect(namesThis)
  }
}
