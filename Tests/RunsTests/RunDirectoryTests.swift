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

struct RunDirectoryTests {
  let views = [View(shortSide: 64), View(shortSide: 96, flip: true, crop: .square(2))]

  func plan(_ shard: Shard?) -> [PlannedVideo] {
    let groups = ["b", "a"].map { video in
      (0..<3).map { second in
        ClipTask(
          KeyFrame(video: video, time: Timestamp(second: second)), center: second * 30,
          moment: ClipTask.Moment(seconds: 0.5, frame: second),
          people: [ClipTask.Person(box: UnitBox(x1: 0.1, y1: 0.2, x2: 1 / 3, y2: 1), proposalScore: 0.9)], views: views)
      }
    }
    return zip(["b", "a"], shard?.part(of: groups) ?? groups).enumerated().map {
      PlannedVideo(number: $0, name: $1.0, tasks: $1.1)
    }
  }

  func scores(_ task: ClipTask, _ view: View) -> Tensor {
    var generator = SeededGenerator(seed: UInt64(task.center + view.shortSide + task.keyFrame.video.utf8.count))
    return Tensor([1, 3], (0..<3).map { _ in Float(generator.uniform(0, 1)) })
  }

  let folder = TemporaryFolder()
  var directory: RunDirectory { RunDirectory(folder.path + "/run") }
  let config: Configuration

  init() throws {
    config = try Configuration.load(
      path: projectRoot + "/configs/demo/SLOWFAST_8x4_R18_SMALL.yaml", overrides: ["MODEL.NUM_CLASSES", "3"])
  }

  func identity(_ weights: String = "abc") -> RunIdentity {
    var identity = RunIdentity()
    identity.add(.weights, weights)
    identity.add(plan(nil).flatMap(\.tasks))
    return identity
  }

  func part(
    _ shard: Shard?, in directory: RunDirectory? = nil, fusion: ModelFusion? = nil, unit: RunUnit? = nil
  ) throws -> RunPart {
    var status = RunStatus(
      version: "1", command: "test", arguments: ["test", "\"x\""], config: "c/d.yaml", weights: "w.pyth", labelMap: nil)
    (status.fusion, status.unit) = (fusion, unit)
    return try RunPart(directory ?? self.directory, shard, status)
  }

  /// Scores a part, all of it or so many tasks, and ends it.
  func compute(
    _ shard: Shard?, _ count: Int = .max, in directory: RunDirectory? = nil, as identity: RunIdentity? = nil,
    fusion: ModelFusion? = nil
  ) throws {
    let part = try part(shard, in: directory, fusion: fusion)
    defer { part.close(as: .interrupted) }
    let journal = try part.open(identity ?? self.identity(), config, videos: plan(shard))
    let tasks = plan(shard).flatMap(\.tasks)
    for (number, task) in tasks.prefix(count).enumerated() {
      for view in views where !journal.has(task, view) {
        try journal.append(ScoredView(task: task, view: view, scores: scores(task, view)))
      }
      part.update(done: number + 1)
    }
    if count >= tasks.count { try part.complete(damaged: [], mAP: 0.5) }
  }

  func shard(_ index: Int, _ count: Int = 4) -> Shard { Shard(index, of: count)! }

  func text(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "no error"
    } catch { return "\(error)" }
  }

  /// The joined journal has every score, and the run's order.
  @Test func shardsBecomeTheRun() throws {
    defer { folder.remove() }
    for index in [2, 0, 3, 1] { try compute(shard(index)) }
    let merge = try RunMerge([directory])
    #expect(merge.keyFrameCount == 6 && merge.shardCount == 4)
    try merge.write(into: directory)
    let joined = try RunJournal(reading: directory.journal(nil))
    #expect(joined.identity?.entries.map(\.name) == ["weights", "key frames and boxes"])
    let tasks = plan(nil).flatMap(\.tasks)
    #expect(joined.videos.flatMap(\.tasks).map(\.keyFrame) == tasks.map(\.keyFrame))
    for (task, other) in zip(joined.videos.flatMap(\.tasks), tasks) {
      #expect(task.views == other.views && task.people == other.people && task.moment == other.moment)
      for view in views { #expect(try joined.scores(of: task, view)?.array == scores(other, view).array) }
    }
    let whole = RunDirectory(folder.path + "/whole")
    try compute(nil, in: whole)
    #expect(try readFile(whole.journal(nil), doing: "") == readFile(directory.journal(nil), doing: ""))
    #expect(directory.readStatus(nil)?.state == .interrupted && directory.readStatus(nil)?.done == 6)
    try directory.complete(mAP: 0.5)
    #expect(directory.readStatus(nil)?.state == .complete && directory.readStatus(nil)?.mAP == 0.5)
    // Shards that are apart are joined as well.
    let (left, right) = (RunDirectory(folder.path + "/left"), RunDirectory(folder.path + "/right"))
    for index in 0..<4 { try compute(shard(index), in: index < 2 ? left : right) }
    try RunMerge([left, right]).write(into: right)
    #expect(try readFile(right.journal(nil), doing: "") == readFile(directory.journal(nil), doing: ""))
    #expect(text { _ = try RunMerge([left, right, directory]) }.contains("joining shards: shard 0/4 is in '"))
    // The whole run goes on from what was joined.
    let part = try part(nil)
    #expect(part.wasComplete)
    let journal = try part.open(identity(), config, videos: plan(nil))
    #expect(tasks.allSatisfy { journal.hasAll($0) } && part.status.done == 6)
    part.close()
  }

  /// What a run was begun with stands beside its scores, and goes where these go.
  @Test func whatIsKeptBesideScores() throws {
    defer { folder.remove() }
    let keyFrames = plan(nil).flatMap(\.tasks).map(\.keyFrame) + [KeyFrame(video: "a", time: Timestamp(second: 9))]
    func open(_ shard: Shard?, _ ensemble: String?, in directory: RunDirectory? = nil) throws {
      let part = try part(shard, in: directory)
      defer { part.close() }
      let journal = try part.open(
        identity(), config, ensemble: ensemble, keyFrames: keyFrames, videos: plan(shard))
      for task in plan(shard).flatMap(\.tasks) {
        for view in views where !journal.has(task, view) {
          try journal.append(ScoredView(task: task, view: view, scores: scores(task, view)))
        }
      }
      try part.complete(damaged: [], mAP: nil)
    }
    func content(_ path: String) throws -> String {
      String(decoding: try readFile(path, doing: "testing"), as: UTF8.self)
    }
    for index in 0..<2 { try open(shard(index, 2), "MODELS:\n") }
    let whole = RunDirectory(folder.path + "/whole")
    try RunMerge([directory]).write(into: whole)
    for place in [directory, whole] {
      #expect(try content(place.ensemble) == "MODELS:\n")
      #expect(try content(place.keyFrames) == "b,0000\nb,0001\nb,0002\na,0000\na,0001\na,0002\na,0009\n")
      #expect(place.files.contains(place.ensemble) && place.files.contains(place.keyFrames))
    }
    // How much a model counts may change; another run keeps none of the last one's.
    try open(nil, "MODELS: # 2\n", in: whole)
    #expect(try content(whole.ensemble) == "MODELS: # 2\n" && !pathExists(whole.ensemble + ".old"))
    removeFile(whole.journal(nil))
    try open(nil, nil, in: whole)
    #expect(try content(whole.ensemble + ".old") == "MODELS: # 2\n" && !pathExists(whole.ensemble))
  }

  @Test func whatIsMissingIsNamed() throws {
    defer { folder.remove() }
    try compute(shard(0))
    try compute(shard(3), 1)
    let message = text { _ = try RunMerge([directory]) }
    #expect(
      message.contains(
        "joining shards: shard 1/4 is missing, shard 2/4 is missing, shard 3/4 has 1 of 2 key frames -> let these"),
      "\(message)")
    #expect(directory.readStatus(shard(3))?.state == .interrupted)
    #expect(!pathExists(directory.journal(nil)))
    #expect(try RunSummary(directory).state == "1 of 4 shards complete, 1 interrupted")
    #expect(text { _ = try RunMerge([RunDirectory(folder.path + "/no")]) }.contains("there is no folder"))
    #expect(text { _ = try RunMerge([RunDirectory(folder.path)]) }.contains("keeps no run (no run.journal"))
    #expect(try RunSummary.find([folder.path]).runs.map(\.directory.path) == [directory.path])
  }

  /// A shard without key frames is complete, too, and one that was passed over for damage lacks nothing.
  @Test func smallShardsAndDamage() throws {
    defer { folder.remove() }
    for index in 0..<9 where index != 4 { try compute(shard(index, 9)) }
    let part = try part(shard(4, 9))
    _ = try part.open(identity(), config, videos: plan(shard(4, 9)))
    let lost = plan(shard(4, 9)).flatMap(\.tasks).map {
      RunStatus.Damage(video: $0.keyFrame.video, time: $0.keyFrame.time.microseconds, cause: "torn \"here\"")
    }
    #expect(lost.count == 1)
    try part.complete(damaged: lost, mAP: nil)
    part.close()
    let merge = try RunMerge([directory])
    #expect(merge.damaged == lost)
    try merge.write(into: directory)
    #expect(directory.readStatus(nil)?.damaged == lost)
    let journal = try RunJournal(reading: directory.journal(nil))
    #expect(plan(nil).flatMap(\.tasks).count { journal.hasAll($0) } == 5)
  }

  /// What is damaged is not done, whatever a status says; what a journal has counts.
  @Test func progressWithDamage() throws {
    defer { folder.remove() }
    let part = try part(nil)
    let journal = try part.open(identity(), config, videos: plan(nil))
    let tasks = plan(nil).flatMap(\.tasks)
    for task in tasks.dropFirst(2) {
      for view in views { try journal.append(ScoredView(task: task, view: view, scores: scores(task, view))) }
    }
    func progress() throws -> String { try RunSummary(directory).progress }
    part.update(done: 6)
    #expect(try progress() == "4/6")
    for task in tasks.prefix(1) { try journal.note(task.keyFrame, damage: "torn") }
    #expect(try progress() == "4/6, 1 damaged")
    try part.complete(
      damaged: tasks.prefix(2).map {
        RunStatus.Damage(video: $0.keyFrame.video, time: $0.keyFrame.time.microseconds, cause: "torn")
      }, mAP: nil)
    part.close()
    #expect(try progress() == "4 done, 2 damaged" && part.status.done == 4)
  }

  /// A shard that ended before the video was repaired, and one that found its damage: both are of one run.
  @Test func shardsOfARepairedVideo() throws {
    defer { folder.remove() }
    func identity(_ video: String) -> RunIdentity {
      var identity = RunIdentity()
      identity.add(.video, "a", video)
      identity.add(plan(nil).flatMap(\.tasks))
      return identity
    }
    try compute(shard(0, 2), as: identity("old"))
    #expect(text { try compute(shard(1, 2), as: identity("new")) }.contains("video a was old and is new"))
    let part = try part(shard(1, 2))
    let tasks = plan(shard(1, 2)).flatMap(\.tasks)
    try part.open(identity("old"), config, videos: plan(shard(1, 2))).note(
      tasks[1].keyFrame, damage: "torn")
    try part.journal?.append(ScoredView(task: tasks[0], view: views[0], scores: scores(tasks[0], views[0])))
    part.close()
    try compute(shard(1, 2), as: identity("new"))
    let merge = try RunMerge([directory])
    try merge.write(into: directory)
    #expect(try RunSummary(directory).progress == "6/6")
  }

  @Test func onePartAtATime() throws {
    defer { folder.remove() }
    let first = try part(shard(0))
    let second = try part(shard(1))
    #expect(text { _ = try part(shard(0)) }.contains("computing shard 0/4 in '\(directory.path)': another process"))
    #expect(text { _ = try part(nil) }.contains("another run writes into it"))
    _ = try second.open(identity(), config, videos: plan(shard(1)))
    #expect(directory.readStatus(shard(1))?.state == .running)
    #expect(text { _ = try RunMerge([directory]) }.contains("shard 1/4 has 0 of 2 key frames, it is being computed"))
    first.close()
    second.close()
    let whole = RunDirectory(folder.path + "/whole")
    let one = try part(nil, in: whole)
    for other in [nil, shard(0)] {
      #expect(text { _ = try part(other, in: whole) }.contains("another run writes into it"))
    }
    one.close()
  }

  @Test func otherRunsAndPartsAreRefused() throws {
    defer { folder.remove() }
    try compute(shard(0))
    let other = text { try compute(shard(1), as: identity("def")) }
    #expect(
      other.contains("': shard 0/4 was begun with other things: weights was abc and is def -> give the same"),
      "\(other)")
    #expect(text { try compute(shard(0), as: identity("def")) }.contains("weights was abc and is def"))
    #expect(
      text { _ = try part(shard(1, 5)) }.contains("computing shard 1/5 in '\(directory.path)': it keeps shards of 4"))
    #expect(text { _ = try part(nil) }.contains("computing the whole run in"))
    let whole = RunDirectory(folder.path + "/whole")
    try compute(nil, 2, in: whole)
    #expect(text { _ = try part(shard(0), in: whole) }.contains("it keeps a run that was not divided"))
    // What the directory keeps says so to others.
    let runs = try [directory, whole].map { try RunSummary($0) }
    #expect(RunSummary.differences(runs).isEmpty)
    #expect(runs.map(\.weights) == ["w.pyth abc", "w.pyth abc"] && runs[1].done == 2 && runs[1].total == 6)
    let third = RunDirectory(folder.path + "/third")
    try compute(nil, in: third, as: identity("def"))
    let different = try RunSummary.differences([RunSummary(whole), RunSummary(third)])
    #expect(different.map(\.name) == ["weights"] && different[0].values == ["abc", "def"])
  }

  /// What is counted is what the run says; a run of an earlier version says nothing, and its configuration tells.
  @Test func units() throws {
    defer { folder.remove() }
    var videos = RunIdentity()
    videos.add(
      try Configuration.load(path: projectRoot + "/configs/Kinetics/X3D_M.yaml", overrides: ["MODEL.NUM_CLASSES", "3"]))
    for (name, unit, identity, expected) in [
      ("a", .window, videos, .window), ("b", nil, videos, .video), ("c", nil, identity(), .keyFrame),
      ("d", .video, identity(), .video),
    ] as [(String, RunUnit?, RunIdentity, RunUnit)] {
      let directory = RunDirectory(folder.path + "/" + name)
      let part = try part(nil, in: directory, unit: unit)
      _ = try part.open(identity, config, videos: plan(nil))
      try part.complete(damaged: [], mAP: nil)
      part.close()
      #expect(directory.readStatus(nil)?.unit == unit, "\(name)")
      #expect(try RunSummary(directory).unit == expected, "\(name)")
      let file = String(decoding: try readFile(directory.status(nil), doing: "testing"), as: UTF8.self)
      #expect(file.contains(unit.map { "\"unit\": \"\($0.rawValue)\"" } ?? "\"unit\": null"))
      // As earlier versions wrote it.
      try writeFile(
        directory.status(nil),
        file.split(separator: "\n").filter { !$0.contains("\"unit\"") }.joined(separator: "\n") + "\n")
      #expect(directory.readStatus(nil)?.unit == nil && directory.readStatus(nil)?.total == 6)
    }
    let text = try ["a", "c"].map { try RunSummary(RunDirectory(folder.path + "/" + $0)) }.text
    #expect(text.contains("key frames or videos"), "\(text)")
  }

  /// What `slowfast runs` prints.
  @Test func runsAsText() throws {
    defer { folder.remove() }
    let (one, two) = (RunDirectory(folder.path + "/one"), RunDirectory(folder.path + "/two"))
    try compute(nil, in: one)
    try compute(nil, 2, in: two)
    let runs = try [one, two].map { try RunSummary($0) }
    let lines = runs.text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      line.replacing(folder.path + "/", with: "").split(separator: " ").map(String.init)
    }
    #expect(lines[0] == ["run", "command", "config", "weights", "key", "frames", "state", "mAP", "begun", "version"])
    #expect(lines[1].prefix(7) == ["one", "test", "d.yaml", "w.pyth", "abc", "6/6", "complete"])
    #expect(
      lines[1].contains("0.5000")
        && lines[2].prefix(7) == ["two", "test", "d.yaml", "w.pyth", "abc", "2/6", "interrupted"])
    #expect(runs.text.contains("2 key frames that both have scored equal to the last bit; 4 only in '"))
    #expect(try [RunSummary(one)].text.split(separator: "\n").count == 2)
    let three = RunDirectory(folder.path + "/three")
    let sum = String(repeating: "0123456789abcdef", count: 4)
    try compute(nil, in: three, as: identity("9 bytes, sha256 " + sum))
    #expect(
      try [RunSummary(one), RunSummary(three)].text.hasSuffix(
        """

        what their scores depend on, and is not the same:
          weights
            \(one.path): abc
            \(three.path): 9 bytes, sha256 0123456789ab

        """))
    let json = runs.jsonText
    #expect(
      json.hasPrefix("[") && json.contains("\"state\": \"complete\"") && json.contains("\"state\": \"interrupted\""))
  }

  /// What an entry is of is told from its name, as journals keep it.
  @Test func thingsOfEntries() {
    var identity = RunIdentity()
    for thing in RunIdentity.Thing.allCases { identity.add(thing, "7", "value") }
    #expect(identity.entries.count == RunIdentity.Thing.allCases.count)
    #expect(identity[.weights] == nil && identity.entries.contains { $0.name == "weights 7" })
    identity.add(.weights, "abc")
    #expect(identity[.weights] == "abc")
  }

  /// A run of which nothing can be read is not compared, instead of differing in everything.
  @Test func unreadableHeadsAreNotCompared() throws {
    defer { folder.remove() }
    let (left, right) = (RunDirectory(folder.path + "/left"), RunDirectory(folder.path + "/right"))
    for directory in [left, right] { try compute(nil, in: directory) }
    try writeFile(right.journal(nil), "slowfast journal 1\nxxxxxxxxxxxx")
    let runs = try [left, right].map { try RunSummary($0) }
    #expect(runs.map { $0.identity == nil } == [false, true])
    #expect(RunSummary.differences(runs).isEmpty)
  }

  /// Shards of different runs that were computed apart, and one whose tasks are others.
  @Test func foreignShardsAreNotJoined() throws {
    defer { folder.remove() }
    let (left, right) = (RunDirectory(folder.path + "/left"), RunDirectory(folder.path + "/right"))
    try compute(shard(0, 2), in: left)
    try compute(shard(1, 2), in: right, as: identity("def"))
    #expect(text { _ = try RunMerge([left, right]) }.contains("weights was abc and is def"))
    #expect(text { _ = try RunMerge([left]) }.contains("shard 1/2 is missing"))
    let thirds = RunDirectory(folder.path + "/thirds")
    try compute(shard(0, 3), in: thirds)
    #expect(
      text { _ = try RunMerge([left, thirds]) }.contains("joining 3 shards: '\(left.path)' keeps shard 0/2 -> give"))
    try compute(shard(1, 2), in: left)
    let kept = try readFile(right.configuration, doing: "testing")
    #expect(
      text { try RunMerge([left]).write(into: right) }
        .contains("joining 2 shards: '\(right.path)' keeps shard 1/2 of another run -> give"))
    #expect(try readFile(right.configuration, doing: "testing") == kept && !right.hasWhole)
  }

  /// Without what says how far a run is, it is not said that there is none.
  @Test func aTornStatusIsNamed() throws {
    defer { folder.remove() }
    for index in 0..<4 { try compute(shard(index)) }
    try writeFile(directory.status(shard(0)), "{")
    let merge = try RunMerge([directory])
    #expect(merge.status.command == directory.readStatus(shard(1))?.command)
    let whole = RunDirectory(folder.path + "/whole")
    try merge.write(into: whole)
    try writeFile(whole.status(nil), "{")
    #expect(text { _ = try RunSummary(whole) }.contains("run.json' is missing or damaged, nothing says how far"))
  }
}
