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
@Suite struct HouseTests {
  let table: [Room]
  let manifest: [Room]
  let sources: [SourceFile]

  init() throws {
    table = roomsOfTable(try text("docs/architecture.md"))
    manifest = roomsOfManifest(try text("Package.swift"))
    sources = try sourceFiles(["Sources"], endings: [".swift", ".c", ".h", ".modulemap"])
  }

  @Test func tableSaysWhatTheManifestSays() {
    #expect(table.count > 25)
    #expect(differences(table: table, manifest: manifest) == [])
  }

  @Test func noCircle() { #expect(upwardImports(table) == []) }

  @Test func importsAreAllowed() {
    #expect(sources.count > 150)
    #expect(forbiddenImports(sources, table) == [])
  }

  @Test func everyRoomHasItsFolder() throws {
    #expect(try listFolder(projectRoot + "/Sources") == table.map(\.name).sorted())
  }

  @Test func onlyTheProgramPrints() {
    #expect(printingLines(sources.filter { $0.room != "slowfast" }) == [])
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
    #expect(missingFiles(namedIn: try text("docs/architecture.md")) == [])
  }

  @Test func licenceIsApache() throws {
    let licence = try text("LICENSE")
    #expect(licence.contains("Apache License") && licence.contains("Version 2.0, January 2004"))
  }

  @Test func readmeCommandsAreMakeTargets() throws {
    let readme = try text("README.md")
    for command in ["demo", "test"] {
      #expect(readme.contains("make \(command)"))
      #expect(makeTargets(try text("Makefile")).contains(command))
    }
  }
}

/// The checks themselves, on a little house with faults.
@Suite struct CheckTests {
  private let table = roomsOfTable(
    """
    | floor | room | holds | may import |
    |---|---|---|---|
    | doors | CDoor | a C library | - |
    | cellar | Words | words | - |
    | cellar | Pictures | pictures | Words, CDoor, Yams |

    | floor | room | holds | may import |
    """)

  private let manifest = """
    // .target(name: "Ghost", dependencies: ["Words"]),
    let yams: Target.Dependency = .product(name: "Yams", package: "Other")
    let more: [Target.Dependency] = ["CDoor"]
    let doors: [Target] = [
      .systemLibrary(name: "CDoor", pkgConfig: "door", providers: [.apt(["door-dev"])])
    ]
    let cellar: [Target] = [
      .target(name: "Words", swiftSettings: [.unsafeFlags(["-O"])]),
      .target(
        name: "Pictures",
        dependencies: ["Words", yams] + more, swiftSettings: strict),
    ]
    let tests: [Target] = [.target(name: "Support", dependencies: ["Words"], path: "Tests/Support")]
    let package = Package(url: "https://example.org/x")
    """

  private func faults(replacing old: String, with new: String) -> [String] {
    differences(table: table, manifest: roomsOfManifest(manifest.replacing(old, with: new)))
  }

  @Test func tableAndManifestAreRead() {
    #expect(table.map(\.name) == ["CDoor", "Words", "Pictures"])
    #expect(table[2] == Room(floor: "cellar", name: "Pictures", imports: ["Words", "CDoor", "Yams"]))
    #expect(differences(table: table, manifest: roomsOfManifest(manifest)) == [])
  }

  @Test func tableAndManifestDiffer() {
    #expect(faults(replacing: "\"Words\", yams", with: "yams") == ["Pictures: Words is only in the table"])
    #expect(
      faults(replacing: "yams] + more", with: "yams, \"More\"] + more") == ["Pictures: More is only in the manifest"])
    #expect(
      faults(replacing: "name: \"Words\"", with: "name: \"Word\"") == [
        "Word is not in the table", "Words is not in the manifest",
      ])
    #expect(faults(replacing: "let cellar", with: "let doors").contains("Words: floor"))
  }

  @Test func circlesAreFound() {
    let circle = [Room(name: "A", imports: ["B"]), Room(name: "B", imports: ["A"]), Room(name: "C", imports: ["C"])]
    #expect(
      upwardImports(circle) == [
        "A imports B, which does not stand above it", "C imports C, which does not stand above it",
      ])
  }

  @Test func importsAreHeldAgainstTheTable() {
    func faults(_ line: String, _ room: String = "Words") -> [String] {
      forbiddenImports([SourceFile(path: "Sources/\(room)/File.swift", text: "\n\(line)\n// import Nothing")], table)
    }
    #expect(faults("internal import Glibc") == [])
    #expect(faults("internal import Words", "Pictures") == [])
    #expect(faults("@preconcurrency import CDoor", "Pictures") == [])
    #expect(faults("public import CDoor", "Pictures").first?.hasSuffix("a door is internal") == true)
    #expect(faults("internal import CDoor") == ["Sources/Words/File.swift:2: internal import CDoor: not in the table"])
    #expect(faults("import struct Foundation.Data").first?.hasSuffix("import Foundation: not in the table") == true)
    #expect(faults("let x = 1", "Attic") == ["Sources/Attic/File.swift: no such room"])
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
      missingFiles(namedIn: "see `Sources/Gone.swift`, `Files/Paths.swift` and `NN/*.swift`") == ["Sources/Gone.swift"])
  }

  @Test func makeTargetsAreRead() {
    #expect(makeTargets(".PHONY: none\nX := 1\n# no: x\ndemo: build\n\tcd a:b\ntest:\n") == ["demo", "test"])
  }
}
