import Configuration
import Files
import TestSupport
import Testing

/// Keys that nothing here reads.
@Suite struct IdleKeyTests {
  @Test func oneKeySetInVainIsNamedWithItsPlace() throws {
    let overridden = try Configuration.load(path: slowfastPath, overrides: ["DEMO.FPS", "25"])
    #expect(
      overridden.notices == [
        "DEMO.FPS 25 (given as KEY VALUE) changes nothing: this program does not read the key"
      ])
    let written = try load(slow + "DEMO: {FPS: 25}\n")
    #expect(written.notices.count == 1)
    #expect(written.notices.first?.hasPrefix("DEMO.FPS 25 (line 4 of ") == true)
  }

  @Test func severalAreOneSentence() throws {
    let configuration = try load(slow + "DEMO: {ENABLE: True, FPS: 25}\n")
    #expect(
      configuration.notices == [
        "2 keys set that this program does not read, and that change nothing: DEMO.ENABLE True, DEMO.FPS 25"
      ])
  }

  /// What `slowfast results` takes notice of, key by key.
  @Test func keysOfResultsSayIt() {
    #expect(
      Configuration.keysOfResults(ofBoxes: true).sorted() == [
        "AVA.ANNOTATION_DIR", "AVA.DETECTION_SCORE_THRESH", "AVA.EXCLUSION_FILE", "AVA.GROUNDTRUTH_FILE",
        "AVA.LABEL_MAP_FILE", "AVA.TEST_VIEW_FUSION",
      ])
    #expect(
      Configuration.keysOfResults(ofBoxes: false).sorted() == [
        "DATA.ENSEMBLE_METHOD", "DATA.PATH_LABEL_SEPARATOR", "DATA.PATH_PREFIX", "DATA.PATH_TO_DATA_DIR",
        "DATA.PATH_TO_PRELOAD_IMDB", "TEST.SAVE_RESULTS_PATH",
      ])
  }

  /// Defaults, and what every published config holds for training and machines, are nobody's surprise.
  @Test func whatNobodyExpectsAnythingOfIsNotSaid() throws {
    let configuration = try load(
      slow + "SOLVER: {BASE_LR: 1, MAX_EPOCH: 3}\nTEST: {BATCH_SIZE: 1, NUM_SPATIAL_CROPS: 3, NUM_ENSEMBLE_VIEWS: 10}\n"
        + "NUM_GPUS: 8\nRNG_SEED: 0\nAVA: {FULL_TEST_ON_VAL: True}\nMVIT: {DROPPATH_RATE: 0.4}\n"
        + "MODEL: {ARCH: slow, MODEL_NAME: ResNet, DROPOUT_RATE: 0.0}\n",
      ["DATA_LOADER.NUM_WORKERS", "2", "DATA.TRAIN_JITTER_SCALES", "[182, 228]", "CONTRASTIVE.TYPE", "moco"])
    #expect(configuration.notices.count == 1, "\(configuration.notices)")
    #expect(configuration.notices[0].contains("MODEL stands on lines"))
  }

  /// What acts on a test run of the reference, and nothing here reads: whole sections, and keys by themselves. A key that
  /// is marked so and read by nothing stands here, so that nobody is led to set it in vain without being told.
  private static let unread: [String] = []

  @Test func keysOfTestsThatNothingReads() {
    let read = Set(Configuration.keysRead)
    #expect(Set(Configuration.keysOfTests.filter { !read.contains($0) }) == Set(Self.unread))
  }
}

/// Keys with a type: what is declared is named after its key, stands in the schema, and is read.
@Suite struct KeyTests {
  private struct Declaration {
    let member: String
    let key: String
  }

  private let declarations: [Declaration]
  private let sources: [Substring]

  init() throws {
    func files(_ folder: String) throws -> [(path: String, text: String)] {
      try listFolder(folder).flatMap { name -> [(path: String, text: String)] in
        let path = folder + "/" + name
        if isFolder(path) { return try files(path) }
        return [(path, String(decoding: try readFile(path, doing: "reading the sources"), as: UTF8.self))]
      }
    }
    let all = try files(projectRoot + "/Sources")
    declarations = all.filter { $0.path.contains("/Configuration/Keys+") }.flatMap { file in
      file.text.split(separator: "public static let ").dropFirst().map { part in
        let quoted = part.split(separator: "\"", omittingEmptySubsequences: false)
        return Declaration(member: String(part.prefix { $0 != " " }), key: String(quoted[1]))
      }
    }
    sources = all.filter { $0.text.contains("import Configuration\n") }.flatMap {
      $0.text.split(separator: "\n").filter { !$0.contains("//") }
    }
  }

  @Test func keysAreThoseOfTheSchema() {
    #expect(declarations.map(\.key).sorted() == Configuration.keysRead.sorted())
  }

  @Test func membersAreNamedAfterTheirKeys() {
    for declaration in declarations {
      let words = declaration.key.split { "._".contains($0) }.map { $0.lowercased() }
      let name = words[0] + words.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
      #expect(declaration.member == name)
    }
  }

  /// A key is read where it stands as `.dataNumFrames`, other than to be cited or named.
  @Test func everyKeyIsRead() {
    let idle = declarations.map(\.member).filter { member in
      !sources.contains { line in line.ranges(of: "." + member).contains { isRead(line, at: $0) } }
    }
    #expect(idle == [], "declared with a type, and no command reads them")
  }

  private func isRead(_ line: Substring, at member: Range<Substring.Index>) -> Bool {
    let after = line[member.upperBound...].first
    if let after, after.isLetter || after.isNumber || after == "." { return false }
    let before = line[..<member.lowerBound]
    return !["cite(", "of: ", "literal(", "set("].contains { before.hasSuffix($0) }
  }
}
