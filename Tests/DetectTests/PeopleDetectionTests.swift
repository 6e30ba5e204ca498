import AVARecords
import BoxFiles
import Detect
import Files
import Geometry
import Imaging
import Inference
import Kernels
import ObjectDetectors
import NN
import Runs
import TestSupport
import Testing

/// 60 frames at 25 a second, 97 x 63.
private let movie = projectRoot + "/Tests/Fixtures/Video/bframes.mp4"

/// Finds one person whose box is told by how often it was asked, and a dog.
private final class CountingDetector: ObjectDetector {
  let name = "counting"
  let classes = 3
  let personClass = 1
  let usualScoreThreshold = 0.5
  let notices: [String] = []
  let convolutions: [Convolution] = []
  var asked: [ImageSize] = []
  var findsNobody = false
  /// Which image of those that it is asked about it cannot take.
  var refused: Int?

  func objects(in image: Image) throws -> [DetectedObject] {
    asked.append(image.size)
    if findsNobody { return [] }
    if asked.count == refused {
      throw ObjectDetectorError.impossibleImage(size: image.size, scaled: ImageSize(width: 0, height: 800))
    }
    let x = Double(asked.count)
    return [
      DetectedObject(box: PixelBox(x1: x, y1: 7, x2: x + 30, y2: 60), score: 0.9, classIndex: 1),
      DetectedObject(box: PixelBox(x1: 1, y1: 2, x2: 3, y2: 4), score: 0.8, classIndex: 2),
      DetectedObject(box: PixelBox(x1: 40, y1: 10, x2: 60, y2: 50), score: 0.25, classIndex: 1),
      // Nobody: a box without area.
      DetectedObject(box: PixelBox(x1: 50, y1: 10, x2: 50, y2: 50), score: 0.2, classIndex: 1),
    ]
  }

  func timedLayers(_ image: Image) throws -> [LayerReport] { [] }
}

struct PeopleDetectionTests {
  private func settings(_ change: (inout PeopleDetection.Settings) -> Void = { _ in }) -> PeopleDetection.Settings {
    var settings = PeopleDetection.Settings()
    change(&settings)
    return settings
  }

  private func look(
    _ settings: PeopleDetection.Settings, _ detector: CountingDetector = CountingDetector(),
    _ journal: RunJournal = RunJournal(), personClass: Int? = nil
  ) throws -> FoundPeople {
    try PeopleDetection(videos: [movie], settings, stopsAtDamage: true).run(
      detector, journal: journal, personClass: personClass, stopsAtDamage: true, progress: { _ in })
  }

  /// The film lasts 2.4 s: seconds 0, 1 and 2 are the frames 0, 25 and 50.
  @Test func onceASecond() throws {
    let detector = CountingDetector()
    let found = try look(settings(), detector)
    #expect(found.videos.map(\.name) == ["bframes"])
    #expect(found.videos[0].frames.map(\.number) == [0, 25, 50])
    #expect(found.videos[0].frames.map(\.time.seconds) == [0, 1, 2])
    #expect(detector.asked == [ImageSize](repeating: ImageSize(width: 97, height: 63), count: 3))
    let first = found.videos[0].frames[0].people
    #expect(first.map(\.proposalScore) == [Double(Float(0.9)), Double(Float(0.25))])
    #expect(first[0].box == UnitBox(x1: 1.0 / 97, y1: 7.0 / 63, x2: 31.0 / 97, y2: 60.0 / 63))
  }

  @Test func otherMoments() throws {
    #expect(try look(settings { $0.moments = .everyFrame }).frameCount == 60)
    #expect(try look(settings { $0.moments = .every(0.5) }).videos[0].frames.map(\.number) == [0, 12, 25, 37, 50])
    let late = try look(settings { ($0.startingSecond, $0.range) = (900, 901...1798) })
    #expect(late.videos[0].frames.map(\.time.description) == ["0901", "0902"])
    #expect(late.videos[0].frames.map(\.number) == [25, 50])
    // Those of rows; 2.4 is the video's end.
    for (times, frames) in [([902.0, 900.6, 902.4], [15, 50]), ([1, 0.04, 9], [1, 25])] {
      let rows = try look(settings { $0.moments = .at(["bframes": times.compactMap { Timestamp(seconds: $0) }]) })
      #expect(rows.videos[0].frames.map(\.number) == frames, "\(times)")
      #expect(rows.videos[0].frames.map(\.time.seconds) == Array(times.sorted().prefix(2)), "\(times)")
    }
    let none = text { _ = try look(settings { $0.range = 100...200 }) }
    #expect(
      none
        == "finding people: no frame of bframes lies between the seconds 100 and 200 -> check --starting-second, --from and --to"
    )
  }

  @Test(arguments: [0, 1e-9, -1, .infinity, .nan]) func stepsThatNoVideoHas(_ step: Double) {
    let error = text { _ = try look(settings { ($0.moments, $0.stepOption) = (.every(step), "--boxes-every") }) }
    #expect(error.hasPrefix("finding people: --boxes-every is \(step) s, "), "\(error)")
    #expect(
      error.contains("at least the time of one frame of 'bframes' (1/25.00 s) -> give --boxes-every"), "\(error)")
    // Key frames may be as near as the frames that networks are shown.
    let keyFrames = text { _ = try look(settings { ($0.moments, $0.mayRepeatFrames) = (.every(step), true) }) }
    #expect(keyFrames.hasPrefix("detecting: key frames every \(step) s, expected at least"), "\(keyFrames)")
  }

  /// What is advised is taken.
  @Test(arguments: [0.05, 0.3, 0.5, 1, 1.7, 23.976, 60]) func adviceOfSteps(_ rate: Double) throws {
    func said(_ option: String) -> String {
      VideoDetectionError.badLook(0.001, video: "v", framesPerSecond: rate, option: option).description
    }
    let match = try #require(said("--every").firstMatch(of: #/-> give --every SECONDS, such as ([0-9.]+)$/#))
    let step = try #require(Double(match.1))
    #expect(step * rate >= 0.99 && step <= max(1, 1.02 / rate), "\(said("--every"))")
    let between = said("--boxes-every")
    #expect(between.hasSuffix("-> leave --boxes-every out") == (rate < 0.99), "\(between)")
  }

  /// Key frames are looked at, and more often between them: three parts are more than 0.3 s long.
  @Test func betweenKeyFrames() throws {
    func frames(_ step: Double, _ between: Double) throws -> [Double] {
      try look(settings { $0.moments = .every(step, between: between) }).videos[0].frames.map(\.seconds)
    }
    #expect(try frames(1, 0.3) == [0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2, 2.25])
    #expect(try frames(1, 1) == [0, 1, 2])
    #expect(try frames(0.1, 0.1).count == 24)
    let error = text { _ = try frames(1, 0.02) }
    #expect(error.contains("--every is 0.02 s"), "\(error)")
  }

  /// 15 pictures at 2.999 a second last 5.002 s. The frame of second 5 would be the 150th of 150 from 0: it is no key frame,
  /// for the network or for the detector.
  @Test func aMomentThatIsLookedAtIsScored() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let picture = try readFile(projectRoot + "/Tests/Fixtures/Pipeline/frames/0_2.jpg", doing: "testing")
    for number in 10..<25 {
      let file = try AtomicFile(path: "\(folder.path)/film/\(number).jpg")
      try file.write(picture)
      try file.commit()
    }
    let detection = try PeopleDetection(
      videos: [folder.path + "/film"], settings { $0.framesPerSecond = 2.999 }, stopsAtDamage: true)
    let found = try detection.run(
      CountingDetector(), journal: RunJournal(), stopsAtDamage: true, progress: { _ in })
    #expect(found.videos[0].frames.map(\.seconds) == [0, 1, 2, 3, 4])
    #expect(found.videos[0].frames.map(\.number) == [0, 3, 6, 9, 12])
  }

  /// A frame lasts 0.04 s.
  @Test func stepsBelowAFrame() throws {
    let error = text { _ = try look(settings { $0.moments = .every(0.02) }) }
    #expect(
      error.contains("--every is 0.02 s, expected at least the time of one frame of 'bframes' (1/25.00 s)"), "\(error)")
    #expect(try look(settings { $0.moments = .every(0.04) }).frameCount == 60)
    let repeated = try look(settings { ($0.moments, $0.mayRepeatFrames) = (.every(0.035), true) })
    #expect(repeated.frameCount == 69)
  }

  /// A picture that a detector cannot take costs no other one its people.
  @Test func impossiblePictures() throws {
    let detector = CountingDetector()
    detector.refused = 2
    let found = try PeopleDetection(videos: [movie], settings(), stopsAtDamage: false).run(
      detector, journal: RunJournal(), stopsAtDamage: false, progress: { _ in })
    #expect(found.videos[0].frames.map(\.number) == [0, 50])
    #expect(found.remedy() == "cut the pictures that the detector cannot take into pieces")
    #expect(
      found.remedy(beside: true)
        == "copy or record the damaged files again and cut the pictures that the detector cannot take into pieces")
    let lines = found.damage.lines().joined()
    #expect(
      lines.contains("bframes, second 0001") && lines.contains("of 97x63 pixels would become one of 0x800"), "\(lines)")
    let other = CountingDetector()
    other.refused = 2
    let stopped = text { _ = try look(settings(), other) }
    #expect(
      stopped.hasPrefix("looking for people in frame 25 of 'bframes': ") && stopped.contains(" -> cut it"), "\(stopped)"
    )
  }

  @Test func videosWithoutAMoment() throws {
    let picture = projectRoot + "/Tests/Fixtures/Pipeline/frames/0_2.jpg"
    let detection = try PeopleDetection(
      videos: [movie, picture], settings { $0.range = 1...Double.infinity }, stopsAtDamage: true)
    #expect(detection.notices == ["no frame of '0_2' lies at second 1 or later: nobody is looked for there"])
  }

  @Test func thresholdsAndClasses() throws {
    let all = try look(settings())
    #expect(all.boxCount == 6)
    #expect(all.filtered(scoreThreshold: 0.5).boxCount == 3)
    #expect(all.filtered(scoreThreshold: 0, limit: 1).boxCount == 3)
    #expect(all.filtered(scoreThreshold: 0.95).emptyCount == 3)
    #expect(
      try look(settings(), personClass: 2).videos[0].frames[0].people.map(\.proposalScore) == [Double(Float(0.8))])
  }

  /// What a run has seen is not looked at again, and comes out as it was.
  @Test func goesOn() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let path = folder.path + "/people.journal"
    var identity = RunIdentity()
    identity.add(.weights, "these")
    let whole = try look(settings())
    let (first, second) = (CountingDetector(), CountingDetector())
    var asked = 0
    let journal = try RunJournal(path: path, identity: identity)
    _ = try PeopleDetection(videos: [movie], settings(), stopsAtDamage: true).run(
      first, journal: journal, stopsAtDamage: true,
      isToStop: {
        asked += 1
        return asked == 2
      }, progress: { _ in })
    journal.close()
    #expect(first.asked.count == 2)
    second.asked = first.asked
    let again = try RunJournal(path: path, identity: identity)
    let found = try look(settings(), second, again)
    #expect(second.asked.count == 3)
    #expect(found.videos[0].frames.map(\.people) == whole.videos[0].frames.map(\.people))
  }

  /// By another clock a second is another frame: who was found is not there.
  @Test func otherClock() throws {
    let journal = RunJournal()
    let detector = CountingDetector()
    _ = try look(settings(), detector, journal)
    let later = try look(settings { $0.startingSecond = 1 }, detector, journal)
    #expect(later.videos[0].frames.map(\.time.seconds) == [1, 2, 3] && detector.asked.count == 6)
    #expect(later.videos[0].frames.map(\.number) == [0, 25, 50])
  }

  @Test func nobodyIsAResult() throws {
    let detector = CountingDetector()
    detector.findsNobody = true
    let found = try look(settings(), detector)
    #expect(found.frameCount == 3 && found.boxCount == 0 && found.emptyCount == 3)
  }

  /// A video that cannot be read costs no other one its people.
  @Test func unreadableVideos() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let bad = folder.path + "/bad.mp4"
    try writeFile(bad, "no video at all\n")
    let detection = try PeopleDetection(videos: [bad, movie], settings(), stopsAtDamage: false)
    #expect(detection.unreadable.map(\.name) == ["bad"])
    #expect(detection.momentCount == 3)
    #expect(
      text { _ = try PeopleDetection(videos: [bad, movie], settings(), stopsAtDamage: true) }.contains("bad.mp4"))
    #expect(text { _ = try PeopleDetection(videos: [bad], settings(), stopsAtDamage: false) }.contains("bad.mp4"))
  }

  /// Each form is read again as it was written.
  @Test func formsAreReadAgain() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let found = try look(settings { $0.startingSecond = 900 }).filtered(scoreThreshold: 0.5)
    func write(_ format: FoundPeople.Format, _ name: String) throws -> String {
      let path = folder.path + "/" + name
      let file = try AtomicFile(path: path)
      try found.write(format, to: file)
      try file.commit()
      return path
    }
    let rows = try ProposalList.read(paths: [write(.csv, "people.csv")], scoreThreshold: 0, times: .any)
    let frames = rows.keyFrames(of: "bframes")
    #expect(frames.map(\.time.seconds) == [900, 901, 902])
    for (frame, own) in zip(frames, found.videos[0].frames) {
      #expect(frame.scores.map { abs($0 - own.people[0].proposalScore) < 1e-6 } == [true])
      #expect(
        abs(frame.boxes[0].x1 - own.people[0].box.x1) < 1e-6 && abs(frame.boxes[0].y2 - own.people[0].box.y2) < 1e-6)
    }
    let file = try #require(try BoxFile.read(path: write(.coco, "people.json"), format: nil, images: nil))
    #expect(file.format == "coco" && file.records.count == 3)
    let lines = String(decoding: try readFile(write(.jsonl, "people.jsonl"), doing: "testing"), as: UTF8.self)
      .split(separator: "\n")
    #expect(lines.count == 3 && lines[1].hasPrefix("{\"video\": \"bframes\", \"time\": 901"))
  }
}
