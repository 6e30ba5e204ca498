import AVARecords
import Clips
import Files
import Inference
import Runs
import TestSupport
import Testing

/// Runs in parts, of videos that are damaged, repaired or lost between them.
extension RunDirectoryTests {
  /// The identity of a run with a content of video "a".
  private func identity(a content: String, _ tasks: [ClipTask]? = nil) -> RunIdentity {
    var identity = RunIdentity()
    identity.add(.video, "a", content)
    identity.add(tasks ?? plan(nil).flatMap(\.tasks))
    return identity
  }

  /// Begins a shard whose first key frame is damaged, and scores the second in one view.
  private func computeDamaged(_ shard: Shard?, _ content: String) throws {
    let part = try part(shard)
    defer { part.close(as: .interrupted) }
    let tasks = plan(shard).flatMap(\.tasks)
    let journal = try part.open(identity(a: content), config, videos: plan(shard))
    try journal.note(tasks[0].keyFrame, damage: "torn")
    try journal.append(ScoredView(task: tasks[1], view: views[0], scores: scores(tasks[1], views[0])))
  }

  /// Two sound files of one video are not mixed, whatever was damaged before.
  @Test func damageExcusesOneFile() throws {
    defer { folder.remove() }
    try computeDamaged(shard(1, 2), "old")
    try compute(shard(1, 2), as: identity(a: "new"))
    let third = text { try compute(shard(0, 2), as: identity(a: "third")) }
    #expect(third.contains("shard 1/2 was begun with other things: video a was new and is third -> give"), "\(third)")
    // Another machine may still have the file that was damaged.
    try compute(shard(0, 2), as: identity(a: "old"))
    try RunMerge([directory]).write(into: directory)
    #expect(directory.identity(nil)?.entries.map(\.value).first == "new")
    // Computed apart, shards are compared when they are joined.
    let apart = RunDirectory(folder.path + "/apart")
    try compute(shard(0, 2), in: apart, as: identity(a: "third"))
    removeFile(directory.journal(shard(0, 2)))
    removeFile(directory.status(shard(0, 2)))
    let joined = text { _ = try RunMerge([apart, directory]) }
    #expect(
      joined.contains(
        "joining what is in '\(directory.path)': shard 1/2 was begun with other things than shard 0/2: video a was third"
      ),
      "\(joined)")
  }

  /// A plan takes what the run takes, and refuses what it refuses.
  @Test func remaindersOfRepairedVideos() throws {
    defer { folder.remove() }
    func remainder(_ content: String, _ part: Shard?) throws -> RunRemainder {
      try RunRemainder(of: plan(nil), part, in: directory, orJournal: "", identity(a: content))
    }
    try compute(shard(0, 2), as: identity(a: "old"))
    try computeDamaged(shard(1, 2), "old")
    #expect(try remainder("new", shard(0, 2)).done == 3)
    #expect(try remainder("new", nil).parts.map(\.done) == [3, 0])
    try compute(shard(1, 2), as: identity(a: "new"))
    for part in [shard(0, 2), shard(1, 2)] {
      #expect(text { _ = try remainder("third", part) }.contains("video a was new and is third"))
    }
    #expect(try remainder("new", nil).parts.map(\.done) == [3, 3])
  }

  /// Shards that divided the key frames without those of a video that could not be read.
  @Test func shardsOfOtherDivisionsAreNamed() throws {
    defer { folder.remove() }
    let few = plan(nil).filter { $0.name == "b" }
    let part = try part(shard(0, 3))
    let own = shard(0, 3).part(of: few.map(\.tasks))
    let journal = try part.open(identity(a: "missing", few[0].tasks), config, videos: [few[0].with(own[0])])
    for view in views { try journal.append(ScoredView(task: own[0][0], view: view, scores: scores(own[0][0], view))) }
    try part.complete(damaged: [], mAP: nil)
    part.close()
    for index in 1..<3 { try compute(shard(index, 3), as: identity(a: "x")) }
    let message = text { _ = try RunMerge([directory]) }
    #expect(message.contains("are not those of the run -> start shard 0/3 again, with the command that"), "\(message)")
    try compute(shard(0, 3), as: identity(a: "x"))
    try RunMerge([directory]).write(into: directory)
    #expect(try RunSummary(directory).progress == "6/6")
  }

  /// What the run's own command computed after a merge stays, whatever is joined again; so do its settings.
  @Test func mergesLoseNothing() throws {
    defer { folder.remove() }
    let (two, other) = (ModelFusion(.mean, weights: [1, 1]), ModelFusion(.mean, weights: [1, 2]))
    let lost = plan(shard(1, 2)).flatMap(\.tasks)[0].keyFrame
    try compute(shard(0, 2), as: identity(a: "x"), fusion: two)
    let part = try part(shard(1, 2), fusion: two)
    let journal = try part.open(identity(a: "x"), config, videos: plan(shard(1, 2)))
    for task in plan(shard(1, 2)).flatMap(\.tasks).dropFirst() {
      for view in views { try journal.append(ScoredView(task: task, view: view, scores: scores(task, view))) }
    }
    try journal.note(lost, damage: "torn")
    let damage = [RunStatus.Damage(video: lost.video, time: lost.time.microseconds, cause: "torn")]
    try part.complete(damaged: damage, mAP: nil)
    part.close()
    try RunMerge([directory]).write(into: directory)
    #expect(directory.readStatus(nil)?.damaged == damage)
    try compute(nil, as: identity(a: "y"), fusion: other)
    #expect(try RunSummary(directory).progress == "6/6")
    let merge = try RunMerge([directory])
    #expect(merge.settings(in: directory).status.fusion == other)
    try merge.write(into: directory)
    #expect(try RunSummary(directory).progress == "6/6")
    #expect(directory.readStatus(nil)?.fusion == other && directory.readStatus(nil)?.damaged.isEmpty == true)
    #expect(directory.identity(nil)?.entries.map(\.value).first == "y")
    // What the shards have no place for is named.
    let moved = plan(nil).map { video in
      video.with(
        video.tasks.map {
          ClipTask($0.keyFrame, center: $0.center + 1, moment: $0.moment, people: $0.people, views: views)
        })
    }
    let elsewhere = RunDirectory(folder.path + "/elsewhere")
    let whole = try self.part(nil, in: elsewhere)
    let anew = try whole.open(identity(a: "y", moved.flatMap(\.tasks)), config, videos: moved)
    for task in moved[1].tasks.suffix(1) {
      for view in views { try anew.append(ScoredView(task: task, view: view, scores: scores(task, view))) }
    }
    whole.close()
    let before = try readFile(elsewhere.journal(nil), doing: "testing")
    let message = text { try merge.write(into: elsewhere) }
    #expect(
      message.contains("has 1 key frame that the shards do not know (a,0002), and they would be lost"), "\(message)")
    #expect(try readFile(elsewhere.journal(nil), doing: "testing") == before)
  }
}
