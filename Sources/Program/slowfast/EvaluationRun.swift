internal import AVAEval
internal import AVARecords
internal import Parallel
internal import Report
internal import Statistics
internal import TextReports
internal import Video

/// One file of detections, evaluated: what every format writes.
struct EvaluationRun {
  let tables: AlignedTables
  let findings: [Finding]
  let evaluations: [Evaluation]
  /// The protocols' intervals over videos; nil where none were asked for.
  let bootstraps: [Bootstrap]?
  private let outcomes: [ProtocolOutcomes]
  private let pool: WorkerPool

  init(
    tables: AlignedTables, findings: [Finding], outcomes: [ProtocolOutcomes], resampling: Resampling?, pool: WorkerPool
  ) {
    self.tables = tables
    self.findings = findings
    self.outcomes = outcomes
    self.pool = pool
    evaluations = outcomes.map { evaluate($0, pool: pool) }
    bootstraps = resampling.map { resampling in
      outcomes.map { AVAEval.bootstrap(tables, $0, resampling, pool: pool) }
    }
  }

  /// What text, JSON, Markdown and CSV are made of.
  ///
  /// - Parameter count: How many protocols are explained.
  func summary(explaining count: Int) -> EvaluationSummary {
    EvaluationSummary(
      tables, evaluations, bootstraps, explanations: outcomes.prefix(count).map { explain(tables, $0, pool: pool) })
  }

  /// Why the first protocol's numbers are what they are, with this many of the worst key frames.
  func explanation(worstFrames: Int) -> Explanation? {
    var options = ExplanationOptions()
    options.worstFrames = worstFrames
    return outcomes.first.map { explain(tables, $0, options: options, pool: pool) }
  }
}

extension ReportOptions {
  /// Writes the page of an evaluation.
  func write(_ run: EvaluationRun, _ detections: String, _ files: ReportFiles, _ catalog: FrameCatalog?) throws {
    guard let explanation = run.explanation(worstFrames: reportFrames) else { return }
    let moments = explanation.worstFrames.map { frame in
      let key = run.tables.frames[frame.frame]
      return KeyFrame(video: run.tables.videos[key.video], time: key.time)
    }
    try write(
      EvaluationReport(
        detections: detections, files: files, tables: run.tables, evaluations: run.evaluations,
        bootstraps: run.bootstraps ?? [], explanation: explanation, findings: run.findings,
        images: catalog.map { images(moments, [run.tables], $0) }
      ).html)
  }
}
