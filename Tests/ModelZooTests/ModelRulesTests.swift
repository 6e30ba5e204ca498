import Configuration
import Files
import ModelZoo
import TestSupport
import Tensors
import Testing
import VideoModels
import Wording

/// Lines that make the smallest config of a network: Slow, one pathway.
private let slow = "MODEL:\n  ARCH: slow\n  MODEL_NAME: ResNet\n"

/// A change to the two-pathway AVA config that cannot work, and what the message must hold.
private let impossible: [(overrides: [String], texts: [String])] = [
  (
    ["DATA.NUM_FRAMES", "30"],
    ["DATA.NUM_FRAMES 30 (given as KEY VALUE)", "SLOWFAST.ALPHA 4 (line ", "a multiple of 4"]
  ),
  (["SLOWFAST.BETA_INV", "7"], ["RESNET.WIDTH_PER_GROUP 64 (line ", "SLOWFAST.BETA_INV 7"]),
  (["SLOWFAST.FUSION_CONV_CHANNEL_RATIO", "16"], ["SLOWFAST.FUSION_CONV_CHANNEL_RATIO 16"]),
  (["SLOWFAST.FUSION_KERNEL_SZ", "4"], ["SLOWFAST.FUSION_KERNEL_SZ must be odd"]),
  (["RESNET.DEPTH", "34"], ["RESNET.DEPTH must be 18, 50 or 101, found 34"]),
  (
    ["RESNET.DEPTH", "18"],
    ["3 blocks of res2 are to have temporal kernels, but it has 2", "RESNET.NUM_BLOCK_TEMP_KERNEL"]
  ),
  (
    ["MODEL.ARCH", "slow"], ["MODEL.ARCH 'slow'", "MODEL.MODEL_NAME 'SlowFast' (line ", "set MODEL.MODEL_NAME ResNet"]
  ),
  (["MODEL.ARCH", "slowfst"], ["did you mean MODEL.ARCH slowfast?"]),
  (["MODEL.MODEL_NAME", "SlowFats"], ["must be a model of PySlowFast, found 'SlowFats'", "did you mean SlowFast?"]),
  (["MODEL.MODEL_NAME", "ResNet"], ["MODEL.ARCH 'slowfast' (line ", "set MODEL.MODEL_NAME SlowFast"]),
  (
    ["MODEL.MODEL_NAME", "ResNet", "MODEL.ARCH", "slow"],
    ["res2 has 2 pathways in RESNET.NUM_BLOCK_TEMP_KERNEL, the model 1"]
  ),
  (["DETECTION.ENABLE", "False"], ["AVA's boxes need the detection head", "TEST.DATASET 'ava' (line "]),
  (["MODEL.HEAD_ACT", "sigmod"], ["must be softmax, sigmoid or none, found 'sigmod'", "did you mean sigmoid?"]),
  (
    ["RESNET.TRANS_FUNC", "x4d"],
    ["must be bottleneck_transform, basic_transform or x3d_transform, found 'x4d'", "or basic_transform for 18"]
  ),
  // Blocks that another family has.
  (
    ["RESNET.TRANS_FUNC", "x3d_transform"],
    [
      "must be bottleneck_transform or basic_transform for SlowFast, Slow, C2D or I3D, found 'x3d_transform' (given as",
      " -> give bottleneck_transform for depth 50",
    ]
  ),
  (
    ["RESNET.WIDTH_PER_GROUP", "1024"],
    [
      "a stage would have 32768 channels, and takes 1 to 16384 channels: RESNET.WIDTH_PER_GROUP 1024 (given as KEY VALUE)",
      "RESNET.NUM_GROUPS 1 (",
    ]
  ),
  (["RESNET.NUM_GROUPS", "64"], ["a stage would have 32768 channels", "RESNET.NUM_GROUPS 64 (given as KEY VALUE)"]),
  (["NONLOCAL.INSTANTIATION", "None"], ["NONLOCAL.INSTANTIATION must be a string, found nothing (null)"]),
  (["NONLOCAL.INSTANTIATION", "dot"], ["must be dot_product or softmax, found 'dot'"]),
  (["BN.NORM_TYPE", "layernorm"], ["must be batchnorm, sync_batchnorm, sub_batchnorm or sync_batchnorm_apex"]),
  (
    ["RESNET.SPATIAL_STRIDES", "1"],
    [
      "give a list of lists of ints, one for each of res2 to res5",
      "\"[[1], [1], [1], [1]]\", or for SlowFast \"[[1, 1]",
    ]
  ),
  (["MODEL.HEAD_ACT", "none"], ["the detection head needs an activation", "DETECTION.ENABLE True (line "]),
  (["RESNET.SPATIAL_STRIDES", "[[1,1],[2,1],[2,2],[1,1]]"], ["the pathways of res3 differ in stride"]),
  (["RESNET.SPATIAL_STRIDES", "[[1,1],[2,2],[1,1]]"], ["RESNET.SPATIAL_STRIDES must be 4 lists", "found 3 lists"]),
  (
    ["RESNET.SPATIAL_DILATIONS", "[[1,1],[1,1],[1],[1,1]]"],
    ["res4 has 1 pathway in RESNET.SPATIAL_DILATIONS, the model 2"]
  ),
  (
    ["RESNET.SPATIAL_DILATIONS", "[[1,1],[1,1],[1,0],[1,1]]"],
    ["element [2][1] of RESNET.SPATIAL_DILATIONS must be from 1"]
  ),
  (["DATA.INPUT_CHANNEL_NUM", "[3]"], ["channels are given for 1 pathway, the model has 2", "[3, 3]"]),
  (["NONLOCAL.LOCATION", "[[[0]],[[]],[[]],[[]]]"], ["res2 has 1 pathway in NONLOCAL.LOCATION"]),
  (
    ["NONLOCAL.LOCATION", "[[[0],[]],[[],[]],[[],[]],[[],[]]]", "NONLOCAL.GROUP", "[[3,1],[1,1],[1,1],[1,1]]"],
    ["cannot split 8 frames into 3 groups"]
  ),
  (
    [
      "NONLOCAL.LOCATION", "[[[],[]],[[],[]],[[1],[]],[[],[]]]", "NONLOCAL.POOL",
      "[[[1,2,2],[1,2,2]],[[1,2,2],[1,2,2]],[[16,2,2],[1,2,2]],[[1,2,2],[1,2,2]]]",
    ], ["pool time by 16 where there are 8 frames"]
  ),
  (
    [
      "NONLOCAL.LOCATION", "[[[],[]],[[],[]],[[1],[]],[[],[]]]", "NONLOCAL.POOL",
      "[[[1,2,2],[1,2,2]],[[1,2,2],[1,2,2]],[[2,2],[1,2,2]],[[1,2,2],[1,2,2]]]",
    ], ["element [2][0] of NONLOCAL.POOL must be three sizes"]
  ),
  (
    ["DETECTION.ENABLE", "False", "TEST.DATASET", "kinetics", "DATA.TEST_CROP_SIZE", "64"],
    ["7x7 places", "leaves 4x4", "DATA.TEST_CROP_SIZE 64", "DATA.TRAIN_CROP_SIZE 224"]
  ),
]

/// What the families ask of a configuration as it is read.
@Suite struct ModelRulesTests {
  private func slowFast(_ overrides: [String]) throws -> Configuration {
    try Configuration.load(
      path: projectRoot + "/configs/AVA/SLOWFAST_32x2_R50_SHORT.yaml", overrides: overrides, rules: ModelRules())
  }

  private func load(_ yaml: String, _ overrides: [String] = []) throws -> Configuration {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    try writeFile(folder.path + "/test.yaml", yaml)
    return try Configuration.load(path: folder.path + "/test.yaml", overrides: overrides, rules: ModelRules())
  }

  private func failure(_ load: () throws -> Configuration) -> String {
    do {
      _ = try load()
      return "loaded"
    } catch {
      return "\(error)"
    }
  }

  @Test(arguments: impossible) func impossibleCombinations(overrides: [String], texts: [String]) {
    let message = failure { try slowFast(overrides) }
    for text in texts { #expect(message.contains(text), "\(message)") }
    #expect(message.contains(" -> "))
  }

  /// X3D's head rounds its windows up.
  @Test func testCropsThatX3DCannotScoreAreSaid() throws {
    let path = projectRoot + "/configs/Kinetics/X3D_M.yaml"
    func load(_ crop: String) throws -> Configuration {
      try Configuration.load(path: path, overrides: ["DATA.TEST_CROP_SIZE", crop], rules: ModelRules())
    }
    let message = failure { try load("192") }
    for text in [
      "averages over 7x7 places (TRAIN_CROP_SIZE / 32, rounded up) where a test crop leaves 6x6",
      "DATA.TEST_CROP_SIZE 192 (given as KEY VALUE)", "DATA.TRAIN_CROP_SIZE 224 (line 23 of ", " -> test with crops",
    ] { #expect(message.contains(text), "\(message)") }
    #expect(try load("193")[.dataTestCropSize] == 193)
  }

  /// A family's own names count, whatever others call a value of the key.
  @Test func valuesOfAnotherFamilyAreRefused() throws {
    let path = projectRoot + "/configs/Kinetics/X3D_S.yaml"
    let overrides = ["RESNET.TRANS_FUNC", "basic_transform"]
    let message = failure { try Configuration.load(path: path, overrides: overrides, rules: ModelRules()) }
    #expect(
      message
        == "config: RESNET.TRANS_FUNC must be x3d_transform for X3D, found 'basic_transform' (given as KEY VALUE) -> "
        + "give x3d_transform, or leave the key out", "\(message)")
    // A configuration made in code is read by nobody.
    let bare = failure {
      let config = try Configuration.load(path: path, overrides: overrides)
      _ = try Architecture(config)
      return config
    }
    #expect(bare == message)
  }

  /// Whoever asks, a config's reader or who builds the network of one made in code.
  @Test(arguments: [
    ("X3D", "slow", "set MODEL.MODEL_NAME ResNet, or set MODEL.ARCH x3d"),
    ("X3D", "x3f", "did you mean MODEL.ARCH x3d?"),
    ("PTVCSN", "r2plus1d", "set MODEL.MODEL_NAME PTVR2plus1D, or set MODEL.ARCH csn"),
    ("PTVR2plus1D", "slowfast", "set MODEL.MODEL_NAME SlowFast, or set MODEL.ARCH r2plus1d"),
    ("ResNet", "slowfast", "set MODEL.MODEL_NAME SlowFast, or set MODEL.ARCH to one of 2d, c2d, "),
    ("SlowFast", "quite_another", "set MODEL.ARCH slowfast"),
  ])
  func architecturesOfOtherModelsAreRefused(name: String, arch: String, advice: String) throws {
    let message = failure { try load("MODEL:\n  MODEL_NAME: \(name)\n  ARCH: \(arch)\n") }
    #expect(
      message.hasPrefix("config: no such architecture for this model: MODEL.ARCH '\(arch)' (line 3 of "), "\(message)")
    #expect(
      message.contains(", MODEL.MODEL_NAME '\(name)' (line 2 of ") && message.contains(" -> " + advice), "\(message)")
    var config = Configuration.defaults
    try config.apply(overrides: ["MODEL.MODEL_NAME", name, "MODEL.ARCH", arch])
    let text = failure {
      _ = try Architecture(config)
      return config
    }
    #expect(text.contains("MODEL.ARCH '\(arch)' (given as KEY VALUE)") && text.contains(" -> " + advice), "\(text)")
  }

  @Test func formerNames() throws {
    let configuration = try load("MODEL:\n  ARCH: slowonly\n  MODEL_NAME: ResNet\n")
    #expect(configuration[.modelArch] == "slow")
    #expect(configuration.notices.count == 1 && configuration.notices[0].contains(" is called slow since 2020"))
  }

  @Test func archsAndModelsAreNeeded() {
    for yaml in ["MODEL: {ARCH: }\n", "MODEL: {MODEL_NAME: }\n", "RESNET: {TRANS_FUNC: }\n"] {
      #expect(failure { try load(yaml) }.contains("must be a string, found nothing (null)"))
    }
  }

  @Test(
    "Where the default suits few configs, something that suits is named",
    arguments: [
      ("MODEL.NUM_CLASSES", "-1", "such as 80 for AVA"),
      ("DATA.SAMPLING_RATE", "0", "such as 2 for a config named 32x2"),
      ("MODEL.HEAD_ACT", "relu", "give sigmoid for the actions of boxes"), ("SLOWFAST.ALPHA", "0", "4 or 8"),
    ])
  func defaultsThatSuitFew(key: String, value: String, text: String) {
    let message = failure { try load(slow, [key, value]) }
    #expect(message.contains(text) && !message.contains("default"), "\(message)")
  }

  @Test func classificationConfigsAreSentToTheAVAConfigs() {
    let text = failure { try load(slow + "TEST: {DATASET: ava}\n") }
    #expect(text.contains("take one of configs/AVA, with weights trained on AVA"), "\(text)")
  }

  /// Rules are of keys that there are.
  @Test func rulesAreOfKeys() {
    let keys = Set(Configuration.keys)
    for family in modelFamilies { #expect(keys.isSuperset(of: family.valueRules.keys), "\(family)") }
  }

  /// The network of `bench` is that of the shipped configuration.
  @Test func theBenchmarksNetworkIsTheShippedOne() throws {
    let shipped = try Configuration.load(path: projectRoot + "/configs/AVA/c2/SLOWFAST_32x2_R50.yaml")
    var config = Configuration(rules: ModelRules())
    try config.apply(overrides: PublishedSettings.slowFastR50OnAVA)
    for key in stride(from: 0, to: PublishedSettings.slowFastR50OnAVA.count, by: 2).map({
      PublishedSettings.slowFastR50OnAVA[$0]
    }) {
      #expect(config.literal(key) == shipped.literal(key), "\(key)")
    }
  }

  /// What is asked when a file is read is asked of every change after it, too.
  @Test func laterChangesAreChecked() throws {
    var config = try slowFast([])
    #expect(throws: ConfigurationError.self) { try config.set("SLOWFAST.BETA_INV", "7") }
    #expect(config[.slowfastBetaInv] == 8)
    var bare = Configuration(rules: ModelRules())
    #expect(throws: ConfigurationError.self) { try bare.apply(overrides: ["RESNET.DEPTH", "34"]) }
  }

  @Test func modelsOfLaterVersionsLoad() throws {
    for (name, arch) in [("X3D", "x3d"), ("MaskMViT", "maskmvit"), ("PTVSwin", "swin")] {
      #expect(try load("MODEL: {MODEL_NAME: \(name), ARCH: \(arch)}\n")[.modelModelName] == name)
    }
    #expect(try load("MODEL: {MODEL_NAME: ContrastiveModel, ARCH: slow}\n").notices == [])
  }

  @Test func blocksThatDoNotExistAreNamed() throws {
    let configuration = try slowFast(
      ["NONLOCAL.LOCATION", "[[[],[]],[[],[]],[[1,6,13],[]],[[],[]]]"])
    try #require(configuration.notices.count == 1)
    #expect(configuration.notices[0].contains("res4 has 6 blocks, so there is no non-local block after 6, 13"))
  }

  @Test func defaultsMayListMorePathwaysThanTheModelHas() throws {
    #expect(try load(slow)[.dataInputChannelNum] == [3, 3])
    #expect(
      failure { try load(slow + "DATA: {INPUT_CHANNEL_NUM: [3, 3]}\n") }.contains(
        "channels are given for 2 pathways, the model has 1"))
  }

  @Test(
    "Lists by stage and pathway: what is written as an example loads",
    arguments: ["NONLOCAL.LOCATION", "NONLOCAL.POOL", "RESNET.SPATIAL_STRIDES", "RESNET.NUM_BLOCK_TEMP_KERNEL"])
  func examplesOfLists(key: String) throws {
    let shallow = slow + "RESNET:\n  DEPTH: 18\n  NUM_BLOCK_TEMP_KERNEL: [[2],[2],[2],[2]]\n"
    for value in ["[[1]]", "[[[]]]", "3"] {
      for base in [slow, shallow] {
        let message = failure { try load(base, [key, value]) }
        let parts = message.split(separator: "\"", omittingEmptySubsequences: false)
        let example = try #require(parts.count > 1 ? String(parts[1]) : nil, "\(message)")
        _ = try load(base, [key, example])
      }
      let message = failure { try slowFast([key, value]) }
      let parts = message.split(separator: "\"", omittingEmptySubsequences: false)
      let example = try #require(parts.count > 2 ? String(parts[parts.count - 2]) : nil, "\(message)")
      _ = try slowFast([key, example])
    }
  }

  /// A network that cannot be built is refused; its keys need no word beside that.
  @Test func keysOfOtherNetworksAreNotSaid() throws {
    #expect(try load("MODEL: {ARCH: x3d, MODEL_NAME: X3D}\nX3D: {WIDTH_FACTOR: 2.0}\n").notices == [])
  }

  /// What shapes another family's networks changes nothing.
  @Test func keysOfAnotherFamilyAreIdle() throws {
    let notices = try load(slow + "X3D: {WIDTH_FACTOR: 2.0}\n").notices
    #expect(notices.count == 1 && notices[0].hasPrefix("X3D.WIDTH_FACTOR 2.0 (line 4 of"), "\(notices)")
    #expect(notices[0].hasSuffix(") changes nothing: this program reads the key for X3D networks only"))
    #expect(
      try load(slow, ["X3D.DIM_C5", "1024", "DEMO.FPS", "25", "X3D.DIM_C1", "8"]).notices == [
        "DEMO.FPS 25 (given as KEY VALUE) changes nothing: this program does not read the key",
        "2 keys set that this program reads for X3D networks only, and that change nothing: X3D.*",
      ])
    #expect(
      try load("MODEL: {ARCH: x3d, MODEL_NAME: X3D}\n", ["RESNET.DEPTH", "101", "SLOWFAST.ALPHA", "4"]).notices == [
        "RESNET.DEPTH 101 (given as KEY VALUE) changes nothing: this program reads the key for SlowFast, Slow, C2D, I3D, "
          + "R(2+1)D and CSN networks only",
        "SLOWFAST.ALPHA 4 (given as KEY VALUE) changes nothing: this program reads the key for SlowFast, Slow, C2D and I3D "
          + "networks only",
      ])
    #expect(try load(slow, ["MVIT.DEPTH", "24"]).notices.map { $0.hasSuffix("for MViT networks only") } == [true])
  }

  /// What is said to change nothing in X3D changes nothing in X3D, and the other way round.
  @Test(arguments: [
    ("X3D_M", ["RESNET.DEPTH", "101", "RESNET.WIDTH_PER_GROUP", "32"]),
    ("X3D_M", ["RESNET.NUM_BLOCK_TEMP_KERNEL", "[[1],[1],[1],[1]]", "RESNET.SPATIAL_STRIDES", "[[1],[1],[2],[2]]"]),
    ("X3D_M", ["SLOWFAST.ALPHA", "2", "SLOWFAST.BETA_INV", "4", "NONLOCAL.LOCATION", "[[[1]],[[]],[[]],[[]]]"]),
    ("SLOW_8x8_R50", ["X3D.WIDTH_FACTOR", "3.0", "X3D.DEPTH_FACTOR", "3.0", "X3D.BN_LIN5", "True"]),
  ])
  func whatIsIdleChangesNothing(name: String, overrides: [String]) throws {
    func network(_ overrides: [String]) throws -> (String, [String]) {
      let config = try Configuration.load(
        path: projectRoot + "/configs/Kinetics/\(name).yaml", overrides: overrides, rules: ModelRules())
      return ("\(try Architecture(config))", config.notices)
    }
    let (changed, notices) = try network(overrides)
    #expect(try changed == network([]).0)
    // "2 keys set ...", of sections or of keys: in one notice, or in several where another family reads some of a section.
    let said = notices.map { Int($0.prefix { $0 != " " }) ?? 1 }.reduce(0, +)
    #expect(said == overrides.count / 2, "\(notices)")
    // What is not said does change something.
    #expect(try changed != network(["RESNET.STRIDE_1X1", "True"]).0)
  }

  @Test func networksOfLaterVersionsAreAnsweredWithThoseThatThereAre() throws {
    let config = try load("MODEL: {MODEL_NAME: PTVSwin, ARCH: swin}\n")
    let error = #expect(throws: ModelConfigurationError.self) { try Architecture(config) }
    let networks = modelFamilies.flatMap(\.networks).map { $0.lowercased() }
    #expect("\(error!)".hasSuffix(" -> use a \(series(networks, "or")) config"))
    #expect("\(error!)".hasPrefix("building the model: MODEL.MODEL_NAME 'PTVSwin' (line 1 of "), "\(error!)")
  }

  /// PySlowFast's wrappers of PyTorchVideo's networks are the networks, but for boxes.
  @Test func wrappersAreTheNetworksThemselves() throws {
    func architecture(_ name: String, _ more: [String] = []) throws -> (Architecture, [String]) {
      let config = try Configuration.load(
        path: projectRoot + "/configs/\(name).yaml", overrides: more, rules: ModelRules())
      return (try Architecture(config), config.notices)
    }
    for name in [
      "C2D_8x8_R50", "I3D_8x8_R50", "SLOW_8x8_R50", "SLOWFAST_8x8_R50", "SLOWFAST_4x16_R50", "X3D_S", "X3D_L",
    ] {
      #expect(
        try "\(architecture("Kinetics/pytorchvideo/\(name)").0)" == "\(architecture("Kinetics/\(name)").0)", "\(name)")
    }
    let (own, _) = try architecture("AVA/c2/SLOWFAST_32x2_R50")
    let (wrapped, notices) = try architecture("AVA/c2/SLOWFAST_32x2_R50", ["MODEL.MODEL_NAME", "PTVSlowFast"])
    let (head, backbone) = (wrapped.head as? RoIHead, wrapped.backbone as? ResNetBackbone)
    #expect((own.head as? RoIHead)?.aligned == false && head?.aligned == true)
    #expect(backbone?.stages[3].map(\.dilation) == [2, 1])
    #expect(notices.count == 2 && notices[0].contains("DETECTION.ALIGNED False"), "\(notices)")
    #expect(notices.last?.contains("takes res3's dilation, 1, for the fast pathway's res4 and res5 too") == true)
  }

  /// The old model name without the pool stays what it is.
  @Test func onlyThePlainC2DAndI3DPoolTime() throws {
    func pools(_ name: String) throws -> Bool {
      let config = try Configuration.load(path: projectRoot + "/configs/Kinetics/\(name).yaml", rules: ModelRules())
      return try #require(try Architecture(config).backbone as? ResNetBackbone).pathwayPools.contains { $0.t == 2 }
    }
    #expect(try pools("C2D_8x8_R50") && pools("I3D_8x8_R50"))
    #expect(try !pools("c2/C2D_NOPOOL_8x8_R50") && !pools("SLOW_8x8_R50") && !pools("SLOWFAST_8x8_R50"))
  }

  @Test func everyShippedConfigPasses() throws {
    for folder in [
      "AVA", "AVA/VideoMAE", "AVA/c2", "Charades", "Charades/pytorchvideo", "ImageNet", "Kinetics", "Kinetics/c2",
      "Kinetics/pytorchvideo", "SSv2", "SSv2/pytorchvideo", "contrastive_ssl", "demo",
    ] {
      let path = projectRoot + "/configs/" + folder
      for name in try listFolder(path) where name.hasSuffix(".yaml") {
        #expect(try Configuration.load(path: path + "/" + name, rules: ModelRules()).notices == [], "\(name)")
      }
    }
  }
}
