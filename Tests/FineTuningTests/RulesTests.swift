import AVARecords
import Checkpoint
import Configuration
import Files
import FineTuning
import Kernels
import ModelZoo
import NN
import TestSupport
import Testing
import VideoModels

/// What fine-tuning goes by: lists of classes, repeat factors, early stopping, what is frozen.
@Suite struct RulesTests {
  @Test func classesAreNamesOrLabels() throws {
    let folder = Scratch()
    let names = try ClassList.read(path: folder.file("a.txt", "# ours\nwave\r\n\n say \"hi\" \\ \nrun"))
    #expect(names.labels.map(\.id) == [1, 2, 3])
    #expect(names.labels.map(\.name) == ["wave", "say \"hi\" \\", "run"])
    // What is written is read again.
    let written = try folder.file("b.pbtxt", ClassList.text(names))
    #expect(try ClassList.read(path: written).labels == names.labels)
    let turned = try folder.file("c.pbtxt", "item { name: \"b\" id: 2 } item { name: \"a\" id: 1 }")
    #expect(try ClassList.read(path: turned).labels.map(\.name) == ["a", "b"])
  }

  /// Lists of Windows' editors, and of several.
  @Test(arguments: [
    "\u{FEFF}wave\r\nrun\r\n", "# ours\r\nwave\nrun", "wave\rrun\r", "\u{FEFF}# ours\r\n\r\nwave\r\nrun",
  ])
  func linesEndInAnyWay(_ text: String) throws {
    let folder = Scratch()
    let names = try ClassList.read(path: folder.file("a.txt", text))
    #expect(names.labels.map(\.name) == ["wave", "run"])
  }

  @Test(arguments: [
    (
      "a.txt", "wave\nrun\nwave\n",
      ", line 3: expected a name of its own, whatever its case, found 'wave' again, as on line 1"
    ),
    ("a.txt", "wave\r\nrun\r\nWave\r\n", ", line 3: expected a name of its own, whatever its case"),
    ("a.txt", "\n# nothing\n", "expected names, one a line, found none"),
    ("a.txt", "wa\u{7}ve\n", ", line 1: expected a name alone, found a control character (7) in it"),
    ("a.txt", "run\n2\twave\n", ", line 2: expected a name alone, found a tab in it"),
    (
      "a.pbtxt", "item { name: \"a\" id: 1 } item { name: \"b\" id: 3 }",
      "found no id 2, and an id 3 -> number the classes"
    ),
    ("a.pbtxt", "item { name: \"a\" id: 1 } item { name: \"a\" id: 2 }", "found 'a' for 1 and 2"),
    ("a.pbtxt", "item { name: \"a\" }", "line 1"),
  ])
  func badClassesAreNamed(_ name: String, _ text: String, _ words: String) throws {
    let folder = Scratch()
    let path = try folder.file(name, text)
    let error = #expect(throws: (any Error).self) { try ClassList.read(path: path) }
    #expect(
      "\(String(describing: error))".contains(words) && "\(String(describing: error))".contains(path),
      "\(String(describing: error))")
  }

  /// What another encoding's bytes would be taken for is not said.
  @Test func otherEncodings() throws {
    let folder = Scratch()
    let path = try folder.file("a.txt", "")
    let file = try AtomicFile(path: path)
    try file.write([0xFF, 0xFE] + "wave\n".utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] })
    try file.commit()
    let error = #expect(throws: FineTuningError.self) { try ClassList.read(path: path) }
    #expect(
      "\(String(describing: error))".contains("found text in UTF-16 -> save the file as UTF-8"),
      "\(String(describing: error))")
  }

  /// By hand: with t = 0.4, a class of 1 in 10 samples has the factor sqrt(0.4 / 0.1) = 2, one of 6 in 10 has 1, and one of
  /// 2 in 10 sqrt(2).
  @Test func repeatFactorsByHand() {
    let labels = [[0, 1], [1], [1], [1], [1], [1, 2], [], [], [2], []]
    let factors = RepeatFactors(labels, classes: 4, threshold: 0.4)
    let root = 2.0.squareRoot()
    #expect(zip(factors.classes, [2, 1, root, 1]).allSatisfy { abs($0 - $1) < 1e-12 }, "\(factors.classes)")
    #expect(
      zip(factors.samples, [2, 1, 1, 1, 1, root, 1, 1, root, 1]).allSatisfy { abs($0 - $1) < 1e-12 },
      "\(factors.samples)")
    let epochs = (0..<400).map { factors.indices(seed: 3, epoch: $0) }
    #expect(epochs.allSatisfy { $0.count { $0 == 0 } == 2 && $0.count { $0 == 3 } == 1 && $0 == $0.sorted() })
    let mean = Double(epochs.reduce(0) { $0 + $1.count { $0 == 5 } }) / 400
    // Four standard deviations of the mean of 400 draws.
    #expect(abs(mean - root) < 0.1, "\(mean)")
    #expect(factors.indices(seed: 3, epoch: 7) == epochs[7] && Set(epochs.map(\.count)).count > 1)
    #expect(RepeatFactors(labels, classes: 4, threshold: 0).samples.allSatisfy { $0 == 1 })
  }

  @Test func trainingEndsWhenNothingGetsBetter() {
    var stopping = EarlyStopping(patience: 2)
    var bests: [Bool] = []
    for (epoch, value) in [0.1, 0.3, 0.3, 0.4, 0.2].enumerated() {
      bests.append(stopping.add(value, epoch: epoch))
      #expect(!stopping.isOver)
    }
    #expect(bests == [true, true, false, true, false])
    stopping.add(0.4, epoch: 5)
    #expect(stopping.isOver && stopping.best?.epoch == 3)
    var endless = EarlyStopping(patience: nil)
    for epoch in 0..<99 { endless.add(-Double(epoch), epoch: epoch) }
    #expect(!endless.isOver && endless.best?.epoch == 0)
  }

  private func model(_ config: String, _ more: [String] = []) throws -> TrainableModel {
    var own = try Configuration.load(path: projectRoot + "/configs/" + config)
    try own.apply(overrides: more)
    let architecture = try Architecture(own)
    return try TrainableModel(
      architecture, weights: WeightReader(random: 1), engine: Engine(threads: 2), TrainingOptions())
  }

  /// Stages are those of the names, fusions go with the stage before them, batch norms with their convolutions.
  @Test func stagesAreFrozenByName() throws {
    let network = try model("demo/SLOWFAST_8x4_R18_SMALL.yaml")
    try Freezing.stages(3).apply(to: network)
    let modules = Set(network.parameters.filter { !$0.isTrained }.map { String($0.name.split(separator: ".")[0]) })
    #expect(modules == ["s1", "s1_fuse", "s2", "s2_fuse", "s3", "s3_fuse"])
    #expect(network.parameters.allSatisfy { $0.isTrained || !$0.name.hasPrefix("head.") })
    let running = Set(network.statistics.filter(\.isFrozen).map { String($0.name.split(separator: ".")[0]) })
    #expect(running == modules)
    let whole = try model("demo/SLOWFAST_8x4_R18_SMALL.yaml")
    try Freezing.backbone.apply(to: whole)
    #expect(
      whole.parameters.filter(\.isTrained).map(\.name) == ["head.projection.weight", "head.projection.bias"]
        && whole.statistics.allSatisfy(\.isFrozen))
    let transformer = try model("AVA/MVITv2_S_16x4.yaml", ["MVIT.EMBED_DIM", "16"])
    try Freezing.stages(2).apply(to: transformer)
    let frozen = transformer.parameters.filter {
      !$0.isTrained && !$0.name.hasPrefix("patch_embed.") && $0.name != "cls_token"
    }.map(\.name)
    #expect(
      frozen.count > 20 && frozen.allSatisfy { $0.hasPrefix("blocks.0.") || $0.hasPrefix("blocks.1.") }, "\(frozen)")
    let error = #expect(throws: FineTuningError.self) { try Freezing.stages(6).apply(to: whole) }
    #expect("\(String(describing: error))".contains("6 stages are to be frozen, and the backbone has 5 -> give 1 to 5"))
  }
}
