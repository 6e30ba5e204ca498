import Augmentation
import JSON
import Testing
import TestSupport

/// Draws answered from a list, in its order; what is asked otherwise than it was then fails the test.
struct RecordedDraws: Draws {
  private var entries: [JSONValue]
  private let about: String
  /// The places of what was chosen, which the list has as a number only.
  private let chosen: [Int]
  private var noises: [NumberArray]
  /// Of a draw that gave several numbers, those that are left.
  private var waiting: [Double] = []

  init(_ entries: [JSONValue], _ about: String, choice: [Int] = [], noise: [NumberArray] = []) {
    self.entries = entries.reversed()
    self.about = about
    chosen = choice
    noises = noise.reversed()
  }

  /// A list of uniform draws whose bounds are not checked.
  init(uniform answers: [Double]) {
    self.init(answers.map { ["np_uniform", .null, JSONValue($0)] }, "given")
  }

  /// Normal draws that are asked for one after the other.
  init(normal answers: [Double]) {
    self.init([], "given")
    waiting = answers
  }

  /// What was not asked for.
  var rest: Int { entries.count + noises.count + waiting.count }

  private mutating func next(_ kinds: [String], _ bounds: [Double]) -> JSONValue {
    guard let entry = entries.popLast()?.values, let kind = entry[0].words else {
      Issue.record("\(about): \(kinds) \(bounds) was asked after the last draw")
      return .null
    }
    if !kinds.contains(kind) { Issue.record("\(about): \(kinds) was asked, where there was \(kind)") }
    let recorded = entry[1].values.compactMap(\.number)
    let isSame = recorded.count == bounds.count && zip(recorded, bounds).allSatisfy { abs($0 - $1) <= 1e-9 }
    if entry[1] != .null && !isSame {
      Issue.record("\(about): \(kind) was asked within \(bounds), then \(recorded)")
    }
    return entry[2]
  }

  mutating func uniform(_ low: Double, _ high: Double) -> Double {
    // From 0 to 1 it was another call, without bounds.
    let isUnit = low == 0 && high == 1
    return next(isUnit ? ["np_uniform", "np_rand", "random"] : ["np_uniform", "uniform"], isUnit ? [] : [low, high])
      .number ?? .nan
  }

  mutating func integer(in range: Range<Int>) -> Int {
    Int(next(["np_randint"], [Double(range.lowerBound), Double(range.upperBound)]).number ?? 0)
  }

  mutating func integer(in range: ClosedRange<Int>) -> Int {
    Int(next(["randint"], [Double(range.lowerBound), Double(range.upperBound)]).number ?? 0)
  }

  mutating func normal(mean: Double, deviation: Double) -> Double {
    if !waiting.isEmpty { return waiting.removeFirst() }
    let answer = next(["np_normal", "gauss"], [mean, deviation])
    if let number = answer.number { return number }
    waiting = answer.values.flatMap(\.values).compactMap(\.number)
    return waiting.removeFirst()
  }

  mutating func noise(_ count: Int) -> [Float] {
    guard let noise = noises.popLast() else {
      Issue.record("\(about): noise was asked for that was not written")
      return [Float](repeating: 0, count: count)
    }
    // Recorded of fewer channels than ours.
    let values = noise.values.map { Float($0) }
    return values + [Float](repeating: 0, count: count - values.count)
  }

  mutating func beta(_ a: Double, _ b: Double) -> Double { next(["np_beta"], [a, b]).number ?? .nan }

  mutating func permutation(_ count: Int) -> [Int] {
    let order = next(["np_permutation"], []).values.compactMap(\.number).map { Int($0) }
    #expect(order.count == count)
    return order
  }

  mutating func choice(_ count: Int, of total: Int, weights: [Double]?) -> [Int] {
    _ = next(["np_choice"], [Double(count)])
    return chosen
  }
}
