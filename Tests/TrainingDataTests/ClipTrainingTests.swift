import Augmentation
import Configuration
import Files
import Tensors
import Testing
import TrainingData

@Suite struct KineticsTrainingTests {
  private let drawn = Drawn()

  private func config(_ more: [String] = []) throws -> Configuration {
    try drawn.video("a.mp4", 90)
    try drawn.list("train.csv", "a.mp4 2\ngone.mp4 0\n")
    try drawn.list("val.csv", "a.mp4 1\n")
    return try drawn.config("kinetics", ["DATA.SAMPLING_RATE", "4"] + more)
  }

  /// 16 frames from a random place on: 0, 5, 10 and 15 of them.
  @Test func aClipBeginsAnywhere() throws {
    let config = try config()
    let data = try KineticsTraining(config, .train)
    #expect(data.count == 2 && data.name(of: 0) == drawn.path + "/a.mp4")
    var starts: Set<Int> = []
    for epoch in 0..<6 {
      let examples = try data.drawn(0, epoch: epoch, config)
      let levels = examples[0].levels()
      #expect(examples.count == 1 && examples[0].classes == [2])
      starts.insert(levels[0])
      for (place, level) in levels.enumerated() { #expect(abs(level - levels[0] - 10 * place) <= 3, "\(levels)") }
      #expect((20 - 2...20 + 2 * 74 + 2).contains(levels[0]) && abs(examples[0].levels(0)[0] - 200) <= 3)
    }
    #expect(starts.count > 3)
    #expect(try data.drawn(0, epoch: 3, config)[0].levels() == data.drawn(0, epoch: 3, config)[0].levels())
  }

  /// Rates from a range, and rates of the video beyond its own: clips of other lengths.
  @Test func ratesAreDrawn() throws {
    let config = try config()
    let data = try KineticsTraining(config, .train)
    func spans(_ config: Configuration, _ rates: ClosedRange<Int>) throws -> Set<Int> {
      let data = try KineticsTraining(config, .train)
      var shape = try SampleShape(config)
      shape.rates = rates
      return Set(
        try (0..<12).map { epoch in
          var draws = seeded(epoch)
          let levels = try data.examples(0, shape, &draws)[0].levels()
          return Int((Double(levels[3] - levels[0]) / 2).rounded())
        })
    }
    #expect(try spans(config, 4...4).subtracting(14...16).isEmpty)
    let drawn = try spans(config, 2...6)
    #expect(drawn.min()! <= 8 && drawn.max()! >= 18, "\(drawn)")
    var jittered = config
    try jittered.apply(overrides: ["DATA.TRAIN_JITTER_FPS", "60.0"])
    let short = try spans(jittered, 4...4)
    #expect(short.count > 3 && short.min()! < 10, "\(short)")
    #expect(data.examplesPerSample == 1)
  }

  /// The middle clip, the middle of the frame, and the same every time.
  @Test func validationSeesTheMiddle() throws {
    let config = try config(["DATA.RANDOM_FLIP", "True", "AUG.ENABLE", "True", "AUG.NUM_SAMPLE", "2"])
    let data = try trainingDataset(config, .validation)
    let levels = try data.drawn(0, epoch: 0, config)[0].levels()
    for (found, expected) in zip(levels, [94, 104, 114, 124]) { #expect(abs(found - expected) <= 3, "\(levels)") }
    let other = try data.drawn(0, epoch: 1, config)
    #expect(other.count == 1 && other[0].levels() == levels && other[0].classes == [1])
  }

  /// Clips of their own from one video, each augmented several times.
  @Test func severalClipsAndRepeatedAugmentation() throws {
    let config = try config(["DATA.TRAIN_CROP_NUM_TEMPORAL", "2", "AUG.NUM_SAMPLE", "2"])
    let data = try KineticsTraining(config, .train)
    let examples = try data.drawn(0, config)
    #expect(examples.count == 4 && data.examplesPerSample == 4)
    let levels = examples.map { $0.levels() }
    #expect(levels[0] == levels[1] && levels[2] == levels[3] && levels[0] != levels[2], "\(levels)")
    let augmented = try self.config([
      "AUG.ENABLE", "True", "AUG.NUM_SAMPLE", "3", "AUG.AA_TYPE", "rand-m7-n4-mstd0.5-inc1", "AUG.RE_PROB", "1.0",
      "DATA.TRAIN_JITTER_SCALES_RELATIVE", "[0.08, 1.0]", "DATA.TRAIN_JITTER_ASPECT_RELATIVE", "[0.75, 1.3333]",
    ])
    let three = try KineticsTraining(augmented, .train).drawn(0, augmented)
    #expect(three.count == 3 && Set(three.map { $0.clip.channelsFirst().array }).count == 3)
    #expect(three.allSatisfy { $0.clip.extent.t == 4 && $0.clip.extent.h == 32 && $0.clip.extent.w == 32 })
  }

  @Test func faultsNameTheirPlace() throws {
    let config = try config()
    let data = try KineticsTraining(config, .train)
    #expect(text { _ = try data.drawn(1, config) }.contains("\(drawn.path)/gone.mp4"))
    try drawn.list("train.csv", "a.mp4 2\na.mp4 3\n")
    #expect(
      text { _ = try KineticsTraining(config, .train) }.contains(
        "train.csv', line 2: class 3, and the network scores classes 0 to 2 (MODEL.NUM_CLASSES)"))
    try drawn.list("train.csv", "b.mp4 2\nc.mp4 1\n")
    #expect(
      text { _ = try KineticsTraining(config, .train) }.contains(
        "none of the 2 listed files is there, the first would be '\(drawn.path)/b.mp4' (DATA.PATH_PREFIX"))
    removeFile(drawn.path + "/train.csv")
    let missing = text { _ = try KineticsTraining(config, .train) }
    #expect(missing.contains("train.csv'") && missing.contains("DATA.PATH_TO_DATA_DIR"), "\(missing)")
    for (overrides, found) in [
      (["DATA.TRAIN_JITTER_SCALES", "[32]"], "expected the least and the largest short side"),
      (["DATA.TRAIN_CROP_SIZE", "64"], "DATA.TRAIN_CROP_SIZE is 64, expected 1 to 32"),
      (["DATA.TRAIN_JITTER_SCALES_RELATIVE", "[0.08]"], "expected the least and the largest area and aspect"),
      (["AUG.ENABLE", "True", "AUG.RE_MODE", "dots"], "set AUG.RE_MODE const, rand or pixel"),
      (["AUG.ENABLE", "True", "AUG.AA_TYPE", "augmix"], "it begins with 'augmix'"),
      (["TRAIN.DATASET", "kinetic"], "did you mean kinetics?"),
      (["DATA.MULTI_LABEL", "True"], "the videos of kinetics have one class each"),
    ] {
      var other = config
      try other.apply(overrides: overrides)
      let said = text { _ = try trainingDataset(other, .train) }
      #expect(said.contains(found), "\(said)")
    }
  }
}

/// Videos as listed pictures, whose channels are blue, green, red until they are turned.
@Suite struct ListedTrainingTests {
  private let drawn = Drawn()

  /// The classes of the frames from the clip's first to its last.
  @Test func charades() throws {
    try drawn.pictures("v", 30, step: 4)
    try drawn.pictures("w", 3, step: 4)
    func label(_ frame: Int) -> String { frame < 10 ? "0" : frame < 20 ? "\"1,0\"" : "\"\"" }
    let list = Drawn.header + drawn.rows("v", 30, label) + drawn.rows("w", 3) { _ in "2" }
    for name in ["train.csv", "val.csv"] { try drawn.list(name, list) }
    let config = try drawn.config("charades", ["DATA.REVERSE_INPUT_CHANNEL", "True"])
    let data = try CharadesTraining(config, .train)
    #expect(data.count == 2 && data.name(of: 0) == "v")
    var starts: Set<Int> = []
    for epoch in 0..<12 {
      let example = try data.drawn(0, epoch: epoch, config)[0]
      let first = example.levels()[0] / 4
      starts.insert(first)
      #expect(example.levels() == (0..<4).map { 4 * (first + 2 * $0) } && (0...23).contains(first))
      let (isZero, isOne) = (first < 20, first < 20 && first + 6 >= 10)
      #expect(example.rows == [[isZero ? 1 : 0, isOne ? 1 : 0, 0]])
    }
    #expect(starts.count > 5)
    // A clip is longer than this one, and begins before it or ends after it.
    let short = try (0..<12).map { try data.drawn(1, epoch: $0, config)[0].levels() }
    let possible: Set = [[0, 8, 8, 8], [0, 4, 8, 8], [0, 0, 8, 8], [0, 0, 4, 8], [0, 0, 0, 8]]
    #expect(possible.isSuperset(of: short) && Set(short).count > 2, "\(short)")
    #expect(try data.drawn(0, config)[0].levels(0) == [200, 200, 200, 200])
    let val = try CharadesTraining(config, .validation).drawn(0, config)[0]
    #expect(val.rows == [[1, 1, 0]] && val.levels() == [48, 56, 64, 72])
    let plain = try drawn.config("charades")
    #expect(try CharadesTraining(plain, .train).drawn(0, plain)[0].levels(0) == [20, 20, 20, 20])
  }

  /// A frame of each of four segments of 21 frames.
  @Test func somethingSomething() throws {
    try drawn.pictures("7", 21, step: 5)
    for name in ["train.csv", "val.csv"] { try drawn.list(name, Drawn.header + drawn.rows("7", 21)) }
    try drawn.list("something-something-v2-labels.json", #"{"Holding something": "1", "Dropping something": "0"}"#)
    for name in ["train", "validation"] {
      try drawn.list(
        "something-something-v2-\(name).json",
        #"[{"id": "9", "template": "Dropping [something]"}, {"id": "7", "template": "Holding [something]"}]"#)
    }
    let config = try drawn.config("ssv2")
    let data = try SomethingSomethingTraining(config, .train)
    #expect(data.count == 1 && data.notices.count == 1 && data.notices[0].contains("1 video of '"), "\(data.notices)")
    let clips = try (0..<10).map { try data.drawn(0, epoch: $0, config)[0].levels().map { $0 / 5 } }
    for clip in clips {
      for (place, frame) in clip.enumerated() { #expect((5 * place...5 * place + 5).contains(frame), "\(clip)") }
    }
    #expect(Set(clips).count > 5)
    #expect(try data.drawn(0, config)[0].classes == [1])
    let val = try SomethingSomethingTraining(config, .validation).drawn(0, config)[0]
    #expect(val.levels() == [10, 35, 60, 85])
    let flipped = try SomethingSomethingTraining(drawn.config("ssv2", ["DATA.RANDOM_FLIP", "True"]), .train)
    #expect(flipped.notices.last?.contains("-> set DATA.RANDOM_FLIP False") == true)
  }
}
