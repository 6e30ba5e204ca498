internal import AVAEval
internal import AVARecords
internal import ArgumentParser
internal import Files
internal import Parallel
internal import Wording

/// `slowfast evaluate`: frame mAP of a detections CSV.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Computes the frame mAP of a detections CSV under the public AVA protocols.",
    discussion: """
      Files are taken as they are found: plain, gzip or zstd, padded or unpadded seconds, 7 or 8 columns, commas or \
      tabs, with or without a header row; - is stdin. What looks wrong with the detections is said on stderr before \
      anything is scored ('slowfast validate' does that alone). Results go to stdout or --output.

      --explain says what 1 - mAP is made of: which kinds of errors, in which key frames, videos, crowds and sizes of \
      boxes, and what the boxes alone would allow. --bootstrap says how far the numbers would move with other videos, \
      --compare whether one file of detections is better than another, and where. docs/evaluator.md defines them.
      """)

  enum ProtocolName: String, ExpressibleByArgument, CaseIterable {
    case official, pyslowfast, mmaction2, all

    var rules: [EvaluationRules] {
      switch self {
      case .official: [.official]
      case .pyslowfast: [.pyslowfast]
      case .mmaction2: [.mmaction2]
      case .all: EvaluationRules.all
      }
    }
  }

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case text, json, csv, markdown
  }

  @Option(
    name: .customLong("groundtruth"),
    help: ArgumentHelp(
      "Ground truth: video, second, x1, y1, x2, y2, action id[, person id]; two columns list an empty key frame.",
      valueName: "file"))
  var groundTruth: String

  @Option(
    help: ArgumentHelp("Detections: video, second, x1, y1, x2, y2, action id, score.", valueName: "file"))
  var detections: String?

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Two files of detections instead of --detections: where the second is better or worse.", valueName: "file"))
  var compare: [String] = []

  @Option(
    name: .customLong("labelmap"),
    help: ArgumentHelp("The classes that are scored (.pbtxt; see annotations/).", valueName: "file"))
  var labelMap: String

  @Option(
    help: ArgumentHelp(
      "Key frames that are not scored: video, second. The official protocol knows none.", valueName: "file"))
  var exclusions: String?

  @Option(name: .customLong("protocol"), help: "Whose rules.")
  var protocolName = ProtocolName.all

  @Flag(help: "Say what the numbers are made of; as text for the first protocol, as json for all.")
  var explain = false

  @Option(
    help: ArgumentHelp(
      "Intervals of mAP and every AP from this many resamples of the videos; --compare draws 1000 when not given.",
      valueName: "count"))
  var bootstrap: Int?

  @Option(help: ArgumentHelp("Which resamples are drawn.", valueName: "number"))
  var seed: UInt64 = 1

  @Option(help: "How the result is written.")
  var format = Format.text

  @Option(help: ArgumentHelp("Write the result to this file instead of stdout.", valueName: "file"))
  var output: String?

  func validate() throws {
    let files = [groundTruth, detections, labelMap, exclusions] + compare
    if files.count(where: { $0 == standardInput }) > 1 {
      throw ValidationError("only one file can be standard input (-)")
    }
    if compare.isEmpty == (detections == nil) {
      throw ValidationError("give one file to --detections, or two to --compare")
    }
    if !compare.isEmpty, compare.count != 2 {
      throw ValidationError("--compare takes two files, A and B; found \(compare.count)")
    }
    if explain, !compare.isEmpty { throw ValidationError("--explain and --compare exclude each other") }
    if explain, format == .csv || format == .markdown {
      throw ValidationError("--explain is written as text or json -> --format text or --format json")
    }
    if let bootstrap, !(1...1_000_000).contains(bootstrap) {
      throw ValidationError("--bootstrap is \(bootstrap), expected 1 to 1000000 -> 1000 is usual")
    }
  }

  func run() throws {
    let pool = WorkerPool()
    let inputs = try EvaluationInputs(groundTruth: groundTruth, labelMap: labelMap, exclusions: exclusions)
    let text =
      if let detections {
        try evaluationText(try inputs.tables(detections: detections, pool: pool), pool)
      } else {
        try comparisonText(inputs, pool)
      }
    if let output { try writeFile(output, text) } else { print(text, terminator: "") }
  }

  private var resampling: Resampling? { bootstrap.map { Resampling(count: $0, seed: seed) } }

  private func evaluationText(_ tables: AlignedTables, _ pool: WorkerPool) throws -> String {
    let outcomes = match(tables, rules: protocolName.rules, pool: pool)
    let evaluations = outcomes.map { evaluate($0, pool: pool) }
    for evaluation in evaluations {
      for notice in evaluation.notices { Console.say("\(evaluation.rules.name): \(notice)") }
    }
    let bootstraps = resampling.map { resampling in
      outcomes.map { AVAEval.bootstrap(tables, $0, resampling, pool: pool) }
    }
    if let count = bootstraps?.first?.videoCount, count < fewVideos {
      Console.warn("intervals from \(counted(count, "video")) say little about others")
    }
    switch format {
    case .text:
      var text = textReport(evaluations) + (bootstraps.map { bootstrapText($0, evaluations) } ?? "")
      if explain, let first = outcomes.first {
        text += "\n" + explanationText(AVAEval.explain(tables, first, pool: pool), tables)
      }
      return text
    case .json:
      return jsonReport(
        evaluations,
        added: outcomes.indices.map { index in
          (explain ? [("explanation", jsonText(AVAEval.explain(tables, outcomes[index], pool: pool), tables))] : [])
            + (bootstraps.map { [("bootstrap", jsonText($0[index], tables.labelMap))] } ?? [])
        })
    case .csv: return csvReport(evaluations, bootstraps)
    case .markdown: return markdownReport(evaluations, bootstraps)
    }
  }

  private func comparisonText(_ inputs: EvaluationInputs, _ pool: WorkerPool) throws -> String {
    let tables = try compare.map { try inputs.tables(detections: $0, pool: pool, isNamed: true) }
    let (first, second) = (
      match(tables[0], rules: protocolName.rules, pool: pool), match(tables[1], rules: protocolName.rules, pool: pool)
    )
    let comparisons = first.indices.map { index in
      AVAEval.compare(
        (tables[0], first[index]), (tables[1], second[index]), resampling ?? Resampling(seed: seed), pool: pool)
    }
    if let count = comparisons.first?.videoCount, count < fewVideos {
      Console.warn("intervals from \(counted(count, "video")) say little about others")
    }
    let report = ComparisonReport(a: compare[0], b: compare[1], comparisons: comparisons)
    switch format {
    case .text: return report.text
    case .json: return report.json
    case .csv: return report.csv
    case .markdown: return report.markdown
    }
  }
}

/// Fewer videos than this make no interval worth much.
private let fewVideos = 10
