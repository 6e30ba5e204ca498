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

  /// What is said of a file, where nothing blames a key of the other network.
  private func message(_ checkpoint: Checkpoint, _ config: Configuration) throws -> String {
    let report = try report(checkpoint, config)
    let error = #expect(throws: CheckpointError.self) { try report.check(allowPartial: false) }
    let text = error.map { "\($0)" } ?? ""
    #expect(!text.contains("-> change") && !text.contains("-> set MODEL.NUM_CLASSES"), "\(text)")
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
  @Test(arguments: [("2d", "c2d"), ("slow_c2d", "c2d"), ("slow_i3d", "i3d")])
  func architecturesThatNoTensorTellsApart(_ arch: String, _ other: String) throws {
    let name = other == "i3d" ? "I3D_8x8_R50" : "C2D_8x8_R50"
    let checkpoint = try file(try kinetics(name, Self.thin))
    let report = try report(checkpoint, try kinetics(name, ["RESNET.WIDTH_PER_GROUP", "16", "MODEL.ARCH", arch]))
    let error = #expect(throws: CheckpointError.self) { try report.check(allowPartial: false) }
    let text = "\(try #require(error))"
    #expect(text.contains("-> set RESNET.WIDTH_PER_GROUP 8, as these weights have it"), "\(text)")
  }

  /// No key makes boxes of classes: a test on AVA cannot become that of a classifier.
  @Test func weightsOfClipsAreNoneOfAVAs() throws {
    let checkpoint = try file(try kinetics("X3D_S", Self.thinX3D))
    let report = try report(checkpoint, try config("configs/AVA/SLOW_8x8_R50_SHORT.yaml"))
    let error = #expect(throws: CheckpointError.self) { try report.check(allowPartial: false) }
    let text = "\(try #require(error))"
    #expect(!text.contains("-> set "), "\(text)")
    #expect(text.contains("-> give the weights of this config, or the config of these weights ("), "\(text)")
  }
}
