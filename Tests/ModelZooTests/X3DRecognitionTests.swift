import Checkpoint
import Configuration
import Kernels
import ModelZoo
import Tensors
import TestSupport
import Testing
import VideoModels

/// X3D by its tensors: factors, and whose head it is.
@Suite struct X3DRecognitionTests {
  private static let small = ["X3D.WIDTH_FACTOR", "0.5", "X3D.DEPTH_FACTOR", "1.0", "X3D.DIM_C5", "24"]
  private static let boxes = ["DETECTION.ENABLE", "True", "MODEL.HEAD_ACT", "sigmoid", "MODEL.NUM_CLASSES", "80"]

  private func config(_ overrides: [String]) throws -> Configuration {
    try Configuration.load(path: projectRoot + "/configs/Kinetics/X3D_M.yaml", overrides: overrides)
  }

  /// A file of the network of a configuration.
  private func file(_ overrides: [String]) throws -> Checkpoint {
    let reader = WeightReader(nil)
    _ = VideoModel(try Architecture(config(overrides)), weights: reader, engine: Engine(threads: 1))
    return try save(reader.report.missing.map { ($0.name, Tensor(zeros: $0.shape)) })
  }

  private func value(_ guess: ArchitectureGuess, _ key: String) -> String? {
    guess.network?.settings.first { $0.key == key }?.value
  }

  @Test(
    "The overrides that are named build the network of the file",
    arguments: [
      small, small + boxes, ["X3D.WIDTH_FACTOR", "0.5", "X3D.DIM_C5", "8"],
      ["X3D.WIDTH_FACTOR", "0.3", "X3D.BOTTLENECK_FACTOR", "3.0", "X3D.DEPTH_FACTOR", "0.5"],
      ["X3D.WIDTH_FACTOR", "0.25", "X3D.DEPTH_FACTOR", "5.0"],
      ["X3D.WIDTH_FACTOR", "1.2", "X3D.BOTTLENECK_FACTOR", "2.3", "X3D.DEPTH_FACTOR", "1.5"],
      small + ["X3D.SCALE_RES2", "True", "X3D.BN_LIN5", "True"],
      small + ["X3D.CHANNELWISE_3x3x3", "False", "RESNET.NUM_GROUPS", "1", "X3D.BOTTLENECK_FACTOR", "2.0"],
      small + ["X3D.CHANNELWISE_3x3x3", "False", "RESNET.NUM_GROUPS", "3", "X3D.BOTTLENECK_FACTOR", "2.0"],
      small + ["DATA.INPUT_CHANNEL_NUM", "[2]"],
    ])
  func overridesLoadTheFile(_ overrides: [String]) throws {
    let file = try file(overrides)
    let settings = try #require(ArchitectureGuess(file).network).settings
    var found = Configuration.defaults
    // What the tensors do not tell.
    try found.apply(overrides: ["DATA.NUM_FRAMES", "16", "MODEL.HEAD_ACT", config(overrides)[.modelHeadAct]])
    try found.apply(overrides: settings.flatMap { [$0.key, $0.value] })
    let (own, told) = (try Architecture(config(overrides)), try Architecture(found))
    #expect("\(told)" == "\(own)", "\(settings)")
    for (key, value) in zip(overrides, overrides.dropFirst()) where key.hasSuffix("_FACTOR") {
      #expect(settings.contains { $0.key == key && $0.value == value }, "\(settings)")
    }
  }

  @Test func widthsOfNoFactorAreSaid() throws {
    let items = try file(Self.small).entries.map { entry in
      let isOdd = entry.name == "s4.pathway0_res0.branch2.c.weight"
      return (entry.name, Tensor(zeros: isOdd ? [25] + entry.shape.dropFirst() : entry.shape))
    }
    let guess = ArchitectureGuess(try save(items))
    #expect(value(guess, "X3D.WIDTH_FACTOR") == nil && value(guess, "X3D.DEPTH_FACTOR") == "1.0")
    #expect(
      guess.network?.oddity
        == "the widths of the stem, 6, and of the stages, [6, 12, 25, 48], are those of no width factor with X3D.DIM_C1 12"
    )
  }

  /// No key sets the extents of X3D's kernels.
  @Test func kernelsOfNoX3DAreSaid() throws {
    let odd = [
      "s1.pathway0_stem.conv_xy": [1, 5, 5], "s1.pathway0_stem.conv": [3, 1, 1],
      "s3.pathway0_res0.branch2.a": [3, 1, 1],
      "s4.pathway0_res1.branch2.b": [1, 3, 3], "s5.pathway0_res0.branch2.c": [1, 1, 3],
    ]
    let own = try file(Self.small)
    let other = try save(
      own.entries.map { entry in
        let kernel = odd[String(entry.name.dropLast(".weight".count))]
        return (entry.name, Tensor(zeros: kernel.map { entry.shape.prefix(2) + $0 } ?? entry.shape))
      })
    let reason =
      "it holds X3D in which no configuration that is known gives 's1.pathway0_stem.conv_xy.weight' its shape: it is "
      + "6x3x1x5x5, where the network has 6x3x1x3x3, and 4 more tensors likewise"
    #expect(describe(other).contains("\(reason) -> give weights of a network that a configuration describes"))
    #expect(!describe(own).contains("no configuration"))
    let text = try message(of: other, under: Self.small)
    #expect(
      text.contains("w.safetensors': \(reason)\n") && text.contains("\n         -> give weights of a network"),
      "\(text)")
    #expect(!text.contains("X3D."), "\(text)")
  }

  @Test func theNetworksOfTheSameTensorsAreNamedWhereThereAreSome() throws {
    func recognised(_ depth: String) throws -> Recognition {
      let file = try file(["X3D.WIDTH_FACTOR", "0.25", "X3D.DIM_C5", "8", "X3D.DEPTH_FACTOR", depth])
      return try #require(ArchitectureGuess(file).network)
    }
    func hasTwins(_ network: Recognition) -> Bool { network.remarks.contains { $0.text.contains("same tensors") } }
    #expect(try hasTwins(recognised("2.2")))
    for depth in ["5.0", "1.0"] {
      let network = try recognised(depth)
      #expect(!hasTwins(network) && network.openKeys == ["DATA.NUM_FRAMES", "DATA.TEST_CROP_SIZE"], "\(network)")
    }
  }

  /// X3D's head for clips has layers that the RoI head has not, whatever the number of classes.
  @Test(arguments: ["80", "400"]) func headsAreToldApart(_ classes: String) throws {
    let clips = ArchitectureGuess(try file(Self.small + ["MODEL.NUM_CLASSES", classes]))
    #expect(clips.head == .clips(dataSet: classes == "400" ? "Kinetics-400" : nil))
    #expect(value(clips, "DETECTION.ENABLE") == "False")
    let boxes = ArchitectureGuess(try file(Self.small + Self.boxes + ["MODEL.NUM_CLASSES", classes]))
    #expect(boxes.head == .boxes && value(boxes, "DETECTION.ENABLE") == "True")
    for (guess, text) in [(clips, "a classification head"), (boxes, "an RoI head")] {
      let remarks = try #require(guess.network).remarks.map(\.text)
      #expect(remarks.contains("the head is \(text) by the tensors' names"), "\(remarks)")
      #expect(!remarks.contains { $0.contains("both heads") || $0.contains("cannot be told") }, "\(remarks)")
    }
  }

  /// As many classes as AVA has do not make a detector of it.
  @Test func aClassifierOf80ClassesIsCarriedToPyTorchVideo() throws {
    let carried = try WeightConversion(
      try file(Self.small + ["MODEL.NUM_CLASSES", "80"]), to: .pytorchvideo)
    #expect(carried.tensors.contains { $0.name == "blocks.5.pool.post_conv.weight" })
  }

  /// What is said of a file of one configuration under another.
  private func message(of overrides: [String], under others: [String]) throws -> String {
    try message(of: file(overrides), under: others)
  }

  private func message(of checkpoint: Checkpoint, under others: [String]) throws -> String {
    let reader = WeightReader(checkpoint)
    let config = try config(others)
    _ = VideoModel(try Architecture(config), weights: reader, engine: Engine(threads: 1))
    var report = reader.report
    report.hints = LoadHints(report, ArchitectureGuess(checkpoint), config)
    let error = #expect(throws: CheckpointError.self) { try report.check(allowPartial: false) }
    return error.map { "\($0)" } ?? ""
  }

  @Test func headsThatDoNotSuitAreSaid() throws {
    let clips = Self.small + ["MODEL.NUM_CLASSES", "80"]
    let boxes = Self.small + Self.boxes
    for classes in ["80", "400"] {
      let text = try message(of: boxes, under: Self.small + ["MODEL.NUM_CLASSES", classes])
      let more = classes == "80" ? "" : " MODEL.NUM_CLASSES 80"
      #expect(text.contains("-> set DETECTION.ENABLE True\(more), as these weights have it"), "\(text)")
      #expect(!text.contains("configs/AVA"), "\(text)")
    }
    #expect(try message(of: clips, under: boxes).contains("-> set DETECTION.ENABLE False, as these weights have it"))
    // A test on AVA needs boxes.
    let text = try message(of: clips, under: boxes + ["TEST.DATASET", "ava", "MODEL.NUM_CLASSES", "60"])
    #expect(!text.contains("set DETECTION.ENABLE") && !text.contains("only where these do score boxes"), "\(text)")
    #expect(text.contains("and this config scores boxes: give weights trained on AVA"), "\(text)")
  }

  /// All that one width goes by is advised together.
  @Test func widthsThatDoNotSuitAreSaid() throws {
    let text = try message(
      of: Self.small, under: Self.small + ["X3D.WIDTH_FACTOR", "0.25", "X3D.DIM_C1", "24", "X3D.SCALE_RES2", "True"])
    #expect(
      text.contains("-> set X3D.DIM_C1 12 X3D.SCALE_RES2 False X3D.WIDTH_FACTOR 0.5, as these weights have it"),
      "\(text)")
  }
}
