import Checkpoint
import Configuration
import Kernels
import ModelZoo
import Tensors
import TestSupport
import Testing
import VideoModels

/// Files that lack tensors, of every family and in every library's names: whatever is missing, they are called what they are,
/// what they lack is said, and nothing is made of them.
@Suite struct IncompleteFileTests {
  /// Whose names a file has.
  enum Names: Sendable { case pySlowFast, pyTorchVideo, mmAction2(hidden: Int? = nil) }

  struct Network: Sendable, CustomTestStringConvertible {
    let config: String
    let overrides: [String]
    let names: Names
    /// What it is called.
    let word: String

    init(_ config: String, _ overrides: [String], _ names: Names, _ word: String) {
      (self.config, self.overrides, self.names, self.word) = (config, overrides, names, word)
    }

    var testDescription: String { "\(config) \(names)" }
  }

  private static let thin = ["RESNET.WIDTH_PER_GROUP", "8", "MODEL.NUM_CLASSES", "400"]
  private static let thinBoxes = ["RESNET.WIDTH_PER_GROUP", "8"]
  private static let thinX3D = ["X3D.WIDTH_FACTOR", "0.5", "X3D.DIM_C5", "24"]
  private static let thinMViT = ["MVIT.EMBED_DIM", "8", "DATA.TRAIN_CROP_SIZE", "64", "DATA.TEST_CROP_SIZE", "64"]
  private static let nonLocal = [
    "NONLOCAL.LOCATION", "[[[]], [[1, 3]], [[1, 3, 5]], [[]]]", "NONLOCAL.GROUP", "[[1], [1], [1], [1]]",
  ]

  static let networks = [
    Network("Kinetics/C2D_8x8_R50", thin, .pySlowFast, "C2D"),
    Network("Kinetics/c2/I3D_NLN_8x8_R50", thin, .pySlowFast, "I3D"),
    Network("AVA/SLOW_8x8_R50_SHORT", thinBoxes, .pySlowFast, "Slow"),
    Network("Kinetics/SLOWFAST_8x8_R50", thin, .pySlowFast, "SlowFast"),
    Network("demo/SLOWFAST_8x4_R18_NLN_SMALL", [], .pySlowFast, "SlowFast"),
    Network("Kinetics/X3D_M", thinX3D, .pySlowFast, "X3D"),
    Network("Kinetics/pytorchvideo/R2PLUS1D_16x4_R50", thin, .pySlowFast, "R(2+1)D"),
    Network("Kinetics/pytorchvideo/CSN_32x2_R101", thin + ["RESNET.DEPTH", "50"], .pySlowFast, "CSN"),
    Network("Kinetics/MVIT_B_16x4_CONV", thinMViT, .pySlowFast, "MViTv1"),
    Network("Kinetics/MVITv2_S_16x4", thinMViT, .pySlowFast, "MViTv2"),
    Network("Kinetics/I3D_8x8_R50", thin, .pyTorchVideo, "I3D"),
    Network("AVA/c2/SLOW_8x8_R50", thinBoxes, .pyTorchVideo, "Slow"),
    Network("AVA/c2/SLOWFAST_32x2_R50", thinBoxes, .pyTorchVideo, "SlowFast"),
    Network("Kinetics/X3D_M", thinX3D, .pyTorchVideo, "X3D"),
    Network("Kinetics/pytorchvideo/R2PLUS1D_16x4_R50", thin, .pyTorchVideo, "R(2+1)D"),
    Network("Kinetics/pytorchvideo/CSN_32x2_R101", thin + ["RESNET.DEPTH", "50"], .pyTorchVideo, "CSN"),
    Network("Kinetics/MVIT_B_16x4_CONV", thinMViT + ["MVIT.SEPARATE_QKV", "True"], .pyTorchVideo, "MViTv1"),
    Network("Kinetics/SLOWFAST_8x8_R50", thin, .mmAction2(), "SlowFast"),
    Network("AVA/SLOW_8x8_R50_SHORT", thinBoxes + nonLocal, .mmAction2(), "Slow"),
    Network("AVA/SLOW_8x8_R50_SHORT", thinBoxes, .mmAction2(hidden: 12), "Slow"),
  ]

  private typealias Tensors = [(name: String, shape: [Int])]

  private func config(_ network: Network) throws -> Configuration {
    try Configuration.load(
      path: "\(projectRoot)/configs/\(network.config).yaml", overrides: network.overrides, rules: ModelRules())
  }

  /// The network's tensors under the file's names.
  private func tensors(_ network: Network, _ config: Configuration) throws -> Tensors {
    let asked = WeightReader(nil)
    _ = VideoModel(try Architecture(config), weights: asked, engine: Engine(threads: 1))
    let own = asked.report.missing.map { (name: $0.name, shape: $0.shape) }
    switch network.names {
    case .pySlowFast: return own
    case .pyTorchVideo where network.word.hasPrefix("MViT"): return own.map { (Self.inPyTorchVideo($0.name), $0.shape) }
    case .pyTorchVideo:
      let cfg = "DETECTION:\n  ENABLE: \(config[.detectionEnable])\n"
      let hub = try WeightConversion(try saveZeros(own, configText: cfg), to: .pytorchvideo).tensors
      return hub.filter { !$0.name.hasSuffix("num_batches_tracked") }.map { ($0.name, $0.tensor.shape) }
    case .mmAction2(let hidden):
      let names = MMAction2Names(
        pathways: network.word == "SlowFast" ? 2 : 1, scoresBoxes: config[.detectionEnable], hidden: hidden)
      return names(own)
    }
  }

  private static func inPyTorchVideo(_ name: String) -> String {
    let ends = [
      ("patch_embed.proj.", "patch_embed.patch_model."), ("norm.", "norm_embed."), ("head.projection.", "head.proj."),
      ("cls_token", "cls_positional_encoding.cls_token"), ("pos_embed_", "cls_positional_encoding.pos_embed_"),
    ]
    let end = ends.first { name.hasPrefix($0.0) }
    return end.map { $0.1 + name.dropFirst($0.0.count) } ?? name
  }

  /// The name of a tensor's layer, and of the normalisation after it.
  private func layer(_ name: String) -> Substring {
    let module = name.prefix(upTo: name.lastIndex(of: ".") ?? name.endIndex)
    return module.hasSuffix("_bn") ? module.dropLast(3) : module
  }

  /// What is wrong with what is said of a file without some tensors; nil where all is well.
  private func wrong(_ network: Network, _ whole: Tensors, without gone: [String], _ names: [String: String]) throws
    -> String?
  {
    let left = whole.filter { !gone.contains($0.name) }
    let checkpoint = try saveZeros(left)
    let text = describe(checkpoint)
    let told = text.split(separator: "\n", omittingEmptySubsequences: false).prefix { !$0.isEmpty }
    func say(_ what: String) -> String { "without \(gone.prefix(2)) of \(gone.count): \(what): \(told.dropFirst(6))" }
    let called = told.first { $0.hasPrefix("architecture  ") } ?? ""
    let words = called.split { " ,".contains($0) }
    if !words.contains(where: { $0 == network.word }) { return say("it is called otherwise") }
    let lacks = told.first { $0.contains(" lacks ") } ?? ""
    // Of many missing ones the first few are named.
    if gone.count == 1, !lacks.contains(" lacks 1 tensor of its network (") { return say("it lacks one") }
    if !gone.contains(where: { lacks.contains("'\(names[$0]!)'") }) { return say("nothing that is missing is named") }
    if text.contains("\noverrides that suit") || told.contains(where: { $0.hasPrefix("config  ") }) {
      return say("it is advised")
    }
    return nil
  }

  /// It is written under no names, and under its own config nothing is advised but to fetch it again.
  private func wrongUse(_ network: Network, _ whole: Tensors, without gone: [String]) throws -> String? {
    let checkpoint = try saveZeros(whole.filter { !gone.contains($0.name) })
    for form in WeightNames.all() {
      do {
        _ = try WeightConversion(checkpoint, to: form)
        return "without \(gone.prefix(2)): it is written"
      } catch let error as ConversionError {
        if !"\(error)".contains(" lacks ") { return "without \(gone.prefix(2)): \(error)" }
      }
    }
    let config = try config(network)
    var architecture = try Architecture(config)
    _ = try PeerNetwork(checkpoint)?.adapt(&architecture, config)
    let reader = WeightReader(checkpoint)
    _ = VideoModel(architecture, weights: reader, engine: Engine(threads: 1))
    var report = reader.report
    report.hints = LoadHints(report, ArchitectureGuess(checkpoint), config)
    do {
      try report.check(allowPartial: false)
      return "without \(gone.prefix(2)): it is loaded"
    } catch {
      let text = "\(error)"
      let isRight = text.contains("-> fetch the file again") && !text.contains("-> set ") && !text.contains("configs/")
      return isRight ? nil : "without \(gone.prefix(2)): \(text)"
    }
  }

  /// Of the whole file; its tensors' names here by their own.
  private func start(_ network: Network) throws -> (tensors: Tensors, names: [String: String]) {
    let tensors = try tensors(network, config(network))
    let file = try saveZeros(tensors)
    let text = describe(file)
    #expect(!text.contains(" lacks ") && !text.contains(" of no layer "), "\(text.prefix(1200))")
    #expect(text.contains("\nconfig  ") || text.contains("\noverrides that suit"), "\(text.prefix(1200))")
    return (
      tensors, Dictionary(file.entries.map { ($0.originalName, $0.name) }, uniquingKeysWith: { first, _ in first })
    )
  }

  /// Whether a network without these tensors is another one, and whole: an MViT without its class token, where that has no
  /// position of its own, or without any positions.
  private func isNoGap(_ gone: [String], _ names: [String: String]) -> Bool {
    let gone = Set(gone.map { names[$0]! })
    let tokens: Set = ["cls_token", "pos_embed_class", "pos_embed_spatial", "pos_embed_temporal"]
    return gone == tokens || gone == ["cls_token"] && !names.values.contains("pos_embed_class")
  }

  /// The block of a stage or of a transformer that a tensor is of, by its name here; nil for what is in none.
  private func block(_ name: String) -> (stage: String, number: Int)? {
    let parts = name.split(separator: ".")
    if parts.count > 2, parts[0] == "blocks", let number = Int(parts[1]) { return ("blocks", number) }
    guard parts.count > 2, let mark = parts[1].firstRange(of: "_res"), let number = Int(parts[1][mark.upperBound...])
    else { return nil }
    return ("\(parts[0]).\(parts[1][..<mark.lowerBound])", number)
  }

  /// The tensors of the first blocks and of the last ones of each stage, and all that are in none: those between are alike.
  ///
  /// - Parameter hasLast: Whether the last ones, too.
  private func telling(_ tensors: Tensors, _ names: [String: String], hasLast: Bool) -> Tensors {
    var last: [String: Int] = [:]
    for case let (stage, number)? in names.values.map(block) { last[stage] = max(last[stage] ?? 0, number) }
    return tensors.filter { tensor in
      guard let (stage, number) = block(names[tensor.name]!) else { return true }
      return number == 0 || hasLast && number == last[stage]
    }
  }

  private static let statistics = ["weight", "bias", "running_mean", "running_var"]

  @Test("Without any one tensor of the first and last blocks", arguments: networks) func singleTensors(
    _ network: Network
  ) throws {
    let (tensors, names) = try start(network)
    var norms = 0
    for (index, tensor) in telling(tensors, names, hasLast: true).enumerated() {
      if isNoGap([tensor.name], names) { continue }
      // Of each normalisation one vector, each of the four in turn.
      let module = layer(tensor.name)
      let isOfNorm = tensors.contains { $0.name.hasPrefix(module) && $0.name.hasSuffix(".running_var") }
      if isOfNorm, tensor.shape.count == 1 {
        norms += tensor.name.hasSuffix(".weight") ? 1 : 0
        if !tensor.name.hasSuffix("." + Self.statistics[norms % 4]) { continue }
      }
      if let wrong = try wrong(network, tensors, without: [tensor.name], names) { Issue.record("\(wrong)") }
      if index % 40 == 0, let wrong = try wrongUse(network, tensors, without: [tensor.name]) {
        Issue.record("\(wrong)")
      }
    }
  }

  @Test("Without any layer of the first blocks and its normalisation, and cut anywhere", arguments: networks)
  func layersAndEnds(_ network: Network) throws {
    let (tensors, names) = try start(network)
    var gone: [[String]] = []
    for module in Set(telling(tensors, names, hasLast: false).map { layer($0.name) }).sorted() where !module.isEmpty {
      gone.append(tensors.map(\.name).filter { layer($0) == module })
    }
    for share in [0.4, 0.6, 0.8, 0.9] {
      gone.append(tensors.map(\.name).suffix(tensors.count - Int(share * Double(tensors.count))))
    }
    for (index, gone) in gone.enumerated() {
      // Without a head a file is whole, and loads in part alone.
      let isOfHead = tensors.filter { names[$0.name]!.hasPrefix("head.") }.map(\.name)
      if isNoGap(gone, names) || Set(gone) == Set(isOfHead) { continue }
      if let wrong = try wrong(network, tensors, without: gone, names) { Issue.record("\(wrong)") }
      if index % 10 == 0, let wrong = try wrongUse(network, tensors, without: gone) { Issue.record("\(wrong)") }
    }
  }
}
