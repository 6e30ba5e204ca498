import AVAEval
import AVARecords
import Geometry

/// One row of either table.
struct NaiveRow {
  var frame: String
  var box: UnitBox
  var id: Int
  var score: Double
}

/// The evaluators re-stated from their description, class by class and quadratic, sharing nothing with the module.
struct NaiveEvaluator {
  var truth: [NaiveRow]
  var detections: [NaiveRow]
  var listed: Set<String>
  var excluded: Set<String>
  var ids: Set<Int>

  struct Result {
    var ap: Double?
    var worst: Double?
    var best: Double?
  }

  func results(_ name: String) -> [Int: Result] {
    let truth = truth.filter { ids.contains($0.id) }
    var rows = detections.filter { ids.contains($0.id) }
    let withTruth = Set(truth.map(\.frame))
    switch name {
    case "official":
      rows = capped(rows.filter { listed.contains($0.frame) })
    case "pyslowfast":
      rows = rows.filter { !excluded.contains($0.frame) }
    default:
      rows = rows.filter { !excluded.contains($0.frame) && withTruth.contains($0.frame) }
    }
    if name != "mmaction2" { rows = rows.filter { $0.box.x2 > $0.box.x1 && $0.box.y2 > $0.box.y1 } }
    var results: [Int: Result] = [:]
    for id in ids {
      let wanted = truth.filter { $0.id == id && !(name == "pyslowfast" && excluded.contains($0.frame)) }
      results[id] = result(name, wanted, rows.filter { $0.id == id })
    }
    return results
  }

  /// The 50 rows of each frame that survive one by one: a newcomer pushes the least one out if it scores more.
  private func capped(_ rows: [NaiveRow]) -> [NaiveRow] {
    var kept: [String: [NaiveRow]] = [:]
    for row in rows {
      var mine = kept[row.frame] ?? []
      if mine.count < 50 {
        mine.append(row)
      } else if let least = mine.indices.min(by: { key(mine[$0]).lexicographicallyPrecedes(key(mine[$1])) }),
        row.score > mine[least].score
      {
        mine.remove(at: least)
        mine.append(row)
      }
      kept[row.frame] = mine
    }
    return kept.values.flatMap { $0 }
  }

  private func key(_ row: NaiveRow) -> [Double] {
    [row.score, Double(row.id), row.box.y1, row.box.x1, row.box.y2, row.box.x2]
  }

  private func result(_ name: String, _ wanted: [NaiveRow], _ rows: [NaiveRow]) -> Result {
    if wanted.isEmpty || (rows.isEmpty && name == "mmaction2") { return Result() }
    var flags: [(score: Double, isHit: Bool, place: Int)] = []
    for frame in Set(rows.map(\.frame)) {
      let boxes = wanted.filter { $0.frame == frame }.map(\.box)
      var mine = rows.enumerated().filter { $0.element.frame == frame }
      if name != "pyslowfast" { mine.sort { $0.element.score > $1.element.score } }
      var used: Set<Int> = []
      for (place, row) in mine {
        let overlaps = boxes.map { overlap(row.box, $0, isSingle: name == "mmaction2") }
        let top = overlaps.max() ?? 0
        let target = overlaps.firstIndex(of: top)
        let isHit = top >= 0.5 && target.map { used.insert($0).inserted } == true
        flags.append((name == "mmaction2" ? Double(Float(row.score)) : row.score, isHit, place))
      }
    }
    return Result(
      ap: area(flags.sorted { ($0.score, $0.place) > ($1.score, $1.place) }.map(\.isHit), wanted.count),
      worst: area(
        flags.sorted { ($0.score, $0.isHit ? 0 : 1) > ($1.score, $1.isHit ? 0 : 1) }.map(\.isHit), wanted.count),
      best: area(
        flags.sorted { ($0.score, $0.isHit ? 1 : 0) > ($1.score, $1.isHit ? 1 : 0) }.map(\.isHit), wanted.count))
  }

  /// AP as the mean over all recalls k/n of the best precision at that recall or beyond.
  private func area(_ hits: [Bool], _ count: Int) -> Double {
    var points: [(found: Int, precision: Double)] = []
    for rank in hits.indices {
      let found = hits[...rank].count { $0 }
      points.append((found, Double(found) / Double(rank + 1)))
    }
    let levels = (1...count).map { level in points.filter { $0.found >= level }.map(\.precision).max() ?? 0 }
    return levels.reduce(0, +) / Double(count)
  }

  private func overlap(_ a: UnitBox, _ b: UnitBox, isSingle: Bool) -> Double {
    let round = { (value: Double) in isSingle ? Double(Float(value)) : value }
    let shared = { (a1: Double, a2: Double, b1: Double, b2: Double) in
      max(0, min(round(a2), round(b2)) - max(round(a1), round(b1)))
    }
    let both = shared(a.x1, a.x2, b.x1, b.x2) * shared(a.y1, a.y2, b.y1, b.y2)
    let union = (a.x2 - a.x1) * (a.y2 - a.y1) + (b.x2 - b.x1) * (b.y2 - b.y1) - both
    return both > 0 && a.isProper ? both / union : 0
  }
}
