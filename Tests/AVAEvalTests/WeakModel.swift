import AVAEval
import AVARecords
import Datasets
import Geometry
import Tensors

/// Ground truth of people anywhere, and detections as a weak or a good model writes them: in the right form.
struct WeakModel {
  var frames = 10
  /// People of each key frame.
  var people = 2
  var videos = 3
  var classes = 3
  /// How far a side of a box is off, as a share of the person's size; nil for boxes anywhere.
  var looseness: Double? = 0.15
  /// How often the best scored action is the true one, beyond chance.
  var skill = 0.0
  /// How alike the key frames of a video are: 0 not at all, 1 nobody ever moves.
  var stillness = 0.0

  struct Row {
    var video: String
    var second: Int
    var box: UnitBox
    var id: Int
    var score = 1.0
  }

  var labels: LabelMap { get throws { try LabelMap((1...classes).map { .init(id: $0, name: "class \($0)") }) } }

  /// The rows of ground truth and of detections.
  func rows(seed: UInt64) -> (truth: [Row], found: [Row]) {
    var random = SeededGenerator(seed: seed)
    var (truth, found): ([Row], [Row]) = ([], [])
    var latest: [String: [UnitBox]] = [:]
    for frame in 0..<frames {
      let (video, second) = ("v\(frame % videos)", 902 + frame / videos)
      let places = (0..<people).map { place -> UnitBox in
        let own = looseness == nil ? anywhere(&random) : person(&random)
        guard let before = latest[video]?[place], random.uniform(0, 1) < stillness else { return own }
        return before
      }
      latest[video] = places
      for place in places {
        let action = Int(random.uniform(1, Double(classes) + 1))
        truth.append(Row(video: video, second: second, box: place, id: action))
        guard let looseness else { continue }
        let isRight = random.uniform(0, 1) < skill
        let box = loosened(place, looseness, &random)
        for id in 1...classes {
          found.append(
            Row(
              video: video, second: second, box: box, id: id,
              score: isRight && id == action ? random.uniform(0.9, 1) : random.uniform(0, 0.9)))
        }
      }
      if looseness == nil {
        for _ in 0..<10 {
          found.append(
            Row(
              video: video, second: second, box: anywhere(&random), id: Int(random.uniform(1, Double(classes) + 1)),
              score: random.uniform(0, 1)))
        }
      }
    }
    return (truth, found)
  }

  /// The findings, the rows of either table changed first.
  func findings(
    seed: UInt64, found change: (inout Row) -> Void = { _ in }, truth changeTruth: ((inout Row) -> Void)? = nil
  ) throws -> [Finding] {
    var (truth, found) = rows(seed: seed)
    for row in found.indices { change(&found[row]) }
    if let changeTruth { for row in truth.indices { changeTruth(&truth[row]) } }
    var (groundTruth, detections) = (GroundTruthTable(), DetectionTable())
    for row in truth { groundTruth.append(video: row.video, second: row.second, box: row.box, actionID: row.id) }
    for row in found {
      detections.append(video: row.video, second: row.second, box: row.box, actionID: row.id, score: row.score)
    }
    let tables = try AlignedTables(detections: detections, groundTruth: groundTruth, labelMap: labels, dataset: .ava)
    return changeTruth == nil ? audit(tables) : auditGroundTruth(tables)
  }

  private func anywhere(_ random: inout SeededGenerator) -> UnitBox {
    let (a, b, c, d) = (
      random.uniform(0, 1), random.uniform(0, 1), random.uniform(0, 1), random.uniform(0, 1)
    )
    return UnitBox(x1: min(a, b), y1: min(c, d), x2: max(a, b), y2: max(c, d))
  }

  private func person(_ random: inout SeededGenerator) -> UnitBox {
    let height = random.uniform(0.3, 0.9)
    let width = height * random.uniform(0.3, 0.6) * 9 / 16
    let (x, y) = (random.uniform(0, 1 - width), random.uniform(0, 1 - height))
    return UnitBox(x1: x, y1: y, x2: x + width, y2: y + height)
  }

  private func loosened(_ box: UnitBox, _ share: Double, _ random: inout SeededGenerator) -> UnitBox {
    // Three throws together are as wide as one of a normal distribution.
    func moved(_ value: Double, _ size: Double) -> Double {
      let off = (0..<3).reduce(0) { sum, _ in sum + random.uniform(-1, 1) } * share
      return min(1, max(0, value + off * size))
    }
    let (width, height) = (box.x2 - box.x1, box.y2 - box.y1)
    let (x1, y1) = (moved(box.x1, width), moved(box.y1, height))
    return UnitBox(x1: x1, y1: y1, x2: max(x1, moved(box.x2, width)), y2: max(y1, moved(box.y2, height)))
  }
}

/// What people do to their files.
enum Spoiling: String, CaseIterable {
  case swappedAxes = "--boxes yxyx"
  case widthAndHeight = "--boxes xywh"
  case centres = "--boxes cxcywh"
  case oneSecondLate = "--shift-seconds -1"
  case secondsFromZero = "--shift-seconds 900"
  case idsFromZero = "--classes from-zero"
  case idsOneMore = "--classes one-more"

  func spoil(_ row: inout WeakModel.Row) {
    let box = row.box
    let (width, height) = (box.x2 - box.x1, box.y2 - box.y1)
    switch self {
    case .swappedAxes: row.box = UnitBox(x1: box.y1, y1: box.x1, x2: box.y2, y2: box.x2)
    case .widthAndHeight: row.box = UnitBox(x1: box.x1, y1: box.y1, x2: width, y2: height)
    case .centres:
      row.box = UnitBox(x1: (box.x1 + box.x2) / 2, y1: (box.y1 + box.y2) / 2, x2: width, y2: height)
    case .oneSecondLate: row.second += 1
    case .secondsFromZero: row.second -= 900
    case .idsFromZero: row.id -= 1
    case .idsOneMore: row.id += 1
    }
  }

  var kinds: [Finding.Kind] {
    switch self {
    case .swappedAxes, .widthAndHeight, .centres: [.boxForm]
    case .oneSecondLate, .secondsFromZero: [.shiftedSeconds]
    case .idsFromZero, .idsOneMore: [.classNumbers, .unknownClasses]
    }
  }
}
