import AVARecords
import BoxFiles
import Files
import Geometry
import Glibc
import ImageFiles
import Imaging
import Synth
import TestSupport
import Testing
import Video

private let small = ImageSize(width: 96, height: 72)

private func motRecords(_ path: String) throws -> [BoxRecord] {
  try #require(try BoxFile.read(path: path, format: BoxFormats.mot)).records
}

private func frame(_ record: BoxRecord) -> Int {
  if case .frame(let number) = record.position { number } else { -1 }
}

@Suite struct SynthDataSetTests {
  @Test func equalArgumentsWriteEqualFilesOnAnyThreads() throws {
    let (a, b) = (TemporaryFolder(), TemporaryFolder())
    defer {
      a.remove()
      b.remove()
    }
    let set = try SynthDataSet(seed: 11, videos: 3, seconds: 4, size: small, format: .both)
    var reported: [Int] = []
    try set.write(to: a.path, threads: 1) { reported.append($0) }
    try set.write(to: b.path, threads: 3)
    #expect(reported == Array(1...set.imageCount))
    #expect(try contents(of: a.path).count == 3 * 121 + 5)
    #expect(try folderDifference(b.path, a.path) == nil)
  }

  @Test func theRecordsAreReadableAndAgree() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let set = try SynthDataSet(seed: 7, seconds: 6, size: small)
    try set.write(to: folder.path)
    let annotations = folder.path + "/annotations/"
    let (truth, truthCounts) = try GroundTruthTable.read(path: annotations + "groundtruth.csv")
    #expect(truth.frameIndex.videos == ["synth7"] && truthCounts.withoutArea == 0 && truthCounts.outsideFrame == 0)
    #expect(Set(truth.frameIndex.frames.compactMap(\.time.wholeSecond)) == [902, 903, 904])
    let labels = try LabelMap.read(path: annotations + "labelmap.pbtxt")
    #expect(truth.actionIDs.allSatisfy { labels.contains(Int($0)) })
    #expect(labels.name(of: 14) == "walk" && labels.labels.count == 13)
    #expect(Activity.allCases.allSatisfy { $0.classIDs.allSatisfy(labels.contains) })
    let image = try readImage(path: folder.path + "/frames/synth7/synth7_000180.jpg")
    #expect(image.size == small)
    #expect(!pathExists(folder.path + "/frames/synth7/synth7_000181.jpg"))
    let rows = try lines(folder.path + "/frame_lists/val.csv")
    #expect(rows.count == 181 && rows[0] == "original_vido_id video_id frame_id path labels")
    #expect(rows[180] == "synth7 0 179 synth7/synth7_000180.jpg \"\"")
  }

  @Test func bothSplitsLiveInOneFolderAndShareNothing() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let val = try SynthDataSet(seed: 7, videos: 2, seconds: 4, size: small)
    let train = try SynthDataSet(seed: 7, split: .train, videos: 2, seconds: 4, size: small)
    try val.write(to: folder.path)
    let before = try contents(of: folder.path)
    try train.write(to: folder.path)
    let after = try contents(of: folder.path)
    #expect(difference(after.filter { before[$0.key] != nil }, before) == nil)
    #expect(
      Set(after.keys).subtracting(before.keys).filter { !$0.hasPrefix("frames/synthtrain7_") }.sorted() == [
        "annotations/train_groundtruth.csv", "annotations/train_proposals.csv", "frame_lists/train.csv",
      ])
    let other = try SynthDataSet(seed: 8, split: .train, videos: 2)
    #expect(Set(val.videoNames + train.videoNames + other.videoNames).count == 6)
    func boxes(_ set: SynthDataSet) -> Set<String> {
      Set(set.annotations().truth.split(separator: "\n").map { $0.split(separator: ",")[2...5].joined(separator: ",") })
    }
    #expect(boxes(val).isDisjoint(with: boxes(train)) && boxes(train).isDisjoint(with: boxes(other)))
    _ = try ProposalList.read(
      paths: [folder.path + "/annotations/train_proposals.csv"], scoreThreshold: 0.8, listedVideos: train.videoNames)
  }

  @Test func sizesVaryWhenTheyAreLeftToTheSeed() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let set = try SynthDataSet(seed: 2, videos: 6, seconds: 4, size: nil)
    try set.write(to: folder.path)
    let sizes = try set.videoNames.map { try readImage(path: folder.path + "/frames/\($0)/\($0)_000001.jpg").size }
    #expect(sizes.allSatisfy { (192...288).contains($0.shortSide) })
    #expect(Set(sizes).count > 3 && sizes.contains { $0.height > $0.width } && sizes.contains { $0.width > $0.height })
  }

  @Test func videosShowWhatTheFramesShow() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let set = try SynthDataSet(
      seed: 21, videos: 3, seconds: 4, size: ImageSize(width: 160, height: 120), format: .both)
    try set.write(to: folder.path)
    var rates: Set<Int> = []
    for name in set.videoNames {
      let video = try VideoReader(path: folder.path + "/videos/\(name).mp4")
      let rate = Double(video.frameCount) / video.duration
      rates.insert(Int(rate.rounded()))
      #expect((video.info.width, video.info.height) == (160, 120))
      #expect(video.frameCount == Int(4 * rate + 0.01) && [24, 25, 30, 50, 60].contains(rate.rounded()))
      // The moments that both have: for rates like 59.94 nearly so.
      for second in [0, 1, 3] {
        let image = try readImage(path: folder.path + "/frames/\(name)/\(name)_\(numbered(second * 30 + 1)).jpg")
        let shown = try video.frame(at: video.nearest(to: Double(second)))
        #expect(signalToNoise(shown, image) > 24, "\(name), second \(second)")
      }
    }
    #expect(rates.count > 1)
  }

  @Test func withoutFramesThereIsNoListOfThem() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    try SynthDataSet(seed: 7, seconds: 4, size: small, format: .mp4).write(to: folder.path)
    #expect(try listFolder(folder.path).sorted() == ["annotations", "videos"])
  }

  /// Who is where in every frame: the key frames' people are those of the ground truth, and nothing else of the set changes.
  @Test func tracksOfEverybody() throws {
    let (plain, folder) = (TemporaryFolder(), TemporaryFolder())
    defer {
      plain.remove()
      folder.remove()
    }
    let set = try SynthDataSet(seed: 7, videos: 2, seconds: 4, size: small, hasTracks: true)
    try set.write(to: folder.path, threads: 2)
    try SynthDataSet(seed: 7, videos: 2, seconds: 4, size: small).write(to: plain.path)
    let all = try contents(of: folder.path)
    let tracks = all.filter { $0.key.hasPrefix("tracks/") }
    #expect(try difference(all.filter { tracks[$0.key] == nil }, contents(of: plain.path)) == nil)
    #expect(tracks.count == 6 && set.outputs(in: folder.path).allSatisfy(pathExists))
    for name in set.videoNames {
      let place = folder.path + "/tracks/" + name
      let people = try motRecords(place + "/gt/gt.txt")
      let frames = people.map(frame)
      #expect(frames == frames.sorted() && Set(frames) == Set(1...120))
      let (truth, _) = try GroundTruthTable.read(path: folder.path + "/annotations/groundtruth.csv")
      let second = truth.frameIndex.number(video: name, time: Timestamp(second: 902))
      for row in 0..<truth.count where truth.frames[row] == second.map(Int32.init) {
        let box = truth.boxes[row].pixels(in: small)
        // Of the frame in the middle; the rows of the set have three decimals of the image.
        let same = people.first { frame($0) == 61 && $0.track == Int(truth.personIDs[row]) + 1 }
        #expect(abs((same?.x1 ?? -9) - box.x1) < 0.06 && abs((same?.y2 ?? -9) - box.y2) < 0.06)
        #expect(same?.score == 1)
      }
      let found = try motRecords(place + "/det/det.txt")
      #expect(found.allSatisfy { $0.track == nil && (0...1).contains($0.score ?? -1) })
      #expect(found.count > people.count / 2)
      #expect(
        try lines(place + "/seqinfo.ini") == [
          "[Sequence]", "name=\(name)", "frameRate=30", "seqLength=120", "imWidth=96", "imHeight=72",
        ])
    }
  }

  @Test func impossibleRequestsAreErrorsThatSayTheRange() throws {
    let error = #expect(throws: SynthError.self) { try SynthDataSet(seed: 1, seconds: 3) }
    #expect("\(try #require(error))".contains("from 4 to 900, found 3"))
    #expect(throws: SynthError.self) { try SynthDataSet(seed: 1, videos: 0) }
    #expect(throws: SynthError.self) { try SynthDataSet(seed: 1, size: ImageSize(width: 8, height: 256)) }
    #expect(throws: SynthError.self) { try SynthDataSet(seed: 1, size: ImageSize(width: 100, height: 256)) }
    #expect(throws: SynthError.self) { try SynthDataSet(seed: 1, seconds: Int.max) }
  }

  @Test func whatALongerVideoLeftIsNotTakenForAShorterOnes() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    try SynthDataSet(seed: 7, seconds: 5, size: small).write(to: folder.path)
    let before = try contents(of: folder.path)
    let error = #expect(throws: SynthError.self) {
      try SynthDataSet(seed: 7, seconds: 4, size: small).write(to: folder.path)
    }
    #expect("\(try #require(error))".contains("more than the 120 frames to draw"))
    #expect(try difference(contents(of: folder.path), before) == nil)
    try SynthDataSet(seed: 7, seconds: 5, size: small).write(to: folder.path)
  }
}

private func numbered(_ frame: Int) -> String { String(repeating: "0", count: 6 - String(frame).count) + String(frame) }

/// Decibels; both pictures of one size.
private func signalToNoise(_ a: Image, _ b: Image) -> Double {
  let channels = a.order == b.order ? [0, 1, 2] : [2, 1, 0]
  var sum = 0.0
  for pixel in 0..<(a.width * a.height) {
    for c in 0..<3 {
      let difference = Double(a.pixels[pixel * 3 + c]) - Double(b.pixels[pixel * 3 + channels[c]])
      sum += difference * difference
    }
  }
  return 10 * log10(255 * 255 * Double(a.pixels.count) / max(sum, 1))
}

private func lines(_ path: String) throws -> [Substring] {
  try String(decoding: bytes(path), as: UTF8.self).split(separator: "\n")
}

private func bytes(_ path: String) throws -> [UInt8] {
  let file = try MappedFile(path: path, doing: "test")
  return withExtendedLifetime(file) { Array(file.bytes) }
}
