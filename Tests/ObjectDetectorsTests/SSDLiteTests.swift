import Checkpoint
import Geometry
import Imaging
import Kernels
import ObjectDetectors
import Tensors
import TestSupport
import Testing

/// SSDLite on made-up weights.
struct SSDLiteTests {
  private func image(_ width: Int, _ height: Int, seed: UInt64 = 1) -> Image {
    var generator = SeededGenerator(seed: seed)
    let pixels = (0..<width * height * 3).map { _ in UInt8(truncatingIfNeeded: generator.next() >> 20) }
    return Image(size: ImageSize(width: width, height: height), order: .bgr, pixels: pixels)
  }

  private func objects(
    _ sample: SSDSample, _ image: Image, engine: Engine = Engine(threads: 1),
    options: DetectorOptions = DetectorOptions()
  ) throws -> [DetectedObject] {
    try sample.withFile { try openDetector(path: $0, options, engine: engine).objects(in: image) }
  }

  /// A score that is no number would find nobody, and say nothing.
  @Test func scoresThatAreNoNumbers() throws {
    let sample = SSDSample().replacing(
      "BoxPredictor_1/ClassPredictor/biases", by: Tensor([12], [Float](repeating: .nan, count: 12)))
    #expect(throws: ObjectDetectorError.notFinite(detector: "SSDLite MobileNet v2, 96 x 96")) {
      try objects(sample, image(64, 64))
    }
  }

  /// The outputs of a network whose last layers are their biases alone: every place of a map says the same.
  @Test func oneMapByHand() throws {
    var sample = SSDSample(size: 32, maps: 2)
    // Maps of 2 x 2 and 1 x 1. No anchor is likely but the last of the second map: scale sqrt(0.95 x 1), ratio 1, in the middle.
    for map in 0..<2 {
      let anchors = map == 0 ? 3 : 6
      let name = "BoxPredictor_\(map)"
      let channels = sample.tensors.first { $0.name == "\(name)/ClassPredictor/weights" }!.tensor.shape[2]
      var logits = [Float](repeating: -30, count: anchors * 2)
      if map == 1 { logits[11] = 0 }
      sample =
        sample
        .replacing("\(name)/ClassPredictor/weights", by: Tensor(zeros: [1, 1, channels, anchors * 2]))
        .replacing("\(name)/ClassPredictor/biases", by: Tensor([anchors * 2], logits))
        .replacing("\(name)/BoxEncodingPredictor/weights", by: Tensor(zeros: [1, 1, channels, anchors * 4]))
        .replacing(
          "\(name)/BoxEncodingPredictor/biases",
          by: Tensor([anchors * 4], (0..<anchors * 4).map { [1, -2, -10, -5][$0 % 4] }))
    }
    let found = try objects(sample, image(200, 100))
    #expect(found.count == 1)
    let object = try #require(found.first)
    #expect(object.score == 0.5 && object.classIndex == 0)
    // Side s = sqrt(0.95): centre y 0.5 + s/10, x 0.5 - s/5; height s e^-2, width s e^-1.
    let s = 0.95.squareRoot()
    let (y, x, h, w) = (0.5 + s / 10, 0.5 - s / 5, s * 0.1353352832, s * 0.3678794412)
    for (found, expected) in [
      (object.box.x1, 200 * (x - w / 2)), (object.box.x2, 200 * (x + w / 2)), (object.box.y1, 100 * (y - h / 2)),
      (object.box.y2, 100 * (y + h / 2)),
    ] { #expect(abs(found - expected) < 1e-4) }
  }

  /// Every operator by its definition in place of the fast one, at a size whose halves are uneven, on every instruction set.
  @Test(arguments: [96, 75, 50], [1, 3]) func agreesWithReferences(_ size: Int, _ classes: Int) throws {
    let sample = SSDSample(seed: UInt64(size), size: size, maps: 4, classes: classes)
    let picture = image(120, 90)
    let expected = try objects(
      sample, picture, engine: Engine(threads: 2, planner: ConvolutionPlanner(forced: .reference)))
    #expect(expected.count > 5 && Set(expected.map(\.classIndex)).count == classes)
    for set in InstructionSet.available {
      let found = try objects(sample, picture, engine: Engine(threads: 2, kernels: try KernelTable(set)))
      #expect(found.count == expected.count && found.map(\.classIndex) == expected.map(\.classIndex), "\(set)")
      let numbers = { (all: [DetectedObject]) in
        all.flatMap { [Float($0.box.x1), Float($0.box.y1), Float($0.box.x2), Float($0.box.y2), $0.score] }
      }
      let gap = difference(numbers(found), numbers(expected), .absolute(2e-2), "\(set)")
      #expect(gap == nil, "\(gap ?? "")")
    }
  }

  @Test func theOrderOfChannelsIsTheImages() throws {
    let bgr = image(64, 48)
    var pixels = bgr.pixels
    for pixel in 0..<64 * 48 { pixels.swapAt(3 * pixel, 3 * pixel + 2) }
    let rgb = Image(size: bgr.size, order: .rgb, pixels: pixels)
    let wrong = Image(size: bgr.size, order: .rgb, pixels: bgr.pixels)
    let sample = SSDSample()
    #expect(try objects(sample, rgb) == objects(sample, bgr))
    #expect(try objects(sample, wrong) != objects(sample, bgr))
  }

  /// Falling scores, within the picture, no two of a class that overlap by more than 0.6 before they are cut.
  @Test func whatEveryResultKeeps() throws {
    for (width, height) in [(96, 96), (1, 1), (300, 2), (40, 200)] {
      let found = try objects(SSDSample(seed: 3, classes: 2), image(width, height))
      #expect(!found.isEmpty && found.count <= 100)
      for (a, b) in zip(found, found.dropFirst()) { #expect(a.score >= b.score) }
      for object in found {
        #expect(0 <= object.box.x1 && object.box.x1 <= object.box.x2 && object.box.x2 <= Double(width))
        #expect(0 <= object.box.y1 && object.box.y1 <= object.box.y2 && object.box.y2 <= Double(height))
        #expect((0...1).contains(object.score))
      }
    }
  }

  @Test func anotherSizeIsAsked() throws {
    let (sample, picture) = (SSDSample(size: 96), image(96, 96))
    let usual = try objects(sample, picture)
    #expect(try objects(sample, picture, options: DetectorOptions(shortSide: 96)) == usual)
    #expect(try objects(sample, picture, options: DetectorOptions(shortSide: 64)) != usual)
    try sample.withFile { path in
      let detector = try openDetector(path: path, DetectorOptions(shortSide: 64), engine: Engine(threads: 1))
      #expect(detector.name == "SSDLite MobileNet v2, 64 x 64" && detector.notices == ["made up"])
      #expect(detector.classes == 1 && detector.personClass == 0)
    }
  }

  private func text(_ error: ObjectDetectorError?) -> String { error.map { "\($0)" } ?? "no error" }

  /// What a file lacks, or has otherwise, is named with the tensor.
  @Test(
    arguments: [
      (
        "FeatureExtractor/MobilenetV2/expanded_conv_3/expand/BatchNorm/beta", nil,
        "there is no tensor 'FeatureExtractor"
      ),
      ("FeatureExtractor/MobilenetV2/Conv/weights", [3, 2, 3, 8], "is [3, 2, 3, 8], where [side, side, in, out]"),
      ("FeatureExtractor/MobilenetV2/Conv/weights", [3, 3, 4, 8], "takes 4 channels, where a layer of 3 belongs"),
      ("FeatureExtractor/MobilenetV2/expanded_conv_9/project/weights", nil, "there are 9 blocks"),
      (
        "FeatureExtractor/MobilenetV2/expanded_conv_5/depthwise/depthwise_weights", [3, 3, 16, 2],
        "where [3, 3, channels, 1]"
      ),
      ("BoxPredictor_1/ClassPredictor/weights", [1, 1, 20, 18], "is [12], where [18] belongs"),
      ("Preprocessor/map/while/ResizeImage/stack", [3], "is [3], where [2] belongs"),
    ] as [(String, [Int]?, String)])
  func misfitsAreNamed(_ name: String, _ shape: [Int]?, _ says: String) throws {
    let sample = SSDSample().replacing(name, by: shape.map { Tensor(zeros: $0) })
    let error = #expect(throws: ObjectDetectorError.self) { try objects(sample, image(8, 8)) }
    let text = self.text(error)
    #expect(text.contains(says) && text.contains("looks like SSDLite MobileNet v2") && text.contains("->"), "\(text)")
  }

  @Test func numbersThatCannotBe() throws {
    let huge = SSDSample().replacing("Preprocessor/map/while/ResizeImage/stack", by: Tensor([2], [300, 1e9]))
    var error = #expect(throws: ObjectDetectorError.self) { try objects(huge, image(8, 8)) }
    #expect(text(error).contains("of 1000000000 x 300 pixels -> take a size from 32 to 2048"), "\(text(error))")
    let classes = SSDSample()
      .replacing("BoxPredictor_1/ClassPredictor/weights", by: Tensor(zeros: [1, 1, 20, 18]))
      .replacing("BoxPredictor_1/ClassPredictor/biases", by: Tensor(zeros: [18]))
    error = #expect(throws: ObjectDetectorError.self) { try objects(classes, image(8, 8)) }
    #expect(text(error).contains("has 18 channels, where 2 for each of 6 anchors belongs"), "\(text(error))")
    let variance = "FeatureExtractor/MobilenetV2/Conv/BatchNorm/moving_variance"
    let negative = SSDSample().replacing(variance, by: Tensor([8], [1, 1, -0.5, 1, 1, 1, 1, 1]))
    error = #expect(throws: ObjectDetectorError.self) { try objects(negative, image(8, 8)) }
    #expect(text(error).contains("moving_variance' has -0.5, where no negative number belongs"), "\(text(error))")
  }

  @Test func otherWeightsAreNoDetector() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let path = folder.path + "/other.safetensors"
    try writeSafetensors([("conv.weight", Tensor(zeros: [1]))], to: path)
    let error = #expect(throws: ObjectDetectorError.self) { try openDetector(path: path, engine: Engine(threads: 1)) }
    #expect(text(error).contains("SSDLite MobileNet v2 (TensorFlow)"))
  }
}
