import AVARecords
import Clips
import Configuration
import Files
import Geometry
import Inference
import Runs
import TestSupport
import Tensors
import Testing

private let view = View(shortSide: 256)

private func task(_ second: Int, views: [View] = [view], people: Int = 2) -> ClipTask {
  let people = (0..<people).map { index in
    ClipTask.Person(
      box: UnitBox(x1: 0.1, y1: 0.2 + Double(index) / 10, x2: 0.5, y2: 1 / 3), proposalScore: 0.9)
  }
  return ClipTask(
    KeyFrame(video: "a, \"b\"", time: Timestamp(second: second)), center: second * 30, people: people, views: views)
}

/// Of another video.
private let other = ClipTask(
  KeyFrame(video: "other", time: Timestamp(second: 0)), center: 0, people: nil, views: [view])

private func scores(_ task: ClipTask, seed: UInt64 = 1) -> Tensor {
  var generator = SeededGenerator(seed: seed &+ UInt64(task.center))
  let rows = task.people?.count ?? 1
  return Tensor([rows, 3], (0..<rows * 3).map { _ in Float(generator.uniform(0, 1)) })
}

private func config(_ crop: Int = 256) throws -> Configuration {
  try Configuration.load(
    path: projectRoot + "/configs/AVA/c2/SLOWFAST_32x2_R50.yaml", overrides: ["DATA.TEST_CROP_SIZE", "\(crop)"])
}

private func makeIdentity(_ crop: Int = 256, _ weights: String = "abc") throws -> RunIdentity {
  var identity = RunIdentity()
  identity.add(try config(crop))
  identity.add(.weights, weights)
  return identity
}

private func text(_ body: () throws -> Void) -> String {
  do {
    try body()
    return "no error"
  } catch { return "\(error)" }
}

struct JournalTests {
  let folder = TemporaryFolder()
  var path: String { folder.path + "/run/x.journal" }

  private func open(_ identity: RunIdentity? = nil) throws -> RunJournal {
    try RunJournal(path: path, identity: identity ?? makeIdentity())
  }

  private func lost(_ journal: RunJournal) -> String? {
    journal.loss.map { "\($0.bytes) \($0.isTorn ? "torn" : "damaged")" }
  }

  private func bytes() throws -> [UInt8] { try readFile(path, doing: "testing") }

  private func write(_ bytes: some Sequence<UInt8>) throws {
    let file = try AtomicFile(path: path)
    try file.write(bytes)
    try file.commit()
  }

  /// Fills a journal with the scores of seconds.
  private func fill(_ seconds: Range<Int>) throws {
    let journal = try open()
    for second in seconds {
      try journal.append(ScoredView(task: task(second), view: view, scores: scores(task(second))))
    }
    journal.close()
  }

  private func expect(_ journal: RunJournal, has seconds: Range<Int>, and others: [Int] = []) throws {
    #expect(journal.keyFrameCount(views: 1) == seconds.count + others.count)
    for second in Array(seconds) + others {
      #expect(try journal.scores(of: task(second), view)?.array == scores(task(second)).array)
    }
  }

  /// What was written is read at once and after opening again, to the last bit; a file in memory does the same.
  @Test func scoresComeBack() throws {
    defer { folder.remove() }
    let large = View(shortSide: 320, flip: true, crop: .square(1))
    let both = task(1, views: [view, large])
    let whole = ClipTask(KeyFrame(video: "c", time: Timestamp(second: 0)), center: 0, people: nil, views: [view])
    func check(_ journal: RunJournal) throws {
      #expect(try journal.scores(of: both, view)?.array == scores(both).array)
      #expect(try journal.scores(of: both, large)?.array == scores(both, seed: 2).array)
      #expect(try journal.scores(of: whole, view)?.shape == [1, 3])
      #expect(journal.damage(of: both) == nil)
      #expect(journal.has(both, large) && !journal.has(task(2), view) && !journal.has(both, View(shortSide: 9)))
      #expect(try journal.scores(of: task(7), view) == nil)
      #expect(
        journal.keyFrameCount(views: 1) == 2 && journal.results == ["x.csv", "y.csv"].map(absolutePath)
          && journal.loss == nil)
    }
    func write(_ journal: RunJournal) throws {
      try journal.append(ScoredView(task: both, view: view, scores: scores(both)))
      try journal.append(ScoredView(task: both, view: large, scores: scores(both, seed: 2)))
      try journal.append(ScoredView(task: whole, view: view, scores: scores(whole)))
      try journal.beginResults(["x.csv", "y.csv"])
      try check(journal)
      journal.close()
    }
    try write(RunJournal())
    #expect(RunJournal.resultsBegun(at: path) == [])
    try write(open())
    #expect(RunJournal.resultsBegun(at: path) == ["x.csv", "y.csv"].map(absolutePath))
    let again = try open()
    try check(again)
    again.remove()
    again.close()
    #expect(!pathExists(path))
  }

  /// What a run wrote when it was interrupted is its own, and so is what it wrote later.
  @Test func resultsAddUp() throws {
    defer { folder.remove() }
    try fill(0..<1)
    let first = try open()
    try first.beginResults(["x.csv"])
    first.close()
    let journal = try open()
    try journal.beginResults(["x.partial.csv"])
    try journal.beginResults(["x.csv", "y.csv"])
    // Names alone would be other files in another folder.
    let all = ["x.csv", "x.partial.csv", "y.csv"].map { currentFolder() + "/" + $0 }
    #expect(journal.results == all)
    let before = try bytes()
    try journal.beginResults(["y.csv", "x.csv"])
    #expect(try bytes() == before)
    #expect(try open().results == all && RunJournal.resultsBegun(at: path) == all)
  }

  /// Where a record is damaged, the file stays under another name as it was; of a head in part nothing is lost but the word.
  @Test func damagedFilesAreKept() throws {
    defer { folder.remove() }
    try fill(0..<4)
    let sound = try bytes()
    for name in [".damaged", ".damaged.2", ".damaged.3"] {
      var damaged = sound
      damaged[sound.count - 100 - name.count] ^= 1
      try write(damaged)
      let journal = try open()
      #expect(journal.loss?.copy == path + name && journal.loss?.isTorn == false)
      journal.close()
      #expect(try readFile(path + name, doing: "testing") == damaged)
    }
    try write(sound.dropLast(9))
    let torn = try open()
    #expect(torn.loss?.isTorn == true && torn.loss?.copy == nil)
    torn.close()
    try write(sound.prefix(40))
    #expect(try lost(open()) == "40 torn")
    try write([])
    #expect(try lost(open()) == nil)
    #expect(try listFolder(folder.path + "/run").count == 4)
  }

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

  /// Of a list's images the first and the last are known, and each of them may be missing.
  @Test func missingImagesComeBack() throws {
    defer { folder.remove() }
    let name = task(0).keyFrame.video
    func identity(_ ends: String) throws -> RunIdentity {
      var identity = try makeIdentity()
      identity.add(.frames, name, "180: \(ends)")
      return identity
    }
    let first = try open(identity("missing; 7 bytes"))
    try first.append(ScoredView(task: task(2), view: view, scores: scores(task(2))))
    #expect(
      text { _ = try open(identity("9 bytes; 8 bytes")) }.contains("frames of \(name) was 180: missing; 7 bytes and"))
    #expect(try open(identity("9 bytes; missing")).repairedVideos == [name])
    #expect(
      text { _ = try open(identity("8 bytes; 7 bytes")) }.contains("frames of \(name) was 180: 9 bytes; 7 bytes and"))
    #expect(try open(identity("missing; 0 bytes")).lostVideos == [name])
    #expect(try open(identity("9 bytes; 7 bytes")).lostVideos.isEmpty)
  }

  /// Whatever part of the end is missing or wrong, the records before it stay, and the rest is written anew.
  @Test func tornEndsAreCut() throws {
    defer { folder.remove() }
    try fill(0..<3)
    let two = try bytes().count
    try fill(3..<4)
    let all = try bytes()
    for end in stride(from: two, to: all.count, by: 7) {
      try write(all.prefix(end))
      let journal = try open()
      let torn = end - two
      #expect(lost(journal) == (torn > 0 ? "\(torn) torn" : nil), "cut at \(end)")
      try expect(journal, has: 0..<3)
      try journal.append(ScoredView(task: task(3), view: view, scores: scores(task(3))))
      #expect(try bytes() == all, "cut at \(end)")
    }
    for place in stride(from: two, to: all.count, by: 5) {
      var spoiled = all
      spoiled[place] ^= 0x41
      try write(spoiled + [1, 2, 3])
      let journal = try open()
      #expect(lost(journal) == "\(all.count + 3 - two) damaged", "spoiled at \(place)")
      try expect(journal, has: 0..<3)
    }
    for zeros in [3, 4096] {
      try write(all + Array(repeating: 0, count: zeros))
      let journal = try open()
      #expect(lost(journal) == "\(zeros) damaged")
      try expect(journal, has: 0..<4)
    }
    // Of four records of one size, the first.
    let none = (all.count - two) * 4
    var spoiled = all
    spoiled[all.count - none + 20] ^= 1
    try write(spoiled)
    let journal = try open()
    #expect(journal.isEmpty && lost(journal) == "\(none) damaged")
  }

  /// A file that somebody else changes under a run is not believed.
  @Test func changedScoresAreNoticed() throws {
    defer { folder.remove() }
    let journal = try open()
    try journal.append(ScoredView(task: task(0), view: view, scores: scores(task(0))))
    let sound = try bytes()
    for place in [sound.count - 1, sound.count - 60, 2700] where place < sound.count {
      let file = try AppendedFile(path: path, doing: "testing")
      try file.cut(to: place)
      #expect(text { _ = try journal.scores(of: task(0), view) }.contains("has changed while the run wrote it"))
      try file.append([sound[place] ^ 1] + sound[(place + 1)...])
      #expect(text { _ = try journal.scores(of: task(0), view) }.contains("has changed while the run wrote it"))
      try file.cut(to: 0)
      try file.append(sound)
      #expect(try journal.scores(of: task(0), view)?.array == scores(task(0)).array)
    }
  }

  /// Whole records with counts that cannot be, or of other people or classes: their tasks are scored again, the others
  /// not.
  @Test func recordsThatCannotBeAreNone() throws {
    defer { folder.remove() }
    try fill(0..<1)
    let one = try bytes()
    try fill(1..<3)
    let all = try bytes()
    let record = Array(all[one.count..<(one.count + (all.count - one.count) / 2)])
    // People and classes stand before two people's 40 bytes each and six scores.
    let people = record.count - 2 * 40 - 6 * 4 - 8
    func sealed(_ content: [UInt8]) -> [UInt8] {
      func number(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) } }
      return number(UInt32(content.count)) + number(content.withUnsafeBytes { crc32($0) }) + content
    }
    func spoiled(_ place: Int, _ value: UInt32) -> [UInt8] {
      var content = Array(record[8...])
      for byte in 0..<4 { content[place - 8 + byte] = UInt8(truncatingIfNeeded: value >> (byte * 8)) }
      return sealed(content)
    }
    let records: [[UInt8]] = [
      spoiled(people, .max), spoiled(people, 1 << 31), spoiled(people, 0), spoiled(people, 1), spoiled(people, 3),
      spoiled(people + 4, .max), spoiled(people + 4, 1 << 30), spoiled(people + 4, 0), spoiled(people + 4, 2),
      spoiled(people + 12, 77), sealed([9, 1, 2]), sealed([4, 255, 255, 255, 255]), sealed([1]),
      sealed(Array(record[8...].dropLast(4))), sealed(Array(record[8...]) + [0, 0, 0, 0]),
    ]
    for (number, bad) in records.enumerated() {
      try write(one + bad + all[(one.count + record.count)...])
      let journal = try open()
      #expect(!journal.has(task(1), view), "\(number)")
      #expect(try journal.scores(of: task(1), view) == nil, "\(number)")
      #expect(journal.has(task(0), view) && journal.has(task(2), view), "\(number)")
      try journal.append(ScoredView(task: task(1), view: view, scores: scores(task(1))))
      try expect(open(), has: 0..<3)
    }
    try write(all)
    #expect(try RunJournal(path: path, identity: makeIdentity(), classes: 3).keyFrameCount(views: 1) == 3)
    let others = try RunJournal(path: path, identity: makeIdentity(), classes: 4)
    #expect(others.isEmpty && !others.has(task(0), view))
    #expect(try !open().has(task(0, people: 3), view))
  }

  /// A head that was torn has nothing after it; one that is spoiled is not thrown away with what follows.
  @Test func tornHeads() throws {
    defer { folder.remove() }
    let empty = try open()
    let head = try bytes()
    empty.close()
    #expect(!pathExists(path), "nothing to go on with")
    for end in stride(from: 0, through: head.count, by: 11) {
      try write(head.prefix(end))
      _ = try open()
      #expect(try bytes() == head)
    }
    try fill(0..<2)
    var spoiled = try bytes()
    spoiled[60] ^= 1
    try write(spoiled)
    #expect(text { _ = try open() }.contains("is damaged at its beginning, nothing tells what its"))
    #expect(try bytes() == spoiled)
    try write(Array("notes of mine".utf8))
    #expect(text { _ = try open() }.contains("x.journal' is no journal"))
    let notes = Array("slowfast journal 1\nis what I call my notes".utf8)
    try write(notes)
    #expect(text { _ = try open() }.contains("damaged at its beginning"))
    #expect(try bytes() == notes)
  }

  @Test func otherRunsAreRefused() throws {
    defer { folder.remove() }
    try fill(0..<2)
    let before = try bytes()
    let message = text { _ = try open(makeIdentity(224, "def")) }
    #expect(
      message.contains("DATA.TEST_CROP_SIZE was 256 and is 224, weights was abc and is def -> give what it was"),
      "\(message)")
    var more = try makeIdentity()
    more.add(.video, "b", "9 bytes")
    #expect(text { _ = try open(more) }.contains("video b is new (9 bytes)"))
    var less = RunIdentity()
    less.add(try config())
    #expect(text { _ = try open(less) }.contains("weights (abc) is gone"))
    #expect(try bytes() == before)
    try expect(open(), has: 0..<2)
  }

  /// Changes are said in words, causes without what follows from them.
  @Test func changesInWords() throws {
    func identity(_ threshold: Double, _ mark: String, tasks: String, order: [String] = ["a", "b"]) throws
      -> RunIdentity
    {
      let sum = String(repeating: mark, count: 64)
      var identity = RunIdentity()
      identity.add(
        try Configuration.load(
          path: projectRoot + "/configs/AVA/c2/SLOWFAST_32x2_R50.yaml",
          overrides: ["AVA.DETECTION_SCORE_THRESH", "\(threshold)"]))
      identity.add(.weights, "9 bytes, sha256 \(sum)")
      for name in order { identity.add(.video, name, "7 bytes, sha256 of both ends \(sum)") }
      identity.add(.tasks, tasks)
      return identity
    }
    func tasks(_ mark: String) -> String { "36, sha256 " + String(repeating: mark, count: 64) }
    _ = try RunJournal(path: path, identity: identity(0.8, "a", tasks: tasks("a")))
    defer { folder.remove() }
    func refusal(_ identity: RunIdentity) -> String {
      let message = text { _ = try RunJournal(path: path, identity: identity) }
      return message.replacing("going on with the run of '\(path)': ", with: "")
    }
    #expect(
      try refusal(identity(0.8, "a", tasks: tasks("b"))).hasPrefix(
        "the key frames and boxes are others (36, sha256 aaaaaaaa, then 36, sha256 bbbbbbbb) -> give"))
    #expect(
      try refusal(identity(0.9, "a", tasks: tasks("b"))).hasPrefix(
        "AVA.DETECTION_SCORE_THRESH was 0.8 and is 0.9 -> give"))
    #expect(
      try refusal(identity(0.8, "b", tasks: tasks("b"))).hasPrefix(
        "the weights are others (9 bytes, sha256 aaaaaaaa, then 9 bytes, sha256 bbbbbbbb), the video a is another "
          + "(7 bytes, sha256 of both ends aaaaaaaa, then 7 bytes, sha256 of both ends bbbbbbbb), the video b is"))
    #expect(try refusal(identity(0.8, "a", tasks: tasks("a"), order: ["b", "a"])) == "no error")
  }

  /// Files may lie elsewhere, and label maps or ground truth be others, without other scores.
  @Test func keysOfScores() throws {
    let path = projectRoot + "/configs/AVA/SLOW_8x8_R50_SHORT.yaml"
    let keys = try Configuration.load(path: path).keysOfScores
    #expect(keys.isSubset(of: Set(Configuration.keys)))
    for key in ["DATA.TEST_CROP_SIZE", "AVA.DETECTION_SCORE_THRESH", "DATA.MEAN", "MODEL.NUM_CLASSES", "AVA.BGR"] {
      #expect(keys.contains(key), "\(key)")
    }
    #expect(keys.isDisjoint(with: ["OUTPUT_DIR", "AVA.GROUNDTRUTH_FILE", "TEST.CHECKPOINT_FILE_PATH"]))
    #expect(keys.isDisjoint(with: ["TEST.NUM_ENSEMBLE_VIEWS", "DATA.TARGET_FPS", "DATA.DECODING_BACKEND"]))
    let clips = try Configuration.load(path: projectRoot + "/configs/Kinetics/X3D_M.yaml").keysOfScores
    #expect(clips.isSuperset(of: ["TEST.NUM_SPATIAL_CROPS", "DATA.TARGET_FPS", "DATA.TRAIN_JITTER_SCALES"]))
    #expect(
      !clips.contains { $0.hasPrefix("AVA.") } && clips.isDisjoint(with: ["DATA.PATH_PREFIX", "DATA.ENSEMBLE_METHOD"]))
    // 13 places and results, 15 keys of clips, and 2 that are read for clips alone.
    #expect(Set(Configuration.keysRead).subtracting(keys).count == 30, "a key that was renamed")
  }
}
