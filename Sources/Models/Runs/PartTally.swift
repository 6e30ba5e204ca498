internal import AVARecords
internal import Inference

/// What the journal of a run, or of a shard, has; its status alone where there is no journal.
struct PartTally {
  let status: RunStatus?
  private(set) var planned: Set<KeyFrame> = []
  private(set) var scored: Set<KeyFrame> = []
  /// The key frames without scores because frames are damaged.
  private(set) var lost: Set<KeyFrame> = []
  /// What only the status says, where there is no journal to count in.
  private(set) var uncounted: (done: Int, damaged: Int) = (0, 0)
  /// Whether it was complete once, and its journal has not all of it any more.
  private(set) var isTorn = false

  init(_ directory: RunDirectory, _ part: Shard?, _ status: RunStatus?) {
    self.status = status
    guard let journal = try? RunJournal(reading: directory.journal(part)) else {
      uncounted = (status?.done ?? 0, status?.damaged.count ?? 0)
      return
    }
    let tasks = journal.videos.flatMap(\.tasks)
    planned = Set(tasks.map(\.keyFrame))
    scored = Set(tasks.filter { journal.hasAll($0) }.map(\.keyFrame))
    let said = (status?.damaged ?? []).map { KeyFrame(video: $0.video, time: Timestamp(microseconds: $0.time)) }
    lost = journal.damagedKeyFrames.union(said).subtracting(scored)
    let hasLess = planned.isEmpty ? status.map { $0.done > 0 } ?? false : !planned.isSubset(of: scored.union(lost))
    isTorn = status?.state == .complete && hasLess
  }

  /// Whether nothing is left to compute.
  var isComplete: Bool {
    if isTorn { return false }
    return status.map { $0.state == .complete } ?? (!planned.isEmpty && planned.isSubset(of: scored.union(lost)))
  }

  /// The state in words, of a part that is not complete.
  var state: String { isTorn ? "with a journal that lost its end" : status?.state.rawValue ?? "without a status" }
}
