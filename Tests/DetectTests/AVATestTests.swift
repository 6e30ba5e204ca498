import AVARecords
import Configuration
import Datasets
import Detect
import Files
import Geometry
import Inference
import Kernels
import OrderedCollections
import Runs
import TestSupport
import Tensors
import Testing

private func lines(_ path: String) throws -> [String] {
  String(decoding: try readFile(path, doing: "testing"), as: UTF8.self).split(separator: "\n").map(String.init)
}

struct AVATestTests {
  /// Listed videos in the order of the frame list, seconds ascending, boxes as they first appear, classes ascending.
  @Test func rowsInTheReferencesOrder() throws {
    var world = World()
    defer { world.folder.remove() }
    world.proposals = """
      a,0903,0.1,0.2,0.5,0.9,,0.9
      a,0902,0.5,0.1,0.9,0.8,,0.95
      b,0902,0.2,0.2,0.6,0.6,,0.8
      a,0902,0.1,0.1,0.4,0.4,,0.79
      b,0902,0.3,0.3,0.7,0.7,,0.99
      a,0902,0.0,0.0,1.0,1.0,,0.9

      """
    let config = try world.config()
    let test = try AVATest(config)
    #expect(test.keyFrameCount == 3)
    #expect(test.outOfRangeKeyFrames.isEmpty)
    var progress: [Int] = []
    let found = try test.run(model: randomModel(config)) { progress.append($0) }
    #expect(progress == [1, 2, 3])
    let table = try found.table
    let rows = (0..<table.count).map { row in
      "\(table.frameIndex.describe(frame: Int(table.frames[row]))) \(table.box(ofRow: row).x2) \(table.actionIDs[row])"
    }
    func float(_ value: Double) -> Double { Double(Float(value)) }
    let boxes = [
      ("b,0902", 0.6), ("b,0902", 0.7), ("a,0902", 0.9), ("a,0902", 1.0), ("a,0903", 0.5),
    ]
    #expect(rows == boxes.flatMap { frame, x2 in ["\(frame) \(float(x2)) 1", "\(frame) \(float(x2)) 3"] })
    // The scores of every class, of which the rows show those of the label map.
    #expect(try found.scores.shape == [5, 3])
    #expect(found.boxCount == 5)
    let scores = try found.scores.array
    for row in 0..<table.count {
      let column = Int(table.actionIDs[row]) - 1
      #expect(table.scores[row] == Double(scores[row / 2 * 3 + column]))
    }
    #expect(Set(scores).count == 15, "no two alike")
  }

  @Test func filesAsTheReferenceWritesThem() throws {
    var world = World()
    defer { world.folder.remove() }
    world.proposals = "a,0902,0.1234,0.2,0.5,0.9,,0.9\n"
    world.groundTruth = "a,0902,0.1,0.2,0.5,0.9,1,0\na,0902,0.1,0.2,0.5,0.9,2,0\nb,0904,0.1,0.2,0.5,0.9,3,1\n"
    world.exclusions = "a,0902\n"
    let config = try world.config()
    let test = try AVATest(config)
    #expect(test.exclusions.contains(video: "a", time: Timestamp(second: 902)))
    let found = try test.run(model: randomModel(config)) { _ in }
    let out = world.folder.path + "/out"
    try makeFolder(out)
    #expect(try test.write(found, to: out) == [out + "/detections_latest.csv", out + "/groundtruth_latest.csv"])
    // Excluded key frames are written all the same.
    let detections = try lines(out + "/detections_latest.csv")
    #expect(detections.count == 2)
    #expect(
      detections.map { $0.split(separator: ",").dropLast().joined(separator: ",") } == [
        "a,0902,0.123,0.200,0.500,0.900,1", "a,0902,0.123,0.200,0.500,0.900,3",
      ])
    #expect(detections.allSatisfy { $0.split(separator: ",").last?.count == 6 }, "four decimals")
    // Class 2 is not in the label map.
    #expect(
      try lines(out + "/groundtruth_latest.csv") == [
        "a,0902,0.100,0.200,0.500,0.900,1,1.0000", "b,0904,0.100,0.200,0.500,0.900,3,1.0000",
      ])
  }

  @Test func withoutGroundTruthOrExclusions() throws {
    var world = World()
    defer { world.folder.remove() }
    world.proposals = "a,0902,0.1,0.2,0.5,0.9,,0.9\n"
    let config = try world.config()
    let test = try AVATest(config)
    #expect(test.groundTruth == nil)
    #expect(test.exclusions.count == 0)
    #expect(test.notices.contains { $0.contains("AVA.GROUNDTRUTH_FILE is empty") })
    #expect(!test.notices.contains { $0.contains("AVA.EXCLUSION_FILE") }, "a data set of one's own has none")
    let found = try test.run(model: randomModel(config)) { _ in }
    #expect(try test.write(found, to: world.folder.path) == [world.folder.path + "/detections_latest.csv"])
  }

  /// Key frames beyond the list: the clip is the last frame over and over, and the user hears of it.
  @Test func outOfRangeKeyFrames() throws {
    var world = World()
    defer { world.folder.remove() }
    world.frames = [("a", 70)]
    let box = "0.1,0.2,0.5,0.9,,0.9"
    world.proposals = "a,0902,\(box)\na,0903,\(box)\na,1798,\(box)\n"
    let config = try world.config()
    let test = try AVATest(config)
    #expect(test.outOfRangeKeyFrames == ["a,0903", "a,1798"])
    let found = try test.run(model: randomModel(config)) { _ in }.scores.array
    #expect(found[3..<6] == found[6..<9])
    #expect(found[0..<3] != found[3..<6])
  }

  @Test func videosWithoutUseAreCountedAndNamed() throws {
    var world = World()
    defer { world.folder.remove() }
    world.proposals = """
      a,0902,0.1,0.2,0.5,0.9,,0.9
      b,0902,0.1,0.2,0.5,0.9,,0.5
      stranger,0902,0.1,0.2,0.5,0.9,,0.9
      stranger,0903,0.1,0.2,0.5,0.9,,0.9
      a,0901,0.1,0.2,0.5,0.9,,0.9

      """
    let config = try world.config()
    let test = try AVATest(config)
    let said = test.notices.joined(separator: "\n")
    #expect(said.contains("1 row of 5 below the score threshold 0.8"), "\(said)")
    #expect(said.contains("stranger (2 rows)"), "\(said)")
    #expect(said.contains("without a single box left: b"), "\(said)")
    #expect(said.contains("outside the valid range 902 to 1798, at which PySlowFast stops: 901"), "\(said)")
    #expect(try test.run(model: randomModel(config)) { _ in }.boxCount == 1)
  }

  @Test func nothingLeftToScoreIsAnError() throws {
    var world = World()
    defer { world.folder.remove() }
    world.proposals = "a,0902,0.1,0.2,0.5,0.9,,0.5\n"
    let config = try world.config()
    let message = text { _ = try AVATest(config) }
    #expect(message.contains("no proposal is left") && message.contains("AVA.DETECTION_SCORE_THRESH"), "\(message)")
    #expect(message.contains("below the score threshold"), "\(message)")
  }

  /// A data set of one's own is not mended run by run.
  @Test func allThatIsMissingAtOnce() throws {
    var world = World()
    defer { world.folder.remove() }
    world.proposals = "a,2,0.1,0.2,0.5,0.9,,0.9\n"
    world.overrides = [
      "AVA.LABEL_MAP_FILE", "lables.pbtxt", "AVA.GROUNDTRUTH_FILE", "truth.csv", "AVA.EXCLUSION_FILE", "none.csv",
    ]
    var config = try world.config()
    let message = text { _ = try AVATest(config) }
    for part in [
      "4 things are missing", "reading the label map: '\(world.folder.path)/lables.pbtxt' does not exist",
      "did you mean '\(world.folder.path)/labels.pbtxt'?", "AVA.LABEL_MAP_FILE 'lables.pbtxt'",
      "truth.csv' does not exist", "give AVA.GROUNDTRUTH_FILE ''", "none.csv' does not exist",
      "give AVA.EXCLUSION_FILE ''", "no proposal is left to score", "outside the valid range",
      "-> set the keys in the config or after the command; docs/own-data.md",
    ] { #expect(message.contains(part), "\(part) in: \(message)") }

    let withWeights = text { _ = try AVATest(config, with: ["weights: none were given"]) }
    #expect(withWeights.contains("5 things are missing") && withWeights.contains("weights: none"), "\(withWeights)")

    try config.apply(overrides: [
      "AVA.TEST_LISTS", "[]", "AVA.TEST_PREDICT_BOX_LISTS", "['boxes.csv']", "AVA.FRAME_DIR", "/nowhere",
    ])
    let more = text { _ = try AVATest(config) }
    for part in ["5 things", "AVA.TEST_LISTS [] ", "names no file", "boxes.csv' does not exist"] {
      #expect(more.contains(part), "\(part) in: \(more)")
    }
    try config.apply(overrides: ["AVA.TEST_LISTS", "['list.csv']"])
    let frames = text { _ = try AVATest(config) }
    #expect(frames.contains("no picture '/nowhere/0.png', the first of b, a -> "), "\(frames)")
  }

  /// Classes that the network does not score: 80 of them with 3 outputs, or an id of 0.
  @Test(arguments: [4, 0]) func classesOfAnotherNetwork(_ id: Int) throws {
    var world = World()
    defer { world.folder.remove() }
    world.proposals = "a,0902,0.1,0.2,0.5,0.9,,0.9\n"
    world.labels[id] = "other"
    let config = try world.config()
    let message = text { _ = try AVATest(config) }
    #expect(message.contains("labels.pbtxt") && message.contains("\(id)"), "\(message)")
    if id == 4 { #expect(message.contains("MODEL.NUM_CLASSES") && message.contains("1 to 3"), "\(message)") }
  }

  /// The project's own map of 60 classes over a network of 80.
  @Test func sixtyOfEightyClasses() throws {
    var world = World()
    defer { world.folder.remove() }
    world.proposals = "a,0902,0.1,0.2,0.5,0.9,,0.9\n"
    let map = projectRoot + "/annotations/ava_action_list_v2.2_for_activitynet_2019.pbtxt"
    world.overrides = ["AVA.LABEL_MAP_FILE", map, "MODEL.NUM_CLASSES", "80"]
    let config = try world.config()
    let test = try AVATest(config)
    #expect(!test.notices.contains { $0.contains("label map") })
    let found = try test.run(model: randomModel(config)) { _ in }
    #expect(try found.table.count == 60)
    #expect(try found.scores.shape == [1, 80])
    let ids = try found.table.actionIDs.map { Int($0) }
    #expect(ids == ids.sorted() && ids.first == 1 && ids.last == 80 && !ids.contains(2))
  }

  /// The published behaviour: clipped for the network, written as it is.
  @Test func boxesBeyondTheFrame() throws {
    var world = World()
    defer { world.folder.remove() }
    world.proposals = "a,0902,-0.012,0.2,0.5,1.013,,0.9\na,0902,0,0.2,0.5,1,,0.9\n"
    let config = try world.config()
    let test = try AVATest(config)
    #expect(test.notices.contains { $0.contains("1 box reaching beyond the frame, the first at line 1") })
    let found = try test.run(model: randomModel(config)) { _ in }
    let scores = try found.scores.array
    // The clipped box ends at the last pixel, as the other does.
    #expect(Array(scores[0..<3]) == Array(scores[3..<6]))
    #expect(try found.table.box(ofRow: 0).x1 == Double(Float(-0.012)))
    _ = try test.write(found, to: world.folder.path)
    #expect(
      try lines(world.folder.path + "/detections_latest.csv").first?.hasPrefix("a,0902,-0.012,0.200,0.500,1.013,")
        == true)
  }

  /// What label maps say beside the network: nothing where they are AVA's.
  @Test(arguments: labelMaps) func labelMapsBesideTheNetwork(
    _ labels: [Int: String], _ classes: Int, _ essentials: [String]
  ) throws {
    var world = World()
    defer { world.folder.remove() }
    world.proposals = "a,0902,0.1,0.2,0.5,0.9,,0.9\n"
    world.labels = labels
    world.overrides = ["MODEL.NUM_CLASSES", "\(classes)"]
    let said = try AVATest(try world.config()).notices.filter { $0.contains("label map") }.joined(separator: "\n")
    #expect(said.isEmpty == essentials.isEmpty, "\(said)")
    for part in essentials { #expect(said.contains(part), "\(said)") }
  }

  /// A picture that is missing stops the run before anything is computed; one that is broken names itself.
  @Test func missingAndBrokenFrames() throws {
    var world = World()
    defer { world.folder.remove() }
    world.proposals = "b,0902,0.1,0.2,0.5,0.9,,0.9\na,0902,0.1,0.2,0.5,0.9,,0.9\n"
    let config = try world.config()
    let test = try AVATest(config)
    let model = try randomModel(config)
    removeFile(world.folder.path + "/2.png")
    let missing = text { _ = try test.run(model: model) { _ in Issue.record("computed") } }
    #expect(missing.contains("2.png") && missing.contains("'b'"), "\(missing)")
    try writeFile(world.folder.path + "/2.png", "no picture")
    let broken = text { _ = try test.run(model: model) { _ in } }
    #expect(broken.contains("2.png") && broken.contains("neither JPEG nor PNG"), "\(broken)")
  }

  /// What is missing of one video costs its own key frames, named once; a folder without any frame of any video is
  /// another folder.
  @Test func aMissingVideoCostsItsOwnKeyFrames() throws {
    var world = World()
    defer { world.folder.remove() }
    world.proposals = "b,0902,0.1,0.2,0.5,0.9,,0.9\nb,0903,0.1,0.2,0.5,0.9,,0.9\na,0902,0.1,0.2,0.5,0.9,,0.9\n"
    let config = try world.config()
    let list = world.folder.path + "/list.csv"
    let rows = String(decoding: try readFile(list, doing: "testing"), as: UTF8.self)
    let lines = rows.split(separator: "\n").map { line in
      line.hasPrefix("b ")
        ? line.split(separator: " ").enumerated().map { $0 == 3 ? "b/\($1)" : $1 }.joined(separator: " ")
        : String(line)
    }
    try writeFile(list, lines.joined(separator: "\n") + "\n")
    let test = try AVATest(config)
    #expect(test.missingFrames.count == 1)
    let missing = test.missingFrames.first ?? ""
    #expect(missing.hasPrefix("looking for the frames of video 'b': '\(world.folder.path)/b/0.png'"), "\(missing)")
    #expect(missing.hasSuffix("missing are 100 of 100 frames"), "\(missing)")
    let found = try test.run(model: randomModel(config), stopsAtDamage: false) { _ in }
    #expect(found.keyFrameCount == 1 && found.damage.keyFrames.map(\.keyFrame.video) == ["b", "b"])
    let said = found.damage.lines()
    #expect(said.count == 1 && said[0].hasPrefix("b, seconds 0902, 0903: "), "\(said)")
    #expect(said[0].contains("/b/0.png") && !said[0].contains("->"), "\(said)")
    try writeFile(list, lines.filter { !$0.hasPrefix("a ") }.joined(separator: "\n") + "\n")
    let nothing = text { _ = try AVATest(config) }
    #expect(
      nothing.contains("no picture '\(world.folder.path)/b/0.png', the first of b -> give the folder"), "\(nothing)")
  }
}

@Suite(.enabled(if: sharedFolder != nil, "the shared golden cases are not here")) struct GoldenPipelineTests {
  static let variants: [(name: String, overrides: [String], boxes: Int)] = [
    ("short128", ["DATA.TEST_CROP_SIZE", "128"], 14),
    ("short160_flip", ["DATA.TEST_CROP_SIZE", "160", "AVA.TEST_FORCE_FLIP", "True"], 14),
    (
      "short128_thresh90_bgr",
      ["DATA.TEST_CROP_SIZE", "128", "AVA.DETECTION_SCORE_THRESH", "0.9", "AVA.BGR", "True"], 7
    ),
    ("short112_torchproc", ["DATA.TEST_CROP_SIZE", "112", "AVA.IMG_PROC_BACKEND", "pytorch"], 14),
  ]

  /// The reference's own run over real frames: rows, boxes and scores.
  @Test(arguments: variants) func basketball(_ name: String, _ overrides: [String], _ boxes: Int) throws {
    let golden = sharedFolder! + "/golden"
    let folder = golden + "/pipeline/basketball"
    let ava = sharedFolder! + "/data/ava"
    let config = try Configuration.load(
      path: projectRoot + "/configs/AVA/c2/SLOWFAST_32x2_R50.yaml",
      overrides: [
        "RESNET.WIDTH_PER_GROUP", "16", "TEST.CHECKPOINT_FILE_PATH",
        golden + "/models/slowfast_r50_ava/checkpoint.pyth", "AVA.FRAME_DIR", folder + "/frames", "AVA.FRAME_LIST_DIR",
        folder + "/frame_lists", "AVA.ANNOTATION_DIR", folder + "/annotations", "AVA.TEST_LISTS", "['val.csv']",
        "AVA.TEST_PREDICT_BOX_LISTS", "['proposals.csv']", "AVA.GROUNDTRUTH_FILE", "groundtruth.csv",
        "AVA.LABEL_MAP_FILE", ava + "/ava_action_list_v2.2_for_activitynet_2019.pbtxt", "AVA.EXCLUSION_FILE",
        ava + "/ava_val_excluded_timestamps_v2.2.csv",
      ] + overrides)
    let test = try AVATest(config)
    let found = try test.run(model: LoadedModel(config, WeightOptions(), engine: Engine())) { _ in }
    let expected = try Tensor(npy: folder + "/\(name)_scores.npy")
    #expect(found.boxCount == boxes)
    #expect(try difference(found.scores.array, expected.array, .network, name) == nil)
    let out = TemporaryFolder()
    defer { out.remove() }
    _ = try test.write(found, to: out.path)
    let rows = try lines(out.path + "/detections_latest.csv")
    let reference = try lines(folder + "/\(name)_detections.csv")
    #expect(rows.count == reference.count)
    for (row, other) in zip(rows, reference) {
      let (a, b) = (row.split(separator: ","), other.split(separator: ","))
      guard a.count == 8, b.count == 8, a.dropLast() == b.dropLast(),
        abs((Double(a[7]) ?? 9) - (Double(b[7]) ?? -9)) <= 1e-3
      else {
        Issue.record("\(row) should be \(other)")
        break
      }
    }
  }
}

private let avaNames = Dictionary(
  uniqueKeysWithValues: (1...80).map { ($0, ActionDataset.ava.classNames.name(of: $0) ?? "") })

private let labelMaps: [(labels: [Int: String], classes: Int, essentials: [String])] = [
  (avaNames, 80, []), ([1: "bend/bow", 12: "Stand", 14: "walk"], 80, []),
  ([1: "dribble", 2: "pass"], 2, []),
  (Dictionary(uniqueKeysWithValues: (1...80).map { ($0, "own \($0)") }), 80, []),
  (
    [1: "dance", 2: "stand", 3: "walk"], 80,
    [
      "1 is 'bend/bow (at the waist)' and not 'dance' (4 there)", "2 is 'crawl' and not 'stand' (12 there)",
      "ids are the network's columns", "unless the network was trained with these",
      "77 of the network's 80 classes (MODEL.NUM_CLASSES) are not in the label map",
    ]
  ),
  ([1: "a", 2: "b"], 80, ["1 is 'bend/bow (at the waist)' and not 'a',", "78 of the network's 80 classes"]),
  (
    avaNames.filter { ActionDataset.ava.scoredClasses?.contains($0.key) == true }, 400,
    ["340 of the network's 400 classes", "other weights?"]
  ),
  ([1: "dribble", 3: "pass"], 3, ["1 of the network's 3 classes"]),
  ([1: "sit", 2: "sit"], 2, ["'sit' names 1 and 2"]),
]
