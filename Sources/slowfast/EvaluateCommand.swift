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
      Files are taken as they are found: padded or unpadded seconds, 7 or 8 columns, commas or tabs, with or without \
      a header row. Results go to stdout or --output, notices to stderr.
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
    case text, json, csv
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

  func run() throws {
    let labels = try LabelMap.read(path: labelMap)
    let truth = try GroundTruthTable.read(path: groundTruth)
    let pool = WorkerPool()
    let found = try DetectionTable.read(path: detections, pool: pool)
    let excluded = try exclusions.map { try Exclusions.read(path: $0) } ?? Exclusions()
    for notice in truth.counts.notices(groundTruth) + found.counts.notices(detections) { Console.warn(notice) }
    if let exclusions, excluded.count == 0 { Console.warn("'\(exclusions)' excludes no key frame") }
    let tables = try AlignedTables(
      detections: found.table, groundTruth: truth.table, labelMap: labels, exclusions: excluded)
    for notice in auditNotices(FrameAudit(tables), labels) { Console.warn(notice) }
    let evaluations = match(tables, rules: protocolName.rules, pool: pool).map { evaluate($0, pool: pool) }
    for evaluation in evaluations {
      for notice in evaluation.notices { Console.say("\(evaluation.rules.name): \(notice)") }
    }
    let text =
      switch format {
      case .text: textReport(evaluations)
      case .json: jsonReport(evaluations)
      case .csv: csvReport(evaluations)
      }
    if let output { try writeFile(output, text) } else { print(text, terminator: "") }
  }

  private func auditNotices(_ audit: FrameAudit, _ labels: LabelMap) -> [String] {
    var notices: [String] = []
    func add(_ file: String, unknown: [Int: Int]) {
      if unknown.isEmpty { return }
      let rows = unknown.values.reduce(0, +)
      let ids = unknown.sorted { $0.key < $1.key }.map { "\($0.key) (\(counted($0.value, "row")))" }
      notices.append(
        "\(file): \(counted(rows, "row")) of \(counted(unknown.count, "class", plural: "classes")) that the label map "
          + "of \(labels.labels.count) does not have are not scored: \(listed(ids))")
    }
    func add(_ names: [String], _ what: String, plural: String? = nil, _ hint: String) {
      if names.isEmpty { return }
      notices.append("\(counted(names.count, what, plural: plural)): \(listed(names, limit: 3)) -> \(hint)")
    }
    add(detections, unknown: audit.unknownDetectionClasses)
    add(groundTruth, unknown: audit.unknownGroundTruthClasses)
    add(
      audit.videosOnlyInDetections, "video with detections is not in the ground truth",
      plural: "videos with detections are not in the ground truth", "compare the names in the first columns")
    add(
      audit.videosOnlyInGroundTruth, "video of the ground truth has no detections",
      plural: "videos of the ground truth have no detections", "was the run complete?")
    add(
      audit.framesOnlyInDetections, "key frame with detections is not in the ground truth",
      plural: "key frames with detections are not in the ground truth",
      "false positives under PySlowFast's protocol, ignored under the others")
    add(
      audit.framesOnlyInGroundTruth, "key frame of the ground truth has no detections",
      plural: "key frames of the ground truth have no detections", "what is there to find counts as missed")
    if audit.excludedDetectionFrames + audit.excludedGroundTruthFrames > 0 {
      notices.append(
        "excluded: \(counted(audit.excludedDetectionFrames, "key frame")) with detections, "
          + "\(counted(audit.excludedGroundTruthFrames, "key frame")) with ground truth")
    }
    return notices
  }
}

extension Evaluation {
  /// What the protocol did with the rows, in words.
  var notices: [String] {
    var notices: [String] = []
    if counts.rowsBeyondCap > 0, let cap = rules.entriesPerFrame {
      notices.append("\(counted(counts.rowsBeyondCap, "row")) dropped beyond the \(cap) best of their key frame")
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
