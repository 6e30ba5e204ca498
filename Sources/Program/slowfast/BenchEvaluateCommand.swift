internal import AVAEval
internal import AVARecords
internal import ArgumentParser
internal import BenchReports
internal import Clocks
internal import Datasets
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
  @Option(help: ArgumentHelp("Keep the files in this folder.", valueName: "folder"), completion: .directory)
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
    var parts: [EvaluatorBenchmark.Parts] = []
    var means: [(name: String, mAP: Double?)] = []
    let timing = try Timing(runs: runs) {
      let start = monotonicSeconds()
      let labels = try LabelMap.read(path: files.labelMap)
      let truth = try GroundTruthTable.read(path: files.groundTruth)
      let found = try DetectionTable.read(path: files.detections, pool: pool)
      let read = monotonicSeconds()
      let tables = try AlignedTables(detections: found.table, groundTruth: truth.table, labelMap: labels, dataset: .ava)
      _ = audit(tables, counts: found.counts, pool: pool)
      let audited = monotonicSeconds()
      let results = match(tables, rules: EvaluationRules.all, pool: pool).map { evaluate($0, pool: pool) }
      means = results.map { ($0.rules.name, $0.mAP) }
      parts.append(
        .init(reading: read - start, auditing: audited - read, matching: monotonicSeconds() - audited))
    }
    // The first run was the warm-up.
    let best = parts.dropFirst().min { $0.sum < $1.sum } ?? parts[0]
    let result = EvaluatorBenchmark(
      timing, best, rows: made, runs: runs, seed: seed, means: means, setting: BenchSetting(threads: pool.threads))
    switch format {
    case .text: print(result.text)
    case .json: print(result.json.text)
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
