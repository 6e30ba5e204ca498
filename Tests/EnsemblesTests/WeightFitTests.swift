import AVAEval
import AVARecords
import Datasets
import Ensembles
import Files
import Geometry
import Inference
import JSON
import Statistics
import TestSupport
import Tensors
import Testing

/// Weights that are fitted, and what they are worth on other videos.
struct WeightFitTests {
  private let map: LabelMap

  init() throws { map = try LabelMap([1, 2].map { LabelMap.Label(id: $0, name: "\($0)") }) }

  /// Ten videos with four people in each of three seconds, each with one of two actions.
  private func truth(height: Double = 0.8) -> GroundTruthTable {
    var table = GroundTruthTable()
    forEachPerson { table.append(video: $0, second: $1, box: box($2.x1, 0.1, $2.x2, 0.1 + height), actionID: $3) }
    return table
  }

  private func forEachPerson(_ body: (String, Int, UnitBox, Int) -> Void) {
    var random = SeededGenerator(seed: 3)
    for video in 0..<10 {
      for second in 902..<905 {
        for place in 0..<4 {
          let x = 0.25 * Double(place)
          body("v\(video)", second, box(x, 0.1, x + 0.2, 0.9), Int.random(in: 1...2, using: &random))
        }
      }
    }
  }

  /// A model that is right as far as its noise lets it be.
  private func member(_ name: String, noise: Double, seed: UInt64) throws -> EnsembleMember {
    var random = SeededGenerator(seed: seed)
    var table = DetectionTable()
    forEachPerson { video, second, box, action in
      for id in 1...2 {
        let score = (id == action ? 0.5 : 0.3) + noise * Double.random(in: -0.5..<0.5, using: &random)
        table.append(video: video, second: second, box: box, actionID: id, score: min(max(score, 0), 1))
      }
    }
    return try EnsembleMember(rows: table, name: name)
  }

  private func fit(
    _ members: [EnsembleMember], folds: Int = 5, height: Double = 0.8, overlap: Double = 0.5
  ) throws -> WeightFit {
    let ensemble = try Ensemble(members, labelMap: map, matcher: BoxMatcher(threshold: 0.75))
    var dataset = ActionDataset.ava
    dataset.overlapThreshold = overlap
    return try WeightFit(
      ensemble, .mean, unmatched: .keep, truth: truth(height: height), labelMap: map, dataset: dataset, folds: folds,
      resampling: Resampling(count: 200))
  }

  /// A good model and one of noise: the noise counts less, and that is a gain on videos that no weight has seen.
  @Test func noiseCountsLess() throws {
    let found = try fit([member("good", noise: 0.3, seed: 1), member("noise", noise: 1, seed: 2)])
    #expect(found.weights[0] > found.weights[1] && abs(found.weights[0] + found.weights[1] - 2) < 1e-9)
    #expect(found.foldWeights.count == 5 && found.foldWeights.allSatisfy { $0[0] > $0[1] })
    let gain = try #require(found.comparison.mAP.difference)
    #expect(gain > 0.02 && (found.comparison.mAP.interval?.lowerBound ?? 0) > 0, "\(found.comparison.mAP)")
    #expect(found.fittedMAP >= (found.comparison.mAP.b ?? 1) - 0.02)

    let folder = TemporaryFolder()
    defer { folder.remove() }
    try writeFile(folder.path + "/truth.csv", "v0,0902,0,0,1,1,1\n")
    var manifest = Manifest(version: "1", arguments: [], made: "")
    try manifest.add(found, truth: folder.path + "/truth.csv", exclusions: nil)
    try manifest.write(to: folder.path + "/m.json")
    let fit = try #require(try JSONReader.read(readFile(folder.path + "/m.json", doing: "testing"))["fit"])
    #expect(fit["folds"] == JSONValue(5) && fit["fold_weights"]?.values.count == 5)
    #expect(fit["weights"] == .array(found.weights.map { JSONValue($0) }))
    #expect(
      fit["held_out"]?["gain"] == JSONValue(gain)
        && fit["held_out"]?["interval"] == JSONValue(found.comparison.mAP.interval))
    let content = try fileFingerprint(folder.path + "/truth.csv", isWhole: true, doing: "testing")
    #expect(fit["groundtruth"]?["content"] == JSONValue(content))
  }

  /// Where all models are noise, the fit finds a gain on the videos that it sees, and honest videos show none of its size.
  @Test func whatNoiseBringsIsNotHeldOut() throws {
    let found = try fit((1...5).map { try member("\($0)", noise: 4, seed: UInt64($0)) })
    let equal = try #require(found.comparison.mAP.a)
    let honest = try #require(found.comparison.mAP.difference)
    #expect(found.fittedMAP - equal > honest + 0.005, "\(found.fittedMAP) \(equal) \(honest)")
    #expect(found.comparison.mAP.interval.map { $0.contains(0) } ?? false)
  }

  /// Equal models have equal weights, and bring nothing.
  @Test func equalModels() throws {
    let one = try member("a", noise: 0.5, seed: 1)
    let found = try fit([one, one])
    #expect(found.weights == [1, 1] && found.comparison.mAP.difference == 0)
  }

  /// Boxes that overlap people by 0.625 find them where a half is enough, and nobody where three quarters are asked.
  @Test func theDataSetSaysWhatIsFound() throws {
    let members = try [member("a", noise: 0.3, seed: 1), member("b", noise: 1, seed: 2)]
    #expect(try fit(members, folds: 2, height: 0.5).fittedMAP > 0.5)
    #expect(try fit(members, folds: 2, height: 0.5, overlap: 0.75).fittedMAP == 0)
  }

  @Test func tooFewVideos() throws {
    let one = try member("a", noise: 0.5, seed: 1)
    do {
      _ = try fit([one], folds: 11)
      Issue.record("fitted")
    } catch { #expect("\(error)".contains("11 folds of videos") && "\(error)".contains("there are 10"), "\(error)") }
  }
}
