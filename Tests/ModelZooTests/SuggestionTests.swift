import Checkpoint
import Configuration
import Files
import Kernels
import ModelZoo
import Tensors
import TestSupport
import Testing
import VideoModels

/// Which configs of the project `inspect` names for a file, and what it says that they lack.
@Suite struct SuggestionTests {
  private let folder = TemporaryFolder()

  /// A file of a config's network, made thin.
  ///
  /// - Parameter cfg: What is kept in the file as its own configuration; nil for none.
  private func file(_ config: Configuration, cfg: String? = nil) throws -> Checkpoint {
    let asked = WeightReader(nil)
    _ = VideoModel(try Architecture(config), weights: asked, engine: Engine(threads: 1))
    let path = folder.path + "/w.pyth"
    try writeTorch(
      asked.report.missing.map { ($0.name, Tensor(zeros: $0.shape)) }, epoch: nil, configText: cfg, to: path)
    return try Checkpoint(path: path, naming: PySlowFastNames())
  }

  private func config(_ name: String, _ more: [String] = []) throws -> Configuration {
    try Configuration.load(path: "\(projectRoot)/configs/\(name).yaml", overrides: more)
  }

  private static let thin = ["RESNET.WIDTH_PER_GROUP", "8"]
  private static let thinX3D = ["X3D.WIDTH_FACTOR", "0.5", "X3D.DIM_C5", "24"]

  private func thinned(_ name: String, _ more: [String] = []) throws -> Configuration {
    let isX3D = try config(name)[.modelArch] == "x3d"
    return try config(name, (isX3D ? Self.thinX3D : Self.thin) + more)
  }

  /// The lines before the tensors.
  private func lines(_ checkpoint: Checkpoint) -> [String] {
    let text = describe(checkpoint) { try? Configuration.load(path: "\(projectRoot)/\($0)") }
    return text.split(separator: "\n", omittingEmptySubsequences: false).prefix { !$0.isEmpty }.map(String.init)
  }

  /// The configs that are named, by their names here, and the keys of their overrides.
  private func named(_ lines: [String]) -> [(name: String, keys: [String])] {
    lines.compactMap { line in
      guard line.hasPrefix("config        configs/"), let end = line.firstRange(of: ".yaml, ") else { return nil }
      let name = String(line[..<end.lowerBound].dropFirst("config        configs/".count))
      let keys = line[end.upperBound...].split(separator: " ").filter { $0.first!.isUppercase && $0.contains(".") }
      return (name, keys.map(String.init))
    }
  }

  private static let all: [String] = {
    func names(_ path: String) -> [String] {
      let found = (try? listFolder("\(projectRoot)/configs/\(path)")) ?? []
      return found.flatMap { name -> [String] in
        let inner = path.isEmpty ? name : "\(path)/\(name)"
        if isFolder("\(projectRoot)/configs/\(inner)") { return names(inner) }
        return name.hasSuffix(".yaml") ? [String(inner.dropLast(5))] : []
      }
    }
    return names("").filter { !$0.hasPrefix("demo/") }
  }()

  @Test("For the network of every config one is named that needs nothing but what was changed", arguments: all)
  func everyConfig(_ name: String) throws {
    defer { folder.remove() }
    // Of those that are told by their width, one stands for the larger ones: these take gigabytes.
    if ["k400_VIT_L", "k400_VIT_H", "in1k_VIT", "REV_VIT_B", "k400_MVITv2_L"].contains(where: name.contains) { return }
    let config = try thinned(name)
    // Their files have the library's names.
    if ["csn", "r2plus1d"].contains(config[.modelArch]) || name.uppercased().contains("VIDEOMAE") { return }
    let lines = lines(try file(config))
    let found = named(lines)
    #expect(!found.isEmpty, "\(lines)")
    let changed = Set((Self.thin + Self.thinX3D).filter { $0.contains(".") && $0.first!.isLetter })
    for one in found { #expect(changed.isSuperset(of: one.keys), "\(one)") }
    #expect(!lines.contains { $0.contains("cannot be told") }, "\(lines)")
  }

  @Test(
    "A file's own configuration says which config it is, and what is otherwise",
    arguments: [
      "Kinetics/X3D_XS", "Kinetics/X3D_S", "Kinetics/X3D_M", "AVA/SLOW_8x8_R50_SHORT", "AVA/c2/SLOW_8x8_R50",
      "AVA/SLOWFAST_32x2_R50_SHORT", "AVA/c2/SLOWFAST_32x2_R50", "AVA/c2/SLOWFAST_64x2_R101_50_50",
      "Kinetics/C2D_8x8_R50", "Kinetics/c2/C2D_NOPOOL_8x8_R50", "Kinetics/SLOWFAST_NLN_8x8_R50",
      "Kinetics/SLOW_NLN_4x16_R50", "Kinetics/c2/I3D_NLN_8x8_R50", "ImageNet/RES_R50",
    ])
  func ownConfiguration(_ name: String) throws {
    defer { folder.remove() }
    let config = try thinned(name)
    let lines = lines(try file(config, cfg: config.yaml))
    let found = named(lines)
    let changed = config[.modelArch] == "x3d" ? ["X3D.WIDTH_FACTOR", "X3D.DIM_C5"] : ["RESNET.WIDTH_PER_GROUP"]
    #expect(found.map(\.name) == [name] && Set(found[0].keys) == Set(changed), "\(lines)")
    for open in ["leave no trace in the tensors", "leaves no trace", "same tensors", "which of these"] {
      #expect(!lines.contains { $0.contains(open) && !$0.contains("(cfg)") }, "\(lines)")
    }
  }

  @Test(
    "What leaves no trace in the tensors is taken from the file's own configuration",
    arguments: [
      ("AVA/c2/SLOW_8x8_R50", ["DETECTION.ROI_XFORM_RESOLUTION", "5", "DATA.SAMPLING_RATE", "3"]),
      ("AVA/SLOWFAST_32x2_R50_SHORT", ["SLOWFAST.ALPHA", "8", "DATA.NUM_FRAMES", "16"]),
      ("Kinetics/c2/I3D_NLN_8x8_R50", ["NONLOCAL.INSTANTIATION", "dot_product", "DATA.TEST_CROP_SIZE", "300"]),
      ("Kinetics/c2/I3D_8x8_R50", ["MODEL.ARCH", "slow_i3d"]),
    ])
  func ownValues(_ name: String, _ changes: [String]) throws {
    defer { folder.remove() }
    let config = try thinned(name, changes)
    let lines = lines(try file(config, cfg: config.yaml))
    let text = stride(from: 0, to: changes.count, by: 2).map { "\(changes[$0]) \(changes[$0 + 1])" }
    for pair in text { #expect(lines.contains { $0.contains("\(name).yaml, with ") && $0.contains(pair) }, "\(lines)") }
    // Fusion, blocks and boxes that the network has not say nothing.
    #expect(!lines.contains { $0.contains("NONLOCAL.GROUP") || $0.contains("SLOWFAST.BETA_INV") }, "\(lines)")
  }

  /// What no configuration may say is said of a file's own, and nobody is told to set it.
  @Test(arguments: [
    (["SLOWFAST.ALPHA", "0"], "SLOWFAST.ALPHA 0 (must be from 1 to 1024)"),
    (
      ["DETECTION.ROI_XFORM_RESOLUTION", "0", "SLOWFAST.ALPHA", "0"],
      "SLOWFAST.ALPHA 0 (must be from 1 to 1024) and DETECTION.ROI_XFORM_RESOLUTION 0 (must be from 1 to 1024)"
    ),
    (
      ["DATA.NUM_FRAMES", "30"],
      "DATA.NUM_FRAMES 30 (the slow pathway takes every ALPHA-th frame, which must come out even)"
    ),
    (["MODEL.HEAD_ACT", "relu"], "MODEL.HEAD_ACT relu (must be softmax, sigmoid or none)"),
  ])
  func impossibleValuesAreNotAdvised(_ values: [String], _ words: String) throws {
    defer { folder.remove() }
    let name = "AVA/SLOWFAST_32x2_R50_SHORT"
    let config = try thinned(name)
    var cfg = config.yaml.split(separator: "\n").map(String.init)
    for index in stride(from: 0, to: values.count, by: 2) {
      let key = values[index].split(separator: ".")
      let section = try #require(cfg.firstIndex(of: "\(key[0]):"))
      let line = try #require(cfg[section...].firstIndex { $0.hasPrefix("  \(key[1]): ") })
      cfg[line] = "  \(key[1]): \(values[index + 1])"
    }
    let checkpoint = try file(config, cfg: cfg.joined(separator: "\n"))
    let lines = lines(checkpoint)
    #expect(
      lines.contains("note          the file's own configuration (cfg) has \(words), left out here"), "\(lines)")
    #expect(named(lines).map(\.name) == [name] && named(lines)[0].keys == ["RESNET.WIDTH_PER_GROUP"], "\(lines)")
    // Nor is it advised where the file is used; what is possible is.
    let guess = ArchitectureGuess(checkpoint)
    #expect(guess.contradiction(config, file: "w.pyth") == nil)
    let said = guess.contradiction(try thinned("AVA/c2/SLOWFAST_32x2_R50"), file: "w.pyth") ?? ""
    #expect(said.contains("-> set ") && said.contains("DETECTION.ALIGNED True"), "\(said)")
    for wrong in ["ROI_XFORM_RESOLUTION", "HEAD_ACT", "ALPHA 0"] { #expect(!said.contains(wrong), "\(said)") }
  }

  /// Where no config is known, too, the file's own values stand, be they the defaults.
  @Test func ownValuesThatAreDefaults() throws {
    defer { folder.remove() }
    let config = try thinned(
      "AVA/SLOW_8x8_R50_SHORT",
      [
        "RESNET.DEPTH", "18", "RESNET.TRANS_FUNC", "basic_transform", "RESNET.NUM_BLOCK_TEMP_KERNEL",
        "[[2], [2], [2], [2]]", "RESNET.SPATIAL_STRIDES", "[[1], [2], [2], [2]]", "RESNET.SPATIAL_DILATIONS",
        "[[1], [1], [1], [1]]",
      ])
    func overrides(_ cfg: String?) throws -> String {
      let text = describe(try file(config, cfg: cfg))
      return String(text[try #require(text.firstRange(of: "overrides that suit these weights:")).lowerBound...])
    }
    #expect(try overrides(nil).contains("RESNET.SPATIAL_STRIDES \"[[1], [2], [2], [1]]\""))
    let own = try overrides(config.yaml)
    #expect(own.contains("RESNET.SPATIAL_STRIDES \"[[1], [2], [2], [2]]\""), "\(own.prefix(900))")
  }

  /// Both have the same tensors, and one published number is of one of them.
  @Test func poolsAreNotToldByTensors() throws {
    defer { folder.remove() }
    let lines = lines(try file(config("Kinetics/C2D_8x8_R50")))
    #expect(lines.contains("config        configs/Kinetics/c2/C2D_NOPOOL_8x8_R50.yaml, as it stands"))
    #expect(lines.contains("config        configs/Kinetics/C2D_8x8_R50.yaml, as it stands"))
    #expect(
      lines.contains("note          which of these it is, the tensors do not tell: they differ in MODEL.MODEL_NAME"))
    #expect(lines.contains("published     PySlowFast's C2D 8x8 R50 (no pool): 67.2 top-1, 87.8 top-5"))
  }

  /// Of a config that is not there only what is certain is said.
  @Test func configsThatAreNotHere() throws {
    defer { folder.remove() }
    let text = describe(try file(thinned("Kinetics/C2D_8x8_R50")))
    #expect(text.contains("C2D_8x8_R50.yaml, which is not to be found from here; the weights ask for "))
    #expect(text.contains("RESNET.WIDTH_PER_GROUP 8"))
    #expect(!text.contains("MODEL.ARCH c2d") && !text.contains("MODEL.MODEL_NAME ResNet\n"))
  }

  /// Networks of pictures, with kernels of one frame or of none, and heads by their classes.
  @Test func headsByTheirClasses() throws {
    defer { folder.remove() }
    let pictures = try file(thinned("ImageNet/RES_R50"))
    let flat = try pictures.entries.map { entry -> (name: String, tensor: Tensor) in
      let shape = entry.shape
      let tensor = try pictures.tensor(entry.name)
      return (entry.name, shape.count == 5 ? tensor.reshaped([shape[0], shape[1], shape[3], shape[4]]) : tensor)
    }
    for checkpoint in [pictures, try save(flat)] {
      let lines = lines(checkpoint)
      #expect(named(lines).map(\.name) == ["ImageNet/RES_R50"], "\(lines)")
      #expect(
        ArchitectureGuess(checkpoint).network?.settings.contains { $0.key == "MODEL.ARCH" && $0.value == "2d" } == true)
      #expect(lines.contains { $0.contains("1000 classes suggest ImageNet's classification head") }, "\(lines)")
    }
    // Of one's own classes the network's config is named, too, where the file says what it scores.
    let own = try thinned("Kinetics/SLOW_8x8_R50", ["MODEL.NUM_CLASSES", "12"])
    let lines = lines(try file(own, cfg: own.yaml))
    #expect(named(lines).contains { $0.keys.contains("MODEL.NUM_CLASSES") }, "\(lines)")
    #expect(!lines.contains { $0.hasPrefix("published") })
  }

  /// Of PyTorchVideo's own files the network's config is named, too.
  @Test(arguments: ["R2PLUS1D_16x4_R50", "CSN_32x2_R101"]) func filesOfTheLibrary(_ name: String) throws {
    defer { folder.remove() }
    let config = "Kinetics/pytorchvideo/\(name)"
    let hub = try WeightConversion(try file(thinned(config)), to: .pytorchvideo).tensors
    let lines = lines(try save(hub))
    #expect(named(lines).map(\.name) == [config] && named(lines)[0].keys == ["RESNET.WIDTH_PER_GROUP"], "\(lines)")
  }

  /// A network with more than it has is said before it is written; one without a head is written.
  @Test func strangersAreSaid() throws {
    defer { folder.remove() }
    let whole = try file(thinned("Kinetics/SLOW_8x8_R50"))
    let items = try whole.entries.map { ($0.name, try whole.tensor($0.name)) }
    func notices(_ items: [(String, Tensor)]) throws -> [String] {
      try WeightConversion(try save(items.map { (name: $0.0, tensor: $0.1) }), to: .pyslowfast).notices
    }
    #expect(try notices(items).isEmpty)
    let more = try notices(items + [("extra.weight", Tensor(zeros: [2]))])
    let words = "1 tensor of w.safetensors is of no layer of its network (Slow R50), written as it is: 'extra.weight'"
    #expect(more.count == 1 && more.first?.contains(words) == true, "\(more)")
    // Without a head there is none to miss.
    #expect(try notices(items.filter { !$0.0.hasPrefix("head.") }).isEmpty)
    for name in ["SLOWFAST_NLN_8x8_R50", "SLOWFAST_8x8_R50"] {
      let fast = try file(thinned("Kinetics/\(name)"))
      #expect(try notices(fast.entries.map { ($0.name, try fast.tensor($0.name)) }).isEmpty)
    }
  }

  /// A network that no tensor tells from the config's is said when the file is loaded; what a call gives is meant.
  @Test func contradictionsAreSaid() throws {
    defer { folder.remove() }
    let saved = try thinned("AVA/SLOW_8x8_R50_SHORT")
    let guess = ArchitectureGuess(try file(saved, cfg: saved.yaml))
    let other = "AVA/c2/SLOW_8x8_R50"
    #expect(
      guess.contradiction(try thinned(other), file: "w.pyth")
        == "w.pyth was saved with DETECTION.ALIGNED True by its own configuration (cfg), and this config has DETECTION.ALIGNED "
        + "False: the scores are not those that it was trained for -> set DETECTION.ALIGNED True, or give what is meant as "
        + "KEY VALUE")
    #expect(guess.contradiction(try thinned(other, ["DETECTION.ALIGNED", "False"]), file: "w.pyth") == nil)
    #expect(guess.contradiction(saved, file: "w.pyth") == nil)
    #expect(ArchitectureGuess(try file(saved)).contradiction(try thinned(other), file: "w.pyth") == nil)
    let pooled = try thinned("Kinetics/C2D_8x8_R50")
    let unpooled = ArchitectureGuess(try file(pooled, cfg: thinned("Kinetics/c2/C2D_NOPOOL_8x8_R50").yaml))
    #expect(unpooled.contradiction(pooled, file: "w.pyth")?.contains("set MODEL.MODEL_NAME ResNet_nopool") == true)
    let wrapper = try thinned("Kinetics/pytorchvideo/C2D_8x8_R50")
    #expect(ArchitectureGuess(try file(pooled, cfg: pooled.yaml)).contradiction(wrapper, file: "w.pyth") == nil)
  }

  /// Swin has patches as MViT has, and blocks by other names.
  @Test func otherTransformersAreNotMViT() throws {
    defer { folder.remove() }
    let patches = ("patch_embed.proj.weight", Tensor(zeros: [2, 3, 2, 4, 4]))
    let swin = try save([patches, ("features.0.0.attn.qkv.weight", Tensor(zeros: [6, 2]))])
    #expect(ArchitectureGuess(swin).network == nil)
    for (block, name) in [
      ("blocks.0.norm1.weight", "MViT"), ("rev_backbone.layers.0.F.norm.weight", "reversible ViT"),
    ] {
      #expect(ArchitectureGuess(try save([patches, (block, Tensor(zeros: [2]))])).network?.summary == name)
    }
  }
}
