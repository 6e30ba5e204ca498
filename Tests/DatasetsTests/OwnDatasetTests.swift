import AVAEval
import AVARecords
import Configuration
import Datasets
import Detect
import Files
import Geometry
import ImageFiles
import Imaging
import Inference
import Kernels
import TestSupport
import Tensors
import Testing

/// Basketball: rows count seconds from 0, lists hold ten frames a second, three classes in two groups, and a box must
/// overlap a player by three quarters.
private let hoops = ActionDataset(
  name: "Hoops", clock: .init(firstSecond: 0, framesPerSecond: 10), labelledSeconds: 1...4,
  classNames: ClassNames(["dribble", "pass", "shoot"]), scoredClasses: [1, 3],
  groups: [
    ActionGroup(name: "ball_in_hand", title: "in hand", ids: 1...1),
    ActionGroup(name: "ball_in_the_air", title: "in the air", ids: 2...3),
  ],
  overlapThreshold: 0.75)

private let network = [
  "MODEL.MODEL_NAME", "ResNet", "MODEL.ARCH", "slow", "RESNET.WIDTH_PER_GROUP", "4", "DATA.NUM_FRAMES", "4",
  "DATA.SAMPLING_RATE", "4", "DATA.INPUT_CHANNEL_NUM", "[3]", "RESNET.DEPTH", "18", "RESNET.TRANS_FUNC",
  "basic_transform", "RESNET.NUM_BLOCK_TEMP_KERNEL", "[[2],[2],[2],[2]]", "RESNET.SPATIAL_STRIDES",
  "[[1],[2],[2],[1]]", "RESNET.SPATIAL_DILATIONS", "[[1],[1],[1],[2]]", "DETECTION.ENABLE", "True", "MODEL.HEAD_ACT",
  "sigmoid", "MODEL.NUM_CLASSES", "3", "DATA.TEST_CROP_SIZE", "48", "AVA.DETECTION_SCORE_THRESH", "0.8",
  "AVA.LABEL_MAP_FILE", "labels.pbtxt", "AVA.TEST_LISTS", "['list.csv']", "AVA.TEST_PREDICT_BOX_LISTS",
  "['boxes.csv']", "AVA.EXCLUSION_FILE", "", "AVA.GROUNDTRUTH_FILE", "truth.csv",
]

/// A data set of one's own is a value: no module knows of it. `docs/extending.md` shows the same one.
struct OwnDatasetTests {
  let folder = TemporaryFolder()

  /// A game of five seconds: pictures that change each second, so that clips at other times score otherwise.
  private func config(_ boxes: String, truth: String = "") throws -> Configuration {
    var list = "original_vido_id video_id frame_id path labels\n"
    for second in 0..<5 {
      var generator = SeededGenerator(seed: UInt64(second))
      let pixels = (0..<48 * 64 * 3).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
      try writePNG(
        Image(size: ImageSize(width: 64, height: 48), order: .bgr, pixels: pixels), to: "\(folder.path)/\(second).png")
      for frame in 0..<10 { list += "game 0 \(second * 10 + frame) \(second).png \"\"\n" }
    }
    try writeFile(folder.path + "/list.csv", list)
    try writeFile(folder.path + "/boxes.csv", boxes)
    try writeFile(folder.path + "/truth.csv", truth)
    let labels = ["dribble", "pass", "shoot"].enumerated().map { "item {\n  name: '\($1)'\n  id: \($0 + 1)\n}\n" }
    try writeFile(folder.path + "/labels.pbtxt", labels.joined())
    var config = Configuration.defaults
    let folders = ["AVA.FRAME_DIR", "AVA.FRAME_LIST_DIR", "AVA.ANNOTATION_DIR"].flatMap { [$0, folder.path] }
    try config.apply(overrides: network + folders)
    return config
  }

  private func tables(_ test: AVATest, _ rows: DetectionTable) throws -> AlignedTables {
    try AlignedTables(
      detections: rows, groundTruth: try #require(test.groundTruth), labelMap: test.labelMap, dataset: test.dataset)
  }

  @Test func itsClockAndSecondsHold() throws {
    defer { folder.remove() }
    let row = "0.1,0.1,0.5,0.9,,0.9\n"
    let config = try config("game,3,\(row)game,1,\(row)game,5,\(row)", truth: "game,1,0.1,0.1,0.5,0.9,1,0\n")
    let test = try AVATest(config, dataset: hoops)
    #expect(test.keyFrameCount == 2 && test.outOfRangeKeyFrames.isEmpty)
    let said = test.notices.joined(separator: "\n")
    #expect(said.contains("1 row at seconds outside the valid range 1 to 4"), "\(said)")
    let model = try LoadedModel(config, WeightOptions(randomSeed: 5), engine: Engine(threads: 2))
    let scores = try test.run(model: model, progress: { _ in }).scores.array
    // Second 1 is frame 10 here; by AVA's clock its clip would be the first frame over and over.
    #expect(Set(scores).count == 6)
    var wrong = hoops
    wrong.clock = .init(firstSecond: 1, framesPerSecond: 20)
    let others = try AVATest(config, dataset: wrong).run(model: model, progress: { _ in }).scores.array
    #expect(Array(others[0..<3]) != Array(scores[0..<3]), "second 1 is frame 0 there")
    #expect(text { _ = try AVATest(config) }.contains("902 to 1798"))
    let half = text { _ = try AVATest(self.config("game,1.5,\(row)"), dataset: hoops) }
    #expect(half.contains("Hoops's key frames lie on whole seconds"), "\(half)")
  }

  /// The same rows under another threshold and other groups.
  @Test func itsThresholdAndGroupsHold() throws {
    defer { folder.remove() }
    let truth = "game,1,0.1,0.1,0.5,0.9,1,0\ngame,2,0.1,0.1,0.5,0.9,3,0\n"
    let test = try AVATest(config("game,1,0.1,0.1,0.5,0.9,,0.9\n", truth: truth), dataset: hoops)
    var rows = DetectionTable()
    // IoU 1 in second 1, 0.625 in second 2.
    rows.append(
      video: "game", second: 1, box: UnitBox(x1: 0.1, y1: 0.1, x2: 0.5, y2: 0.9), actionID: 1, score: 0.9)
    rows.append(
      video: "game", second: 2, box: UnitBox(x1: 0.1, y1: 0.1, x2: 0.5, y2: 0.6), actionID: 3, score: 0.8)
    let strict = try tables(test, rows)
    let result = evaluate(match(strict, rules: [.official])[0])
    #expect(result.mAP == 0.5 && result.perClass.map(\.ap) == [1, nil, 0])
    #expect(hoops.groups.map { result.mAP(of: $0) } == [1, 0])
    let explanation = explain(strict, match(strict, rules: [.official])[0])
    #expect(explanation.groups.map(\.group.name) == ["ball_in_hand", "ball_in_the_air"])
    #expect(explanation.classes.map { $0.group?.title } == ["in hand", "in the air", "in the air"])
    #expect(explanation.proposals.recalls.map(\.overlap) == [0.75, 0.8, 0.9])
    #expect(explanation.proposals.ceiling == 0.5)
    #expect(explanation.errors.first { $0.kind == .poorBox }?.detectionCount == 1)
    let loose = try AlignedTables(
      detections: rows, groundTruth: try #require(test.groundTruth), labelMap: test.labelMap, dataset: .ava)
    #expect(evaluate(match(loose, rules: [.official])[0]).mAP == 1, "AVA's half is enough")
  }

  /// AVA's list of excluded key frames is expected to name videos of AVA, and no others.
  @Test func exclusionsOfOtherVideosAreAskedAboutInAVA() throws {
    var (truth, exclusions) = (GroundTruthTable(), ExcludedTimestamps())
    truth.append(video: "1j20qq1JyX4", second: 902, box: UnitBox(x1: 0, y1: 0, x2: 1, y2: 1), actionID: 1)
    exclusions.insert(video: "-5KQ66BBWC4", time: Timestamp(second: 903))
    let labels = try LabelMap([LabelMap.Label(id: 1, name: "a")])
    for (dataset, isAsked) in [(ActionDataset.ava, true), (hoops, false)] {
      let tables = try AlignedTables(
        detections: DetectionTable(), groundTruth: truth, labelMap: labels, exclusions: exclusions, dataset: dataset)
      #expect(audit(tables).contains { $0.kind == .foreignExclusions } == isAsked, "\(dataset.name)")
    }
  }

  /// What label maps are compared with, and where videos begin.
  @Test func itsNamesAndBeginningHold() throws {
    defer { folder.remove() }
    var config = try config("bframes,1,0.1,0.1,0.5,0.9,,0.9\n")
    try writeFile(folder.path + "/swapped.pbtxt", "item { name: 'pass' id: 1 }\nitem { name: 'dribble' id: 2 }\n")
    func detection(_ dataset: ActionDataset) throws -> VideoDetection {
      try VideoDetection(
        config, videos: [projectRoot + "/Tests/Fixtures/Video/bframes.mp4"], proposals: folder.path + "/boxes.csv",
        labelMap: folder.path + "/swapped.pbtxt", timing: .init(), dataset: dataset)
    }
    let said = try detection(hoops).notices.joined(separator: "\n")
    #expect(said.contains("in Hoops's networks of 3 classes 1 is 'dribble' and not 'pass' (2 there)"), "\(said)")
    var late = hoops
    late.clock.firstSecond = 50
    try writeFile(folder.path + "/boxes.csv", "bframes,51,0.1,0.1,0.5,0.9,,0.9\n")
    #expect(try detection(late).remarks.joined().contains("the first frame is taken for second 50"))
    try config.apply(overrides: ["MODEL.NUM_CLASSES", "2"])
    #expect(try !detection(late).notices.joined().contains("networks of"))
  }
}

private func text(_ body: () throws -> Void) -> String {
  do {
    try body()
    return "no error"
  } catch { return "\(error)" }
}
