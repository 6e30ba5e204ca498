import AVARecords
import Ensembles
import Files
import Geometry
import Inference
import TestSupport
import Tensors
import Testing

/// Ensembles of rows and arrays, by hand and by what must hold.
struct EnsembleTests {
  private func table(_ rows: [(String, Int, UnitBox, Int, Double)]) -> DetectionTable {
    var table = DetectionTable()
    for (video, second, box, id, score) in rows {
      table.append(video: video, second: second, box: box, actionID: id, score: score)
    }
    return table
  }

  private let left = box(0.1, 0.1, 0.4, 0.9)
  private let moved = box(0.12, 0.1, 0.42, 0.9)
  private let right = box(0.6, 0.1, 0.9, 0.9)

  private func fuse(
    _ members: [EnsembleMember], _ way: ViewFusion = .mean, weights: [Double]? = nil,
    _ unmatched: Ensemble.Unmatched = .keep, labelMap: LabelMap? = nil
  ) throws -> EnsembleResult {
    let weights = weights ?? members.map { _ in 1 }
    return try Ensemble(members, labelMap: labelMap, matcher: BoxMatcher(threshold: 0.75))
      .fuse(ModelFusion(way, weights: weights), unmatched: unmatched)
  }

  private func rows(_ result: EnsembleResult) -> [String] {
    let table = result.table
    return (0..<table.count).map { row in
      let box = table.box(ofRow: row)
      return "\(table.frameIndex.describe(frame: Int(table.frames[row]))) \(Float(box.x1)) \(table.actionIDs[row]) "
        + "\(Float(table.scores[row]))"
    }
  }

  private func text(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "no error"
    } catch { return "\(error)" }
  }

  private func member(_ rows: [(String, Int, UnitBox, Int, Double)], _ name: String = "a.csv") throws -> EnsembleMember
  {
    try EnsembleMember(rows: table(rows), name: name)
  }

  /// Logits beside probabilities have no mean; among themselves they do.
  @Test func scalesAreNotMixed() throws {
    let a = try member([("v", 902, left, 1, 0.6)])
    let logits = try member([("v", 902, left, 1, -2.5)], "logits.csv")
    #expect(
      text { _ = try fuse([a, logits]) }.contains(
        "'logits.csv', v,0902 has a score of -2.5, and those of 'a.csv' are from 0 to 1"),
      "\(text { _ = try fuse([a, logits]) })")
    #expect(text { _ = try fuse([logits, logits]) } == "no error")
    // Nothing tells whether two that are no probabilities are of one scale.
    let percents = try member([("v", 902, left, 1, 85)], "percents.csv")
    func notices(_ members: [EnsembleMember]) throws -> [String] {
      try Ensemble(members, labelMap: nil, matcher: BoxMatcher(threshold: 0.75)).notices(.keep)
    }
    #expect(
      try notices([logits, percents]) == [
        "the scores of no source are from 0 to 1 ('logits.csv' from -2.5 to -2.5, 'percents.csv' from 85.0 to 85.0): "
          + "their mean says something only where all are of one scale, such as logits"
      ])
    #expect(try notices([a, a]).isEmpty && notices([logits]).isEmpty)
  }

  /// 0.6 and 0.2 are 0.4; weighted 3 to 1 they are 0.5, and the box is three quarters of the one, a quarter of the other.
  @Test func byHand() throws {
    let a = try member([
      ("v", 902, left, 1, 0.6), ("v", 902, left, 2, 0.5), ("v", 902, right, 1, 0.5), ("v", 902, right, 2, 1),
    ])
    let b = try member([("v", 902, moved, 1, 0.2), ("v", 902, moved, 2, 0.25)], "b.csv")
    // The box on the right is one model's: half of its score.
    #expect(
      rows(try fuse([a, b])) == [
        "v,0902 0.11 1 0.4", "v,0902 0.11 2 0.375", "v,0902 0.6 1 0.25", "v,0902 0.6 2 0.5",
      ])
    #expect(
      rows(try fuse([a, b], weights: [3, 1])) == [
        "v,0902 0.105 1 0.5", "v,0902 0.105 2 0.4375", "v,0902 0.6 1 0.375", "v,0902 0.6 2 0.75",
      ])
    #expect(rows(try fuse([a, b], .max)).map { $0.split(separator: " ").last! } == ["0.6", "0.5", "0.5", "1.0"])
    #expect(rows(try fuse([a, b], .mean, .drop)) == ["v,0902 0.11 1 0.4", "v,0902 0.11 2 0.375"])
    let message = text { _ = try fuse([a, b], .mean, .error) }
    #expect(
      message.contains("1 box that not every model has: 'b.csv' lacks 1 box of its key frames (v,0902,0.600,"),
      "\(message)")
    // A model with weight 0 says nothing.
    #expect(
      rows(try fuse([a, b], weights: [1, 0])).map { $0.split(separator: " ").last! } == ["0.6", "0.5", "0.5", "1.0"])
  }

  /// Odds of 9 and 1 are 3 in the geometric mean: 0.75. A score that a CSV rounded to 0 counts as half of four decimals' last.
  @Test func logits() throws {
    let a = try member([("v", 902, left, 1, 0.9), ("v", 902, left, 2, 0)])
    let b = try member([("v", 902, left, 1, 0.5), ("v", 902, left, 2, 0.0001)])
    let scores = try fuse([a, b], .logitMean).scores
    #expect(abs(scores[0] - 0.75) < 1e-6)
    #expect(scores[1] > 6e-5 && scores[1] < 1e-4, "not nothing")
    // Equal scores are what they are, rounded or not.
    #expect(try fuse([a], .logitMean).scores == [0.9, 0] && fuse([a, a, a], .logitMean).scores == [0.9, 0])
    let large = try member([("v", 902, left, 1, 2.5), ("v", 902, left, 2, 0)], "big.csv")
    #expect(text { _ = try fuse([a, large], .logitMean) }.contains("'big.csv', v,0902 has a score of 2.5"))
  }

  private func random(_ seed: UInt64, boxes: [UnitBox]? = nil) throws -> EnsembleMember {
    var random = SeededGenerator(seed: seed)
    var rows: [(String, Int, UnitBox, Int, Double)] = []
    for second in 902..<910 {
      for place in 0..<4 {
        let shift = Double.random(in: 0..<0.03, using: &random)
        let box = boxes?[place] ?? box(0.2 * Double(place) + shift, 0.1, 0.2 * Double(place) + 0.15 + shift, 0.9)
        for id in 1...3 { rows.append(("v\(second % 2)", second, box, id, Double.random(in: 0..<1, using: &random))) }
      }
    }
    return try member(rows, "\(seed).csv")
  }

  /// The order of the sources does not matter, to the last bit.
  @Test(arguments: [ViewFusion.mean, .logitMean, .max]) func order(_ way: ViewFusion) throws {
    let members = try [1, 2, 3, 4].map { try random($0) }
    let weights: [Double] = way == .max ? [1, 1, 1, 1] : [1, 0.3, 2, 0.7]
    let first = try fuse(members, way, weights: weights)
    let order = [3, 1, 0, 2]
    let other = try fuse(order.map { members[$0] }, way, weights: order.map { weights[$0] })
    #expect(first.boxes == other.boxes && first.scores == other.scores && first.keyFrames == other.keyFrames)
    #expect(Set(first.scores).count > 50)
  }

  /// A model with itself, however often and with whatever weights, is itself to the last bit; so is a model alone.
  @Test(arguments: [ViewFusion.mean, .logitMean, .max]) func itself(_ way: ViewFusion) throws {
    let model = try random(5)
    let alone = try fuse([model], way)
    #expect(alone.boxes.count == 32)
    let thrice = try fuse([model, model, model], way, weights: way == .max ? nil : [1, 0.3, 2])
    #expect(alone.boxes == thrice.boxes && alone.scores == thrice.scores)
    let other = try random(6)
    #expect(try fuse([other, other], way).scores != alone.scores)
  }

  /// The mean, formulated anew: by video, second, box and class over all rows.
  @Test func meanOfRows() throws {
    let boxes = (0..<4).map { box(0.2 * Double($0), 0.1, 0.2 * Double($0) + 0.15, 0.9) }
    let members = try [7, 8, 9].map { try random($0, boxes: boxes) }
    var sums: [String: Double] = [:]
    for member in members {
      let table = try fuse([member]).table
      for row in 0..<table.count {
        let key =
          "\(table.frameIndex.describe(frame: Int(table.frames[row]))) \(table.box(ofRow: row)) \(table.actionIDs[row])"
        sums[key, default: 0] += table.scores[row] / 3
      }
    }
    let table = try fuse(members).table
    #expect(table.count == 96 && sums.count == 96)
    for row in 0..<table.count {
      let key =
        "\(table.frameIndex.describe(frame: Int(table.frames[row]))) \(table.box(ofRow: row)) \(table.actionIDs[row])"
      #expect(abs(table.scores[row] - (sums[key] ?? .nan)) < 1e-6)
    }
  }

  /// A row that is not there was cut off: it is unknown, at most the least score of the file, or of a key frame with 50.
  @Test func missingRows() throws {
    let a = try member([
      ("v", 902, left, 1, 0.8), ("v", 902, left, 2, 0.6), ("v", 903, left, 1, 0.5), ("v", 903, left, 2, 0.5),
    ])
    let b = try member([("v", 902, left, 1, 0.4), ("v", 903, left, 1, 0.2), ("v", 903, left, 2, 0.3)], "b.csv")
    let ensemble = try Ensemble([a, b], labelMap: nil, matcher: BoxMatcher(threshold: 0.75))
    #expect(ensemble.missing == [0, 1])
    #expect(ensemble.notices(.keep).contains { $0.hasPrefix("'b.csv' lacks rows for 1 box and class: unknown, not 0") })
    #expect(try fuse([a, b]).scores == [0.6, 0.4, 0.35, 0.4])
    // Alone it stays as it is.
    let alone = try Ensemble([b], labelMap: nil, matcher: BoxMatcher(threshold: 1))
    #expect(try fuse([b]).table.count == 3 && alone.missing == [0])
    // In a key frame with 50 rows it is the least of these.
    var rows: [(String, Int, UnitBox, Int, Double)] = [("v", 903, left, 1, 0.01), ("v", 903, left, 2, 0.01)]
    for place in 0..<50 {
      rows.append(
        ("v", 902, box(0.01 * Double(place), 0, 0.01 * Double(place) + 0.5, 1), 1, 0.5 + 0.001 * Double(place)))
    }
    let capped = try fuse([member(rows), member(rows, "again.csv")])
    #expect(capped.boxes.count == 51)
    #expect(capped.scores[1] == 0.5 && capped.scores[99] == 0.5 && capped.scores[100] == 0.01)
  }

  @Test func arraysOfScores() throws {
    let rows = table([
      ("v", 902, left, 1, 0.1235), ("v", 902, left, 3, 0.3), ("v", 902, left, 1, 0.5), ("v", 902, left, 3, 0.6),
      ("v", 903, right, 1, 0.7), ("v", 903, right, 3, 0.8),
    ])
    let array = Tensor([3, 3], [0.12345, 0.2, 0.3, 0.5, 0.9, 0.6, 0.7, 0.4, 0.8])
    let exact = try EnsembleMember(rows: rows, scores: array, name: "a.csv", file: "a.npy")
    #expect(exact.boxCount == 3 && exact.keyFrameCount == 2)
    #expect(try fuse([exact]).scores == array.array)
    let map = try LabelMap([LabelMap.Label(id: 1, name: "a"), LabelMap.Label(id: 3, name: "c")])
    #expect(try fuse([exact], labelMap: map).table.count == 6)
    // The box of the finer source, and the mean of what both know.
    let csv = try member([("v", 902, left, 1, 0.2), ("v", 902, left, 3, 0.5)])
    let both = try fuse([exact, csv], labelMap: map)
    #expect(both.scores[1] == 0.2, "class 2 is only in the array")
    #expect(abs(both.scores[0] - 0.161725) < 1e-6)
    func bad(_ array: Tensor) -> String {
      text { _ = try EnsembleMember(rows: rows, scores: array, name: "a.csv", file: "b.npy") }
    }
    #expect(bad(Tensor(zeros: [2, 3])).contains("'b.npy' has scores of 2 boxes, 'a.csv' before it has 3"))
    #expect(bad(Tensor(zeros: [9])).contains("'b.npy' has the shape [9], expected [boxes, classes]"))
    #expect(
      bad(Tensor(zeros: [3, 2])).contains(
        "'b.npy' has scores of 2 classes, 'a.csv' before it, line 2, has a row of class 3"))
    var infinite = array.array
    infinite[4] = .infinity
    #expect(bad(Tensor([3, 3], infinite)).contains("'b.npy', row 1 (from 0) is not a finite number"))
  }

  @Test func classesThatDiffer() throws {
    let a = try member([("v", 902, left, 1, 0.8), ("v", 902, left, 2, 0.6)])
    let b = try member([("v", 902, left, 1, 0.4), ("v", 902, left, 5, 0.4)], "b.csv")
    let message = text { _ = try fuse([a, b]) }
    #expect(message.contains("2 only in 'a.csv', 5 only in 'b.csv' -> give --labelmap FILE"), "\(message)")
    let map = try LabelMap([1, 2].map { LabelMap.Label(id: $0, name: "\($0)") })
    #expect(
      text { _ = try fuse([a, b], labelMap: map) }.contains("'b.csv' has rows of classes that the label map lacks: 5"))
    let network = { (columns: Int) in
      try EnsembleMember(
        rows: table([("v", 902, left, 1, 0)]), scores: Tensor(zeros: [1, columns]), name: "\(columns)", file: "")
    }
    #expect(text { _ = try fuse([network(3), network(4)]) }.contains("'3' scores 3 classes, '4' 4"))
    #expect(text { _ = try fuse([network(1)], labelMap: map) }.contains("that '1', with 1, does not score: 2"))
    #expect(text { _ = try member([("v", 902, left, 0, 0.8)]) }.contains("'a.csv', line 1: action id 0 is no class"))
  }

  @Test func keyFramesThatDiffer() throws {
    let a = try member([("v", 902, left, 1, 0.8), ("v", 903, left, 1, 0.8), ("v", 903, right, 1, 0.8)])
    let b = try member([("v", 902, left, 1, 0.4)], "b.csv")
    let ensemble = try Ensemble([a, b], labelMap: nil, matcher: BoxMatcher(threshold: 0.75))
    #expect(ensemble.notices(.keep)[0] == "'b.csv' lacks 1 key frame with 2 boxes (v,0903)")
    #expect(ensemble.unmatchedCount == 2)
    let c = try member([("w", 902, left, 1, 0.4)], "c.csv")
    for rule in [Ensemble.Unmatched.drop, .error] {
      let message = text { _ = try fuse([b, c], .mean, rule) }
      #expect(message.contains("no key frame in common: 'b.csv' has v,0902, 'c.csv' has w,0902 ->"), "\(message)")
    }
    #expect(rows(try fuse([b, c])) == ["v,0902 0.1 1 0.2", "w,0902 0.1 1 0.2"])
    let strangers = try Ensemble([b, c], labelMap: nil, matcher: BoxMatcher(threshold: 0.75))
    #expect(strangers.notices(.keep)[0].hasPrefix("the sources have no key frame in common, nothing of one is joined"))
    // What `fuse` refuses it names itself: nothing was kept.
    #expect(strangers.notices(.error).isEmpty && ensemble.notices(.error).isEmpty)
    let d = try member([("v", 902, right, 1, 0.4)], "d.csv")
    #expect(text { _ = try fuse([b, d], .mean, .drop) }.contains("none of the 2 boxes is in every source"))
    let nothing = try EnsembleMember(rows: DetectionTable(), name: "e.csv")
    #expect(text { _ = try fuse([nothing]) }.contains("reading the sources: 'e.csv' has no boxes ->"))
  }

  /// A row that stands twice counts once, whatever lies between; two that contradict each other are no source.
  @Test func repeatedRows() throws {
    let rows = [
      ("v", 902, left, 1, 0.8), ("v", 902, left, 2, 0.6), ("v", 902, right, 1, 0.5), ("v", 902, left, 1, 0.8),
    ]
    let twice = try member(rows)
    #expect(twice.boxCount == 2)
    let ensemble = try Ensemble([twice], labelMap: nil, matcher: BoxMatcher(threshold: 0.75))
    #expect(ensemble.notices(.keep) == ["'a.csv' has 1 row twice, which counts once: line 4 is line 1 again"])
    #expect(try self.rows(fuse([twice])) == ["v,0902 0.1 1 0.8", "v,0902 0.1 2 0.6", "v,0902 0.6 1 0.5"])
    let contradiction = try member(rows + [("v", 902, left, 2, 0.7), ("v", 902, right, 1, 0.4)])
    let message = text { _ = try fuse([contradiction]) }
    #expect(
      message.contains(
        "'a.csv', line 5 says 0.7 for the box and class of line 2, which says 0.6 (v,0902, action 2), "
          + "and 1 other row like it"),
      "\(message)")
    // With an array two people may have one box; one who has the same scores as well is there twice.
    let people = table([("v", 902, left, 1, 0.8), ("v", 902, left, 1, 0.7), ("v", 902, left, 1, 0.8)])
    let array = Tensor([3, 1], [0.8, 0.7, 0.8])
    let exact = try EnsembleMember(rows: people, scores: array, name: "p.csv", file: "p.npy")
    #expect(exact.boxCount == 2)
    #expect(try fuse([exact]).scores == [0.8, 0.7])
  }

  @Test func equalMembers() throws {
    let (a, b, c) = (try random(3), try random(3), try random(4))
    #expect(a.isEqual(to: b) && !a.isEqual(to: c))
  }
}
