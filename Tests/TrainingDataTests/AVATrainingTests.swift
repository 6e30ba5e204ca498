import Augmentation
import Clips
import Configuration
import Files
import Geometry
import Imaging
import RoIAlign
import Tensors
import Testing
import TrainingData

private let truth = "v,0902,0.1,0.2,0.5,0.6,1,0\nv,0902,0.1,0.2,0.5,0.6,3,0\nv,902,0.3,0.2,0.9,0.6,,1\n"
private let predicted =
  "v,0902,0.1,0.2,0.5,0.6,,0.95\nv,0902,0.1,0.20,0.5,0.6,,0.9\nv,0902,0.4,0.2,0.5,0.6,2,0.89\nv,0903,0,0,1,1,2,0.9\n"

@Suite struct AVATrainingTests {
  private let drawn = Drawn()

  /// Lists of 90 pictures, whose key frames are the 60th and the 90th.
  private func config(_ more: [String] = []) throws -> Configuration {
    try drawn.list("train.csv", Drawn.header + drawn.rows("v", 90))
    try drawn.list("truth.csv", truth)
    try drawn.list("predicted.csv", predicted)
    return try drawn.config(
      "ava",
      ["AVA.TRAIN_GT_BOX_LISTS", "['truth.csv']", "AVA.TRAIN_PREDICT_BOX_LISTS", "['predicted.csv']"] + more)
  }

  /// A box is one by its coordinates' text, with the labels of all lists; of proposals those count that reach the threshold.
  @Test func boxesAndLabelsAreMerged() throws {
    try drawn.pictures("v", 90, step: 2)
    let config = try config()
    let data = try AVATraining(config)
    #expect(data.count == 2 && data.boxCount == 4 && data.name(of: 0) == "v,0902" && data.name(of: 1) == "v,0903")
    let first = try data.drawn(0, config)
    #expect(first.count == 1 && first[0].rows == [[1, 0, 1], [0, 0, 0], [0, 0, 0]])
    #expect(first[0].boxes[0] == PixelBox(x1: 0.1 * 32, y1: 0.2 * 32, x2: 0.5 * 32, y2: 0.6 * 32))
    // The whole frame, clipped.
    let second = try data.drawn(1, config)
    #expect(second[0].rows == [[0, 1, 0]] && second[0].boxes == [PixelBox(x1: 0, y1: 0, x2: 31, y2: 31)])
    #expect(
      data.notices.contains { $0.contains("1 row of 7 below the score threshold 0.9 left out") }, "\(data.notices)")
    #expect(try AVATraining(self.config(["AVA.DETECTION_SCORE_THRESH", "0.89"])).boxCount == 5)
  }

  /// The key frame is the one after the middle; where frames end the last one is repeated. Channels are RGB but for AVA.BGR.
  @Test(arguments: ["cv2", "pytorch"]) func framesLieAroundTheKeyFrame(_ backend: String) throws {
    try drawn.pictures("v", 90, step: 2)
    for (order, red) in [("False", 200), ("True", 20)] {
      let config = try config(["AVA.IMG_PROC_BACKEND", backend, "AVA.BGR", order])
      let data = try AVATraining(config)
      #expect(try data.drawn(0, config)[0].levels() == [112, 116, 120, 124])
      #expect(try data.drawn(1, config)[0].levels() == [172, 176, 178, 178])
      #expect(try data.drawn(0, config)[0].levels(0) == [red, red, red, red])
    }
  }

  /// What is drawn is drawn anew in every epoch, and is that of the golden pipeline.
  @Test func jitterCropAndFlip() throws {
    try drawn.pictures("v", 90, step: 2)
    let config = try config([
      "DATA.TRAIN_JITTER_SCALES", "[36, 60]", "DATA.RANDOM_FLIP", "True", "AVA.TRAIN_USE_COLOR_AUGMENTATION", "True",
      "AVA.TRAIN_PCA_JITTER_ONLY", "False",
    ])
    let data = try AVATraining(config)
    let boxes = try (0..<4).map { try data.drawn(0, epoch: $0, config)[0].boxes }
    #expect(Set(boxes).count == 4)
    #expect(try data.drawn(0, epoch: 2, config)[0].boxes == boxes[2])
    #expect(boxes.joined().allSatisfy { $0.x1 >= 0 && $0.x2 <= 31 && $0.y1 >= 0 && $0.y2 <= 31 })
    let pipeline = try AugmentationPipeline.ava(
      backend: .cv2, jitter: 36...60, crop: 32, isFlipped: true, colour: .all(PCALighting()), mean: [0, 0, 0],
      std: [1, 1, 1], order: .rgb)
    var draws = SeededDraws(seed: 3, epoch: 2, index: 0)
    let clip = pipeline.prepare(
      [56, 58, 60, 62].map { picture($0 * 2) },
      boxes: [(0.1, 0.2, 0.5, 0.6), (0.3, 0.2, 0.9, 0.6), (0.1, 0.2, 0.5, 0.6)].map {
        UnitBox(x1: $0.0, y1: $0.1, x2: $0.2, y2: $0.3)
      }, &draws)
    #expect(clip.boxes == boxes[2])
    let found = try data.drawn(0, epoch: 2, config)[0]
    #expect(found.clip.start[0] == clip.frames[0].pixels[0] && found.levels().count == 4)
  }

  /// Videos in place of lists; seconds count from their beginning, or from 900.
  @Test(arguments: [1, 901]) func videosByName(_ second: Int) throws {
    try drawn.video("v.mp4", 75)
    var config = try config()
    try drawn.list(
      "truth.csv", "v,\(second),0.1,0.2,0.5,0.6,1,0\nv,\(second + 1),0,0,1,1,,0\nv,\(second + 7),0,0,1,1,2,0\n")
    try config.apply(overrides: ["AVA.TRAIN_PREDICT_BOX_LISTS", "[]"])
    let data = try AVATraining(config, videos: [drawn.path + "/v.mp4"])
    #expect(data.count == 3)
    let levels = try data.drawn(0, config)[0].levels()
    for (found, expected) in zip(levels, [72, 76, 80, 84]) { #expect(abs(found - expected) <= 3, "\(levels)") }
    let late = text { _ = try data.drawn(2, config) }
    let name = second == 1 ? "0008" : "0908"
    #expect(late.contains("reading second \(name)") && late.contains("v.mp4': the video lasts from second"), "\(late)")
  }

  @Test func faultsNameTheirPlace() throws {
    let config = try config()
    #expect(
      text { _ = try AVATraining(config) }.contains(
        "none of the 90 listed files is there, the first would be '\(drawn.path)/v/0.png' (AVA.FRAME_DIR"))
    try drawn.list("truth.csv", truth + "v,0904,0,0,1,1,4,0\n")
    let label = text { _ = try AVATraining(config) }
    #expect(
      label.contains(
        "reading the ground truth: '\(drawn.path)/truth.csv', line 4, column 7 (action id): expected a class from 1 to 3"
      ))
    #expect(label.contains("found '4'"))
    removeFile(drawn.path + "/predicted.csv")
    try drawn.list("truth.csv", truth)
    let missing = text { _ = try AVATraining(config) }
    #expect(missing.contains("predicted.csv'") && missing.contains("AVA.TRAIN_PREDICT_BOX_LISTS"), "\(missing)")
    var other = config
    try other.apply(overrides: ["AVA.TRAIN_LISTS", "['other.csv']"])
    let list = text { _ = try AVATraining(other) }
    #expect(
      list.contains("other.csv'") && list.contains("AVA.TRAIN_LISTS ['other.csv'] (given as KEY VALUE)"), "\(list)")
    try other.apply(overrides: [
      "AVA.TRAIN_GT_BOX_LISTS", "[]", "AVA.TRAIN_PREDICT_BOX_LISTS", "[]", "AVA.TRAIN_LISTS", "['train.csv']",
    ])
    #expect(text { _ = try AVATraining(other) }.contains("no file of boxes is named -> set AVA.TRAIN_GT_BOX_LISTS"))
  }

  /// A picture that is not there is named by the loader, which takes another key frame.
  @Test func aMissingPictureIsNamed() throws {
    try drawn.pictures("v", 90, step: 2)
    let config = try config()
    removeFile(drawn.path + "/v/58.png")
    let data = try trainingDataset(config, .train)
    let plan = try EpochPlan(
      EpochOrder(count: data.count, seed: 1, epoch: 0), [BatchForm(samples: 2, shape: SampleShape(config))])
    let loader = BatchLoader(data, plan, LoaderOptions(workers: 2, maxUnreadable: 0.5))
    let batch = try #require(try loader.next())
    #expect(batch.samples == [1, 1] && batch.regions.map(\.batchIndex) == [0, 1])
    let lost = loader.takeUnreadable()
    try #require(lost.count == 1)
    #expect(lost[0].description.contains("'v,0902' (sample 0): "))
    #expect(lost[0].reason.contains("\(drawn.path)/v/58.png"), "\(lost)")
  }
}
