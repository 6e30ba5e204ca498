import Configuration
import Testing

/// A value in YAML, and the literal it becomes; nil where it must be refused.
private struct Case: CustomTestStringConvertible, Sendable {
  let key: String
  let yaml: String
  let literal: String?
  var testDescription: String { "\(key): \(yaml)" }

  init(_ key: String, _ yaml: String, _ literal: String?) {
    (self.key, self.yaml, self.literal) = (key, yaml, literal)
  }
}

private let cases = [
  Case("NUM_FRAMES", "16", "16"), Case("NUM_FRAMES", "16.0", nil), Case("NUM_FRAMES", "True", nil),
  Case("NUM_FRAMES", "'16'", "16"), Case("NUM_FRAMES", "sixteen", nil), Case("NUM_FRAMES", "0x10", "16"),
  Case("NUM_FRAMES", "", nil), Case("NUM_FRAMES", "[16]", nil), Case("NUM_FRAMES", "{A: 1}", nil),
  Case("TRAIN_JITTER_FPS", "3", "3.0"), Case("TRAIN_JITTER_FPS", "3.5", "3.5"),
  Case("TRAIN_JITTER_FPS", "1e-3", "0.001"), Case("TRAIN_JITTER_FPS", "True", nil),
  Case("TRAIN_JITTER_FPS", "fast", nil), Case("TRAIN_JITTER_FPS", "", "None"),
  Case("MULTI_LABEL", "True", "True"), Case("MULTI_LABEL", "no", "False"), Case("MULTI_LABEL", "1", nil),
  Case("MULTI_LABEL", "0.0", nil), Case("MULTI_LABEL", "'True'", "True"), Case("MULTI_LABEL", "'true'", nil),
  Case("PATH_PREFIX", "abc", "'abc'"), Case("PATH_PREFIX", "123", nil), Case("PATH_PREFIX", "'\"123\"'", "'123'"),
  Case("PATH_PREFIX", "''", "''"), Case("PATH_PREFIX", "", "''"), Case("PATH_PREFIX", "2020-01-01", nil),
  Case("PATH_PREFIX", "[a]", nil), Case("PATH_PREFIX", "yes", nil),
  Case("MEAN", "[0.1, 0.2, 0.3]", "[0.1, 0.2, 0.3]"), Case("MEAN", "[0, 1, 2]", "[0.0, 1.0, 2.0]"),
  Case("MEAN", "(0.1, 0.2, 0.3)", "[0.1, 0.2, 0.3]"), Case("MEAN", "[1e-1, 2, 3]", "[0.1, 2.0, 3.0]"),
  Case("MEAN", "[a, b, c]", nil), Case("MEAN", "[True, 1, 2]", nil), Case("MEAN", "0.45", nil),
  Case("MEAN", "", nil), Case("MEAN", "[[0.1], 0.2, 0.3]", nil), Case("MEAN", "[0.1, ~, 0.3]", nil),
  Case("INPUT_CHANNEL_NUM", "[3]", "[3]"), Case("INPUT_CHANNEL_NUM", "[3.0]", nil),
  Case("INPUT_CHANNEL_NUM", "['3']", nil), Case("INPUT_CHANNEL_NUM", "[1e0]", nil),
  Case("SSL_BLUR_SIGMA_MIN", "[whatever, 1]", "['whatever', 1]"), Case("SSL_BLUR_SIGMA_MIN", "1", nil),
]

@Suite struct TypeTests {
  @Test(arguments: cases) private func typesOfYAMLValues(_ each: Case) throws {
    let text = slow + "DATA:\n  \(each.key): \(each.yaml)\n"
    if let literal = each.literal {
      #expect(try load(text).literal("DATA.\(each.key)") == literal)
    } else {
      let message = failure(text)
      #expect(message.contains("DATA.\(each.key)") && message.contains("line 5 of test.yaml"), "\(message)")
    }
  }

  /// On the command line the reference knows only True and False; both spellings are fine here.
  @Test(arguments: ["True", "true", "TRUE", "False", "false"]) func boolOverrides(text: String) throws {
    let configuration = try load(slow, ["DATA.MULTI_LABEL", text])
    #expect(configuration.literal("DATA.MULTI_LABEL") == (text.lowercased() == "true" ? "True" : "False"))
  }

  @Test(arguments: ["0", "yes", "None", "[True]"]) func badBoolOverrides(text: String) {
    #expect(failure(slow, ["DATA.MULTI_LABEL", text]).contains("DATA.MULTI_LABEL must be a bool"))
  }

  @Test func nullIsKeptWhereItMeansSomething() throws {
    let configuration = try load(slow + "MVIT:\n  POOL_KVQ_KERNEL: [3, 3, 3]\nAUG:\n  COLOR_JITTER:\n")
    #expect(configuration.literal("MVIT.POOL_KVQ_KERNEL") == "[3, 3, 3]")
    #expect(configuration.literal("MVIT.POOL_KV_STRIDE_ADAPTIVE") == "None")
    #expect(configuration.literal("AUG.COLOR_JITTER") == "None")
  }

  /// The model zoo's fine-tuning configs leave their files to be filled in.
  @Test func emptyFileKeysReadAsEmptyWithANotice() throws {
    let text = slow + "AVA:\n  TEST_PREDICT_BOX_LISTS: # add\n  FRAME_DIR:\n"
    let configuration = try load(text)
    #expect(configuration[.avaTestPredictBoxLists] == [])
    #expect(configuration[.avaFrameDir] == "")
    try #require(configuration.notices.count == 2)
    #expect(configuration.notices[0].contains("AVA.TEST_PREDICT_BOX_LISTS (line 5 of "))
    let filled = try load(text, ["AVA.TEST_PREDICT_BOX_LISTS", "['a.csv']", "AVA.FRAME_DIR", "frames"])
    #expect(filled.notices == [])
    #expect(filled[.avaTestPredictBoxLists] == ["a.csv"])
  }

  @Test func gettersReturnTheDefaults() {
    let defaults = Configuration.defaults
    #expect(Configuration.keys.count == 339 + 5, "PySlowFast's, and this program's own")
    #expect(defaults.path == nil && defaults.notices == [])
    #expect(defaults[.detectionAligned])
    #expect(defaults[.dataTestCropSize] == 256)
    #expect(defaults[.avaDetectionScoreThresh] == 0.9)
    #expect(defaults[.modelArch] == "slowfast")
    #expect(defaults[.avaTestLists] == ["val.csv"])
    #expect(defaults[.dataInputChannelNum] == [3, 3])
    #expect(defaults[.dataStd] == [0.225, 0.225, 0.225])
    #expect(defaults[.resnetSpatialStrides] == [[1], [2], [2], [2]])
    #expect(defaults[.avaTestScales] == [] && !defaults[.avaTestFlip] && defaults[.avaTestSpatialCrops] == 1)
    #expect(defaults[.avaTestViewFusion] == "mean")
    #expect(defaults.literal("MVIT.DIM_MUL") == "[]")
    #expect(defaults[.nonlocalLocation] == [[[]], [[]], [[]], [[]]])
    #expect(defaults[.nonlocalPool][3] == [[1, 2, 2], [1, 2, 2]])
    #expect(defaults.literal("CONTRASTIVE.DELTA_CLIPS_MIN") == "-inf")
    #expect(defaults.source(of: .modelArch) == .fallback)
  }
}
