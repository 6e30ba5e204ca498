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

  @Test("Program, configs, man pages and completions: whole, well-formed, and without a toolchain")
  func install() throws {
    let scratch = Scratch()
    let result = shell("'\(projectRoot)/tools/install.sh' '\(Program.path)' '\(manual)' /usr '\(scratch.path)'")
    expectSuccess(result)
    #expect(result.stdout + result.stderr == "")
    let root = scratch.path + "/usr"
    for path in [
      "bin/slowfast-demo", "share/slowfast/configs/AVA/SLOWFAST_32x2_R50_SHORT.yaml",
      "share/slowfast/configs/demo/SLOWFAST_8x4_R18_SMALL.pyth", "share/slowfast/tools/demo.sh",
      "share/slowfast/annotations/ava_action_list_v2.2.pbtxt", "share/doc/slowfast/copyright",
    ] {
      #expect(pathExists(root + "/" + path), "\(path)")
    }
    #expect(try listFolder(root + "/share/slowfast").sorted() == ["annotations", "configs", "tools"])
    try checkProgram(root + "/bin/slowfast")
    try checkCompletions(root + "/share")
    try checkPages(root + "/share/man/man1")
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
      let read = shell(
        "! command -v man >/dev/null || MANWIDTH=100 man --warnings -E UTF-8 -l '\(folder)/\(page).1.gz'")
      #expect(read.status == 0 && read.stderr == "", "\(page): \(read.stderr.prefix(2000))")
    }
  }
}
