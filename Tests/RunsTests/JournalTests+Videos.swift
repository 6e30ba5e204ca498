import AVARecords
import Files
import Inference
import Runs
import TestSupport
import Testing

/// Videos that are damaged, missing, repaired or others between two starts.
extension JournalTests {
  /// Files are repaired between runs: what was damaged is tried again.
  @Test func damageIsOfOneRun() throws {
    defer { folder.remove() }
    func run(_ journal: RunJournal) -> JournaledRun {
      let job = VideoJob(name: "a", tasks: (0..<2).map { task($0) }) { throw JournalError.foreign(path: "") }
      return JournaledRun([job], journal, stopsAtDamage: false)
    }
    let journal = try open()
    try journal.note(task(0).keyFrame, damage: "torn")
    try journal.append(ScoredView(task: task(1), view: view, scores: scores(task(1))))
    #expect(journal.damage(of: task(0)) == "torn")
    journal.close()
    let again = try open()
    #expect(again.damage(of: task(0)) == nil)
    #expect(again.keyFrameCount(views: 1) == 1 && run(again).doneCount == 1)
    #expect(again.damagedKeyFrames == [task(0).keyFrame])
    try again.append(ScoredView(task: task(0), view: view, scores: scores(task(0))))
    #expect(try open().damagedKeyFrames == [])
  }

  /// Who repairs a damaged video goes on: its scores stay, what was damaged is open. A video without damage may not change,
  /// nor may a repaired one once more.
  @Test func damagedVideosMayChange() throws {
    defer { folder.remove() }
    let name = task(0).keyFrame.video
    func identity(_ own: String, _ other: String, center: Int = 0) throws -> RunIdentity {
      var identity = try makeIdentity()
      identity.add(.video, name, "\(own), sha256 \(String(repeating: "a", count: 64))")
      identity.add(.video, "sound", other)
      identity.add(.tasks, "\(center)")
      return identity
    }
    let first = try open(identity("9 bytes", "x"))
    for second in [1, 2] {
      try first.append(ScoredView(task: task(second), view: view, scores: scores(task(second))))
    }
    try first.note(task(0).keyFrame, damage: "torn")
    try first.plan([PlannedVideo(number: 0, name: name, tasks: (0..<3).map { task($0) })])
    first.close()
    let before = try bytes()
    #expect(
      text { _ = try open(identity("9 bytes", "y")) }.contains("': video sound was x and is y -> give what it was"))
    #expect(text { _ = try open(identity("8 bytes", "y")) }.contains("': video sound was x and is y -> give"))
    #expect(try bytes() == before)
    let second = try open(identity("8 bytes", "x", center: 1))
    #expect(second.repairedVideos == [name] && second.damagedKeyFrames.isEmpty)
    try expect(second, has: 1..<3)
    #expect(second.videos.isEmpty && !second.has(task(0), view))
    // Where the repaired video has a key frame at another place, its scores are others.
    let moved = ClipTask(task(1).keyFrame, center: 31, people: task(1).people, views: [view])
    #expect(!second.has(moved, view))
    try second.append(ScoredView(task: task(0), view: view, scores: scores(task(0))))
    second.close()
    try expect(open(identity("8 bytes", "x", center: 1)), has: 0..<3)
    #expect(
      text { _ = try open(identity("7 bytes", "x")) }.contains(
        "the video \(name) is another (8 bytes, then 7 bytes) -> give what it was"))
  }

  /// Damage excuses a video only away from what was damaged: of its next file no score may stay when it becomes a third.
  @Test func damageIsOfOneFile() throws {
    defer { folder.remove() }
    let name = task(0).keyFrame.video
    func identity(_ own: String) throws -> RunIdentity {
      var identity = try makeIdentity()
      identity.add(.video, name, own)
      identity.add(.tasks, "3")
      return identity
    }
    let first = try open(identity("a"))
    try first.append(ScoredView(task: task(2), view: view, scores: scores(task(2))))
    for second in [0, 1] { try first.note(task(second).keyFrame, damage: "torn") }
    // Two files one after the other, of which nothing is scored.
    #expect(try open(identity("b")).repairedVideos == [name])
    let third = try open(identity("c"))
    #expect(third.repairedVideos == [name])
    try third.append(ScoredView(task: task(0), view: view, scores: scores(task(0))))
    // The second key frame was damaged in the first file: that says nothing of this one.
    #expect(text { _ = try open(identity("d")) }.contains("video \(name) was c and is d -> give what it was"))
    #expect(text { _ = try open(identity("a")) }.contains("video \(name) was c and is a -> give what it was"))
    try expect(open(identity("c")), has: 0..<0, and: [0, 2])
  }

  /// A video that cannot be read says nothing of its frames: it may come back as what it was, and as any other where
  /// nothing of it is scored.
  @Test func missingVideosComeBack() throws {
    defer { folder.remove() }
    let name = task(0).keyFrame.video
    func identity(_ own: String, tasks: String = "3") throws -> RunIdentity {
      var identity = try makeIdentity()
      identity.add(.video, name, own)
      identity.add(.tasks, tasks)
      return identity
    }
    // Noted at times at which nothing will be planned.
    let first = try open(identity("missing", tasks: "0"))
    try first.append(ScoredView(task: other, view: view, scores: scores(other)))
    try first.note(task(77).keyFrame, damage: "not there")
    let second = try open(identity("a"))
    #expect(second.repairedVideos == [name] && second.damagedKeyFrames.isEmpty)
    try second.append(ScoredView(task: task(0), view: view, scores: scores(task(0))))
    let sound = try bytes()
    let lost = try open(identity("missing", tasks: "1"))
    #expect(lost.lostVideos == [name] && lost.has(task(0), view))
    try lost.note(task(1).keyFrame, damage: "not there")
    #expect(lost.damage(of: task(1)) == "not there")
    #expect(try bytes() == sound)
    #expect(text { _ = try open(identity("b")) }.contains("video \(name) was a and is b -> give what it was"))
    #expect(try open(identity("a")).repairedVideos.isEmpty)
  }

  /// A name under which nothing could be scored may have been misspelt: another may stand in its place, or none.
  @Test func listsMayBeCorrected() throws {
    defer { folder.remove() }
    let name = task(0).keyFrame.video
    func identity(_ videos: [(String, String)]) throws -> RunIdentity {
      var identity = try makeIdentity()
      for (name, own) in videos { identity.add(.video, name, own) }
      identity.add(.tasks, "\(videos.map(\.0))")
      return identity
    }
    func misspelt() throws -> KeyFrame { KeyFrame(video: "mispelt", time: task(0).keyFrame.time) }
    let first = try open(identity([(name, "a"), ("mispelt", "missing")]))
    try first.append(ScoredView(task: task(0), view: view, scores: scores(task(0))))
    try first.note(misspelt(), damage: "not there")
    first.close()
    let before = try bytes()
    // More than one in the place of one is another list, and what is scored stays named.
    #expect(
      text { _ = try open(identity([(name, "a"), ("x", "b"), ("y", "c")])) }.contains("video x is new (b)"))
    #expect(text { _ = try open(identity([("misspelt", "b")])) }.contains("video \(name) (a) is gone"))
    #expect(try bytes() == before)
    let second = try open(identity([(name, "a"), ("misspelt", "b")]))
    #expect(second.leftVideos == ["mispelt"] && second.repairedVideos.isEmpty && second.has(task(0), view))
    second.close()
    let again = try open(identity([(name, "a"), ("misspelt", "b")]))
    #expect(again.leftVideos.isEmpty && again.has(task(0), view))
    #expect(text { _ = try open(identity([(name, "a")])) }.contains("video misspelt (b) is gone"))
    again.close()
    removeFile(path)
    let third = try open(identity([(name, "a"), ("mispelt", "torn")]))
    try third.append(ScoredView(task: task(0), view: view, scores: scores(task(0))))
    try third.note(misspelt(), damage: "torn")
    third.close()
    let shorter = try open(identity([(name, "a")]))
    #expect(shorter.leftVideos.isEmpty && shorter.has(task(0), view))
  }

  /// Of a list's images the first and the last are known, and each of them may be missing.
  @Test func missingImagesComeBack() throws {
    defer { folder.remove() }
    let name = task(0).keyFrame.video
    func identity(_ ends: String) throws -> RunIdentity {
      var identity = try makeIdentity()
      identity.add(.frames, name, "180: \(ends); names and sizes")
      return identity
    }
    let first = try open(identity("missing; 7 bytes"))
    try first.append(ScoredView(task: task(2), view: view, scores: scores(task(2))))
    #expect(
      text { _ = try open(identity("9 bytes; 8 bytes")) }.contains(
        "frames of \(name) was 180: missing; 7 bytes; names and sizes and"))
    #expect(try open(identity("9 bytes; missing")).repairedVideos == [name])
    #expect(
      text { _ = try open(identity("8 bytes; 7 bytes")) }.contains(
        "frames of \(name) was 180: 9 bytes; 7 bytes; names and sizes and"))
    #expect(try open(identity("missing; 0 bytes")).lostVideos == [name])
    #expect(try open(identity("9 bytes; 7 bytes")).lostVideos.isEmpty)
  }
}
