internal import AVAEval
internal import AVARecords
internal import ArgumentParser
internal import Clocks
internal import Files
internal import Glibc
internal import JSON
internal import Parallel
internal import Wording

struct BenchEvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Measures the evaluator on made-up detections at the size of AVA's validation set.",
    discussion: """
      Makes ground truth of 64 videos, detections of 60 classes with a score of its own for every row, and a label \
      map, all from the seed; then reads them, audits, matches and scores under the three protocols, after one \
      warm-up. --output-dir keeps the files, for other evaluators to read (tools/bench_evaluate.py runs one).
      """)

  @Option(help: "Rows of detections, about.")
  var rows = 1_000_000
  @Option(help: "Threads; as many as this process may use when not given.")
  var threads: Int?
  @Option(help: "How often to measure; the best and the median are printed.")
  var runs = 3
  @Option(help: "Seed of boxes and scores.")
  var seed: UInt64 = 1
  @Option(help: ArgumentHelp("Keep the files in this folder.", valueName: "folder"))
  var outputDir: String?
  @OptionGroup var results: OverwriteOptions
  @Option(help: "How to print the result.")
  var format = BenchFormat.text

  func validate() throws {
    for (name, value, limit) in [
      ("--rows", rows, 1 << 28), ("--runs", runs, 1_000_000), ("--threads", threads ?? 1, 1024),
    ] where value < 1 || value > limit {
      throw ValidationError("\(name) is \(value) -> give 1 to \(limit)")
    }
  }

  func run() throws {
    let folder = try outputDir ?? temporaryFolder()
    let files = BenchEvaluateFiles(folder: folder)
    try results.check(
      [files.detections, files.groundTruth, files.labelMap], orGive: "give another --output-dir")
    defer { if outputDir == nil { files.remove() } }
    let made = try files.make(rows: rows, seed: seed)
    Console.say("\(folder): \(counted(made, "row")) of detections")
    let pool = WorkerPool(threads: threads)
    var parts: [[Double]] = []
    var means: [JSONMember] = []
    let timing = try measure(runs: runs) {
      let start = monotonicSeconds()
      let labels = try LabelMap.read(path: files.labelMap)
      let truth = try GroundTruthTable.read(path: files.groundTruth)
      let found = try DetectionTable.read(path: files.detections, pool: pool)
      let read = monotonicSeconds()
      let tables = try AlignedTables(detections: found.table, groundTruth: truth.table, labelMap: labels)
      _ = audit(tables, counts: found.counts, pool: pool)
      let audited = monotonicSeconds()
      let results = match(tables, rules: EvaluationRules.all, pool: pool).map { evaluate($0, pool: pool) }
      means = results.map { JSONMember($0.rules.name, JSONValue($0.mAP)) }
      parts.append([read - start, audited - read, monotonicSeconds() - audited])
    }
    // The first run was the warm-up.
    let best = parts.dropFirst().min { $0.reduce(0, +) < $1.reduce(0, +) } ?? parts[0]
    report(timing, best, rows: made, threads: pool.threads, means: means)
  }

  private func report(
    _ timing: Timing, _ parts: [Double], rows: Int, threads: Int, means: [JSONMember]
  ) {
    switch format {
    case .json:
      let result: JSONValue = [
        "seconds_best": JSONValue(timing.best), "seconds_median": JSONValue(timing.median),
        "read_seconds": JSONValue(parts[0]), "audit_seconds": JSONValue(parts[1]), "match_seconds": JSONValue(parts[2]),
        "rows": JSONValue(rows), "rows_per_second": JSONValue(Double(rows) / timing.best), "runs": JSONValue(runs),
        "threads": JSONValue(threads), "peak_rss_bytes": JSONValue(peakResidentBytes()), "seed": JSONValue(seed),
        "mAP": .object(means),
      ]
      print(result.text)
    case .text:
      print(
        """
        evaluate: \(counted(rows, "row")), three protocols, \(counted(threads, "thread")), \(counted(runs, "run"))
          best \(fixed(timing.best, 3)) s, median \(fixed(timing.median, 3)) s: \
        \(fixed(Double(rows) / timing.best / 1e6, 2)) million rows a second
          reading \(fixed(parts[0], 3)) s, aligning and auditing \(fixed(parts[1], 3)) s, matching and scoring \
        \(fixed(parts[2], 3)) s
          peak memory \(peakResidentBytes() >> 20) MB
        """)
    }
  }

  private func temporaryFolder() throws -> String {
    let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var name = Array(joinPath(parent, "slowfast-bench-XXXXXX").utf8CString)
    guard mkdtemp(&name) != nil else {
      throw FileError.system(doing: "making a temporary folder", path: parent, code: errno)
    }
    return String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
