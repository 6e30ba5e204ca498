internal import Files
internal import Parallel
internal import Synchronization

/// Reads a file of detections on several threads: blocks of lines are parsed by whoever is free and joined in their
/// order.
struct DetectionReader {
  let path: String
  /// Whether rows that cannot be used are counted instead of ending the reading.
  let isLenient: Bool

  /// Small enough for a core's cache, large enough that joining costs nothing.
  static let blockSize = 1 << 20

  private var doing: String { "reading the detections" }

  var empty: RecordError {
    .empty(doing: doing, path: path, expected: "rows of detections", advice: "check the run that wrote it")
  }

  /// Reads the file.
  ///
  /// - Throws: The error of the first row that has one, whatever thread met it; `FileError`.
  func read(_ pool: WorkerPool?, blockSize: Int) throws -> DetectionBlock {
    let pool = pool ?? WorkerPool(threads: 1)
    let blocks = try TextBlocks(path: path, doing: doing, expecting: "rows of \(DetectionParser.columns)")
    let parsed = Mutex<[Int: DetectionBlock]>([:])
    pool.forEach(pool.threads) { _ in
      let text = TextBlock(capacity: blockSize)
      while blocks.take(text) {
        var parser = DetectionParser(text, path: path, doing: doing, isLenient: isLenient)
        let block = parser.parse()
        if block.failure != nil { blocks.stop() }
        parsed.withLock { $0[text.number] = block }
      }
    }
    var parts = parsed.withLock { $0 }
    parsed.withLock { $0 = [:] }
    var all = DetectionBlock()
    var tables: [DetectionTable] = []
    var numbers: [[Int32]] = []
    for number in 0..<parts.count {
      // Blocks are taken in order, so that none is missing before a failure.
      guard let part = parts.removeValue(forKey: number) else { break }
      if let failure = part.failure {
        if let damage = blocks.findDamage() { throw damage }
        throw failure.moved(down: all.lineCount)
      }
      numbers.append(all.append(part))
      tables.append(part.table)
    }
    if let failure = blocks.failure { throw failure }
    all.table.fill(&tables, numbers: numbers, pool)
    return all
  }
}

/// What was read from some lines of a file.
struct DetectionBlock: Sendable {
  var table = DetectionTable()
  var counts = RowCounts()
  var faults = RowFaults()
  var lineCount = 0
  /// The error that ended the reading.
  var failure: RecordError?

  /// Adds what was read from the lines that follow, but for the columns of its table; returns the numbers of its key
  /// frames.
  mutating func append(_ next: DetectionBlock) -> [Int32] {
    let numbers = table.announce(next.table, afterRows: counts.rows, afterLines: lineCount)
    counts.append(next.counts, afterLines: lineCount)
    faults.append(next.faults, afterLines: lineCount)
    lineCount += next.lineCount
    return numbers
  }
}
