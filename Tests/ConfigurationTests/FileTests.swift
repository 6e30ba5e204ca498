import Configuration
import Files
import TestSupport
import Testing

@Suite struct FileTests {
  // MARK: Duplicates

  @Test func duplicateKeysNameEveryLineAndTheLastWins() throws {
    let configuration = try load(slow + "DATA:\n  NUM_FRAMES: 4\n  'NUM_FRAMES': 6\n  NUM_FRAMES: 8\n")
    #expect(configuration[.dataNumFrames] == 8)
    try #require(configuration.notices.count == 1)
    #expect(configuration.notices[0].hasSuffix("DATA.NUM_FRAMES stands on lines 5, 6 and 7: the last one counts"))
    #expect("\(configuration.source(of: .dataNumFrames))".hasPrefix("line 7 of /"))
  }

  @Test func aDuplicateSectionReplacesTheWholeFirstOne() throws {
    let configuration = try load(slow + "DATA: {NUM_FRAMES: 4, SAMPLING_RATE: 3}\nDATA:\n  NUM_FRAMES: 16\n")
    #expect(configuration[.dataNumFrames] == 16)
    #expect(configuration[.dataSamplingRate] == 8)
    try #require(configuration.notices.count == 1)
    #expect(configuration.notices[0].contains("DATA stands on lines 4 and 5"))
    #expect(configuration.notices[0].contains("nothing of the section before it"))
  }

  @Test func duplicatesInsideFlowMappingsAndAcrossSections() throws {
    let configuration = try load(
      slow + "DATA: {NUM_FRAMES: 4, SAMPLING_RATE: 3, NUM_FRAMES: 2}\nTEST: {BATCH_SIZE: 1, BATCH_SIZE: 2}\n")
    #expect(configuration[.dataNumFrames] == 2)
    #expect(configuration[.dataSamplingRate] == 3)
    #expect(configuration.literal("TEST.BATCH_SIZE") == "2")
    try #require(configuration.notices.count == 2)
  }

  @Test func whatWasWarnedAboutStandsInTheErrorThatFollows() {
    let text = failure(slow + "DATA:\n  NUM_FRAMES: 8\nDATA:\n  NUM_FRAMES: 0\n")
    #expect(text.contains("DATA.NUM_FRAMES") && text.contains("before that:"))
    #expect(text.contains("DATA stands on lines"))
    #expect(!failure(slow + "DATA:\n  NUM_FRAMES: 0\n").contains("before that:"))
  }

  // MARK: Removed keys

  @Test(arguments: [
    ("BN: {EPSILON: 1e-5, MOMENTUM: 0.1}", ["BN.EPSILON", "BN.MOMENTUM"]),
    ("DATA: {CROP_SIZE: 224}", ["DATA.CROP_SIZE"]),
    ("AVA: {TRAIN_PCA_EIGVAL: [1], TRAIN_PCA_EIGVEC: [[1]]}", ["AVA.TRAIN_PCA_EIGVAL", "AVA.TRAIN_PCA_EIGVEC"]),
    ("MVIT: {POOL_Q_KERNEL: [], POOL_SKIP_STRIDE: []}", ["MVIT.POOL_Q_KERNEL", "MVIT.POOL_SKIP_STRIDE"]),
    ("MVIT: {POOL_KV_KERNEL: [], POOL_SKIP_KERNEL: []}", ["MVIT.POOL_KV_KERNEL", "MVIT.POOL_SKIP_KERNEL"]),
    ("DEMO: {DATA_SOURCE: 0}", ["DEMO.DATA_SOURCE"]),
    ("TENSORBOARD: {CONFUSION_MATRIX: True}", ["TENSORBOARD.CONFUSION_MATRIX"]),
    ("TENSORBOARD: {MODEL_VIS: {TOPK: 2}}", ["TENSORBOARD.MODEL_VIS.TOPK"]),
    ("TENSORBOARD: {CATEGORIES: x, FIGSIZE: [8, 8]}", ["TENSORBOARD.CATEGORIES", "TENSORBOARD.FIGSIZE"]),
    ("PREFETCH: {NUM_LOADERS: 4}", ["PREFETCH.NUM_LOADERS"]),
  ])
  func removedKeysAreDroppedWithANotice(yaml: String, keys: [String]) throws {
    let configuration = try load(slow + yaml + "\n")
    try #require(configuration.notices.count == keys.count)
    for (notice, key) in zip(configuration.notices, keys) {
      #expect(notice.hasPrefix("\(key) (line 4 of ") && notice.contains("is left out"), "\(notice)")
    }
  }

  @Test func formerNames() throws {
    let configuration = try load(slow + "BN:\n  MOMENTUM: 0.1\n", ["BN.EPSILON", "1e-5"])
    try #require(configuration.notices.count == 2)
    let unpooled = try load("MODEL: {ARCH: c2d, MODEL_NAME: ResNet_nopool}\n")
    #expect(unpooled[.modelModelName] == "ResNet_nopool")
  }

  // MARK: _BASE_, anchors

  @Test func basesAreMergedFirst() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    try writeFile(folder.path + "/sub/a.yaml", slow + "DATA: {NUM_FRAMES: 2, SAMPLING_RATE: 2, TARGET_FPS: 2}\n")
    try writeFile(folder.path + "/b.yaml", "DATA: {SAMPLING_RATE: 3, TARGET_FPS: 3}\n")
    let top = folder.path + "/sub/top.yaml"
    try writeFile(top, "DATA:\n  TARGET_FPS: 4\n_BASE_: [a.yaml, \(folder.path)/b.yaml]\n")
    let configuration = try Configuration.load(path: top)
    #expect(
      ["NUM_FRAMES", "SAMPLING_RATE", "TARGET_FPS"].map { configuration.literal("DATA.\($0)") } == ["2", "3", "4"])
    #expect(configuration.source(of: .dataSamplingRate) == .file(path: folder.path + "/b.yaml", line: 1))
    #expect(configuration.source(of: "DATA.TARGET_FPS") == .file(path: top, line: 2))
    try writeFile(top, "_BASE_: ../b.yaml\n")
    try writeFile(folder.path + "/b.yaml", "_BASE_: sub/./top.yaml\n")
    #expect(throws: ConfigurationError.self) { try Configuration.load(path: top) }
  }

  @Test(arguments: [
    ("_BASE_: https://example.org/a.yaml", "is an address, and this program reads local files only"),
    ("_BASE_: test.yaml", "leads back to itself"),
    ("_BASE_: 5", "neither a file name nor a list of them"),
    ("_BASE_: [a.yaml, 5]", "neither a file name nor a list of them"),
    ("_BASE_: ~nobody/a.yaml", "home folder"),
    ("A: 1\n_BASE_: none.yaml", "reading the _BASE_ in line 2 of test.yaml: 'none.yaml' does not exist"),
  ])
  func badBases(yaml: String, text: String) {
    #expect(failure(yaml + "\n").contains(text), "\(failure(yaml))")
  }

  @Test func anchorsAliasesAndMergeKeys() throws {
    let configuration = try load(
      slow + """
        DATA: &data
          MEAN: &m [0.1, 0.2, 0.3]
          STD: *m
          NUM_FRAMES: 4
        TEST:
          <<: {BATCH_SIZE: 3, NUM_SPATIAL_CROPS: 1}
          BATCH_SIZE: 5
        AVA:
          <<: [{BGR: True}, {BGR: False, FULL_TEST_ON_VAL: True}]
        TRAIN:
          <<: {BATCH_SIZE: 3, EVAL_PERIOD: 3}
          <<: {BATCH_SIZE: 4}

        """)
    #expect(configuration[.dataStd] == [0.1, 0.2, 0.3])
    #expect(configuration.literal("TEST.BATCH_SIZE") == "5" && configuration.literal("TEST.NUM_SPATIAL_CROPS") == "1")
    #expect(configuration.literal("TRAIN.BATCH_SIZE") == "4" && configuration.literal("TRAIN.EVAL_PERIOD") == "3")
    #expect(configuration.notices == [])
    #expect(configuration[.avaBgr] && configuration.literal("AVA.FULL_TEST_ON_VAL") == "True")
  }
}
