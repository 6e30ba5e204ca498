import AVARecords
import Checkpoint
import Clips
import Configuration
import Files
import FineTuning
import Geometry
import Inference
import Kernels
import ModelZoo
import NN
import Optimization
import RoIAlign
import Runs
import Tensors
import TestSupport
import Testing
import TrainingData
import VideoModels

/// Features of a frozen backbone, in a file.
@Suite struct FeatureCacheTests {
  private let folder = Scratch()
  private let engine = Engine(threads: 2)
  private let views = [View(shortSide: 64), View(shortSide: 64, flip: true)]

  private func loaded(_ config: Configuration) throws -> LoadedModel {
    var own = config
    try own.apply(overrides: ["TEST.CHECKPOINT_FILE_PATH", OwnClasses.weights])
    return try LoadedModel(own, WeightOptions(), engine: engine) { architecture in
      let head = try #require(architecture.head as? RoIHead)
      architecture.head = RoIFeatures(of: head, channels: architecture.backbone.featureChannels)
    }
  }

  private func cache(_ name: String = "a.journal", _ more: [String] = []) throws -> FeatureCache {
    let config = try OwnClasses.config(folder.path, more)
    return try FeatureCache(
      path: folder.path + "/" + name, AVATraining(config), views: views, model: loaded(config), config)
  }

  private func all(_ cache: FeatureCache) throws -> [[Float]?] {
    try cache.tasks.indices.flatMap { sample in
      try views.indices.map { try cache.features(of: sample, view: $0)?.array }
    }
  }

  /// A head on cached features has the scores, the loss and the gradients of one on the whole network.
  @Test func headOnFeaturesIsHeadOnNetwork() throws {
    let config = try OwnClasses.config(folder.path)
    let cache = try cache()
    let isWhole = try cache.compute(isToStop: { false }) { _ in }
    #expect(isWhole && cache.doneCount == 6 && cache.boxes.count > 6 && cache.width == 640)
    let file = try Checkpoint(path: OwnClasses.weights, naming: PySlowFastNames())
    // Some head: the file's own has other classes.
    var drawn = RandomWeights(seed: 3)
    drawn.linearStd = 0.05
    let options = TrainingOptions(freezesBatchNorm: true)
    let whole = try TrainableModel(
      Architecture(config), weights: WeightReader(file, orElse: drawn), engine: engine, options)
    try Freezing.backbone.apply(to: whole)
    let head = try TrainableModel(
      Architecture(
        backbone: FeatureRows(width: cache.width), head: FeatureHead(classes: 2, activation: .sigmoid)),
      weights: WeightReader(drawn), engine: engine, options)
    let run = ClipRun(
      model: try loaded(config).model, window: ClipWindow(config), preprocessing: Preprocessing(config))
    let data = try AVATraining(config)
    for view in views.indices {
      let jobs = try (0..<2).map { sample in
        let task = cache.tasks[sample * 3]
        return VideoJob(name: task.keyFrame.video, tasks: [try #require(task.only { $0 == views[view] })]) {
          try data.open(task.keyFrame.video)
        }
      }
      var sample = 0
      try run.forEachTask(jobs) { _, clip, boxes in
        let regions = boxes.compactMap { $0 }.map { Region(batchIndex: 0, box: $0) }
        let scores = try whole.forward(try #require(clip), regions)
        let features = try #require(try cache.features(of: sample * 3, view: view))
        let cached = try head.forward(FeatureMap(rows: features))
        #expect(difference(cached, scores, 1e-4) == nil)
        let targets = Targets.soft(Tensor(scores.shape, scores.array.indices.map { Float($0 % 2) }))
        for (model, found) in [(whole, scores), (head, cached)] {
          model.clearGradients()
          model.backward(try BinaryCrossEntropy().evaluate([found], targets).gradients[0])
        }
        for own in head.parameters {
          let other = try #require(whole.parameters.first { $0.name == own.name })
          #expect(other.gradient.values.contains { $0 != 0 })
          #expect(difference(own.gradient, other.gradient, 2e-3) == nil, "\(own.name)")
        }
        sample += 1
      }
      #expect(sample == 2)
    }
  }

  /// The largest difference in shares of the largest value; nil within the tolerance.
  private func difference(_ found: Tensor, _ expected: Tensor, _ tolerance: Float) -> String? {
    let largest = expected.values.reduce(1e-6) { max($0, abs($1)) }
    let worst = zip(found.values, expected.values).reduce(0) { max($0, abs($1.0 - $1.1)) }
    return found.shape == expected.shape && worst <= tolerance * largest ? nil : "\(worst) of \(largest)"
  }

  /// A file that was stopped goes on, and one that is damaged is mended: with the same numbers.
  @Test func goesOnAndIsMended() throws {
    let whole = try cache("whole.journal")
    _ = try whole.compute(isToStop: { false }) { _ in }
    let expected = try all(whole)
    #expect(expected.allSatisfy { $0 != nil } && expected[0] != expected[1])
    var asked = 0
    let first = try cache()
    let isWhole = try first.compute(
      isToStop: {
        asked += 1
        return asked == 5
      }, progress: { _ in })
    #expect(!isWhole && first.doneCount == 2)
    let second = try cache()
    #expect(
      second.doneCount == 2
        && second.notices == ["'\(folder.path)/a.journal' has the features of 2 of 6 key frames already"])
    var done: [Int] = []
    _ = try second.compute(isToStop: { false }) { done.append($0) }
    #expect(try all(second) == expected && done.first! >= 2 && done.last == 6)
    let path = folder.path + "/a.journal"
    var bytes = try readFile(path, doing: "testing")
    bytes[bytes.count / 2] ^= 4
    try AtomicFile(path: path).replace(bytes)
    let damaged = try cache()
    #expect(damaged.notices.first?.contains("is damaged: ") == true && damaged.doneCount < 6, "\(damaged.notices)")
    _ = try damaged.compute(isToStop: { false }) { _ in }
    #expect(try all(damaged) == expected)
  }

  /// Features of another size are refused; those under other classes are the same.
  @Test func foreignFeaturesAreRefused() throws {
    _ = try cache().compute(isToStop: { false }) { _ in }
    for more in [
      ["MODEL.NUM_CLASSES", "3"], ["AVA.DETECTION_SCORE_THRESH", "0.5"], ["AVA.TEST_FLIP", "True"],
    ] { #expect(try cache("a.journal", more).doneCount == 6, "\(more)") }
    let size = #expect(throws: JournalError.self) { try cache("a.journal", ["DATA.SAMPLING_RATE", "2"]) }
    #expect("\(String(describing: size))".contains("DATA.SAMPLING_RATE was 4 and is 2"), "\(String(describing: size))")
    // A process that was killed as it began the file has left no journal yet, and none of another's.
    let (path, config) = (folder.path + "/a.journal", try OwnClasses.config(folder.path))
    let model = try loaded(config)
    let whole = try readFile(path, doing: "testing")
    for bytes in [[], Array(whole.prefix(7))] {
      try AtomicFile(path: path).replace(bytes)
      try FeatureCache.check(path: path, model: model, config)
      #expect(try cache().doneCount == 0)
    }
    try AtomicFile(path: path).replace(Array("another".utf8))
    #expect(throws: JournalError.self) { try FeatureCache.check(path: path, model: model, config) }
  }

  /// Another box at a key frame, and another video, cost their own key frames only; what is not asked for any more stays for later.
  @Test func whatIsNewIsComputedAlone() throws {
    let rows = try String(decoding: readFile(OwnClasses.folder + "/train.csv", doing: "testing"), as: UTF8.self)
    let one = try folder.file(
      "one.csv", rows.split(separator: "\n").filter { $0.hasPrefix("synthtrain5_1") }.joined(separator: "\n") + "\n")
    let first = try cache("a.journal", ["AVA.TRAIN_GT_BOX_LISTS", "['\(one)']"])
    _ = try first.compute(isToStop: { false }) { _ in }
    #expect(first.doneCount == 3 && first.tasks.count == 3)
    let expected = try all(first)
    let second = try cache()
    #expect(second.doneCount == 3 && second.tasks.count == 6)
    #expect(
      second.notices.first?.contains("has the features of 3 of 6 key frames already") == true, "\(second.notices)")
    var done: [Int] = []
    _ = try second.compute(isToStop: { false }) { done.append($0) }
    #expect(done.last == 6 && done.allSatisfy { $0 > 3 || $0 == done.first })
    #expect(try Array(all(second).prefix(6)) == expected)
    #expect(try cache("a.journal", ["AVA.TRAIN_GT_BOX_LISTS", "['\(one)']"]).doneCount == 3)
    #expect(try cache().doneCount == 6)
    let more = try folder.file("more.csv", rows + "synthtrain5_2,0904,0.1,0.1,0.2,0.9,1,9\n")
    let boxes = try cache("a.journal", ["AVA.TRAIN_GT_BOX_LISTS", "['\(more)']"])
    #expect(boxes.doneCount == 5 && boxes.tasks.count == 6)
  }

  /// A video that is another one has none of the former's features; the other videos keep theirs.
  @Test func otherVideosUnderTheSameNames() throws {
    let frames = folder.path + "/frames"
    try OwnClasses.copyFrames(to: frames)
    _ = try cache("a.journal", ["AVA.FRAME_DIR", frames]).compute(isToStop: { false }) { _ in }
    let video = frames + "/synthtrain5_2"
    let names = try listFolder(video)
    // Those around second 902.
    let other = try readFile(video + "/" + names[120], doing: "testing")
    for index in 40..<60 { try writeFile(video + "/" + names[index], bytes: other) }
    let cache = try cache("a.journal", ["AVA.FRAME_DIR", frames])
    #expect(cache.doneCount == 3)
    #expect(cache.notices.first?.contains("features of other videos under the names 'synthtrain5_2'") == true)
  }
}

extension AtomicFile {
  fileprivate func replace(_ bytes: [UInt8]) throws {
    try write(bytes)
    try commit()
  }
}
