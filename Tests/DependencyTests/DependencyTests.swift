import Files
import TestSupport
import Testing

private func text(_ path: String) throws -> String {
  String(decoding: try readFile(projectRoot + "/" + path, doing: "reading the project"), as: UTF8.self)
}

// Written in two halves, so that this file does not hold what it looks for.
private let machinePaths = ["/wo" + "rk/", "/ro" + "ot/", "/ho" + "me/"]
private let leftovers = ["TO" + "DO", "FIX" + "ME"]

/// The project as it stands.
@Suite struct DependencyTests {
  let table: [Module]
  let manifest: [Module]
  let sources: [SourceFile]
  // Read once for all tests.
  private static let allSources = Result {
    try sourceFiles(["Sources"], endings: [".swift", ".c", ".h", ".modulemap"])
  }

  init() throws {
    table = modulesOfTable(try text("docs/architecture.md"))
    manifest = modulesOfManifest(try text("Package.swift"))
    sources = try Self.allSources.get()
  }

  @Test func tableSaysWhatTheManifestSays() {
    #expect(table.count > 25)
    #expect(differences(table: table, manifest: manifest) == [])
  }

  @Test func noCycle() { #expect(upwardImports(table) == []) }

  @Test func importsAreAllowed() {
    #expect(sources.count > 150)
    #expect(forbiddenImports(sources, table) == [])
  }

  @Test func everyModuleHasItsFolder() throws {
    let groups = Set(table.map { $0.group ?? "" })
    #expect(try listFolder(projectRoot + "/Sources") == groups.sorted())
    for group in groups.subtracting(table.map(\.name)) {
      let modules = table.filter { $0.group == group }.map(\.name)
      #expect(try listFolder(projectRoot + "/Sources/" + group) == modules.sorted())
    }
  }

  /// Thirteen names: more than that is a list, not a layout.
  @Test func theFirstLevelIsShort() throws { #expect(try listFolder(projectRoot + "/Sources").count <= 13) }

  @Test func onlyTheProgramPrints() {
    #expect(printingLines(sources.filter { $0.folder != "slowfast" }) == [])
  }

  @Test func nothingIsLeftOver() throws {
    let files = try sourceFiles(["Sources", "Tests", "tools", "Makefile", "Package.swift"])
    #expect(lines(with: leftovers, in: files) == [])
  }

  @Test func noPathOfOneMachine() throws {
    let files = try sourceFiles([
      "Sources", "Tests", "tools", "docs", "configs", "annotations", ".ci", "Makefile", "Package.swift", "README.md",
    ])
    #expect(lines(with: machinePaths, in: files) == [])
  }

  @Test func filesAreShort() throws {
    #expect(longFiles(try sourceFiles(["Sources", "Tests"], endings: [".swift"]), limit: 500) == [])
  }

  @Test func theArchitectureNamesFilesThatExist() throws {
    #expect(missingFiles(namedIn: try text("docs/architecture.md"), in: Set(table.compactMap(\.group))) == [])
  }

  @Test func licenceIsApache() throws {
    let licence = try text("LICENSE")
    #expect(licence.contains("Apache License") && licence.contains("Version 2.0, January 2004"))
  }

  @Test func theVersionIsOne() throws {
    let line = try text("Sources/Support/Version/Version.swift").split(separator: "\n").last ?? ""
    let version = line.split(separator: "\"")[1]
    #expect(line == "public let programVersion = \"\(version)\"", "tools/version.sh reads this form")
    #expect(try text("CITATION.cff").contains("\nversion: \(version)\n"))
    #expect(try text("CHANGELOG.md").contains("\n## \(version) ("))
  }

  @Test func readmeCommandsAreMakeTargets() throws {
    let readme = try text("README.md")
    for command in ["demo", "test"] {
      #expect(readme.contains("make \(command)"))
      #expect(makeTargets(try text("Makefile")).contains(command))
    }
  }
}

/// The checks themselves, on a little project with faults.
@Suite struct CheckTests {
  private let table = modulesOfTable(
    """
    | group | module | holds | may import |
    |---|---|---|---|
    | CLibraries | CPNG | a C library | - |
    | Support | Words | words | - |
    | Support | Images | images | Words, CPNG, Yams |
    | Detect | Detect | detection | Images |

    | group | module | holds | may import |
    """)

  private let manifest = """
    // .target(name: "Ghost", dependencies: ["Words"]),
    let yams: Target.Dependency = .product(name: "Yams", package: "Other")
    let more: [Target.Dependency] = ["CPNG"]
    let cLibraries: [Target] = [
      .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])])
    ]
    let support: [Target] = [
      .target(name: "Words", swiftSettings: [.unsafeFlags(["-O"])]),
      .target(
        name: "Images",
        dependencies: ["Words", yams] + more, swiftSettings: strict),
    ]
    let detect: [Target] = [.target(name: "Detect", dependencies: ["Images"])]
    let tests: [Target] = [.target(name: "Support", dependencies: ["Words"], path: "Tests/Support")]
    let package = Package(url: "https://example.org/x")
    """

  private func faults(replacing old: String, with new: String) -> [String] {
    differences(table: table, manifest: modulesOfManifest(manifest.replacing(old, with: new)))
  }

  @Test func tableAndManifestAreRead() {
    #expect(table.map(\.name) == ["CPNG", "Words", "Images", "Detect"])
    #expect(table[2] == Module(group: "Support", name: "Images", imports: ["Words", "CPNG", "Yams"]))
    #expect(differences(table: table, manifest: modulesOfManifest(manifest)) == [])
  }

  @Test func tableAndManifestDiffer() {
    #expect(faults(replacing: "\"Words\", yams", with: "yams") == ["Images: Words is only in the table"])
    #expect(
      faults(replacing: "yams] + more", with: "yams, \"More\"] + more") == ["Images: More is only in the manifest"])
    #expect(
      faults(replacing: "name: \"Words\"", with: "name: \"Word\"") == [
        "Word is not in the table", "Words is not in the manifest",
      ])
    #expect(faults(replacing: "let support", with: "let detect").contains("Words: group"))
  }

  @Test func cyclesAreFound() {
    let cycle = [
      Module(name: "A", imports: ["B"]), Module(name: "B", imports: ["A"]), Module(name: "C", imports: ["C"]),
    ]
    #expect(
      upwardImports(cycle) == [
        "A imports B, which does not stand above it", "C imports C, which does not stand above it",
      ])
  }

  @Test func importsAreHeldAgainstTheTable() {
    func faults(_ line: String, _ folder: String = "Support/Words") -> [String] {
      forbiddenImports([SourceFile(path: "Sources/\(folder)/File.swift", text: "\n\(line)\n// import Nothing")], table)
    }
    #expect(faults("internal import Glibc") == [])
    #expect(faults("internal import Words", "Support/Images") == [])
    #expect(faults("internal import Images", "Detect") == [])
    #expect(faults("@preconcurrency import CPNG", "Support/Images") == [])
    #expect(
      faults("public import CPNG", "Support/Images").first?.hasSuffix("the import of a C library is internal") == true)
    #expect(
      faults("internal import CPNG") == ["Sources/Support/Words/File.swift:2: internal import CPNG: not in the table"])
    #expect(faults("import struct Foundation.Data").first?.hasSuffix("import Foundation: not in the table") == true)
    #expect(faults("let x = 1", "Attic") == ["Sources/Attic/File.swift: in no module's folder"])
  }

  @Test func printingIsFound() {
    func found(_ line: String) -> Bool {
      !printingLines([SourceFile(path: "Sources/Words/A.swift", text: line)]).isEmpty
    }
    #expect(found("print(x)") && found("  { print(x) }") && found("if x { debugPrint(y) }"))
    #expect(!found("footprint(x)") && !found("canvas.print(x)") && !found("// print(x)") && !found("vsnprintf(x)"))
  }

  @Test func textsAndLongFilesAreFound() {
    let file = SourceFile(path: "a", text: "one\ntwo /ho" + "me/me\nthree\n")
    #expect(lines(with: machinePaths, in: [file]) == ["a:2: '/ho" + "me/'"])
    #expect(longFiles([file], limit: 3) == ["a: 4 lines"])
    #expect(longFiles([file], limit: 4) == [])
  }

  @Test func missingFilesAreFound() {
    #expect(
      missingFiles(namedIn: "see `Sources/Gone.swift`, `Files/Paths.swift` and `NN/*.swift`", in: ["Support"])
        == ["Sources/Gone.swift"])
  }

  @Test func makeTargetsAreRead() {
    #expect(makeTargets(".PHONY: none\nX := 1\n# no: x\ndemo: build\n\tcd a:b\ntest:\n") == ["demo", "test"])
  }
}
