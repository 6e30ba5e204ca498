internal import AVARecords
internal import Files
public import Inference

extension RunIdentity {
  /// Adds what is to be scored: which boxes of which key frames. Records say themselves which view they are of, and are
  /// found by video and time: the order of the videos is no part of it.
  public mutating func add(_ tasks: [ClipTask]) {
    var sum = SHA256()
    for (_, task) in tasks.enumerated().sorted(by: { ($0.1.keyFrame.video, $0.0) < ($1.1.keyFrame.video, $1.0) }) {
      let people = (task.people ?? []).map { "\($0.box) \($0.proposalScore)" }.joined(separator: ",")
      sum.update("\(task.keyFrame) \(task.center) \(task.moment.frame) [\(people)]\n")
    }
    add(.tasks, "\(tasks.count), sha256 \(sum.finish())")
  }

  /// What the entry of a name says.
  public subscript(name: String) -> String? { entries.first { $0.name == name }?.value }

  /// Whether these are all tasks of the run.
  public func isOf(_ tasks: [ClipTask]) -> Bool {
    var other = RunIdentity()
    other.add(tasks)
    return other[.tasks] == self[.tasks]
  }

  /// The identity of the whole run that a shard is part of.
  var ofWhole: RunIdentity {
    var whole = RunIdentity()
    for entry in entries where Thing(entry: entry.name) != .shard { whole.append(entry.name, entry.value) }
    return whole
  }

  /// The identity of a part of this run.
  func ofShard(_ shard: Shard?) -> RunIdentity {
    guard let shard else { return self }
    var part = self
    part.add(.shard, "\(shard)")
    return part
  }
}
