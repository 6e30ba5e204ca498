import Configuration
import Detect
import Files
import Foundation
import Inference
import Kernels
import TestSupport
import Tensors
import Testing

private let folder = projectRoot + "/Tests/Fixtures/Pipeline"

private func lines(_ path: String) throws -> [String] {
  String(decoding: try readFile(path, doing: "testing"), as: UTF8.self).split(separator: "\n").map(String.init)
}

/// From pictures, lists and weights to rows, against a second statement of the whole way: see the README beside them.
@Test func aTestRunAgreesWithItsSecondStatement() throws {
  let json = try Data(contentsOf: URL(fileURLWithPath: folder + "/overrides.json"))
  let overrides = try JSONDecoder().decode([String].self, from: json)
  let config = try configured(
    overrides + [
      "AVA.FRAME_DIR", folder + "/frames", "AVA.FRAME_LIST_DIR", folder, "AVA.ANNOTATION_DIR", folder,
      "TEST.CHECKPOINT_FILE_PATH", folder + "/weights.pyth",
    ])
  let model = try LoadedModel(config, WeightOptions(), engine: Engine(threads: 2))
  let test = try AVATest(config)
  let found = try test.run(model: model) { _ in }
  let expected = try Tensor(npy: folder + "/scores.npy")
  #expect(try found.scores.shape == expected.shape)
  #expect(try difference(found.scores.array, expected.array, .absolute(1e-5)) == nil)

  let out = TemporaryFolder()
  defer { out.remove() }
  _ = try test.write(found, to: out.path)
  // The fourth decimal of a score may round either way.
  func parts(_ row: String) -> (key: Substring, score: Double?) {
    let comma = row.lastIndex(of: ",") ?? row.startIndex
    return (row[..<comma], Double(row[comma...].dropFirst()))
  }
  let rows = try lines(out.path + "/detections_latest.csv").map(parts)
  let wanted = try lines(folder + "/detections_latest.csv").map(parts)
  #expect(rows.map(\.key) == wanted.map(\.key))
  let gaps = try zip(rows, wanted).map { try abs(#require($0.score) - #require($1.score)) }
  #expect(try #require(gaps.max()) < 1.5e-4)
}
