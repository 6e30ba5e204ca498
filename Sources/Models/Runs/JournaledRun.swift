public import Inference
internal import Clips
internal import Imaging

/// A run whose scores go into a journal: what the journal has is not scored again.
public struct JournaledRun {
  public let jobs: [VideoJob]
  public let journal: RunJournal
  /// Whether the first damaged frame ends the run; else its tasks are passed over.
  public let stopsAtDamage: Bool

  public init(_ jobs: [VideoJob], _ journal: RunJournal, stopsAtDamage: Bool) {
    self.jobs = jobs
    self.journal = journal
    self.stopsAtDamage = stopsAtDamage
  }

  /// All tasks, in order.
  public var tasks: [ClipTask] { jobs.flatMap(\.tasks) }

  /// How many tasks need no more work.
  public var doneCount: Int { jobs.reduce(0) { $0 + $1.tasks.count { remainder(of: $0) == nil } } }

  /// Scores what is missing.
  ///
  /// - Parameters:
  ///   - isToStop: Asked after each view of a task; true ends the run with what there is.
  ///   - progress: Called with the number of tasks done, earlier ones included.
  /// - Throws: As `ClipRun.run`, and `FileError` where the journal cannot be written.
  public func run(_ run: ClipRun, isToStop: () -> Bool, progress: (Int) -> Void) throws {
    let before = doneCount
    let missing = jobs.map { job in
      VideoJob(name: job.name, tasks: job.tasks.compactMap(remainder), open: job.open)
    }
    try run.run(
      missing,
      goesOn: {
        progress(before + $0)
        return !isToStop()
      },
      damaged: { task, damage in
        try journal.note(task.keyFrame, damage: damage.cause, frames: damage.clip)
        if stopsAtDamage { throw damage }
      },
      each: { try journal.append($0) })
  }

  /// The task with the views that are still to be scored.
  private func remainder(of task: ClipTask) -> ClipTask? { task.only { !journal.has(task, $0) } }
}
