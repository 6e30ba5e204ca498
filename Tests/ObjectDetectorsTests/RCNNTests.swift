import Checkpoint
import Geometry
import Imaging
import Kernels
import ObjectDetectors
import Tensors
import TestSupport
import Testing

@Suite struct RCNNTests {
  private static let fast = Engine(threads: 2)
  private static let plain = Engine(threads: 2, planner: ConvolutionPlanner(forced: .reference))

  /// Which family a file is of is told from its tensors' names, and its layers from their shapes.
  @Test(arguments: RCNNFixture.families.indices) func isRecognised(_ number: Int) throws {
    let family = RCNNFixture.families[number]
    for architecture in [RCNNFixture.architecture(), RCNNFixture.architecture(classes: 1, groups: 2)] {
      let tensors = RCNNFixture.tensors(family, architecture)
      try RCNNFixture.withFile(tensors) { path in
        let checkpoint = try Checkpoint(path: path)
        let detector = try #require(try family.detector(checkpoint, engine: Self.fast))
        #expect(detector.architecture == architecture && detector.classes == architecture.classes)
        #expect(detector.personClass == 0)
        for other in RCNNFamily.all where (other.name == family.name) == false {
          let isOfDetectron = [1, 2].contains(number) && other.name == RCNNFamily.detectron1.name
          #expect(try (other.detector(checkpoint, engine: Self.fast) != nil) == isOfDetectron, "\(other.name)")
        }
        let opened = try openDetector(path: path, DetectorOptions(shortSide: 400), engine: Self.fast)
        let settings = try #require((opened as? RCNNDetector)?.settings)
        #expect(settings.shortSide == 400 && settings.longestSide == 667)
      }
    }
  }

  @Test func namesSayWhatItIs() throws {
    let plainNet = try RCNNFixture.small(.detectron2)
    #expect(plainNet.name == "Faster R-CNN R-1.2.1.1-FPN (Detectron2), 3 classes")
    let grouped = try RCNNFixture.open(
      .detectron1, RCNNFixture.tensors(.detectron1, RCNNFixture.architecture(classes: 1, groups: 2)))
    #expect(grouped.name == "Faster R-CNN X-1.2.1.1-2x2d-FPN (Detectron (Caffe2)), 1 class")
    #expect(grouped.notices.contains { $0.contains("RESNETS.STRIDE_1X1") && $0.contains("3x3") })
    #expect(RCNNArchitecture(depth: 50).backboneName == "R50")
    #expect(RCNNArchitecture(depth: 101, groups: 32, widthPerGroup: 8).backboneName == "X101-32x8d")
  }

  /// The kernels against plain loops, stage by stage.
  @Test(arguments: 0..<6) func agreesWithReferences(_ number: Int) throws {
    let family = number < 5 ? RCNNFixture.families[number] : .torchvision
    let architecture = number < 5 ? nil : RCNNFixture.secondVersion
    let image = RCNNFixture.image()
    let found = try RCNNFixture.small(family, architecture, engine: Self.fast).trace(image)
    let expected = try RCNNFixture.small(family, architecture, engine: Self.plain).trace(image)
    #expect(found.stages.map(\.name) == expected.stages.map(\.name))
    for (a, b) in zip(found.stages, expected.stages) {
      let scale = b.tensor.array.reduce(1) { max($0, abs($1)) }
      try #require(a.tensor.shape == b.tensor.shape, "\(a.name)")
      let gap = difference(a.tensor.array, b.tensor.array, .absolute(scale * 1e-4), a.name)
      try #require(gap == nil, "\(gap ?? "")")
    }
    #expect(found.objects.count == expected.objects.count && found.objects.count > 2)
    for (a, b) in zip(found.objects, expected.objects) {
      #expect(difference(a.row(), b.row(), .absolute(0.02)) == nil)
    }
  }

  /// The same to the last bit whatever the threads, and whatever was looked at before.
  @Test func doesNotDependOnThreadsOrEarlierImages() throws {
    for family in RCNNFamily.all {
      let (one, two) = try (RCNNFixture.small(family, engine: Engine(threads: 1)), RCNNFixture.small(family))
      let image = RCNNFixture.image()
      let expected = try one.objects(in: image)
      #expect(!expected.isEmpty)
      for other in [RCNNFixture.image(width: 40, height: 90, seed: 2), RCNNFixture.image(seed: 3)] {
        _ = try two.objects(in: other)
        #expect(try two.objects(in: image) == expected, "\(family.name)")
        #expect(try two.objects(in: other) == one.objects(in: other), "\(family.name)")
      }
    }
  }

  /// The order of an image's channels is its own business.
  @Test func takesEitherOrderOfChannels() throws {
    let image = RCNNFixture.image()
    var pixels = image.pixels
    for pixel in stride(from: 0, to: pixels.count, by: 3) { pixels.swapAt(pixel, pixel + 2) }
    let turned = Image(size: image.size, order: .rgb, pixels: pixels)
    for family in RCNNFixture.families {
      let detector = try RCNNFixture.small(family)
      #expect(try detector.objects(in: turned) == detector.objects(in: image), "\(family.name)")
      let mistaken = Image(size: image.size, order: .rgb, pixels: image.pixels)
      #expect(try detector.objects(in: mistaken) != detector.objects(in: image), "\(family.name)")
    }
  }

  /// Another order of the classes' rows is another order of the classes; a higher threshold leaves lower scores out, a
  /// lower limit the last.
  @Test(arguments: RCNNFamily.all.indices) func permutesClasses(_ number: Int) throws {
    let family = RCNNFamily.all[number]
    let image = RCNNFixture.image()
    let detector = try RCNNFixture.small(family)
    let all = try detector.objects(in: image)
    let first = [1, 2].contains(number) ? 1 : 0
    let tensors = RCNNFixture.tensors(family, RCNNFixture.architecture()).map { name, tensor in
      let isScore = ["cls_score", "fc_cls"].contains { name.contains($0) }
      let isBox = ["bbox_pred.", "bbox_pred_w", "bbox_pred_b", "fc_reg"].contains { name.contains($0) }
      if isScore { return (name, turned(tensor, rows: 1, first)) }
      return isBox && !name.contains("rpn") ? (name, turned(tensor, rows: 4, first)) : (name, tensor)
    }
    let other = try RCNNFixture.open(family, tensors)
    other.settings = detector.settings
    let permuted = try other.objects(in: image)
    #expect(permuted.map(\.classIndex) == all.map { [1, 2, 0][$0.classIndex] })
    let gap = difference(permuted.flatMap { $0.row().dropLast() }, all.flatMap { $0.row().dropLast() }, .absolute(1e-3))
    #expect(gap == nil, "\(gap ?? "")")

    let threshold = all[all.count / 2].score
    detector.settings.scoreThreshold = threshold
    #expect(try detector.objects(in: image) == all.filter { $0.score > threshold })
    detector.settings.scoreThreshold = 0.05
    detector.settings.detections = 2
    #expect(try detector.objects(in: image) == Array(all.prefix(2)))
    let people = try detector.people(in: image, scoreThreshold: all[0].score)
    #expect(people == all.prefix(1).filter { $0.classIndex == 0 })
  }

  /// Moves the rows of each of three classes one class further, the last to the front; a background's stay.
  private func turned(_ tensor: Tensor, rows: Int, _ first: Int) -> Tensor {
    let length = tensor.count / tensor.shape[0]
    let result = Tensor(tensor.shape, tensor.array)
    for row in 0..<3 * rows {
      let (from, to) = (first * rows + row, first * rows + (row + rows) % (3 * rows))
      for i in 0..<length { result.mutableValues[to * length + i] = tensor.values[from * length + i] }
    }
    return result
  }

  /// One box for all classes is the same box for each.
  @Test func sharedBoxes() throws {
    for (family, end, first) in [
      (RCNNFamily.detectron2, "bbox_pred", 0), (.mmdetection, "fc_reg", 0), (.detectron1, "bbox_pred_", 1),
    ] {
      let architecture = RCNNFixture.architecture()
      var tensors = RCNNFixture.tensors(family, architecture)
      let places = tensors.indices.filter { tensors[$0].name.contains(end) && !tensors[$0].name.contains("rpn") }
      #expect(places.count == 2)
      var shared = tensors
      for place in places {
        let tensor = tensors[place].tensor
        let length = tensor.count / tensor.shape[0]
        let rows = Array(tensor.array[first * 4 * length..<(first + 1) * 4 * length])
        let background = Array(tensor.array[..<(first * 4 * length)])
        tensors[place].tensor = Tensor(tensor.shape, background + rows + rows + rows)
        shared[place].tensor = Tensor([4 + 4 * first] + tensor.shape.dropFirst(), background + rows)
      }
      let (own, common) = try (RCNNFixture.open(family, tensors), RCNNFixture.open(family, shared))
      (own.settings, common.settings) = (RCNNFixture.smallSettings, RCNNFixture.smallSettings)
      #expect(common.architecture.sharesBoxes && !own.architecture.sharesBoxes)
      let expected = try own.objects(in: RCNNFixture.image())
      #expect(try !expected.isEmpty && common.objects(in: RCNNFixture.image()) == expected, "\(family.name)")
    }
  }

  // MARK: Degenerate input

  @Test func imagesOfAnyShape() throws {
    for family in RCNNFixture.families {
      let detector = try RCNNFixture.small(family)
      for (width, height) in [(1, 1), (1, 2), (200, 3), (3, 200), (64, 64), (33, 31)] {
        let objects = try detector.objects(in: RCNNFixture.image(width: width, height: height))
        for object in objects {
          let box = object.box
          #expect(box.x1 >= 0 && box.y1 >= 0 && box.x2 <= Double(width) + 0.01 && box.y2 <= Double(height) + 0.01)
          #expect((0...1).contains(object.score) && (0..<3).contains(object.classIndex))
        }
        #expect(zip(objects, objects.dropFirst()).allSatisfy { $0.score >= $1.score })
      }
    }
  }

  @Test func imagesThatWouldVanish() throws {
    for family in RCNNFixture.families {
      let detector = try RCNNFixture.small(family)
      let error = #expect(throws: ObjectDetectorError.self) {
        try detector.objects(in: RCNNFixture.image(width: 1, height: 3000))
      }
      #expect(
        error?.description.contains("a picture of 1x3000 pixels would become one of 0x107") == true, "\(family.name)")
    }
  }

  @Test func nothingFoundIsAResult() throws {
    for family in RCNNFixture.families {
      let detector = try RCNNFixture.small(family)
      detector.settings.scoreThreshold = 1
      #expect(try detector.objects(in: RCNNFixture.image()).isEmpty)
      detector.settings = RCNNFixture.smallSettings
      detector.settings.candidatesPerLevel = 0
      #expect(try detector.objects(in: RCNNFixture.image()).isEmpty)
      #expect(try detector.trace(RCNNFixture.image()).proposals.isEmpty)
      detector.settings = RCNNFixture.smallSettings
      detector.settings.detections = 0
      #expect(try detector.objects(in: RCNNFixture.image()).isEmpty)
    }
  }
}
