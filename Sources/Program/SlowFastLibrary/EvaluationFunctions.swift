// The names are C's.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

internal import AVAEval
internal import AVARecords
public import CSlowFast
internal import Datasets
internal import Glibc
internal import Parallel
internal import Statistics
internal import TextReports

@c @implementation
public func slowfast_evaluate(
  _ ground_truth: UnsafePointer<slowfast_rows>!, _ detections: UnsafePointer<slowfast_rows>!,
  _ classes: UnsafePointer<slowfast_classes>!, _ exclusions: UnsafePointer<slowfast_rows>!,
  _ options: UnsafePointer<slowfast_evaluation_options>!,
  _ result: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!,
  _ notices: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!,
  _ message: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>!
) -> slowfast_status {
  answer(message) {
    let call = Call("evaluate")
    let wanted = try WantedEvaluation(options, call)
    let target = try call.pointer(result, "result")
    let truthRows = try call.rows(ground_truth, "ground_truth")
    let foundRows = try call.rows(detections, "detections")
    let labels = try call.labels(classes)
    let truth = try truthRows.groundTruth()
    let excluded = try exclusions.map { try call.rows($0, "exclusions", isFull: false).exclusions() }
    let found = try foundRows.detections(wanted.pool)
    var said = labels.notices + truth.counts.notices(truthRows.name)
    if let excluded, excluded.times.count == 0 { said.append("'\(excluded.name)' excludes no key frame") }
    let tables = try AlignedTables(
      detections: found.table, groundTruth: truth.table, labelMap: labels,
      exclusions: excluded?.times ?? ExcludedTimestamps(), dataset: .ava)
    let outcome = wanted.evaluate(tables, counts: found.counts)
    if let notices {
      notices.pointee = strdup((said.map { "warning: \($0)" } + outcome.notices).joined(separator: "\n"))
    }
    target.pointee = strdup(outcome.text)
  }
}

/// What is asked of an evaluation.
private struct WantedEvaluation {
  let pool: WorkerPool
  private let rules: [EvaluationRules]
  private let explains: Bool
  private let resampling: Resampling?

  init(_ options: UnsafePointer<slowfast_evaluation_options>?, _ call: Call) throws {
    let options = try call.structure(options, "options") ?? slowfast_evaluation_options()
    let name = options.protocol.map { String(cString: $0) } ?? "all"
    rules = name == "all" ? EvaluationRules.all : EvaluationRules.all.filter { $0.name == name }
    let names = EvaluationRules.all.map(\.name).joined(separator: ", ")
    try call.require(!rules.isEmpty, "'options->protocol' is '\(name)'", "give one of \(names), or all")
    try call.require(
      0...1_000_000 ~= options.bootstrap, "'options->bootstrap' is \(options.bootstrap)",
      "give 0 to 1000000; 1000 is usual")
    explains = options.explain != 0
    resampling = options.bootstrap == 0 ? nil : Resampling(count: Int(options.bootstrap), seed: options.seed)
    pool = WorkerPool(threads: try call.threads(options.threads))
  }

  /// - Returns: The command's text, and what it says beside it.
  func evaluate(_ tables: AlignedTables, counts: RowCounts) -> (text: String, notices: [String]) {
    let findings = audit(tables, counts: counts, pool: pool)
    let run = EvaluationRun(
      tables: tables, findings: findings, outcomes: match(tables, rules: rules, pool: pool), resampling: resampling,
      pool: pool)
    var notices = findings.map { ($0.isFault ? "warning: " : "note: ") + $0.line }
    for evaluation in run.evaluations { notices += evaluation.notices.map { "\(evaluation.rules.name): \($0)" } }
    if let notice = fewVideosNotice(run.bootstraps?.first?.truthVideoCount) { notices.append("warning: \(notice)") }
    return (run.summary(explaining: explains ? run.evaluations.count : 0).json, notices)
  }
}
