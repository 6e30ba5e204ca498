import AVARecords
import Configuration
import Detect
import Files
import Foundation
import Geometry
import ImageFiles
import Imaging
import Inference
import Runs
import TestSupport
import Tensors
import Testing
import Video

/// 60 frames at 25 a second, 97 x 63.
private let movie = projectRoot + "/Tests/Fixtures/Video/bframes.mp4"

private func keyFrames(_ found: VideoDetections) throws -> [VideoDetections.ScoredKeyFrame] {
  var frames: [VideoDetections.ScoredKeyFrame] = []
  try found.forEach { frames.append($0) }
  return frames
}

struct VideoDetectionTests {
  private func detection(
    _ world: World, _ videos: [String] = [movie], start: Double? = 0, every: Double? = nil
  ) throws -> VideoDetection {
    let config = try world.config()
    return try VideoDetection(
      config, videos: videos, proposals: world.folder.path + "/proposals.csv",
      labelMap: world.folder.path + "/labels.pbtxt",
      timing: VideoDetection.Timing(startingSecond: start, every: every))
  }

  private func world(_ rows: String...) -> World {
    var world = World()
    world.proposals = rows.map { $0 + "\n" }.joined()
    return world
  }

  /// Who was looked for at the key frame itself, and found only beside it, is not there.
  @Test func aDetectorsPeopleAreThoseOfTheMoment() throws {
    let world = world("bframes,1.25,0.1,0.2,0.5,0.9,,0.9", "bframes,2,0.1,0.2,0.5,0.9,,0.9")
    defer { world.folder.remove() }
    #expect(try detection(world, every: 1).plan[0].tasks.map(\.keyFrame.time.seconds) == [1, 2])
    var timing = VideoDetection.Timing(startingSecond: 0, every: 1)
    timing.detector = "someone's"
    let found = try VideoDetection(
      world.config(), videos: [movie], proposals: world.folder.path + "/proposals.csv", labelMap: nil, timing: timing)
    #expect(found.plan[0].tasks.map(\.keyFrame.time.seconds) == [2])
    #expect(found.notices == [])
  }

  /// A video that is missing, empty, or none costs its own key frames; one that goes after it was surveyed, too.
  @Test(arguments: ["missing", "empty", "text", "gone"]) func videosThatCannotBeRead(_ what: String) throws {
    let world = world("bframes,1,0.1,0.2,0.5,0.9,,0.9", "bad,1,0.1,0.2,0.5,0.9,,0.9", "bad,2,0.1,0.2,0.5,0.9,,0.9")
    defer { world.folder.remove() }
    let config = try world.config()
    let bad = world.folder.path + "/bad.mp4"
    switch what {
    case "empty": try writeFile(bad, "")
    case "text": try writeFile(bad, "no video at all\n")
    case "gone":
      let file = try AtomicFile(path: bad)
      try file.write(readFile(movie, doing: "testing"))
      try file.commit()
    default: break
    }
    func detection(_ videos: [String], stops: Bool) throws -> VideoDetection {
      try VideoDetection(
        config, videos: videos, proposals: world.folder.path + "/proposals.csv", labelMap: nil,
        timing: VideoDetection.Timing(startingSecond: 0), stopsAtDamage: stops)
    }
    let some = try detection([bad, movie], stops: false)
    if what == "gone" {
      removeFile(bad)
    } else {
      #expect(text { _ = try detection([bad, movie], stops: true) }.contains("bad.mp4"))
      #expect(text { _ = try detection([bad], stops: false) }.contains("bad.mp4"))
    }
    let found = try some.run(model: randomModel(config), stopsAtDamage: false) { _ in }
    #expect(found.detections.keyFrameCount == 1)
    let lines = found.detections.damage.lines()
    #expect(lines.count == 1 && lines[0].hasPrefix("bad, seconds 0001, 0002: "), "\(lines)")
    #expect(lines[0].contains("bad.mp4") && !lines[0].contains("->"), "\(lines)")
    if what == "gone" {
      #expect(text { _ = try some.run(model: randomModel(config)) { _ in } }.contains("bad.mp4"))
    }
  }

  /// A video that goes between two starts of a run: what is scored of it stays, the rest is damaged until it is back, and
  /// another film in its place is refused.
  @Test func videosLostBetweenStarts() throws {
    let box = "0.1,0.2,0.5,0.9,,0.9"
    let world = world("bframes,1,\(box)", "bad,1,\(box)", "bad,2,\(box)")
    defer { world.folder.remove() }
    let config = try world.config()
    let (bad, path) = (world.folder.path + "/bad.mp4", world.folder.path + "/x.journal")
    let bytes = try readFile(movie, doing: "testing")
    let model = try randomModel(config)
    func start(_ film: [UInt8]?, count: Int = .max, stops: Bool = false) throws -> VideoDetections {
      if let film {
        let file = try AtomicFile(path: bad)
        try file.write(film)
        try file.commit()
      } else {
        removeFile(bad)
      }
      var detection = try VideoDetection(
        config, videos: [bad, movie], proposals: world.folder.path + "/proposals.csv", labelMap: nil,
        timing: VideoDetection.Timing(startingSecond: 0), stopsAtDamage: stops)
      detection.keepTasks(of: pathExists(path) ? [try RunJournal(reading: path)] : [])
      let journal = try RunJournal(path: path, identity: detection.identity([model], isStill: false))
      var done = 0
      let found = try detection.run(
        model: model, journal: journal, stopsAtDamage: stops, isToStop: { done >= count }
      ) { done = $0 }
      journal.close()
      return found
    }
    #expect(try start(bytes, count: 1).detections.keyFrameCount == 1)
    let lost = try start(nil)
    #expect(lost.detections.keyFrameCount == 2)
    #expect(lost.detections.damage.keyFrames.map { "\($0.keyFrame)" } == ["bad,0002"])
    #expect(try keyFrames(lost).map(\.task.keyFrame.video) == ["bad", "bframes"])
    #expect(text { _ = try start(nil, stops: true) }.contains("bad.mp4"))
    #expect(text { _ = try start(bytes + [0]) }.contains("the video bad is another ("))
    let back = try start(bytes)
    #expect(back.detections.keyFrameCount == 3 && back.detections.damage.isEmpty)
  }

  /// A video and a lossless frame list of the same decode score alike to the last bit.
  @Test func agreesWithAFrameList() throws {
    var world = world("bframes,0902,0.1,0.2,0.5,0.9,,0.9", "bframes,0902,0.4,0.1,1,1,,0.9")
    defer { world.folder.remove() }
    let onVideo = try detection(world, start: 900)
    #expect(onVideo.keyFrameCount == 1)
    let model = try randomModel(world.config())
    let fromVideo = try onVideo.run(model: model) { _ in }

    let frames = try VideoFrames(path: movie, framesPerSecond: 30)
    #expect(frames.frameCount == 72)
    world.frames = []
    let config = try world.config()
    var list = "original_vido_id video_id frame_id path labels\n"
    for number in 0..<frames.frameCount {
      let path = "\(world.folder.path)/frame\(number).png"
      try writePNG(frames.frame(at: number), to: path)
      list += "bframes 0 \(number) \(path) \"\"\n"
    }
    try writeFile(world.folder.path + "/list.csv", list)
    let fromList = try AVATest(config).run(model: model) { _ in }
    #expect(try fromList.scores.shape == [2, 3])
    #expect(try difference(fromVideo.detections.scores.array, fromList.scores.array, .exact) == nil)
    #expect(try fromVideo.detections.table.scores == fromList.table.scores)
  }

  /// Times are the proposals' own, less the starting second; frames are counted as the video counts them.
  @Test func framesNearestInTime() throws {
    let box = "0.1,0.2,0.5,0.9,,0.9"
    let world = world("bframes,12,\(box)", "bframes,10,\(box)", "bframes,11.5,\(box)")
    defer { world.folder.remove() }
    let detection = try detection(world, start: 10)
    let found = try detection.run(model: randomModel(world.config())) { _ in }
    #expect(try keyFrames(found).map(\.task.moment.seconds) == [0, 1.5, 2])
    // 1.5 s lies between frames 37 (1.48 s) and 38 (1.52 s): the earlier of two equally near.
    #expect(try keyFrames(found).map(\.task.moment.frame) == [0, 37, 50])
    let table = try found.detections.table
    let times = (0..<3).map { table.frameIndex.frames[$0].time.description }
    #expect(times == ["0010", "0011.5", "0012"])
  }

  @Test func keyFramesOutsideTheVideo() throws {
    let box = "0.1,0.2,0.5,0.9,,0.9"
    let world = world("bframes,899,\(box)", "bframes,901,\(box)", "bframes,902.4,\(box)", "bframes,910,\(box)")
    defer { world.folder.remove() }
    let detection = try detection(world, start: 900)
    #expect(detection.keyFrameCount == 1)
    let said = detection.notices.joined(separator: "\n")
    #expect(said.contains("3 key frames outside the video") && said.contains("2.40 s"), "\(said)")
    #expect(said.contains("0899") && said.contains("0902.4") && said.contains("0910"), "\(said)")
    #expect(said.contains("--starting-second"), "\(said)")
    let message = text { _ = try self.detection(world, start: 0) }
    #expect(message.contains("no proposal is left for bframes") && message.contains("4 key frames"), "\(message)")
  }

  /// A stream does not say how long it is to be: what ends between two frames may be whole.
  @Test func streamsThatEndEarly() throws {
    let world = world("cut,0.2,0.1,0.2,0.5,0.9,,0.9", "cut,1.4,0.1,0.2,0.5,0.9,,0.9")
    defer { world.folder.remove() }
    let bytes = try readFile(projectRoot + "/Tests/Fixtures/Video/offset.ts", doing: "testing")
    let path = world.folder.path + "/cut.ts"
    let file = try AtomicFile(path: path)
    // The end of a group of frames.
    try file.write(bytes.prefix(30 * 188))
    try file.commit()
    let detection = try detection(world, [path])
    #expect(detection.keyFrameCount == 1)
    let notices = detection.notices.joined()
    #expect(!notices.contains("the file is cut short"), "\(notices)")
    #expect(notices.contains("1 key frame outside the video, which lasts "), "\(notices)")
    #expect(notices.contains("the file was cut short: copy or record it again; if not, check"), "\(notices)")
  }

  /// Where a stream's end shows that it was to go on, key frames after it are damaged, and stay tasks: they are scored as
  /// soon as the whole file is there.
  @Test func streamsCutShort() throws {
    let rows = [0.2, 1.4, 5].map { "cut,\($0),0.1,0.2,0.5,0.9,,0.9" }
    let world = world(rows[0], rows[1], rows[2])
    defer { world.folder.remove() }
    let bytes = try readFile(projectRoot + "/Tests/Fixtures/Video/offset.ts", doing: "testing")
    let (path, model) = (world.folder.path + "/cut.ts", try randomModel(world.config()))
    func run(_ bytes: some Sequence<UInt8>, every: Double? = nil) throws -> (VideoDetection, VideoDetections) {
      let file = try AtomicFile(path: path)
      try file.write(Array(bytes))
      try file.commit()
      let detection = try detection(world, [path], every: every)
      return (detection, try detection.run(model: model, stopsAtDamage: false) { _ in })
    }
    let (planned, found) = try run(bytes.prefix(bytes.count * 2 / 3))
    #expect(planned.keyFrameCount == 3)
    #expect(planned.notices.joined().contains("cut: video '\(path)': the file is cut short"), "\(planned.notices)")
    let lost = found.detections.damage.keyFrames
    #expect(lost.map { "\($0.keyFrame)" } == ["cut,0001.4", "cut,0005"] && found.detections.keyFrameCount == 1)
    #expect(lost.allSatisfy { $0.cause.contains("a transport stream states no length") }, "\(lost)")
    #expect(text { _ = try planned.run(model: model) { _ in } }.contains("the file is cut short"))
    #expect(try run(bytes).1.detections.keyFrameCount == 2)
    #expect(try run(bytes.prefix(bytes.count * 2 / 3), every: 0.2).0.keyFrameCount == 3)
    #expect(try run(bytes, every: 0.2).0.keyFrameCount == 2)
  }

  /// Of a divided run one shard reports a video that cannot be read, and the others say which.
  @Test(arguments: 1...5) func unreadableVideosOfShards(count: Int) throws {
    let box = "0.1,0.2,0.5,0.9,,0.9"
    let world = world("none,1,\(box)", "none,2,\(box)", "bframes,1,\(box)", "gone,1,\(box)")
    defer { world.folder.remove() }
    let (config, model) = (try world.config(), try randomModel(world.config()))
    var detection = try VideoDetection(
      config, videos: [world.folder.path + "/none.mp4", movie, world.folder.path + "/gone.mp4"],
      proposals: world.folder.path + "/proposals.csv", labelMap: nil,
      timing: VideoDetection.Timing(startingSecond: 0), stopsAtDamage: false)
    var reported: [String] = []
    for index in 0..<count {
      detection.shard = Shard(index, of: count)
      let journal = RunJournal()
      let found = try detection.run(model: model, journal: journal, stopsAtDamage: false) { _ in }
      let own = found.detections.damage.keyFrames.map { "\($0.keyFrame)" }
      #expect(journal.damagedKeyFrames.count == own.count)
      reported += own
      let elsewhere = detection.unreadableElsewhere
      #expect(Set(own.map { $0.prefix(4) }).count + elsewhere.count == 2, "\(own), \(elsewhere)")
      for line in elsewhere {
        let owner = ((line.hasPrefix("'none'") ? 1 : 3) * count - 1) / 3
        #expect(line.contains(": shard \(owner)/\(count) reports its "), "\(line)")
      }
    }
    #expect(reported.sorted() == ["gone,0001", "none,0001", "none,0002"])
    detection.shard = nil
    #expect(detection.unreadableElsewhere.isEmpty)
    let whole = try detection.run(model: model, stopsAtDamage: false) { _ in }
    #expect(whole.detections.damage.keyFrames.count == 3)
  }

  @Test func timesThatCountOtherwise() throws {
    let box = "0.1,0.2,0.5,0.9,,0.9"
    let frames = world("bframes,2,\(box)", "bframes,30,\(box)", "bframes,59,\(box)")
    defer { frames.folder.remove() }
    let said = try detection(frames).notices.joined(separator: "\n")
    #expect(said.contains("are these frame numbers? The video has 60 frames: divide by 25.00"), "\(said)")
    let seconds = world("bframes,1,\(box)", "bframes,2,\(box)", "bframes,3,\(box)", "bframes,8,\(box)")
    defer { seconds.folder.remove() }
    let end = try detection(seconds).notices.joined(separator: "\n")
    #expect(end.contains("-> the video ends at second 2.40; ") && !end.contains("frame numbers"), "\(end)")
    let clip = world("bframes,1,\(box)", "bframes,901,\(box)", "bframes,902.3,\(box)")
    defer { clip.folder.remove() }
    let advice = try detection(clip).notices.joined(separator: "\n")
    #expect(advice.contains("-> give --starting-second 900"), "\(advice)")
  }

  /// Without a starting second AVA's clock is told from the times, and those outside are named as always.
  @Test func startingSecondByTheTimes() throws {
    let box = "0.1,0.2,0.5,0.9,,0.9"
    let world = world("bframes,901,\(box)", "bframes,910,\(box)", "bframes,911,\(box)")
    defer { world.folder.remove() }
    let found = try detection(world, start: nil)
    #expect(found.keyFrameCount == 1)
    let said = try #require(found.remarks.last)
    #expect(found.remarks.count == 2 && said.contains("second 900") && said.contains("bframes"))
    #expect(found.notices.contains { $0.contains("2 key frames outside the video") }, "\(found.notices)")
    let own = self.world("bframes,1,\(box)", "bframes,901,\(box)")
    defer { own.folder.remove() }
    let both = try detection(own, start: nil)
    #expect(both.keyFrameCount == 1 && both.remarks.count == 1)
  }

  /// Key frames at regular times, each with the proposals nearest to it, at most half a step away.
  @Test func regularKeyFrames() throws {
    let world = world("bframes,1,0.1,0.2,0.5,0.9,,0.9", "bframes,2,0.2,0.2,0.6,0.9,,0.9")
    defer { world.folder.remove() }
    let model = try randomModel(world.config())
    let found = try detection(world, every: 0.75).run(model: model) { _ in }
    // 1.5 s is half a second from either.
    #expect(try keyFrames(found).map(\.task.moment.seconds) == [0.75, 2.25])
    #expect(try keyFrames(found).map { $0.people[0].box.x1 } == [0.1, 0.2])
    #expect(try found.detections.table.frameIndex.frames.map(\.time.description) == ["0000.75", "0002.25"])
    let sparse = try detection(world, every: 0.5)
    #expect(sparse.keyFrameCount == 2)
    let said = sparse.notices.joined(separator: "\n")
    #expect(said.contains("3 moments of 5") && said.contains("0.250 s") && said.contains("--every"), "\(said)")
    for step in [0, -1, Double.nan, 0.01, .infinity] {
      let message = text { _ = try detection(world, every: step) }
      #expect(message.contains("every \(step) s") && message.contains("--every"), "\(message)")
    }
    let start = text { _ = try detection(world, start: .nan) }
    #expect(start.contains("--starting-second"), "\(start)")
  }

  @Test func videosThatCannotBeToldApart() throws {
    let world = world("bframes,1,0.1,0.2,0.5,0.9,,0.9")
    defer { world.folder.remove() }
    let message = text { _ = try detection(world, [movie, world.folder.path + "/bframes.mkv"]) }
    #expect(message.contains("two videos are called 'bframes'"), "\(message)")
    let stranger = text {
      _ = try detection(world, [projectRoot + "/Tests/Fixtures/Video/ntsc.mp4"])
    }
    #expect(stranger.contains("ntsc") && stranger.contains("bframes (1 row)"), "\(stranger)")
  }

  /// The JSON is valid, says what the CSV says, and orders actions by score; several videos make a list.
  @Test func files() throws {
    let box = "0.1,0.2,0.5,0.9,,0.9"
    var world = world("bframes,1,\(box)", "bframes,2,\(box)", "bframes,2,0.3,0.3,0.9,0.9,,0.85", "ntsc,1,\(box)")
    defer { world.folder.remove() }
    let model = try randomModel(world.config())
    let one = try detection(world).run(model: model) { _ in }
    let out = world.folder.path + "/out"
    try makeFolder(out)
    #expect(try one.write(to: out) == ["csv", "json"].map { out + "/detections." + $0 } + [out + "/tracks.json"])
    let object = try #require(try parsed(out + "/detections.json") as? [String: Any])
    #expect(object["video"] as? String == "bframes")
    let keyFrames = try #require(object["keyframes"] as? [[String: Any]])
    #expect(keyFrames.map { $0["time"] as? Double } == [1, 2])
    #expect(keyFrames.map { $0["frame"] as? Int } == [25, 50])
    let people = try #require(keyFrames[1]["people"] as? [[String: Any]])
    #expect(people.map { $0["proposal_score"] as? Double } == [0.9, 0.85])
    #expect(people[1]["box"] as? [Double] == [0.3, 0.3, 0.9, 0.9])
    let actions = try #require(people[1]["actions"] as? [[String: Any]])
    #expect(Set(actions.compactMap { $0["name"] as? String }) == ["stand", "say \"hi\""])
    let scores = actions.compactMap { $0["score"] as? Double }
    #expect(scores == scores.sorted(by: >))
    let csv = try String(decoding: readFile(out + "/detections.csv", doing: "testing"), as: UTF8.self)
    #expect(csv.split(separator: "\n").count == 6)
    #expect(try csv.firstMatch(of: Regex(#"^bframes,0001,0\.1000,0\.2000,0\.5000,0\.9000,1,0\.\d{6}\n"#)) != nil)

    world.overrides = []
    let both = try detection(world, [movie, projectRoot + "/Tests/Fixtures/Video/ntsc.mp4"])
    _ = try both.run(model: model) { _ in }.write(to: out)
    let list = try #require(try parsed(out + "/detections.json") as? [[String: Any]])
    #expect(list.map { $0["video"] as? String } == ["bframes", "ntsc"])
  }

  private func parsed(_ path: String) throws -> Any {
    try JSONSerialization.jsonObject(with: Data(readFile(path, doing: "testing")))
  }

  /// Without a label map every class becomes a row, under a number.
  @Test func withoutALabelMap() throws {
    let world = world("bframes,1,0.1,0.2,0.5,0.9,,0.9")
    defer { world.folder.remove() }
    let config = try world.config()
    let detection = try VideoDetection(
      config, videos: [movie], proposals: world.folder.path + "/proposals.csv", labelMap: nil,
      timing: VideoDetection.Timing())
    let found = try detection.run(model: randomModel(config)) { _ in }
    #expect(try found.detections.table.actionIDs == [1, 2, 3])
    #expect(try Set(keyFrames(found)[0].people[0].actions.map(\.name)) == ["action 1", "action 2", "action 3"])
  }
}
