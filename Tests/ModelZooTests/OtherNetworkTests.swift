import Checkpoint
import Configuration
import Kernels
import ModelZoo
import Tensors
import TestSupport
import Testing
import VideoModels

/// Files of another architecture than the configuration's: what is advised, followed word for word, loads them.
@Suite struct OtherNetworkTests {
  private static let thin = ["RESNET.WIDTH_PER_GROUP", "8"]
  private static let thinX3D = ["X3D.WIDTH_FACTOR", "0.5", "X3D.DEPTH_FACTOR", "1.0", "X3D.DIM_C5", "24"]

  private func config(_ path: String, _ overrides: [String] = []) throws -> Configuration {
    try Configuration.load(path: "\(projectRoot)/\(path)", overrides: overrides, rules: ModelRules())
  }

  private func kinetics(_ name: String, _ overrides: [String] = []) throws -> Configuration {
    try config("configs/Kinetics/\(name).yaml", overrides)
  }

  /// A file of the network of a configuration.
  private func file(_ config: Configuration) throws -> Checkpoint {
    let reader = WeightReader(nil)
    _ = VideoModel(try Architecture(config), weights: reader, engine: Engine(threads: 1))
    return try save(reader.report.missing.map { ($0.name, Tensor(zeros: $0.shape)) })
  }

  private func report(_ checkpoint: Checkpoint, _ config: Configuration) throws -> LoadReport {
    let reader = WeightReader(checkpoint)
    _ = VideoModel(try Architecture(config), weights: reader, engine: Engine(threads: 1))
    var report = reader.report
    report.hints = LoadHints(report, ArchitectureGuess(checkpoint), config)
    return report
  }

  /// What is said of a file.
  private func said(_ checkpoint: Checkpoint, _ config: Configuration) throws -> String {
    let report = try report(checkpoint, config)
    let error = #expect(throws: CheckpointError.self) { try report.check(allowPartial: false) }
    return error.map { "\($0)" } ?? ""
  }

  /// What is said of a file, where nothing blames a key of the other network.
  private func message(_ checkpoint: Checkpoint, _ config: Configuration) throws -> String {
    let text = try said(checkpoint, config)
    #expect(!text.contains("-> change") && !text.contains("-> set MODEL.NUM_CLASSES"), "\(text)")
    #expect(try report(checkpoint, config).hints.misfits.allSatisfy { $0.value.advice == nil }, "\(text)")
    for line in text.split(separator: "\n") where line.contains("' is ") && line.contains(" in w.safetensors, ") {
      #expect(line.contains("this config") && !line.hasSuffix(")"), "\(line)")
    }
    return text
  }

  /// The words of a call: those in quotation marks are one.
  private func words(_ text: Substring) -> [String] {
    text.split(separator: "\"" as Character, omittingEmptySubsequences: false).enumerated().flatMap { index, part in
      index % 2 == 1 ? [String(part)] : part.split(separator: " ").map(String.init)
    }
  }

  @Test(
    "This configuration, set as is said",
    arguments: [
      ("X3D_S", thinX3D, "SLOW_8x8_R50"), ("X3D_S", thinX3D, "pytorchvideo/R2PLUS1D_16x4_R50"),
      ("SLOW_8x8_R50", thin, "pytorchvideo/R2PLUS1D_16x4_R50"),
      ("pytorchvideo/R2PLUS1D_16x4_R50", thin, "SLOW_8x8_R50"),
      ("pytorchvideo/CSN_32x2_R101", thin, "I3D_8x8_R50"), ("C2D_8x8_R50", thin, "SLOW_8x8_R50"),
      ("I3D_8x8_R50", thin, "C2D_8x8_R50"), ("SLOW_8x8_R50", thin, "I3D_8x8_R50"), ("I3D_8x8_R50", thin, "X3D_S"),
      // Without non-local blocks; of other channels; as wide as published, of one's own classes.
      ("C2D_8x8_R50", thin, "I3D_NLN_8x8_R50"),
      ("SLOW_8x8_R50", thin + ["DATA.INPUT_CHANNEL_NUM", "[4]"], "I3D_8x8_R50"),
      ("X3D_S", ["MODEL.NUM_CLASSES", "12"], "SLOW_8x8_R50"),
    ])
  func settings(_ network: String, _ overrides: [String], _ other: String) throws {
    let checkpoint = try file(try kinetics(network, overrides))
    var config = try kinetics(other)
    let text = try message(checkpoint, config)
    let start = try #require(text.firstRange(of: "-> set "), "\(text)").upperBound
    let end = try #require(text.firstRange(of: ", as these weights have it"), "\(text)").lowerBound
    try config.apply(overrides: words(text[start..<end]))
    let followed = try report(checkpoint, config)
    #expect(followed.isComplete && followed.unused.isEmpty, "\(text)\n\(followed.missing.prefix(2))")
  }

  @Test(
    "A configuration of its own, where this one cannot become the network's",
    arguments: [
      ("SLOWFAST_8x8_R50", thin, "X3D_S"), ("SLOW_8x8_R50", thin, "SLOWFAST_8x8_R50"),
      // As wide as published.
      ("X3D_S", [], "SLOW_8x8_R50"),
    ])
  func configs(_ network: String, _ overrides: [String], _ other: String) throws {
    let checkpoint = try file(try kinetics(network, overrides))
    let text = try message(checkpoint, try kinetics(other))
    #expect(!text.contains("-> set "), "\(text)")
    let start = try #require(text.firstRange(of: "the config of these weights ("), "\(text)").upperBound
    let advice = text[start...].prefix { $0 != ")" }
    let names = advice.split(separator: ", ").filter { $0.hasPrefix("configs/") }
    #expect(!names.isEmpty, "\(text)")
    #expect(advice.hasSuffix(", with the overrides that slowfast inspect names") == !overrides.isEmpty, "\(text)")
    let inspected = try #require(ArchitectureGuess(checkpoint).network).settings.flatMap { [$0.key, $0.value] }
    for name in names {
      let followed = try report(checkpoint, try config(String(name), overrides.isEmpty ? [] : inspected))
      #expect(followed.isComplete && followed.unused.isEmpty, "\(name): \(followed.missing.prefix(2))")
    }
  }

  /// 13 frames are none that R(2+1)D takes, and no configuration of it is one of PySlowFast's published ones.
  @Test func whereNothingIsKnownInspectIsNamed() throws {
    let checkpoint = try file(try kinetics("pytorchvideo/R2PLUS1D_16x4_R50", Self.thin))
    let text = try message(checkpoint, try kinetics("X3D_S"))
    #expect(!text.contains("-> set "), "\(text)")
    #expect(text.contains("the config of these weights (slowfast inspect tells what they are)"), "\(text)")
  }

  /// Networks of the same tensors are no other networks.
  @Test(arguments: [
    ("2d", "c2d", [], ""), ("slow_c2d", "c2d", [], ""), ("slow_i3d", "i3d", [], ""),
    (
      "slow_i3d", "i3d", ["RESNET.NUM_BLOCK_TEMP_KERNEL", "[[1], [1], [1], [1]]"],
      "RESNET.NUM_BLOCK_TEMP_KERNEL \"[[3], [4], [6], [3]]\" "
    ),
  ])
  func architecturesThatNoTensorTellsApart(
    _ arch: String, _ other: String, _ overrides: [String], _ advice: String
  ) throws {
    let name = other == "i3d" ? "I3D_8x8_R50" : "C2D_8x8_R50"
    let checkpoint = try file(try kinetics(name, Self.thin))
    let own = try kinetics(name, ["RESNET.WIDTH_PER_GROUP", "16", "MODEL.ARCH", arch] + overrides)
    let report = try report(checkpoint, own)
    let error = #expect(throws: CheckpointError.self) { try report.check(allowPartial: false) }
    let text = "\(try #require(error))"
    #expect(text.contains("-> set \(advice)RESNET.WIDTH_PER_GROUP 8, as these weights have it"), "\(text)")
    #expect(!text.contains("-> change"), "\(text)")
  }

  /// No key makes boxes of classes: a test on AVA cannot become that of a classifier.
  @Test(arguments: [("X3D_S", thinX3D), ("C2D_8x8_R50", thin), ("SLOWFAST_8x8_R50", thin)])
  func weightsOfClipsAreNoneOfAVAs(_ network: String, _ overrides: [String]) throws {
    let checkpoint = try file(try kinetics(network, overrides))
    let report = try report(checkpoint, try config("configs/AVA/SLOW_8x8_R50_SHORT.yaml"))
    let error = #expect(throws: CheckpointError.self) { try report.check(allowPartial: false) }
    let text = "\(try #require(error))"
    #expect(!text.contains("-> set "), "\(text)")
    #expect(text.contains("-> give the weights of this config, or the config of these weights ("), "\(text)")
    let advice = report.hints.misfits["head.projection.weight"]?.advice
    #expect(advice?.hasSuffix("and this config scores boxes: give weights trained on AVA") == true, "\(advice ?? "")")
    #expect(text.contains("\n         -> \(advice ?? "")\n"), "\(text)")
  }

  /// Within a family, too, what is advised is all that it takes.
  @Test(arguments: [
    ("SLOW_8x8_R50", thin + basic18, []), ("SLOWFAST_4x16_R50", thin + fastBasic18, []),
    ("SLOW_8x8_R50", thin + ["RESNET.TRANS_FUNC", "basic_transform"], []),
    ("SLOW_8x8_R50", thin, ["RESNET.DEPTH", "101"]),
    ("SLOW_8x8_R50", thin + ["RESNET.NUM_GROUPS", "4"], []), ("X3D_S", thinX3D, ["X3D.DEPTH_FACTOR", "5.0"]),
    ("SLOW_8x8_R50", ["RESNET.WIDTH_PER_GROUP", "4", "RESNET.NUM_GROUPS", "32"], []),
  ])
  func otherShapes(_ network: String, _ overrides: [String], _ others: [String]) throws {
    let checkpoint = try file(try kinetics(network, overrides))
    var config = try kinetics(network, others)
    let text = try said(checkpoint, config)
    let start = try #require(text.firstRange(of: "-> set "), "\(text)").upperBound
    let end = try #require(text.firstRange(of: ", as these weights have it"), "\(text)").lowerBound
    try config.apply(overrides: words(text[start..<end]))
    let followed = try report(checkpoint, config)
    #expect(followed.isComplete && followed.unused.isEmpty, "\(text)\n\(followed.missing.prefix(2))")
  }

  private static let basic18 = [
    "RESNET.DEPTH", "18", "RESNET.TRANS_FUNC", "basic_transform", "RESNET.NUM_BLOCK_TEMP_KERNEL",
    "[[2], [2], [2], [2]]",
  ]
  private static let fastBasic18 = [
    "RESNET.DEPTH", "18", "RESNET.TRANS_FUNC", "basic_transform", "RESNET.NUM_BLOCK_TEMP_KERNEL",
    "[[2, 2], [2, 2], [2, 2], [2, 2]]",
  ]

  /// A network that no configuration has: nobody is sent to one, and nothing is written.
  @Test(arguments: [
    ("SLOW_8x8_R50", thin, "s3.pathway0_res1.branch2.b.weight", [16, 16, 1, 5, 5]),
    ("SLOWFAST_4x16_R50", thin, "s4.pathway1_res0.branch2.b.weight", [4, 4, 3, 3, 3]),
    ("I3D_8x8_R50", thin, "s1.pathway0_stem.conv.weight", [8, 3, 5, 3, 3]),
    ("pytorchvideo/CSN_32x2_R101", thin, "s2.pathway0_res0.branch2.b.weight", [8, 1, 3, 5, 5]),
    ("X3D_S", thinX3D, "s2.pathway0_res0.branch2.se.fc1.weight", [24, 30, 1, 1, 1]),
  ])
  func shapesOfNoConfiguration(_ network: String, _ overrides: [String], _ name: String, _ shape: [Int]) throws {
    let config = try kinetics(network, overrides)
    let odd = try save(
      file(config).entries.map { ($0.name, Tensor(zeros: $0.name == name ? shape : $0.shape)) })
    for config in [config, try kinetics("C2D_8x8_R50")] {
      let text = try message(odd, config)
      #expect(
        text.contains(
          "no configuration that is known gives '\(name)' its shape: it is \(describe(shape: shape)), where"), "\(text)"
      )
      #expect(!text.contains("-> set ") && !text.contains("configs/"), "\(text)")
    }
    let told = describe(odd)
    #expect(
      told.contains("no configuration that is known gives '\(name)' its shape") && !told.contains("config  "),
      "\(told.prefix(600))")
    // It is written all the same, and said: its reader may know more.
    let notices = try WeightConversion(odd, to: .pyslowfast).notices
    #expect(notices.contains { $0.contains("'\(name)' its shape") }, "\(notices)")
  }

  /// Depths that no key makes are said; what was meant nobody knows.
  @Test(arguments: [("X3D_S", thinX3D, "depth factor"), ("SLOW_8x8_R50", thin, "known depth")])
  func depthsOfNoConfiguration(_ network: String, _ overrides: [String], _ word: String) throws {
    let config = try kinetics(network, overrides)
    let whole = try file(config).entries.map { ($0.name, Tensor(zeros: $0.shape)) }
    // A block more in res3.
    let last = try #require(whole.map(\.0).filter { $0.hasPrefix("s3.pathway0_res") }.map { $0.prefix(16) }.max())
    let next = "s3.pathway0_res\(Int(last.dropFirst(15))! + 1)"
    let odd = try save(
      whole + whole.filter { $0.0.hasPrefix(last + ".") }.map { (next + $0.0.dropFirst(16), $0.1) })
    let report = try report(odd, config)
    let notices = report.notices.joined(separator: "\n")
    #expect(notices.contains("are those of no \(word)") && !notices.contains("to use it as it is"), "\(notices)")
    #expect(describe(odd).contains("are those of no \(word) -> give weights"))
    let written = try WeightConversion(odd, to: .pyslowfast).notices
    #expect(written.contains { $0.contains("are those of no \(word)") }, "\(written)")
  }

  /// A non-local block after none of the residual ones is of no network.
  @Test(arguments: [("I3D_NLN_8x8_R50", 0), ("SLOW_8x8_R50", 0), ("SLOWFAST_NLN_8x8_R50", 1)])
  func nonLocalBlocksAfterNone(_ network: String, _ pathway: Int) throws {
    let config = try kinetics(network, Self.thin)
    let own = try file(config).entries.map { ($0.name, Tensor(zeros: $0.shape)) }
    let stray = ("s3.pathway\(pathway)_nonlocal9.conv_theta.weight", Tensor(zeros: [4, 8, 1, 1, 1]))
    let odd = try save(own + [stray])
    let reason = "it has a non-local block after block 9 of res3, which has 4 blocks"
    let told = describe(odd)
    #expect(told.contains("\(reason) -> give weights") && !told.contains("config  "), "\(told.prefix(600))")
    let notices = try report(odd, config).notices.joined(separator: "\n")
    #expect(notices.contains(reason) && !notices.contains("to use it as it is"), "\(notices)")
    let written = try WeightConversion(odd, to: .pyslowfast).notices
    #expect(written.contains { $0.contains(reason) }, "\(written)")
  }

  /// The overrides that `inspect` prints, where it knows no config, are the whole of one.
  @Test(arguments: [
    ("SLOWFAST_4x16_R50", ["MODEL.NUM_CLASSES", "7"] + thin + fastBasic18), ("SLOW_8x8_R50", thin + basic18),
  ])
  func inspectedOverridesMakeAConfig(_ network: String, _ overrides: [String]) throws {
    let checkpoint = try file(try kinetics(network, overrides))
    let lines = describe(checkpoint).split(separator: "\n")
    let first = try #require(lines.firstIndex(of: "overrides that suit these weights:"), "\(lines)")
    let guessed = lines.filter { $0.contains("leave no trace in the tensors: below is what is usual") }
    #expect(guessed.count == 1 && guessed.allSatisfy { $0.contains("RESNET.SPATIAL_STRIDES") }, "\(guessed)")
    let own = lines[(first + 1)...].prefix { $0.hasPrefix("  ") }.flatMap { words($0.dropFirst(2)) }
    var config = Configuration.defaults
    try config.apply(overrides: own)
    _ = try ModelRules().check(config)
    let followed = try report(checkpoint, config)
    #expect(followed.isComplete && followed.unused.isEmpty, "\(own) \(followed.missing.prefix(2))")
  }

  /// Published numbers are those of the published network.
  @Test func numbersAreOfTheNetwork() throws {
    func numbers(_ network: String, _ overrides: [String]) throws -> Bool {
      describe(try file(try kinetics(network, overrides))) { try? config($0) }.contains("published     ")
    }
    #expect(try numbers("X3D_S", []) && !numbers("X3D_S", ["X3D.WIDTH_FACTOR", "1.0"]))
    // Nor is a config named as it stands.
    let wide = try file(try kinetics("X3D_S", ["X3D.WIDTH_FACTOR", "1.0"]))
    let text = try message(wide, try kinetics("pytorchvideo/CSN_32x2_R101"))
    #expect(!text.contains("X3D_XS.yaml)"), "\(text)")
  }

  /// Values that the tensors do not prove are no oddities: what a file's own configuration says is tried.
  @Test func whatIsLegitimateIsNotOdd() throws {
    for blocks in ["[[3], [4], [4], [2]]", "[[2], [4], [6], [3]]", "[[3], [1], [0], [1]]"] {
      let own = try kinetics("I3D_8x8_R50", Self.thin + ["RESNET.NUM_BLOCK_TEMP_KERNEL", blocks])
      let checkpoint = try file(own)
      #expect(!describe(checkpoint).contains("no configuration"), "\(blocks)")
      #expect(try WeightConversion(checkpoint, to: .pyslowfast).notices.isEmpty, "\(blocks)")
    }
    let x3d = try kinetics("X3D_M", ["X3D.DIM_C1", "10", "X3D.WIDTH_FACTOR", "1.0", "X3D.DIM_C5", "64"])
    let items = try file(x3d).entries.map { (name: $0.name, tensor: Tensor(zeros: $0.shape)) }
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let path = folder.path + "/own.pyth"
    try writeTorch(items, epoch: nil, configText: x3d.yaml, to: path)
    let own = try Checkpoint(path: path, naming: PySlowFastNames())
    #expect(describe(own).contains("X3D.DIM_C1 10") && !describe(own).contains("no width factor ->"))
  }
}
