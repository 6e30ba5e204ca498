internal import AVARecords
internal import Files
internal import Inference

/// What the journal of a run, or of a shard, has.
struct PartTally {
  let status: RunStatus?
  private(set) var planned: Set<KeyFrame> = []
  private(set) var scored: Set<KeyFrame> = []
  /// The key frames without scores because frames are damaged.
  private(set) var lost: Set<KeyFrame> = []
  /// What is the matter with a journal that has less than the status says, in words: "gone", "lost its end".
  private(set) var loss: String?

  init(_ directory: RunDirectory, _ part: Shard?, _ status: RunStatus?) {
    self.status = status
    guard let journal = try? RunJournal(reading: directory.journal(part)) else {
      if (status?.done ?? 0) > 0 { loss = pathExists(directory.journal(part)) ? "cannot be read" : "is gone" }
      return
    }
    let tasks = journal.videos.flatMap(\.tasks)
    planned = Set(tasks.map(\.keyFrame))
    scored = Set(tasks.filter { journal.hasAll($0) }.map(\.keyFrame))
    let said = (status?.damaged ?? []).map { KeyFrame(video: $0.video, time: Timestamp(microseconds: $0.time)) }
    lost = journal.damagedKeyFrames.union(said).subtracting(scored)
    let hasLess = planned.isEmpty ? status.map { $0.done > 0 } ?? false : !planned.isSubset(of: scored.union(lost))
    if status?.state == .complete && hasLess { loss = planned.isEmpty ? "is damaged" : "lost its end" }
  }

  /// Whether nothing is left to compute.
  var isComplete: Bool {
    if loss != nil { return false }
    return status.map { $0.state == .complete } ?? (!planned.isEmpty && planned.isSubset(of: scored.union(lost)))
  }

  /// The state in words, of a part that is not complete.
  var state: String { loss.map { "with a journal that \($0)" } ?? status?.state.rawValue ?? "without a status" }
}
