import AVARecords
import Configuration
import Detect
import Files
import Inference
import Runs
import TestSupport
import Tensors
import Testing

/// Test runs that see each key frame in several views. Frames are 64 x 48.
struct SeveralViewsTests {
  private func world() -> World {
    var world = World()
    world.proposals = """
      a,0902,0.1,0.2,0.5,0.9,,0.9
      a,0902,0.4,0.1,0.9,0.8,,0.95
      a,0903,0.0,0.1,1.0,0.9,,0.9
      b,0902,0.2,0.2,0.6,0.6,,0.8

      """
    return world
  }

  private func scores(_ world: World, _ overrides: [String]) throws -> [Float] {
    var world = world
    world.overrides = overrides
    let config = try world.config()
    return try AVATest(config).run(model: randomModel(config)) { _ in }.scores.array
  }

  private func mean(_ views: [[Float]]) -> [Float] {
    views[0].indices.map { index in Float(views.reduce(0) { $0 + Double($1[index]) } / Double(views.count)) }
  }

  /// The scores of several views are the mean of those of runs with one each, to the last bit.
  @Test func theMeanOfSingleRuns() throws {
    let world = world()
    defer { world.folder.remove() }
    let singles = try [32, 48, 40].flatMap { scale in
      try ["False", "True"].map { flip in
        try scores(world, ["DATA.TEST_CROP_SIZE", "\(scale)", "AVA.TEST_FORCE_FLIP", flip])
      }
    }
    let flips = try scores(world, ["AVA.TEST_FLIP", "True"])
    #expect(difference(flips, mean(Array(singles[2...3])), .exact) == nil)
    let all = try scores(world, ["AVA.TEST_SCALES", "[32, 48, 40]", "AVA.TEST_FLIP", "True"])
    #expect(difference(all, mean(singles), .exact) == nil)
    #expect(Set(singles + [flips, all]).count == 8)
    let one = try scores(world, ["AVA.TEST_SCALES", "[48]", "AVA.TEST_VIEW_FUSION", "logit_mean"])
    #expect(difference(one, singles[2], .exact) == nil, "one view is what it always was")
    let most = try scores(world, ["AVA.TEST_FLIP", "True", "AVA.TEST_VIEW_FUSION", "max"])
    #expect(most == zip(singles[2], singles[3]).map { max($0, $1) })
  }

  /// 64 x 48 has squares at 0, 8 and 16: the box of the whole width, of which no square has half, is all that the whole
  /// frame is computed for. With 48 of 64, each square has more than half: it is seen in all three.
  @Test func spatialCrops() throws {
    var world = world()
    defer { world.folder.remove() }
    world.overrides = ["AVA.TEST_SPATIAL_CROPS", "3"]
    let config = try world.config()
    let journal = RunJournal()
    let test = try AVATest(config)
    let found = try test.run(model: randomModel(config), journal: journal) { _ in }
    var tables: [[Float]] = []
    try found.forEach { task, scores in
      let views = try task.views.compactMap { try journal.scores(of: task, $0)?.array }
      try #require(views.count == 4)
      #expect(views[3].allSatisfy { $0.isNaN }, "no box is in no square")
      tables.append(scores.array)
      let means = scores.array.indices.map { index in
        let values = views.map { $0[index] }.filter { !$0.isNaN }.map { Double($0) }
        return Float(values.reduce(0, +) / Double(values.count))
      }
      #expect(scores.array == means)
    }
    #expect(tables.count == 3 && tables.joined().allSatisfy { $0.isFinite })
  }

  /// Ended between two views of one key frame, a run goes on with the other, and its files are the same bytes.
  @Test(arguments: [1, 4, 9, 17]) func goingOnBetweenTwoViews(_ end: Int) throws {
    var world = world()
    defer { world.folder.remove() }
    world.overrides = ["AVA.TEST_SCALES", "[32, 48, 40]", "AVA.TEST_FLIP", "True"]
    let config = try world.config()
    let test = try AVATest(config)
    let model = try randomModel(config)
    let (whole, parts) = (world.folder.path + "/whole", world.folder.path + "/parts")
    for folder in [whole, parts] { try makeFolder(folder) }
    func write(_ found: Detections, _ folder: String) throws {
      _ = try test.write(found, to: folder)
      try found.writeScores(folder + "/scores.npy")
    }
    try write(test.run(model: model) { _ in }, whole)

    let path = AVATest.journal(in: parts)
    let identity = try test.identity([model], isStill: false)
    let first = try RunJournal(path: path, identity: identity, classes: 3)
    var seen = 0
    let broken = try test.run(
      model: model, journal: first,
      isToStop: {
        seen += 1
        return seen == end
      }
    ) { _ in }
    #expect(broken.keyFrameCount == end / 6 && first.keyFrameCount(views: 6) == end / 6, "all views, or not done")
    first.close()
    let second = try RunJournal(path: path, identity: identity, classes: 3)
    var computed = 0
    let found = try test.run(
      model: model, journal: second,
      isToStop: {
        computed += 1
        return false
      }
    ) { _ in }
    #expect(computed == 18 - end)
    try write(found, parts)
    second.remove()
    #expect(try folderDifference(parts, whole) == nil)
  }

  /// The scores do not depend on it, so a run may go on with another fusion; other views are another run.
  @Test func whatAnotherRunIs() throws {
    var world = world()
    defer { world.folder.remove() }
    world.overrides = ["AVA.TEST_FLIP", "True"]
    let path = world.folder.path + "/j.journal"
    func open(_ overrides: [String]) throws {
      var config = try world.config()
      try config.apply(overrides: overrides)
      let identity = try AVATest(config).identity([randomModel(config)], isStill: false)
      _ = try RunJournal(path: path, identity: identity, classes: 3)
    }
    try open([])
    try open(["AVA.TEST_VIEW_FUSION", "max"])
    let message = text { try open(["AVA.TEST_SCALES", "[32, 48]"]) }
    #expect(message.contains("AVA.TEST_SCALES was [] and is [32, 48] -> give what it was begun with"), "\(message)")
  }
}
