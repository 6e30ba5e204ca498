import Augmentation
import Imaging
import JSON
import TestSupport
import Testing

@Suite(.enabled(if: sharedFolder != nil, Golden.reason)) struct GoldenRandAugmentTests {
  private func operation(_ name: String) throws -> PictureOperation {
    try #require(PictureOperation.all.first { $0.name == name }, "\(name)")
  }

  @Test("All operations, as PySlowFast applies them through Pillow")
  func operations() throws {
    let golden = try Golden("randaugment")
    let image = try golden.array("input").images("HWC", .rgb)
    let rows = golden.facts["table"]?.values ?? []
    #expect(Set(rows.map { $0["op"]?.words }).count == 24 && rows.count > 100)
    for row in rows {
      let key = try #require(row["key"]?.words)
      var augment = RandAugment(
        operations: [try operation(#require(row["op"]?.words))], count: 1,
        magnitude: try #require(row["magnitude"]?.number),
        interpolation: row["interpolation"]?.words == "bilinear" ? .bilinear : .bicubic)
      augment.probability = 1
      augment.distance = try golden.number("translate_const")
      var clip = Clip(frames: image)
      // Its sign is drawn where an operation has one.
      var draws = SignDraws(isNegative: row["negated"] == .bool(true))
      augment.apply(to: &clip, &draws)
      if row["refused"] == .bool(true) {
        #expect(clip.frames[0].pixels.allSatisfy { $0 == 0 }, "\(key)")
      } else {
        #expect(try golden.array(key).difference(clip.frames, "HWC") == nil, "\(key)")
      }
    }
  }

  @Test func clip() throws {
    let golden = try Golden("randaugment_clip")
    let text = try #require(golden.parameter("AUG.AA_TYPE")?.words)
    let augment = try RandAugment(text, interpolation: #require(golden.parameter("AUG.INTERPOLATION")?.words))
    let names = (golden.parameter("ops")?.values ?? []).compactMap { $0.words?.split(separator: " ").first }
    let places = names.compactMap { name in augment.operations.firstIndex { $0.name == name } }
    #expect(places.count == 4)
    var draws = golden.draws(choice: places)
    var clip = Clip(frames: try golden.array("input").images("THWC", .rgb))
    augment.apply(to: &clip, &draws)
    let floats = clip.frames.map { FloatImage($0) }
    #expect(try golden.array("output").difference(floats, "THWC") == nil)
    #expect(draws.rest == 0)
  }

  @Test func strings() throws {
    for row in try Golden("randaugment_strings").facts["table"]?.values ?? [] {
      let text = try #require(row["text"]?.words)
      let augment = try RandAugment(text)
      #expect(Double(augment.count) == row["layers"]?.number, "\(text)")
      #expect(augment.magnitude == row["magnitude"]?.number, "\(text)")
      #expect(augment.deviation == row["magnitude_std"]?.number, "\(text)")
      #expect(augment.probability == row["probability"]?.number, "\(text)")
      #expect(augment.operations.count == 15)
      let isIncreasing = augment.operations.contains { $0.name == "ColorIncreasing" }
      #expect(isIncreasing == (row["increasing"] == .bool(true)), "\(text)")
      let weights = row["weights"]?.values.compactMap(\.number) ?? []
      #expect(zip(augment.weights ?? [], weights).allSatisfy { abs($0 - $1) < 1e-12 }, "\(text)")
      #expect((augment.weights ?? []).count == weights.count, "\(text)")
    }
  }
}

/// Draws that are asked for signs only.
private struct SignDraws: Draws {
  let isNegative: Bool

  mutating func uniform(_ low: Double, _ high: Double) -> Double { isNegative ? 0.9 : 0.1 }
  mutating func integer(in range: Range<Int>) -> Int { range.lowerBound }
  mutating func integer(in range: ClosedRange<Int>) -> Int { range.lowerBound }
  mutating func normal(mean: Double, deviation: Double) -> Double { mean }
  mutating func noise(_ count: Int) -> [Float] { [Float](repeating: 0, count: count) }
  mutating func beta(_ a: Double, _ b: Double) -> Double { 0.5 }
  mutating func permutation(_ count: Int) -> [Int] { Array(0..<count) }
  mutating func choice(_ count: Int, of total: Int, weights: [Double]?) -> [Int] { Array(0..<count) }
}
