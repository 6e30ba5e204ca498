import Foundation
import Checkpoint
import Inference
import ModelZoo
import NN
import RoIAlign
import TestSupport
import Tensors
import Testing
import VideoModels

private let folder = projectRoot + "/Tests/Fixtures/VideoModels"

/// A network of the fixtures; see the README beside them.
struct FixtureCase: Decodable, CustomTestStringConvertible {
  struct Stage: Decodable {
    let name: String
    let shape: [Int]
    let mean: Double
    let deviation: Double
  }

  let name: String
  let overrides: [String]
  let input: [Int]
  let boxes: [[Float]]?
  let damping: Double
  let tensors: Int
  let parameters: Int
  let names: String
  let stages: [Stage]

  var testDescription: String { name }
  var regions: [Region]? { boxes.map { $0.map(region) } }

  static let all: [FixtureCase] = {
    guard let data = FileManager.default.contents(atPath: folder + "/cases.json") else { return [] }
    return (try? JSONDecoder().decode([FixtureCase].self, from: data)) ?? []
  }()
}

func region(_ row: [Float]) -> Region {
  Region(batchIndex: Int(row[0]), x1: row[1], y1: row[2], x2: row[3], y2: row[4])
}

struct FixtureTests {
  @Test func allCasesAreRead() { #expect(FixtureCase.all.count == 26) }

  /// Scores and the statistics of every stage against PyTorch.
  @Test(arguments: FixtureCase.all) func agreesWithPyTorch(_ item: FixtureCase) throws {
    let architecture = try Architecture(configured(item.overrides))
    let model = try loaded(architecture, damping: item.damping)
    let plan = try model.features(filledClip(item.input), keepingNamed: true)
    for stage in item.stages {
      let map = try #require(plan.named.first { $0.name == stage.name }, "\(stage.name)").map
      let tensor = map.channelsFirst()
      #expect(tensor.shape == stage.shape, "\(stage.name)")
      let (mean, std) = statistics(tensor.array)
      #expect(abs(mean - stage.mean) < 1e-5 * (1 + stage.deviation), "\(stage.name): \(mean), expected \(stage.mean)")
      #expect(abs(std - stage.deviation) < 1e-5 * (1 + stage.deviation), "\(stage.name): \(std)")
    }
    let scores = try item.regions.map { try model.detect(plan, $0) } ?? model.classify(plan)
    let expected = try Tensor(npy: folder + "/\(item.name).npy")
    #expect(scores.shape == expected.shape)
    #expect(difference(scores.array, expected.array, .absolute(1e-5), item.name) == nil)
  }

  /// Which tensors a network asks for, by a digest of their names and shapes.
  @Test(arguments: FixtureCase.all) func asksForTheReferencesTensors(_ item: FixtureCase) throws {
    let tensors = requested(try Architecture(configured(item.overrides)))
    #expect(tensors.count == item.tensors)
    let learned = tensors.filter { !$0.name.hasSuffix("running_mean") && !$0.name.hasSuffix("running_var") }
    #expect(learned.reduce(0) { $0 + $1.shape.reduce(1, *) } == item.parameters)
    let lines = tensors.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }.map {
      "\($0.name) \(describe(shape: $0.shape))\n"
    }
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in lines.joined().utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    #expect(String(hash, radix: 16).leftPadded(to: 16) == item.names)
  }
}

/// Mean and deviation (over n - 1).
func statistics(_ values: [Float]) -> (mean: Double, std: Double) {
  let mean = values.reduce(0.0) { $0 + Double($1) } / Double(values.count)
  let squares = values.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
  return (mean, (squares / Double(values.count - 1)).squareRoot())
}

extension String {
  fileprivate func leftPadded(to count: Int) -> String {
    String(repeating: "0", count: max(0, count - self.count)) + self
  }
}
