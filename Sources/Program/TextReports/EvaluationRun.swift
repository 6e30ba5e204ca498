public import AVAEval
public import Parallel
public import Statistics

/// One file of detections, evaluated: what every format writes.
public struct EvaluationRun {
  public let tables: AlignedTables
  public let findings: [Finding]
  public let evaluations: [Evaluation]
  /// The protocols' intervals over videos; nil where none were asked for.
  public let bootstraps: [Bootstrap]?
  private let outcomes: [ProtocolOutcomes]
  private let pool: WorkerPool

  public init(
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
  public func summary(explaining count: Int) -> EvaluationSummary {
    EvaluationSummary(
      tables, evaluations, bootstraps, explanations: outcomes.prefix(count).map { explain(tables, $0, pool: pool) })
  }

  /// Why the first protocol's numbers are what they are, with this many of the worst key frames.
  public func explanation(worstFrames: Int) -> Explanation? {
    var options = ExplanationOptions()
    options.worstFrames = worstFrames
    return outcomes.first.map { explain(tables, $0, options: options, pool: pool) }
  }
}
