import Files
import Geometry
import Synth
import TestSupport
import Testing
import Video

private let small = ImageSize(width: 96, height: 72)

@Suite struct SynthKineticsSetTests {
  @Test func equalArgumentsWriteEqualFilesOnAnyThreads() throws {
    let (a, b) = (TemporaryFolder(), TemporaryFolder())
    defer {
      a.remove()
      b.remove()
    }
    let set = try SynthKineticsSet(seed: 11, videos: 3, size: small)
    var reported: [Int] = []
    try set.write(to: a.path, threads: 1) { reported.append($0) }
    try set.write(to: b.path, threads: 3)
    #expect(reported == Array(1...set.imageCount))
    #expect(try contents(of: a.path).count == 3 + 3)
    #expect(try folderDifference(b.path, a.path) == nil)
    #expect(set.outputs(in: a.path).allSatisfy(pathExists))
  }

  @Test func theListsNameEveryVideoWithItsClass() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let set = try SynthKineticsSet(seed: 7, videos: 2, size: small)
    let train = try SynthKineticsSet(seed: 7, split: .train, videos: 2, size: small)
    try set.write(to: folder.path)
    try train.write(to: folder.path)
    func text(_ name: String) throws -> String {
      String(decoding: try readFile(folder.path + "/" + name, doing: "test"), as: UTF8.self)
    }
    let classes = set.activities.map(SynthKineticsSet.classIndex)
    #expect(try text("test.csv") == "videos/synthclip7_1.mp4 \(classes[0])\nvideos/synthclip7_2.mp4 \(classes[1])\n")
    #expect(try text("val.csv") == text("test.csv"))
    #expect(try text("train.csv").hasPrefix("videos/synthtrainclip7_1.mp4 "))
    #expect(try text("classes.json").hasPrefix("{\"bend/bow (at the waist)\": 0, \"crouch/kneel\": 1, \"dance\": 2, "))
    for name in set.videoNames + train.videoNames {
      let video = try VideoReader(path: folder.path + "/videos/\(name).mp4")
      #expect((video.info.width, video.info.height) == (96, 72))
      #expect(abs(video.duration - 2) < 0.05)
    }
  }

  @Test func everyClassIsAsFrequentAsTheOthersAndSplitsShareNothing() throws {
    let set = try SynthKineticsSet(seed: 3, videos: 39)
    let counts = Dictionary(grouping: set.activities) { SynthKineticsSet.classIndex(of: $0) }
    #expect(counts.keys.sorted() == Array(0..<13) && counts.values.allSatisfy { $0.count == 3 })
    // The first videos are the same in a larger set.
    let larger = try SynthKineticsSet(seed: 3, videos: 50)
    #expect(Array(larger.activities.prefix(39)) == set.activities)
    func boxes(_ set: SynthKineticsSet) -> [UnitBox] { (0..<13).flatMap { set.world($0).people(at: 1).map(\.box) } }
    let sets = [
      set, try SynthKineticsSet(seed: 3, split: .train, videos: 13), try SynthKineticsSet(seed: 4, videos: 13),
    ]
    for (a, b) in [(0, 1), (0, 2), (1, 2)] {
      #expect(Set(sets[a].videoNames).isDisjoint(with: sets[b].videoNames))
      #expect(!boxes(sets[a]).contains { boxes(sets[b]).contains($0) })
    }
  }

  /// What a label says, found in the boxes of the drawn figure alone.
  @Test func labelsAreWhatTheFigureDoes() throws {
    let set = try SynthKineticsSet(seed: 19, videos: 13 * 3)
    for (index, activity) in set.activities.enumerated() {
      let world = set.world(index)
      let boxes = stride(from: 0.0, through: 2.0, by: 0.1).map { world.sightings(at: $0).map(\.box) }
      try #require(boxes.allSatisfy { $0.count == 1 }, "video \(index): \(activity)")
      let shapes = boxes.map { box in
        (height: box[0].y2 - box[0].y1, ratio: (box[0].x2 - box[0].x1) * world.aspect / (box[0].y2 - box[0].y1))
      }
      let (first, last) = (shapes[0], shapes[shapes.count - 1])
      let middle = boxes.map { ($0[0].x1 + $0[0].x2) / 2 * world.aspect }
      let way = zip(middle, middle.dropFirst()).reduce(0) { $0 + abs($1.0 - $1.1) }
      let bottoms = boxes.map { $0[0].y2 }
      let hop = bottoms.max()! - bottoms.min()!
      let widths = boxes.map { ($0[0].x2 - $0[0].x1) * world.aspect }
      let swing = widths.max()! - widths.min()!
      let place = "video \(index), \(activity)"
      switch activity {
      case .fall: #expect(first.ratio < 0.8 && last.ratio > 1.2 && last.height < 0.6 * first.height, "\(place)")
      case .getUp: #expect(last.height > 1.15 * first.height && last.ratio < 0.8, "\(place)")
      case .lie: #expect(shapes.allSatisfy { $0.ratio > 1.2 } && way < 0.2, "\(place)")
      case .sit: #expect(last.ratio > 0.35 && last.ratio < 0.9 && last.height <= 1.02 * first.height, "\(place)")
      case .walk: #expect(way > 0.3 && way < 1.2 && hop < 0.1, "\(place), \(way)")
      case .run: #expect(way > 0.7, "\(place), \(way)")
      case .jump: #expect(hop > 0.07, "\(place), \(hop)")
      case .stand:
        #expect(way < 0.2 && hop < 0.06 && swing < 0.018 && first.ratio < 1, "\(place), \(way), \(hop), \(swing)")
      case .bend, .crouch: #expect(shapes.allSatisfy { $0.ratio > 0.4 } && way < 0.5, "\(place)")
      case .dance: #expect(hop < 0.06 && way > 0.15 && way < 1 && swing > 0.018, "\(place), \(hop), \(way), \(swing)")
      case .wave, .clap:
        #expect(hop < 0.06 && way < 0.6 && swing > 0.018 && first.ratio < 1.3, "\(place), \(hop), \(way), \(swing)")
      }
    }
  }

  @Test func thePersonIsSeenAllTheTime() throws {
    var hasForeground = 0
    for size in [ImageSize(width: 340, height: 256), ImageSize(width: 144, height: 256)] {
      let set = try SynthKineticsSet(seed: 23, videos: 26, size: size)
      for index in 0..<set.videos {
        let world = set.world(index)
        hasForeground += world.hasForeground ? 1 : 0
        for time in [0, 0.5, 1, 1.5, 2] {
          #expect(world.people(at: time).count == 1, "video \(index), \(set.activities[index]), second \(time)")
        }
        #expect(world.people(at: 1).map(\.activity) == [set.activities[index]])
      }
    }
    // Things stand before people here too, where they hide less than half.
    #expect(hasForeground > 3)
  }

  @Test func impossibleRequestsAreErrorsThatSayTheRange() throws {
    let error = #expect(throws: SynthError.self) { try SynthKineticsSet(seed: 1, seconds: 6) }
    #expect("\(try #require(error))".contains("from 2 to 5, found 6"))
    #expect(throws: SynthError.self) { try SynthKineticsSet(seed: 1, videos: 0) }
    #expect(throws: SynthError.self) { try SynthKineticsSet(seed: 1, size: ImageSize(width: 8, height: 256)) }
  }
}
