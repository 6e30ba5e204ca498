import Configuration
import Files
import Inference
import Runs
import TestSupport
import Testing

/// What a run goes on with, and what it refuses.
extension JournalTests {
  @Test func otherRunsAreRefused() throws {
    defer { folder.remove() }
    try fill(0..<2)
    let before = try bytes()
    let message = text { _ = try open(makeIdentity(224, "def")) }
    #expect(
      message.contains("DATA.TEST_CROP_SIZE was 256 and is 224, weights was abc and is def -> give what it was"),
      "\(message)")
    var more = try makeIdentity()
    more.add(.video, "b", "9 bytes")
    #expect(text { _ = try open(more) }.contains("video b is new (9 bytes)"))
    var less = RunIdentity()
    less.add(try config())
    #expect(text { _ = try open(less) }.contains("weights (abc) is gone"))
    #expect(try bytes() == before)
    try expect(open(), has: 0..<2)
  }

  /// Changes are said in words, causes without what follows from them.
  @Test func changesInWords() throws {
    func identity(_ threshold: Double, _ mark: String, tasks: String, order: [String] = ["a", "b"]) throws
      -> RunIdentity
    {
      let sum = String(repeating: mark, count: 64)
      var identity = RunIdentity()
      identity.add(
        try Configuration.load(
          path: projectRoot + "/configs/AVA/c2/SLOWFAST_32x2_R50.yaml",
          overrides: ["AVA.DETECTION_SCORE_THRESH", "\(threshold)"]))
      identity.add(.weights, "9 bytes, sha256 \(sum)")
      for name in order { identity.add(.video, name, "7 bytes, sha256 of samples \(sum)") }
      identity.add(.tasks, tasks)
      return identity
    }
    func tasks(_ mark: String) -> String { "36, sha256 " + String(repeating: mark, count: 64) }
    _ = try RunJournal(path: path, identity: identity(0.8, "a", tasks: tasks("a")))
    defer { folder.remove() }
    func refusal(_ identity: RunIdentity) -> String {
      let message = text { _ = try RunJournal(path: path, identity: identity) }
      return message.replacing("going on with the run of '\(path)': ", with: "")
    }
    #expect(
      try refusal(identity(0.8, "a", tasks: tasks("b"))).hasPrefix(
        "the key frames and boxes are others (36, sha256 aaaaaaaa, then 36, sha256 bbbbbbbb) -> give"))
    #expect(
      try refusal(identity(0.9, "a", tasks: tasks("b"))).hasPrefix(
        "AVA.DETECTION_SCORE_THRESH was 0.8 and is 0.9 -> give"))
    #expect(
      try refusal(identity(0.8, "b", tasks: tasks("b"))).hasPrefix(
        "the weights are others (9 bytes, sha256 aaaaaaaa, then 9 bytes, sha256 bbbbbbbb), the video a is another "
          + "(7 bytes, sha256 of samples aaaaaaaa, then 7 bytes, sha256 of samples bbbbbbbb), the video b is"))
    #expect(try refusal(identity(0.8, "a", tasks: tasks("a"), order: ["b", "a"])) == "no error")
  }

  /// Inputs that another version knew by other rules are not taken for changed ones, nor for the same.
  @Test func rulesOfEarlierVersions() throws {
    defer { folder.remove() }
    let sum = String(repeating: "a", count: 64)
    func identity(_ thing: RunIdentity.Thing, _ value: String) throws -> RunIdentity {
      var identity = try makeIdentity()
      identity.add(thing, "x", value)
      return identity
    }
    func refusal(_ thing: RunIdentity.Thing, _ before: String, _ now: String) throws -> String {
      removeFile(path)
      _ = try RunJournal(path: path, identity: identity(thing, before))
      return text { _ = try RunJournal(path: path, identity: identity(thing, now)) }
    }
    let images = "3: 9 bytes, sha256 \(sum); 8 bytes, sha256 \(sum)"
    for (thing, before, now) in [
      (RunIdentity.Thing.video, "9 bytes, sha256 of both ends \(sum)", "9 bytes, sha256 of samples \(sum)"),
      (.frames, images, images + "; names and sizes sha256 \(sum)"),
    ] {
      let message = try refusal(thing, before, now)
      #expect(message.contains("an earlier version of the program knew some inputs by other rules ("), "\(message)")
    }
    #expect(try refusal(.video, "9 bytes, sha256 \(sum)", "9 bytes, sha256 \(sum)") == "no error")
  }

  /// Files may lie elsewhere, and label maps or ground truth be others, without other scores.
  @Test func keysOfScores() throws {
    let path = projectRoot + "/configs/AVA/SLOW_8x8_R50_SHORT.yaml"
    let keys = try Configuration.load(path: path).keysOfScores
    #expect(keys.isSubset(of: Set(Configuration.keys)))
    for key in ["DATA.TEST_CROP_SIZE", "AVA.DETECTION_SCORE_THRESH", "DATA.MEAN", "MODEL.NUM_CLASSES", "AVA.BGR"] {
      #expect(keys.contains(key), "\(key)")
    }
    #expect(keys.isDisjoint(with: ["OUTPUT_DIR", "AVA.GROUNDTRUTH_FILE", "TEST.CHECKPOINT_FILE_PATH"]))
    #expect(keys.isDisjoint(with: ["TEST.NUM_ENSEMBLE_VIEWS", "DATA.TARGET_FPS", "DATA.DECODING_BACKEND"]))
    let clips = try Configuration.load(path: projectRoot + "/configs/Kinetics/X3D_M.yaml").keysOfScores
    #expect(clips.isSuperset(of: ["TEST.NUM_SPATIAL_CROPS", "DATA.TARGET_FPS", "DATA.TRAIN_JITTER_SCALES"]))
    #expect(
      !clips.contains { $0.hasPrefix("AVA.") } && clips.isDisjoint(with: ["DATA.PATH_PREFIX", "DATA.ENSEMBLE_METHOD"]))
    // 13 places and results, 16 keys of clips, and 2 that are read for clips alone.
    #expect(Set(Configuration.keysOfTests).subtracting(keys).count == 31, "a key that was renamed")
    // A training is over when its weights are tested.
    for keys in [keys, clips] {
      #expect(!keys.contains { $0.hasPrefix("SOLVER.") })
      #expect(keys.isDisjoint(with: ["TRAIN.BATCH_SIZE", "MODEL.LOSS_FUNC", "MODEL.DROPOUT_RATE", "BN.NUM_SPLITS"]))
    }
  }
}
