import Checkpoint
import Geometry
import Imaging
import Kernels
import ObjectDetectors
import Tensors
import TestSupport

/// Small detectors in the libraries' forms, their numbers seeded by their tensors' names.
enum RCNNFixture {
  static let families: [RCNNFamily] = [.detectron2, .detectron1, .detectron1InDetectron2, .torchvision, .mmdetection]

  /// Few channels, few blocks.
  static func architecture(classes: Int = 3, groups: Int = 1) -> RCNNArchitecture {
    var result = RCNNArchitecture(depth: 50, groups: groups, classes: classes)
    result.stem = 6
    result.stages = [1, 2, 1, 1].enumerated().map { number, blocks in
      RCNNArchitecture.Stage(blocks: blocks, width: 4 << number, outputs: 8 << number)
    }
    result.pyramid = 6
    result.headLayers = [10, 12]
    return result
  }

  /// torchvision's second version: convolutions in the heads, normalisations everywhere.
  static var secondVersion: RCNNArchitecture {
    var result = architecture()
    result.proposalConvolutions = 2
    result.headConvolutions = [5, 4, 5, 4]
    result.headLayers = [10]
    return result
  }

  /// The numbers of a network's tensors.
  static func tensors(_ family: RCNNFamily, _ architecture: RCNNArchitecture) -> [(name: String, tensor: Tensor)] {
    family.tensors(of: architecture).map { name, shape in (name, filled(name, shape)) }
  }

  private static func filled(_ name: String, _ shape: [Int]) -> Tensor {
    var generator = SeededGenerator(seed: name.utf8.reduce(5381) { $0 &* 33 &+ UInt64($1) })
    let depth = shape.dropFirst().reduce(1, *)
    var (offset, spread) = (0.0, (6 / Double(depth)).squareRoot())
    if name.hasSuffix("running_var") {
      (offset, spread) = (1, 0.5)
    } else if shape.count == 1 {
      let isScale = name.hasSuffix("_s") || name.hasSuffix(".weight")
      (offset, spread) = isScale ? (0.6, 0.2) : (0, 0.1)
    }
    if name.contains("cls") || name.contains("objectness") { spread *= 1.5 }
    if name.contains("stem") || name.contains("conv1_w") || name.hasSuffix("body.conv1.weight")
      || name == "backbone.conv1.weight"
    {
      spread *= 0.1
    }
    return Tensor(shape, (0..<shape.reduce(1, *)).map { _ in Float(offset + generator.uniform(-spread, spread)) })
  }

  /// A detector of zeros but for some biases: what follows from them can be computed by hand.
  ///
  /// - Parameter numbers: By the end of the tensor's name.
  static func constant(
    _ family: RCNNFamily, classes: Int = 2, _ numbers: [String: [Float]], engine: Engine = Engine(threads: 1)
  ) throws -> RCNNDetector {
    var tensors = family.tensors(of: architecture(classes: classes)).map { name, shape in
      let tensor = Tensor(zeros: shape)
      if name.hasSuffix("running_var") { tensor.mutableValues.update(repeating: 1) }
      return (name: name, tensor: tensor)
    }
    for (end, values) in numbers {
      guard let place = tensors.firstIndex(where: { $0.name.hasSuffix(end) }) else { throw NoTensor(name: end) }
      tensors[place].tensor = Tensor(tensors[place].tensor.shape, values)
    }
    return try open(family, tensors, engine: engine)
  }

  struct NoTensor: Error { let name: String }

  /// Writes tensors to a file and opens it as that family's.
  static func open(
    _ family: RCNNFamily, _ tensors: [(name: String, tensor: Tensor)], _ options: DetectorOptions = DetectorOptions(),
    engine: Engine = Engine(threads: 2)
  ) throws -> RCNNDetector {
    try withFile(tensors) { path in
      guard let detector = try family.detector(Checkpoint(path: path), options, engine: engine) else {
        throw NoTensor(name: family.name)
      }
      return detector
    }
  }

  /// Writes tensors to a file for as long as a body runs.
  static func withFile<Result>(
    _ tensors: [(name: String, tensor: Tensor)], _ body: (String) throws -> Result
  ) throws -> Result {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let path = folder.path + "/detector.pth"
    try writeTorch(tensors, to: path)
    return try body(path)
  }

  /// A small detector with small images and few proposals.
  static func small(
    _ family: RCNNFamily, _ architecture: RCNNArchitecture? = nil, engine: Engine = Engine(threads: 2)
  ) throws -> RCNNDetector {
    let detector = try open(family, tensors(family, architecture ?? Self.architecture()), engine: engine)
    detector.settings = smallSettings
    return detector
  }

  static let smallSettings = RCNNSettings(shortSide: 64, longestSide: 107, candidatesPerLevel: 30, proposals: 40)

  /// A picture of seeded blots.
  static func image(width: Int = 75, height: Int = 52, order: ChannelOrder = .bgr, seed: UInt64 = 1) -> Image {
    var generator = SeededGenerator(seed: seed)
    var pixels = [UInt8](repeating: 90, count: width * height * 3)
    for _ in 0..<12 {
      let (x, y) = (Int.random(in: 0..<width, using: &generator), Int.random(in: 0..<height, using: &generator))
      let colour = (0..<3).map { _ in UInt8.random(in: 0...255, using: &generator) }
      for row in y..<min(height, y + 14) {
        for column in x..<min(width, x + 11) {
          for c in 0..<3 { pixels[(row * width + column) * 3 + c] = colour[c] }
        }
      }
    }
    return Image(size: ImageSize(width: width, height: height), order: order, pixels: pixels)
  }
}
