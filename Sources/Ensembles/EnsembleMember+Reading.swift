internal import AVAEval
public import AVARecords
public import Detect
internal import Geometry
internal import Inference
public import Tensors

extension EnsembleMember {
  /// More classes than any data set has: what lies beyond is no class id.
  private static let mostClasses = 10_000

  /// Takes what a run found, read from its journal.
  ///
  /// - Parameter columns: How many classes the network scores.
  /// - Throws: `FileError`, `JournalError`.
  public init(run detections: Detections, columns: Int, name: String) throws {
    self.init(name: name, form: .run, columns: columns)
    try detections.forEach { task, table in
      let values = table.array
      for (index, person) in (task.people ?? []).enumerated() {
        append(task.keyFrame, person.box)
        for column in 0..<columns {
          set(values[index * columns + column], person: boxCount - 1, column: column)
        }
      }
    }
  }

  /// Takes the rows of a CSV of anyone. Rows of one box are one person; what stands there again is taken down in `repeats`.
  ///
  /// - Throws: `SourceError`.
  public init(rows table: DetectionTable, name: String) throws(SourceError) {
    let ids = Set(table.actionIDs.map { Int($0) })
    for row in table.actionIDs.indices where !(1...Self.mostClasses).contains(Int(table.actionIDs[row])) {
      throw .noClass(source: name, line: table.lines[row], id: Int(table.actionIDs[row]))
    }
    self.init(name: name, form: .rows, columns: ids.max() ?? 0, rowClasses: ids)
    let keyFrames = table.frameIndex.keyFrames
    var known: [PersonKey: Int] = [:]
    var repeated: [Int] = []
    var least = Float.infinity
    var positive = Float.infinity
    var rows: [KeyFrame: (count: Int, least: Float)] = [:]
    for row in 0..<table.count {
      let keyFrame = keyFrames[Int(table.frames[row])]
      let key = PersonKey(frame: table.frames[row], box: table.box(ofRow: row))
      let column = Int(table.actionIDs[row]) - 1
      let score = Float(table.scores[row])
      let person = known[key] ?? boxCount
      if person == boxCount {
        append(keyFrame, key.box)
        known[key] = person
      } else if !self.score(person: person, column: column).isNaN {
        repeated.append(row)
        continue
      }
      set(score, person: person, column: column)
      least = min(least, score)
      if score > 0 { positive = min(positive, score) }
      let so = rows[keyFrame] ?? (0, .infinity)
      rows[keyFrame] = (so.count + 1, min(so.least, score))
    }
    let cap = EvaluationRules.official.entriesPerFrame ?? .max
    bound(
      least: least, capped: rows.filter { $0.value.count >= cap }.mapValues(\.least),
      positive: positive.isFinite ? positive : 0)
    if !repeated.isEmpty { repeats = RepeatedRows(repeated, of: table) }
  }

  /// Takes the boxes of a CSV with the array of their scores, as `--scores` writes it: a row of it for each box, in the
  /// order of the CSV.
  ///
  /// - Parameter file: The array's file.
  /// The array tells people apart whose boxes are the same once they are rounded; who has the same scores, too, is one.
  ///
  /// - Throws: `SourceError` where they do not belong together.
  public init(rows table: DetectionTable, scores array: Tensor, name: String, file: String) throws(SourceError) {
    guard array.shape.count == 2 else { throw .scoresShape(file: file, shape: array.shape) }
    let columns = array.shape[1]
    for (row, id) in table.actionIDs.enumerated() where !(1...max(1, columns)).contains(Int(id)) {
      if id < 1 { throw .noClass(source: name, line: table.lines[row], id: Int(id)) }
      throw .scoresClasses(file: file, columns: columns, source: name, line: table.lines[row], id: Int(id))
    }
    self.init(name: name, form: .scores, columns: columns, rowClasses: Set(table.actionIDs.map { Int($0) }))
    let keyFrames = table.frameIndex.keyFrames
    let values = array.array
    var seen: Set<Int32> = []
    var persons: [Int] = []
    /// The first row of each box.
    var firstRows: [Int] = []
    for row in 0..<table.count {
      let isSame =
        row > 0 && table.frames[row] == table.frames[row - 1] && table.boxNumbers[row] == table.boxNumbers[row - 1]
      if !isSame || !seen.insert(table.actionIDs[row]).inserted {
        firstRows.append(row)
        seen = [table.actionIDs[row]]
      }
      persons.append(firstRows.count - 1)
    }
    guard array.shape[0] == firstRows.count else {
      throw .scoresCount(file: file, rows: array.shape[0], source: name, boxes: firstRows.count)
    }
    for row in 0..<table.count {
      let id = Int(table.actionIDs[row])
      let exact = values[persons[row] * columns + id - 1]
      // PySlowFast's CSVs have four decimals.
      guard abs(Double(exact) - table.scores[row]) <= 1e-4 else {
        throw .otherScores(file: file, score: exact, source: name, line: table.lines[row], found: table.scores[row])
      }
    }
    if let index = values.firstIndex(where: { !$0.isFinite }) { throw .notFinite(file: file, row: index / columns) }
    var known: [PersonKey: [Int]] = [:]
    for (person, row) in firstRows.enumerated() {
      let key = PersonKey(frame: table.frames[row], box: table.box(ofRow: row))
      let own = values[person * columns..<(person + 1) * columns]
      if let first = known[key]?.first(where: { own.elementsEqual(values[$0 * columns..<($0 + 1) * columns]) }) {
        repeats.add(line: table.lines[row], first: table.lines[firstRows[first]])
        continue
      }
      known[key, default: []].append(person)
      append(keyFrames[Int(table.frames[row])], key.box)
      for (column, value) in own.enumerated() { set(value, person: boxCount - 1, column: column) }
    }
  }
}

extension RepeatedRows {
  /// - Parameter rows: Those whose box and class stand in a row before them, ascending.
  fileprivate init(_ rows: [Int], of table: DetectionTable) {
    struct Key: Hashable {
      let person: PersonKey
      let actionID: Int32
    }
    func key(_ row: Int) -> Key {
      Key(person: PersonKey(frame: table.frames[row], box: table.box(ofRow: row)), actionID: table.actionIDs[row])
    }
    let wanted = Set(rows.map(key))
    var firstRows: [Key: Int] = [:]
    for row in 0..<table.count {
      let key = key(row)
      if wanted.contains(key), firstRows[key] == nil { firstRows[key] = row }
    }
    for row in rows {
      let first = firstRows[key(row)] ?? row
      if table.scores[row] == table.scores[first] {
        add(line: table.lines[row], first: table.lines[first])
        continue
      }
      let place = "\(table.frameIndex.describe(frame: Int(table.frames[row]))), action \(table.actionIDs[row])"
      add(
        Contradiction(
          line: table.lines[row], score: table.scores[row], first: table.lines[first], firstScore: table.scores[first],
          place: place))
    }
  }
}

/// What rows of one person share.
private struct PersonKey: Hashable {
  let frame: Int32
  let box: UnitBox
}
