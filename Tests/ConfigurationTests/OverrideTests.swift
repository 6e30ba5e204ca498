import Configuration
import Files
import TestSupport
import Testing

/// Random values, as literals that YAML and the command line both take.
private struct Values {
  var random: Seeded

  mutating func int() -> String { String(Int.random(in: 1...64, using: &random)) }
  mutating func double() -> String { "\(Double.random(in: 0.001...9, using: &random))" }
  mutating func bool() -> String { Bool.random(using: &random) ? "True" : "False" }
  mutating func list(_ count: ClosedRange<Int>, _ item: (inout Values) -> String) -> String {
    "[" + (0..<Int.random(in: count, using: &random)).map { _ in item(&self) }.joined(separator: ", ") + "]"
  }

  mutating func pick() -> (key: String, value: String) {
    switch Int.random(in: 0..<10, using: &random) {
    case 0: ("DATA.NUM_FRAMES", int())
    case 1: ("AVA.DETECTION_SCORE_THRESH", double())
    case 2: ("SOLVER.BASE_LR", int())
    case 3: ("DATA.MULTI_LABEL", bool())
    case 4: ("DATA.STD", list(3...3) { $0.double() })
    case 5: ("TEST.NUM_TEMPORAL_CLIPS", list(0...4) { $0.int() })
    case 6: ("MVIT.POOL_Q_STRIDE", list(0...4) { $0.list(0...4) { $0.int() } })
    case 7: ("NONLOCAL.POOL", list(1...4) { $0.list(1...2) { $0.list(3...3) { $0.int() } } })
    case 8: ("TENSORBOARD.MODEL_VIS.GRAD_CAM.COLORMAP", "map_" + int())
    default: ("AVA.TEST_LISTS", list(0...3) { "'f\($0.int()).csv'" })
    }
  }
}

/// Writes a dotted key as nested YAML.
private func nested(_ key: String, _ value: String) -> String {
  let parts = key.split(separator: ".")
  return parts.enumerated().map { index, part in
    String(repeating: "  ", count: index) + part + ":" + (index == parts.count - 1 ? " \(value)\n" : "\n")
  }.joined()
}

@Suite struct OverrideTests {
  /// An override means what the same key means in YAML, and the last of several wins.
  @Test func overrideEqualsYAML() throws {
    for seed in 0..<200 {
      var values = Values(random: Seeded(state: UInt64(seed)))
      let (key, value) = values.pick()
      let fromYAML = try load(unchecked + nested(key, value))
      let overridden = try load(unchecked, [key, "None", key, value])
      let again = try load(unchecked + nested(key, value), [key, value])
      let different = Configuration.keys.filter {
        let literal = overridden.literal($0)
        return fromYAML.literal($0) != literal || again.literal($0) != literal
      }
      #expect(different == [], "seed \(seed): \(key) \(value)")
      #expect(overridden.source(of: key) == .override && again.source(of: key) == .override)
    }
  }

  /// A value's literal is an override that sets it again.
  @Test func literalsReadBack() throws {
    let configuration = try Configuration.load(path: slowfastPath)
    for key in Configuration.keys {
      guard let literal = configuration.literal(key), !literal.contains("inf") else { continue }
      let again = try Configuration.load(path: slowfastPath, overrides: [key, literal])
      #expect(again.literal(key) == literal)
    }
  }

  @Test func setDecodesChecksAndIsAtomic() throws {
    var configuration = try Configuration.load(path: slowfastPath)
    try configuration.set("DATA.NUM_FRAMES", "64")
    #expect(configuration[.dataNumFrames] == 64)
    #expect(throws: ConfigurationError.self) { try configuration.set("DATA.NUM_FRAMES", "0") }
    #expect(throws: ConfigurationError.self) { try configuration.set("DATA.NUM_FRAMES", "many") }
    #expect(throws: ConfigurationError.self) { try configuration.set("DATA.FRAMES", "8") }
    #expect(configuration[.dataNumFrames] == 64 && configuration.notices == [])
    try configuration.apply(overrides: ["DATA.NUM_FRAMES", "30", "SLOWFAST.ALPHA", "3"])
    #expect(configuration[.slowfastAlpha] == 3)
    #expect(configuration.cite(.slowfastAlpha) == "SLOWFAST.ALPHA 3 (given as KEY VALUE)")
  }

  /// Ranges and empty values are judged after the overrides.
  @Test func overridesRepairWhatTheFileLeftOpen() throws {
    #expect(try load(slow + "DATA:\n  NUM_FRAMES:\n", ["DATA.NUM_FRAMES", "4"])[.dataNumFrames] == 4)
    #expect(try load(slow + "DATA:\n  NUM_FRAMES: 0\n", ["DATA.NUM_FRAMES", "4"])[.dataNumFrames] == 4)
  }

  /// The reduced widths and crops of the golden cases.
  @Test(arguments: [
    ("AVA/c2/SLOWFAST_32x2_R101_50_50", ["RESNET.WIDTH_PER_GROUP", "8", "SLOWFAST.BETA_INV", "4"]),
    ("AVA/c2/SLOWFAST_32x2_R50", ["RESNET.WIDTH_PER_GROUP", "16"]),
    ("AVA/SLOW_8x8_R50_SHORT", ["RESNET.WIDTH_PER_GROUP", "8"]),
    ("Kinetics/SLOWFAST_4x16_R50", ["RESNET.WIDTH_PER_GROUP", "8", "SLOWFAST.BETA_INV", "4"]),
    ("Kinetics/C2D_8x8_R50", ["DATA.TEST_CROP_SIZE", "64", "DATA.TRAIN_CROP_SIZE", "64"]),
    ("Kinetics/I3D_NLN_8x8_R50", ["DATA.TEST_CROP_SIZE", "64", "DATA.TRAIN_CROP_SIZE", "64"]),
    (
      "AVA/c2/SLOWFAST_32x2_R50", ["AVA.BGR", "True", "AVA.TEST_FORCE_FLIP", "True", "AVA.IMG_PROC_BACKEND", "pytorch"]
    ),
  ])
  func reducedModelsLoad(name: String, overrides: [String]) throws {
    let configuration = try Configuration.load(path: "\(projectRoot)/configs/\(name).yaml", overrides: overrides)
    #expect(configuration.notices == [])
  }
}
