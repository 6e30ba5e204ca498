import Configuration
import Files
import TestSupport
import Testing

/// Keys that nothing here reads.
@Suite struct IdleKeyTests {
  @Test func oneKeySetInVainIsNamedWithItsPlace() throws {
    let overridden = try Configuration.load(path: slowfastPath, overrides: ["TEST.NUM_SPATIAL_CROPS", "1"])
    #expect(
      overridden.notices == [
        "TEST.NUM_SPATIAL_CROPS 1 (given as KEY VALUE) changes nothing: this program does not read the key"
      ])
    let written = try load(slow + "TEST: {SAVE_RESULTS_PATH: a.pkl}\n")
    #expect(written.notices.count == 1 && written.notices[0].hasPrefix("TEST.SAVE_RESULTS_PATH 'a.pkl' (line 4 of "))
  }

  @Test func severalAreOneSentenceAndSectionsOneName() throws {
    let configuration = try load(
      slow + "TEST: {NUM_ENSEMBLE_VIEWS: 5}\nDATA: {ENSEMBLE_METHOD: max}\nDEMO: {ENABLE: True, FPS: 25}\n"
        + "MVIT: {DEPTH: 24}\n")
    #expect(
      configuration.notices == [
        "5 keys set that this program does not read, and that change nothing: TEST.NUM_ENSEMBLE_VIEWS 5, "
          + "DATA.ENSEMBLE_METHOD 'max', DEMO.*, MVIT.*"
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

  /// The list of what is read is what the sources read: a key after an opening bracket, as in `config.int("KEY")`,
  /// outside of messages.
  @Test func theListOfKeysReadIsTrue() throws {
    var found: Set<String> = []
    for line in try sourceLines(projectRoot + "/Sources") {
      for (index, part) in line.split(separator: "(\"", omittingEmptySubsequences: false).enumerated() where index > 0 {
        found.insert(String(part.prefix { $0 != "\"" }))
      }
    }
    let read = found.intersection(Configuration.keys)
    #expect(Configuration.keysRead.subtracting(read).sorted() == [], "listed, and no command reads them")
    #expect(read.subtracting(Configuration.keysRead).sorted() == [], "read by a command, and not listed")
  }

  private func sourceLines(_ folder: String) throws -> [Substring] {
    // It speaks of keys as texts, for the checks of values.
    if folder.hasSuffix("/Formats/Configuration") { return [] }
    return try listFolder(folder).flatMap { name -> [Substring] in
      let path = folder + "/" + name
      if isFolder(path) { return try sourceLines(path) }
      let text = String(decoding: try readFile(path, doing: "reading the sources"), as: UTF8.self)
      return text.split(separator: "\n").filter { !$0.contains(".cite(") }
    }
  }
}
