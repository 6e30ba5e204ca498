import Files
import Geometry
import ImageFiles
import Imaging
import Kernels
import ObjectDetectors
import Synth
import Tensors
import TestSupport
import Testing

/// The small detector that comes with the project, on drawn people that it has not learned from.
struct DrawnPeopleTests {
  private static let name = projectRoot + "/configs/demo/SSDLITE_PEOPLE_SMALL"
  private static let weights = name + ".safetensors"

  private func detector(_ engine: Engine = Engine(threads: 2)) throws -> any ObjectDetector {
    try openDetector(path: Self.weights, engine: engine)
  }

  /// Its learning saw the split train; seeds of worlds that are made directly are none of any split's.
  @Test func findsMostPeopleAndLittleElse() throws {
    let detector = try detector()
    var (people, hits, others) = (0, 0, 0)
    for seed in UInt64(1)...20 {
      let world = World(seed: seed &* 7919, aspect: [4.0 / 3, 16.0 / 9, 1, 3.0 / 4][Int(seed % 4)])
      let image = try world.image(at: 3)
      var found = try detector.people(in: image, scoreThreshold: Float(detector.usualScoreThreshold)).map {
        UnitBox(
          x1: $0.box.x1 / Double(image.width), y1: $0.box.y1 / Double(image.height),
          x2: $0.box.x2 / Double(image.width),
          y2: $0.box.y2 / Double(image.height))
      }
      for person in world.sightings(at: 3) {
        let overlaps = found.map { intersectionOverUnion($0, person.box) }
        let best = overlaps.indices.max { overlaps[$0] < overlaps[$1] }
        let isHit = best.map { overlaps[$0] >= 0.5 } ?? false
        if let best, isHit { found.remove(at: best) }
        // Who is hardly visible may be found or not.
        if person.isLabelled { (people, hits) = (people + 1, hits + (isHit ? 1 : 0)) }
      }
      others += found.count
    }
    #expect(people > 40, "\(people) people")
    #expect(Double(hits) >= 0.8 * Double(people), "\(hits) of \(people) people found")
    #expect(Double(others) <= 0.3 * Double(hits), "\(others) boxes too many, \(hits) right")
  }

  /// PyTorch's outputs of the same weights.
  @Test func agreesWithPyTorch() throws {
    let folder = projectRoot + "/Tests/Fixtures/ObjectDetectors"
    let image = try readImage(path: folder + "/people.png")
    let expected = try Tensor(npy: folder + "/people.npy")
    let (width, height) = (Double(image.width), Double(image.height))
    let found = try detector().objects(in: image).filter { $0.score > 0.05 }.flatMap { object in
      [
        Float(object.box.y1 / height), Float(object.box.x1 / width), Float(object.box.y2 / height),
        Float(object.box.x2 / width), object.score,
      ]
    }
    let gap = difference(found, expected.array, .network)
    #expect(gap == nil, "\(gap ?? "")")
  }

  @Test func theCertificateIsThatOfTheseWeights() throws {
    let certificate = String(decoding: try readFile(Self.name + ".json", doing: "a test"), as: UTF8.self)
    let fingerprint = try fileFingerprint(Self.weights, isWhole: true, doing: "a test")
    let isNamed = certificate.contains(fingerprint.suffix(64))
    #expect(isNamed, "\(fingerprint)")
  }

  @Test func saysWhatItIs() throws {
    let detector = try detector()
    #expect(detector.name == "SSDLite MobileNet v2, 192 x 192" && detector.classes == 1)
    #expect(
      detector.notices == [
        "these weights learned from the drawn people of `slowfast synth` alone, and know no photographs"
      ])
  }

  /// A picture without people is a result, too.
  @Test func nobodyThere() throws {
    let detector = try detector()
    for level in [0, 127, 255] as [UInt8] {
      let size = ImageSize(width: 320, height: 240)
      let image = Image(size: size, order: .bgr, pixels: [UInt8](repeating: level, count: 320 * 240 * 3))
      #expect(try detector.people(in: image, scoreThreshold: 0.3).isEmpty)
    }
  }
}
