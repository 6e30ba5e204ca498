import AVARecords
import Clips
import Configuration
import Detect
import Files
import Inference
import Kernels
import Runs
import TestSupport
import Tensors
import Testing

/// Test runs that ask several models about each key frame.
struct EnsembleRunTests {
  /// Clips of other lengths, rates, sizes and normalisations.
  private static let variants = [
    ["AVA.TEST_FLIP", "True"],
    ["DATA.NUM_FRAMES", "8", "DATA.SAMPLING_RATE", "2", "DATA.TEST_CROP_SIZE", "40", "DATA.MEAN", "[0.3, 0.4, 0.5]"],
    ["DATA.SAMPLING_RATE", "8", "AVA.BGR", "True", "AVA.TEST_SCALES", "[32, 48]"],
  ]

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

  private func configs(_ config: Configuration) throws -> [Configuration] {
    try Self.variants.map { variant in
      var own = config
      try own.apply(overrides: variant)
      return own
    }
  }

  private func ensemble(
    _ config: Configuration, _ way: ViewFusion = .mean, weights: [Double] = [1, 2, 1]
  ) throws -> TestEnsemble {
    try TestEnsemble(
      configs(config).enumerated().map { TestEnsemble.Model("m\($0)", $1) }, ModelFusion(way, weights: weights),
      of: config)
  }

  /// Three models on one engine and in one memory.
  private func load(_ config: Configuration, streams: Int = 1) throws -> [LoadedModel] {
    let engine = Engine(threads: 2, streams: streams)
    var models: [LoadedModel] = []
    for (number, own) in try configs(config).enumerated() {
      models.append(
        try LoadedModel(own, WeightOptions(randomSeed: UInt64(number + 5)), engine: engine, sharing: models.first))
    }
    return models
  }

  private func single(_ config: Configuration, _ number: Int) throws -> [Float] {
    let own = try configs(config)[number]
    let model = try LoadedModel(own, WeightOptions(randomSeed: UInt64(number + 5)), engine: Engine(threads: 2))
    return try AVATest(own).run(model: model) { _ in }.scores.array
  }

  /// The run's scores are the weighted mean of those of runs with one model each.
  @Test func theMeanOfSingleRuns() throws {
    let world = world()
    defer { world.folder.remove() }
    let config = try world.config()
    let singles = try Self.variants.indices.map { try single(config, $0) }
    #expect(Set(singles).count == 3)
    let test = try AVATest(config, ensemble: ensemble(config))
    #expect(test.allViews.map(\.description) == ["48", "48 flip", "40 model 2", "32 model 3", "48 model 3"])
    let found = try test.run(models: load(config)) { _ in }
    // Side by side, each stream has its copy of all models, and they share a memory.
    #expect(try test.run(models: load(config, streams: 2)) { _ in }.scores.array == found.scores.array)
    let mean = singles[0].indices.map { (singles[0][$0] + 2 * singles[1][$0] + singles[2][$0]) / 4 }
    #expect(difference(try found.scores.array, mean, .absolute(1e-6)) == nil)
    let most = try AVATest(config, ensemble: ensemble(config, .max)).run(models: load(config)) { _ in }.scores.array
    #expect(most == singles[0].indices.map { max(singles[0][$0], singles[1][$0], singles[2][$0]) })
  }

  /// Ended between two models, a run goes on with the other, and its scores are the same bytes.
  @Test(arguments: [1, 2, 7]) func goingOn(_ end: Int) throws {
    let world = world()
    defer { world.folder.remove() }
    let config = try world.config()
    let test = try AVATest(config, ensemble: ensemble(config))
    let models = try load(config)
    let whole = try test.run(models: models) { _ in }.scores.array
    let path = world.folder.path + "/j.journal"
    let identity = try test.identity(models, isStill: false)
    let first = try RunJournal(path: path, identity: identity, classes: 3)
    var seen = 0
    _ = try test.run(
      models: models, journal: first,
      isToStop: {
        seen += 1
        return seen == end
      }
    ) { _ in }
    first.close()
    let second = try RunJournal(path: path, identity: identity, classes: 3)
    var computed = 0
    let found = try test.run(
      models: models, journal: second,
      isToStop: {
        computed += 1
        return false
      }
    ) { _ in }
    #expect(computed == 15 - end)
    #expect(try found.scores.array == whole)
  }

  /// A run is bound to every model's configuration and weights, but not to how much each counts.
  @Test func whatAnotherRunIs() throws {
    let world = world()
    defer { world.folder.remove() }
    let config = try world.config()
    let path = world.folder.path + "/j.journal"
    let models = try load(config)
    func open(_ ensemble: TestEnsemble, _ models: [LoadedModel]) throws {
      _ = try RunJournal(
        path: path, identity: AVATest(config, ensemble: ensemble).identity(models, isStill: false), classes: 3)
    }
    try open(ensemble(config), models)
    try open(ensemble(config, .max, weights: [1, 1, 5]), models)
    var others = models
    others[1] = try LoadedModel(
      configs(config)[1], WeightOptions(randomSeed: 77), engine: Engine(threads: 2), sharing: models[0])
    let message = text { try open(ensemble(config), others) }
    #expect(message.contains("model 2 random weights was seed 6 and is seed 77"), "\(message)")
    var configs = try configs(config)
    try configs[2].apply(overrides: ["AVA.TEST_FLIP", "True"])
    let changed = try TestEnsemble(
      configs.map { TestEnsemble.Model("m", $0) }, ModelFusion(.mean, weights: [1, 1, 1]), of: config)
    let other = text { try open(changed, models) }
    #expect(other.contains("model 3 AVA.TEST_FLIP is new (True)"), "\(other)")
    let two = text { try AVATest(config).identity([models[0]], isStill: false).isEqual(path) }
    #expect(two.contains("random weights is new"), "\(two)")
  }

  /// Key frames without a box above the threshold are not scored, and yet the run's.
  @Test func keyFramesOfARun() throws {
    var world = world()
    defer { world.folder.remove() }
    world.proposals += "b,0903,0.2,0.2,0.6,0.6,,0.5\na,0902,0.2,0.2,0.6,0.6,,0.5\n"
    let config = try world.config()
    let test = try AVATest(config)
    let names = ["b,0902", "a,0902", "a,0903", "b,0903"]
    #expect(test.keyFrames.map(\.description) == names)
    let directory = RunDirectory(world.folder.path + "/run")
    func part(_ shard: Shard?, in directory: RunDirectory) throws -> RunPart {
      try RunPart(
        directory, shard,
        RunStatus(version: "1", command: "test", arguments: [], config: "c", weights: nil, labelMap: nil))
    }
    let model = try randomModel(config)
    let whole = try part(nil, in: directory)
    let journal = try whole.open(
      test.identity([model], isStill: false), config, keyFrames: test.keyFrames, videos: test.plan)
    _ = try test.run(model: model, journal: journal) { _ in }
    try whole.complete(damaged: [], mAP: nil)
    whole.close()
    let kept = try KeptRun.configuration(directory)
    func known() throws -> (keyFrames: [KeyFrame], isAll: Bool) {
      try KeptRun(directory, kept: kept, config: kept).keyFrames()
    }
    #expect(try known().keyFrames.map(\.description) == names && known().isAll)
    removeFile(directory.keyFrames)
    #expect(try known().keyFrames.count == 3 && !known().isAll)

    // Shards that are not joined: what is missing is named, and only all of them are to be joined.
    let shards = RunDirectory(world.folder.path + "/shards")
    for index in [0, 2] {
      let own = try part(Shard(index, of: 3), in: shards)
      _ = try own.open(RunIdentity(), config, videos: [])
      try own.complete(damaged: [], mAP: nil)
      own.close()
    }
    let lacking = text { _ = try KeptRun(shards, kept: kept, config: kept) }
    #expect(
      lacking.contains("it keeps 2 of 3 shards complete: shard 1/3 is missing -> compute what is missing"),
      "\(lacking)")
    let last = try part(Shard(1, of: 3), in: shards)
    _ = try last.open(RunIdentity(), config, videos: [])
    last.close(as: .interrupted)
    let open = text { _ = try KeptRun(shards, kept: kept, config: kept) }
    #expect(open.contains("shard 1/3 is interrupted, 0 of 0 key frames scored"), "\(open)")
    let end = try part(Shard(1, of: 3), in: shards)
    _ = try end.open(RunIdentity(), config, videos: [])
    try end.complete(damaged: [], mAP: nil)
    end.close()
    let all = text { _ = try KeptRun(shards, kept: kept, config: kept) }
    #expect(all.contains("it keeps all 3 shards and no whole run -> join them: slowfast merge"), "\(all)")
  }

  /// The models' scores as one, formulated anew, whatever the order of the models; who does not count is not heard.
  @Test func theOrderOfModels() throws {
    let tables = (0..<3).map { seed in
      var random = SeededGenerator(seed: UInt64(seed))
      return Tensor([8, 3], (0..<24).map { _ in Float(random.uniform(0, 1)) })
    }
    for way in [ViewFusion.mean, .logitMean] {
      let first = ModelFusion(way, weights: [1, 2, 0.3]).fuse(tables).array
      #expect(ModelFusion(way, weights: [0.3, 1, 2]).fuse([tables[2], tables[0], tables[1]]).array == first)
      #expect(ModelFusion(way, weights: [1, 0, 0]).fuse(tables).array == tables[0].array)
    }
    let mean = (0..<24).map { (place: Int) -> Float in
      let values: [Float] = tables.map { $0.array[place] }
      let sum: Float = values[0] + 2 * values[1] + 0.3 * values[2]
      return sum / 3.3
    }
    #expect(difference(ModelFusion(.mean, weights: [1, 2, 0.3]).fuse(tables).array, mean, .absolute(1e-6)) == nil)
  }

  @Test func modelsThatDoNotFit() throws {
    let world = world()
    defer { world.folder.remove() }
    let config = try world.config()
    func build(_ overrides: [String], _ way: ViewFusion = .mean) -> String {
      text {
        var own = config
        try own.apply(overrides: overrides)
        _ = try TestEnsemble([TestEnsemble.Model("x", own)], ModelFusion(way, weights: [1]), of: config)
      }
    }
    #expect(
      build(["MODEL.NUM_CLASSES", "4"]).contains(
        "model 'x' scores 4 classes (MODEL.NUM_CLASSES), the config of the run has 3"))
    #expect(build(["DETECTION.ENABLE", "False"]).contains("model 'x' is a classification config"))
    #expect(
      build(["MODEL.HEAD_ACT", "softmax"], .logitMean).contains("model 'x' has MODEL.HEAD_ACT softmax -> set FUSION"))
  }
}

extension RunIdentity {
  /// Opens a journal as this run.
  fileprivate func isEqual(_ path: String) throws { _ = try RunJournal(path: path, identity: self, classes: 3) }
}
