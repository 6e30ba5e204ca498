internal import AVARecords
internal import Geometry
internal import Parallel
internal import Wording

/// Repeated rows and rows that the official cap drops, key frame by key frame.
struct RowAudit {
  private var duplicateCount = 0
  private var duplicates: [Int32] = []
  private var fullFrameCount = 0
  private var fullFrames: [(frame: Int32, rows: Int)] = []
  private var rowsBeyondCap = 0

  private static let cap = EvaluationRules.official.entriesPerFrame ?? .max
  private static let framesPerPiece = 512

  init(_ tables: AlignedTables, _ pool: WorkerPool) {
    let order = tables.detectionOrder
    let size = Self.framesPerPiece
    let pieces = pool.map((order.count + size - 1) / size) { piece in
      RowAudit(tables, order[piece * size..<min((piece + 1) * size, order.count)])
    }
    for piece in pieces { add(piece) }
  }

  private init(_ tables: AlignedTables, _ frames: ArraySlice<Int32>) {
    var repeated = RepeatedRows(classCount: tables.labelMap.labels.count)
    for frame in frames {
      let rows = tables.detectionRows(of: Int(frame))
      if rows.count > Self.cap {
        fullFrameCount += 1
        rowsBeyondCap += rows.count - Self.cap
        if fullFrames.count < Finding.exampleLimit { fullFrames.append((frame, rows.count)) }
      }
      repeated.find(in: rows, tables) { row in
        duplicateCount += 1
        if duplicates.count < Finding.exampleLimit { duplicates.append(row) }
      }
    }
  }

  private mutating func add(_ other: RowAudit) {
    duplicateCount += other.duplicateCount
    fullFrameCount += other.fullFrameCount
    rowsBeyondCap += other.rowsBeyondCap
    duplicates = Array((duplicates + other.duplicates).prefix(Finding.exampleLimit))
    fullFrames = Array((fullFrames + other.fullFrames).prefix(Finding.exampleLimit))
  }

  func findings(_ tables: AlignedTables) -> [Finding] {
    var findings: [Finding] = []
    if duplicateCount > 0 {
      findings.append(
        Finding(
          .duplicates, isFault: true, count: duplicateCount,
          "\(counted(duplicateCount, "row")) repeating the key frame, box and action of another",
          examples: duplicates.map { describe(row: Int($0), tables.detections) },
          hint: "only one can be right, the others count as false: --fix keeps the best scored"))
    }
    if fullFrameCount > 0 {
      findings.append(
        Finding(
          .beyondCap, isFault: false, count: rowsBeyondCap,
          "\(counted(fullFrameCount, "key frame")) with more than \(Self.cap) rows: the official evaluator drops "
            + "\(counted(rowsBeyondCap, "row"))",
          examples: fullFrames.map { "\(tables.describe(frame: Int($0.frame))) (\($0.rows) rows)" },
          hint: "it keeps the best scored of all classes together, and so does --fix"))
    }
    return findings
  }
}

/// Finds rows of one key frame that share box and class.
struct RepeatedRows {
  private let classCount: Int
  private var numbers: [UnitBox: Int] = [:]
  private var isSeen: [Bool] = []

  init(classCount: Int) { self.classCount = classCount }

  /// Calls `found` for every row whose box and class an earlier one has.
  mutating func find(in rows: ArraySlice<Int32>, _ tables: AlignedTables, _ found: (Int32) -> Void) {
    numbers.removeAll(keepingCapacity: true)
    isSeen.removeAll(keepingCapacity: true)
    var last: (kept: Int32, number: Int) = (-1, 0)
    for row in rows {
      let kept = tables.detections.boxNumbers[Int(row)]
      if kept != last.kept {
        let next = numbers.count
        let number = numbers[tables.detections.boxes[Int(kept)], default: next]
        if number == next {
          numbers[tables.detections.boxes[Int(kept)]] = next
          isSeen.append(contentsOf: repeatElement(false, count: classCount))
        }
        last = (kept, number)
      }
      let place = last.number * classCount + tables.classes[tables.detections.actionIDs[Int(row)]]
      if isSeen[place] { found(row) }
      isSeen[place] = true
    }
  }
}
