import AVARecords
import Clips
import Configuration
import Files
import Glibc
import Inference
import Runs
import TestSupport
import Testing

/// What the parts of a run must have alike, what is left of them, and merges that ended early.
extension RunDirectoryTests {
  /// A merge that was killed while it wrote results knows them as its own; one that came to its end does not.
  @Test func aMergeThatEndedEarly() throws {
    defer { folder.remove() }
    for index in 0..<4 { try compute(shard(index)) }
    let own = folder.path + "/out/detections.csv"
    #expect(directory.begunResults.isEmpty)
    try RunMerge([directory]).write(into: directory, results: [own])
    #expect(directory.begunResults == [own])
    // The next one writes elsewhere, and may replace both.
    try RunMerge([directory]).write(into: directory, results: [own + ".2"])
    #expect(directory.begunResults == [own, own + ".2"])
    try directory.complete(mAP: nil)
    #expect(directory.begunResults.isEmpty)
  }

  /// What no score depends on, and results do, is the same for all parts.
  @Test func settingsOfResultsAgree() throws {
    defer { folder.remove() }
    func compute(_ shard: Shard, fusion: String, in directory: RunDirectory) throws {
      var other = config
      try other.apply(overrides: ["AVA.TEST_VIEW_FUSION", fusion])
      let part = try part(shard, in: directory)
      defer { part.close() }
      let journal = try part.open(identity(), other, videos: plan(shard))
      for task in plan(shard).flatMap(\.tasks) {
        for view in views where !journal.has(task, view) {
          try journal.append(ScoredView(task: task, view: view, scores: scores(task, view)))
        }
      }
      try part.complete(damaged: [], mAP: nil)
    }
    try compute(shard(0, 2), fusion: "mean", in: directory)
    let message = text { try compute(shard(1, 2), fusion: "max", in: directory) }
    #expect(
      message.contains("AVA.TEST_VIEW_FUSION was 'mean' and is 'max' -> give the same to all parts"), "\(message)")
    // Of the first shard alone it may change.
    try compute(shard(0, 2), fusion: "max", in: directory)
    try compute(shard(1, 2), fusion: "max", in: directory)
    _ = try RunMerge([directory])
    let (left, right) = (RunDirectory(folder.path + "/left"), RunDirectory(folder.path + "/right"))
    try compute(shard(0, 2), fusion: "mean", in: left)
    try compute(shard(1, 2), fusion: "max", in: right)
    let apart = text { _ = try RunMerge([left, right]) }
    #expect(
      apart.contains("joining what is in '\(right.path)'") && apart.contains("was 'mean' and is 'max'"), "\(apart)")
  }

  /// Of an ensemble, the models' scores become one in the same way in all parts.
  @Test func fusionsOfModelsAgree() throws {
    defer { folder.remove() }
    let (mean, other) = (ModelFusion(.mean, weights: [1, 1]), ModelFusion(.mean, weights: [1, 2]))
    try compute(shard(0, 2), in: directory, fusion: mean)
    let message = text { try compute(shard(1, 2), in: directory, fusion: other) }
    #expect(
      message.contains(
        "the ensemble's FUSION was mean with weights 1.0, 1.0 and is mean with weights 1.0, 2.0 -> start all shards with the"
      ),
      "\(message)")
    let (left, right) = (RunDirectory(folder.path + "/left"), RunDirectory(folder.path + "/right"))
    try compute(shard(0, 2), in: left, fusion: mean)
    try compute(shard(1, 2), in: right, fusion: other)
    let apart = text { _ = try RunMerge([left, right]) }
    #expect(apart.contains("joining what is in '\(right.path)'") && apart.contains("with weights 1.0, 2.0"), "\(apart)")
    #expect(
      apart.contains("without --shard and with --overwrite makes results with others") && !apart.contains("KEY VALUE"))
  }

  /// A configuration that lost its end, or all of it, is named with what to do; the run's own command mends it.
  @Test(arguments: ["", "half", "gone", "no: [yaml"]) func aTornConfigurationIsNamed(_ what: String) throws {
    defer { folder.remove() }
    var own = config
    try own.apply(overrides: ["X3D.DEPTH_FACTOR", "3.25"])
    var identity = identity()
    identity.add(own)
    func run() throws {
      let part = try part(nil)
      defer { part.close() }
      let journal = try part.open(identity, own, videos: plan(nil))
      for task in plan(nil).flatMap(\.tasks) {
        for view in views where !journal.has(task, view) {
          try journal.append(ScoredView(task: task, view: view, scores: scores(task, view)))
        }
      }
      try part.complete(damaged: [], mAP: nil)
    }
    try run()
    let sound = try readFile(directory.configuration, doing: "testing")
    #expect(try directory.readConfiguration().yaml == own.yaml)
    switch what {
    case "gone": removeFile(directory.configuration)
    case "half": try writeFile(directory.configuration, String(decoding: sound.prefix(sound.count / 2), as: UTF8.self))
    default: try writeFile(directory.configuration, what)
    }
    let message = text { _ = try directory.readConfiguration() }
    #expect(
      message.hasPrefix("reading the run directory: '\(directory.configuration)': it ")
        && message.contains("-> start the command that the run was begun with again"), "\(message)")
    try run()
    #expect(try readFile(directory.configuration, doing: "testing") == sound)
  }

  /// What is still to do, of a run in one piece and of shards.
  @Test func remainders() throws {
    defer { folder.remove() }
    func remainder(_ shard: Shard? = nil, _ other: RunDirectory? = nil) throws -> RunRemainder {
      try RunRemainder(of: plan(nil), shard, in: other ?? directory, orJournal: folder.path + "/no", identity())
    }
    let fresh = try remainder()
    #expect(
      fresh.parts == [.init(shard: nil, total: 6, done: 0)] && !fresh.isBegun && fresh.missing.map(\.count) == [3, 3])
    #expect(try remainder(shard(1)).parts == [.init(shard: shard(1), total: 2, done: 0)])
    try compute(nil, 4)
    let begun = try remainder()
    #expect(begun.parts == [.init(shard: nil, total: 6, done: 4)] && begun.isBegun)
    #expect(begun.missing.flatMap { $0 }.map(\.keyFrame) == plan(nil).flatMap(\.tasks).suffix(2).map(\.keyFrame))
    #expect(text { _ = try remainder(shard(0)) }.contains("it keeps a run that was not divided"))
    let parts = RunDirectory(folder.path + "/parts")
    try compute(shard(0), in: parts)
    try compute(shard(2), 0, in: parts)
    let divided = try remainder(nil, parts)
    #expect(
      divided.parts.map(\.done) == [1, 0, 0, 0] && divided.parts.map(\.total) == [1, 2, 1, 2] && divided.isBegun)
    #expect(try remainder(shard(0), parts).done == 1)
    #expect(text { _ = try remainder(shard(0, 3), parts) }.contains("it keeps shards of 4"))
    let other = text {
      _ = try RunRemainder(of: plan(nil), nil, in: directory, orJournal: "", identity("def"))
    }
    #expect(other.contains("weights was abc and is def -> give what it was begun with"), "\(other)")
    // Without --run, the journal beside the results counts.
    let beside = try RunRemainder(of: plan(nil), nil, in: nil, orJournal: directory.journal(nil), identity())
    #expect(beside.done == 4)
  }

  @Test func sizesOfJournals() throws {
    defer { folder.remove() }
    try compute(nil)
    let size = try readFile(directory.journal(nil), doing: "testing").count
    #expect(RunJournal.expectedBytes(identity(), plan(nil), classes: 3, isKept: true) == size)
    #expect(RunJournal.expectedBytes(identity(), plan(nil), classes: 3, isKept: false) < size)
  }

  /// Runs are counted in their journals, whatever became of the files that say how far they are.
  @Test func summariesCountJournals() throws {
    defer { folder.remove() }
    for index in 0..<4 { try compute(shard(index)) }
    for index in 0..<3 { removeFile(directory.status(shard(index))) }
    let lost = try RunSummary(directory)
    #expect((lost.done, lost.damaged, lost.total) == (6, 0, 6))
    #expect(lost.state == "4 of 4 shards complete")
    // A journal that lost its end is not complete any more, whatever its status says.
    let size = try readFile(directory.journal(shard(3)), doing: "testing").count
    try #require(truncate(directory.journal(shard(3)), size - 40) == 0)
    let torn = try RunSummary(directory)
    #expect(torn.done == 5)
    #expect(torn.state == "3 of 4 shards complete, 1 with a journal that lost its end")
  }

  /// A journal that is gone or no journal has nothing, whatever its status says.
  @Test func summariesWithoutJournals() throws {
    defer { folder.remove() }
    for index in 0..<2 { try compute(shard(index, 2)) }
    try writeFile(directory.journal(shard(1, 2)), "hello")
    let foreign = try RunSummary(directory)
    #expect(foreign.state == "1 of 2 shards complete, 1 with a journal that cannot be read")
    #expect((foreign.done, foreign.total) == (3, 6))
    removeFile(directory.journal(shard(1, 2)))
    #expect(try RunSummary(directory).state == "1 of 2 shards complete, 1 with a journal that is gone")
    let whole = RunDirectory(folder.path + "/whole")
    try compute(nil, in: whole)
    removeFile(whole.journal(nil))
    let gone = try RunSummary(whole)
    #expect((gone.state, gone.progress) == ("complete, its journal is gone", "0/6"))
  }

  /// Shards that name the videos in another order would divide the key frames in another way: the later one is refused when
  /// it starts. What began in folders apart is refused when it is joined, and the later shard is named.
  @Test func shardsInAnotherOrder() throws {
    defer { folder.remove() }
    func identity(_ order: [String]) -> RunIdentity {
      var identity = RunIdentity()
      for name in order { identity.add(.video, name, "7 bytes") }
      identity.add(plan(nil).flatMap(\.tasks))
      return identity
    }
    let change = "the videos come in another order (number 1 was 'b' and is 'a')"
    try compute(shard(0, 2), as: identity(["b", "a"]))
    let beside = text { try compute(shard(1, 2), as: identity(["a", "b"])) }
    #expect(beside.contains("shard 0/2 was begun with other things: \(change) ->"), "\(beside)")
    let apart = RunDirectory(folder.path + "/apart")
    try compute(shard(1, 2), in: apart, as: identity(["a", "b"]))
    let joined = text { _ = try RunMerge([directory, apart]) }
    #expect(joined.contains("shard 1/2 was begun with other things than shard 0/2: \(change) ->"), "\(joined)")
    try compute(shard(1, 2), as: identity(["b", "a"]))
    #expect(try RunMerge([directory]).keyFrameCount == 6)
    // The run as a whole finds its key frames by name.
    let whole = RunDirectory(folder.path + "/whole")
    try compute(nil, 3, in: whole, as: identity(["b", "a"]))
    try compute(nil, in: whole, as: identity(["a", "b"]))
  }

  /// What one shard could not read and another one has scored is not lost.
  @Test func damageThatAnotherShardHasNot() throws {
    defer { folder.remove() }
    try compute(shard(0, 2))
    let part = try part(shard(1, 2))
    let journal = try part.open(identity(), config, videos: plan(shard(1, 2)))
    let (own, other) = (plan(shard(1, 2)).flatMap(\.tasks), plan(shard(0, 2)).flatMap(\.tasks))
    for view in views { try journal.append(ScoredView(task: own[1], view: view, scores: scores(own[1], view))) }
    try journal.note(own[0].keyFrame, damage: "torn")
    try journal.note(other[0].keyFrame, damage: "not there")
    part.close(as: .interrupted)
    let summary = try RunSummary(directory)
    #expect((summary.done, summary.damaged, summary.total) == (4, 1, 6))
  }

  /// A folder of runs names the one that cannot be read, and lists the others.
  @Test func whatCannotBeReadIsNamed() throws {
    defer { folder.remove() }
    let (one, two) = (RunDirectory(folder.path + "/one"), RunDirectory(folder.path + "/two"))
    for directory in [one, two] { try compute(nil, in: directory) }
    removeFile(two.status(nil))
    let (runs, notices) = try RunSummary.find([folder.path])
    #expect(runs.map(\.directory) == [one] && notices.count == 1 && notices[0].contains(two.status(nil)))
    removeFile(one.status(nil))
    #expect(text { _ = try RunSummary.find([folder.path]) }.contains(one.status(nil)))
    let undivided = text { _ = try RunMerge([one]) }
    #expect(
      undivided.contains(
        "keeps a run in one piece, there is nothing to join -> its results are made by: slowfast results "))
  }

  /// The note of the results is part of what a journal takes.
  @Test func sizesWithResults() throws {
    defer { folder.remove() }
    let part = try part(nil)
    let journal = try part.open(identity(), config, videos: plan(nil))
    for task in plan(nil).flatMap(\.tasks) {
      for view in views { try journal.append(ScoredView(task: task, view: view, scores: scores(task, view))) }
    }
    let results = [folder.path + "/a.csv", folder.path + "/b.json"]
    try journal.beginResults(results)
    try part.complete(damaged: [], mAP: nil)
    part.close()
    let size = try readFile(directory.journal(nil), doing: "testing").count
    #expect(
      RunJournal.expectedBytes(identity(), plan(nil), classes: 3, results: results, in: directory.path, isKept: true)
        == size)
  }
}
