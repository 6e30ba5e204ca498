import AVARecords
import Files
import Geometry
import Imaging
import Synth
import TestSupport
import Testing

private let small = ImageSize(width: 170, height: 128)

@Suite struct WorldTests {
  @Test func equalSeedsDrawEqualPicturesAndOthersDoNot() throws {
    let (first, people) = try World(seed: 4).render(at: 2.5)
    let (second, samePeople) = try World(seed: 4).render(at: 2.5)
    #expect(first.pixels == second.pixels)
    #expect(people.map(\.box) == samePeople.map(\.box))
    #expect(try World(seed: 5).render(at: 2.5).picture.pixels != first.pixels)
    #expect(try World(seed: 4).render(at: 2.6).picture.pixels != first.pixels)
  }

  @Test func everyWorldHasTwoOrThreePeopleOneOfThemMoving() throws {
    var seen: Set<Activity> = []
    for seed in 0..<60 as Range<UInt64> {
      for time in [2.0, 6.0] {
        let people = try World(seed: seed, size: small).render(at: time).people
        #expect((2...3).contains(people.count), "seed \(seed), time \(time)")
        #expect(Set(people.map(\.id)).count == people.count)
        #expect(people.contains { [.walk, .run].contains($0.activity) }, "seed \(seed), time \(time)")
        for person in people {
          let box = person.box
          #expect(box.isProper && box.x1 >= 0 && box.y1 >= 0 && box.x2 <= 1 && box.y2 <= 1, "seed \(seed)")
          #expect(box.y2 - box.y1 > 0.2 && box.y2 - box.y1 < 0.95, "seed \(seed) \(person.activity)")
        }
        seen.formUnion(people.map(\.activity))
      }
    }
    #expect(seen == Set(Activity.allCases))
  }

  @Test func theBoxHoldsWhatMoves() throws {
    // Between two moments close together only the people (and, a little, the camera) move.
    for seed in 0..<8 as Range<UInt64> {
      let world = World(seed: seed)
      let (first, people) = try world.render(at: 2)
      let (second, _) = try world.render(at: 2 + 1.0 / 30)
      var outside = 0
      var inside = 0
      for y in 0..<first.height {
        for x in 0..<first.width {
          let p = (y * first.width + x) * 3
          let change = (0..<3).map { abs(Int(first.pixels[p + $0]) - Int(second.pixels[p + $0])) }.max()!
          if change < 60 { continue }
          let (u, v) = ((Double(x) + 0.5) / Double(first.width), (Double(y) + 0.5) / Double(first.height))
          let near = people.contains { person in
            let box = person.box
            return u > box.x1 - 0.03 && u < box.x2 + 0.03 && v > box.y1 - 0.03 && v < box.y2 + 0.03
          }
          if near { inside += 1 } else { outside += 1 }
        }
      }
      #expect(inside > 20 && outside * 20 < inside, "seed \(seed): \(inside) pixels inside, \(outside) outside")
    }
  }

  @Test func sizesScaleTheSameWorld() throws {
    let a = try World(seed: 3, size: small).render(at: 3).people
    let b = try World(seed: 3, size: ImageSize(width: 680, height: 512)).render(at: 3).people
    for (first, second) in zip(a, b) {
      #expect(first.activity == second.activity)
      #expect(abs(first.box.x1 - second.box.x1) < 0.03 && abs(first.box.y2 - second.box.y2) < 0.03)
    }
  }
}

@Suite struct SynthDataSetTests {
  @Test func equalArgumentsWriteEqualFiles() throws {
    let (a, b) = (TemporaryFolder(), TemporaryFolder())
    defer {
      a.remove()
      b.remove()
    }
    let set = try SynthDataSet(seed: 11, videos: 2, seconds: 4, size: small)
    var reported: [Int] = []
    try set.write(to: a.path) { reported.append($0) }
    try set.write(to: b.path)
    #expect(reported == Array(1...240))
    let (first, second) = (try contents(a.path), try contents(b.path))
    #expect(first.count == 245)
    #expect(first == second)
  }

  @Test func theRecordsAreReadableAndAgree() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let set = try SynthDataSet(seed: 7, seconds: 6, size: small)
    try set.write(to: folder.path)
    let (truth, truthCounts) = try GroundTruthTable.read(path: folder.path + "/annotations/groundtruth.csv")
    #expect(truth.frameIndex.videos == ["synth7"] && truthCounts.withoutArea == 0 && truthCounts.outsideFrame == 0)
    #expect(Set(truth.frameIndex.frames.compactMap(\.time.wholeSecond)) == [902, 903, 904])
    let labels = try LabelMap.read(path: folder.path + "/annotations/labelmap.pbtxt")
    #expect(truth.actionIDs.allSatisfy { labels.contains(Int($0)) })
    #expect(labels.name(of: 14) == "walk" && labels.labels.count == 10)
    #expect(Activity.allCases.allSatisfy { $0.classIDs.allSatisfy(labels.contains) })
    let picture = try readImage(path: folder.path + "/frames/synth7/synth7_000180.jpg")
    #expect(picture.size == small)
    #expect(!pathExists(folder.path + "/frames/synth7/synth7_000181.jpg"))
    let list = try String(decoding: bytes(folder.path + "/frame_lists/val.csv"), as: UTF8.self)
    let rows = list.split(separator: "\n")
    #expect(rows.count == 181 && rows[0] == "original_vido_id video_id frame_id path labels")
    #expect(rows[180] == "synth7 0 179 synth7/synth7_000180.jpg \"\"")
  }

  @Test func everyPersonHasAProposalThatOverlapsAndDecoysScoreLow() throws {
    for seed in 0..<4 as Range<UInt64> {
      let folder = TemporaryFolder()
      defer { folder.remove() }
      try SynthDataSet(seed: seed, seconds: 8, size: ImageSize(width: 64, height: 64)).write(to: folder.path)
      let (truth, _) = try GroundTruthTable.read(path: folder.path + "/annotations/groundtruth.csv")
      let text = try String(decoding: bytes(folder.path + "/annotations/proposals.csv"), as: UTF8.self)
      let rows = text.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
      for row in truth.boxes.indices {
        let second = truth.frameIndex.frames[Int(truth.frames[row])].time.wholeSecond!
        let overlaps = rows.filter { Int($0[1]) == second && Double($0[7])! > 0.9 }.map { row in
          UnitBox(x1: Double(row[2])!, y1: Double(row[3])!, x2: Double(row[4])!, y2: Double(row[5])!)
        }.map { intersectionOverUnion($0, truth.boxes[row]) }
        #expect(overlaps.max() ?? 0 > 0.7, "seed \(seed), second \(second)")
      }
      #expect(rows.allSatisfy { $0.count == 8 && $0[6].isEmpty })
      #expect(rows.allSatisfy { Double($0[7])! > 0.9 || Double($0[7])! < 0.75 })
    }
  }

  @Test func impossibleRequestsAreErrorsThatSayTheRange() throws {
    let error = #expect(throws: SynthError.self) { try SynthDataSet(seed: 1, seconds: 3) }
    #expect("\(try #require(error))".contains("from 4 to 900, found 3"))
    #expect(throws: SynthError.self) { try SynthDataSet(seed: 1, videos: 0) }
    #expect(throws: SynthError.self) { try SynthDataSet(seed: 1, size: ImageSize(width: 8, height: 256)) }
    #expect(throws: SynthError.self) { try SynthDataSet(seed: 1, seconds: Int.max) }
  }
}

/// All files under a folder with their bytes.
private func contents(_ folder: String) throws -> [String: [UInt8]] {
  var result: [String: [UInt8]] = [:]
  for name in try listFolder(folder) {
    let path = folder + "/" + name
    if isFolder(path) {
      for (inner, bytes) in try contents(path) { result[name + "/" + inner] = bytes }
    } else {
      result[name] = try bytes(path)
    }
  }
  return result
}

private func bytes(_ path: String) throws -> [UInt8] {
  let file = try MappedFile(path: path, doing: "test")
  return withExtendedLifetime(file) { Array(file.bytes) }
}
