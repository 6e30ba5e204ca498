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
  var detections: String

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

  @Option(help: "How the result is written.")
  var format = Format.text

  @Option(help: ArgumentHelp("Write the result to this file instead of stdout.", valueName: "file"))
  var output: String?

  func validate() throws {
    if [groundTruth, detections, labelMap, exclusions].count(where: { $0 == standardInput }) > 1 {
      throw ValidationError("only one file can be standard input (-)")
    }
  }

  func run() throws {
    let labels = try LabelMap.read(path: labelMap)
    let truth = try GroundTruthTable.read(path: groundTruth)
    let pool = WorkerPool()
    let found = try DetectionTable.read(path: detections, pool: pool)
    let excluded = try exclusions.map { try Exclusions.read(path: $0) } ?? Exclusions()
    for notice in truth.counts.notices(groundTruth) { Console.warn(notice) }
    if let exclusions, excluded.count == 0 { Console.warn("'\(exclusions)' excludes no key frame") }
    let tables = try AlignedTables(
      detections: found.table, groundTruth: truth.table, labelMap: labels, exclusions: excluded)
    for finding in audit(tables, counts: found.counts, pool: pool) { Console.warn(finding.line) }
    let evaluations = match(tables, rules: protocolName.rules, pool: pool).map { evaluate($0, pool: pool) }
    for evaluation in evaluations {
      for notice in evaluation.notices { Console.say("\(evaluation.rules.name): \(notice)") }
    }
    let text =
      switch format {
      case .text: textReport(evaluations)
      case .json: jsonReport(evaluations)
      case .csv: csvReport(evaluations)
      case .markdown: markdownReport(evaluations)
      }
    if let output { try writeFile(output, text) } else { print(text, terminator: "") }
  }
}

extension Evaluation {
  /// What the protocol did with the rows, in words.
  var notices: [String] {
    var notices: [String] = []
    if counts.rowsBeyondCap > 0, let cap = rules.entriesPerFrame {
      let tied = counts.rowsTiedAtCap
      notices.append(
        "\(counted(counts.rowsBeyondCap, "row")) dropped beyond the \(cap) best of their key frame"
          + (tied == 0 ? "" : ", \(tied) of them scored as much as the least one kept"))
    }
    if counts.ignoredRows > 0 {
      notices.append("\(counted(counts.ignoredRows, "row")) ignored in key frames without ground truth")
    }
    if counts.excludedRows > 0 { notices.append("\(counted(counts.excludedRows, "row")) in excluded key frames") }
    if counts.rowsWithoutArea > 0 {
      notices.append(
        "\(counted(counts.rowsWithoutArea, "row")) dropped: the box has no width or no height, or is inverted")
    }
    return notices
  }
}
