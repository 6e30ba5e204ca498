import Checkpoint
import Tensors
import TestSupport
import Testing

@Suite struct WeightReaderTests {
  @Test func findsTensorsUnderPrefixes() throws {
    let reader = WeightReader(try fixture("zip_protocol2.pyth"))
    let stem = reader["s1"]["pathway0_stem"]
    #expect(stem.scope == "s1.pathway0_stem")
    #expect(stem.tensor("conv.weight", [2, 3, 1, 2, 2])?.shape == [2, 3, 1, 2, 2])
    for part in ["weight", "bias", "running_mean", "running_var"] { #expect(stem["bn"].tensor(part, [2]) != nil) }
    #expect(stem.has("bn.weight") && !stem.has("bn.gain"))
    let head = reader["head.projection"]
    #expect(head.tensor("weight", [3, 4]) != nil && head.tensor("bias", [3]) != nil)
    let report = reader.report
    #expect(report.isComplete && report.unused.isEmpty && report.notices.isEmpty)
    try report.check(allowPartial: false)
  }

  @Test func anotherShapeNamesItsKey() throws {
    let reader = WeightReader(try fixture("zip_protocol2.pyth"))
    #expect(reader["head"]["projection"].tensor("weight", [80, 4], hint: "MODEL.NUM_CLASSES") == nil)
    let item = try #require(reader.report.mismatched.first)
    #expect(item.fileShape == [3, 4] && item.modelShape == [80, 4])
    let error = #expect(throws: CheckpointError.self) { try reader.report.check(allowPartial: false) }
    let text = "\(error!)"
    #expect(text.contains("weights: 'head.projection.weight' is 3x4 in zip_protocol2.pyth"))
    #expect(text.contains("this config needs 80x4 (MODEL.NUM_CLASSES)"))
    #expect(text.contains("-> change MODEL.NUM_CLASSES"))
  }

  @Test func missingTensorsNameTheNearestUnusedOne() throws {
    let reader = WeightReader(try fixture("zip_protocol2.pyth"))
    #expect(reader.tensor("head.projektion.bias", [3]) == nil)
    let error = #expect(throws: CheckpointError.self) { try reader.report.check(allowPartial: false) }
    #expect("\(error!)".contains("'head.projektion.bias' (3) is not in zip_protocol2.pyth"))
    #expect("\(error!)".contains("the nearest unused name is 'head.projection.bias'"))
    #expect("\(error!)".contains("7 tensors of zip_protocol2.pyth are not used by this config"))
  }

  @Test func longListsAreAbbreviated() throws {
    let reader = WeightReader(try fixture("zip_protocol2.pyth"))
    for index in 0..<100 { _ = reader.tensor("nothing\(index)", [1]) }
    #expect(reader.report.missing.count == 100)
    let error = #expect(throws: CheckpointError.self) { try reader.report.check(allowPartial: false) }
    let lines = "\(error!)".split(separator: "\n")
    #expect(lines.count < 15)
    #expect("\(error!)".contains("94 more tensors are not in zip_protocol2.pyth"))
  }

  @Test func aPartialLoadFillsGapsWithSeededNumbers() throws {
    let checkpoint = try fixture("zip_protocol2.pyth")
    let reader = WeightReader(checkpoint, allowPartial: true, seed: 5)
    let head = try #require(reader.tensor("head.projection.weight", [80, 4]))
    #expect(head.array == RandomWeights(seed: 5).tensor("head.projection.weight", [80, 4]).array)
    #expect(reader.tensor("new.bn.weight", [2])?.array == [1, 1])
    // A fresh branch does nothing; one that the file has stays.
    #expect(reader.tensor("new.c_bn.weight", [2], branchGain: 0.5)?.array == [0, 0])
    let scale = "s1.pathway0_stem.bn.weight"
    #expect(reader.tensor(scale, [2], branchGain: 0.5)?.array == (try checkpoint.tensor(scale).array))
    #expect(reader.tensor("head.projection.bias", [3])?.array == (try checkpoint.tensor("head.projection.bias").array))
    var report = reader.report
    report.hints.headPrefix = "head."
    try report.check(allowPartial: true)
    #expect(report.notices.first?.contains("partial load") == true)
    #expect(throws: CheckpointError.self) { try report.check(allowPartial: false) }
  }

  /// A kernel of one frame, with or without that frame in its shape, becomes one of several whose sum it is.
  @Test func kernelsOfPicturesAreInflated() throws {
    let (flat, still, other) = (
      Tensor(zeros: [2, 1, 2, 1]), Tensor(zeros: [2, 1, 1, 2, 1]), Tensor(zeros: [2, 1, 2, 2, 1])
    )
    for i in 0..<4 { (flat.mutableValues[i], still.mutableValues[i]) = (Float(i + 1), Float(10 * i)) }
    let folder = TemporaryFolder()
    defer { folder.remove() }
    try writeSafetensors([("flat", flat), ("still", still), ("other", other)], to: folder.path + "/w.safetensors")
    let checkpoint = try Checkpoint(path: folder.path + "/w.safetensors")
    let reader = WeightReader(checkpoint, inflates: true)
    let third = (0..<4).map { Float($0 + 1) / 3 }
    #expect(
      reader.tensor("flat", [2, 1, 3, 2, 1])?.array == [third[0], third[1], third[0], third[1], third[0], third[1]]
        + [third[2], third[3], third[2], third[3], third[2], third[3]])
    #expect(reader[""].scope == "" && reader.tensor("still", [2, 1, 2, 2, 1])?.array == [0, 5, 0, 5, 10, 15, 10, 15])
    #expect(reader.tensor("flat", [2, 1, 1, 2, 1])?.array == flat.array)
    // Several frames become no other number of them, and channels stay as they are.
    #expect(reader.tensor("other", [2, 1, 3, 2, 1]) == nil && reader.tensor("flat", [2, 2, 3, 2, 1]) == nil)
    let report = reader.report
    #expect(report.inflated == 2 && report.mismatched.map(\.name) == ["other", "flat"])
    #expect(
      report.notices.first
        == "2 kernels of one frame in w.safetensors are repeated for every frame and divided by their "
        + "number, as a training begins (TRAIN.CHECKPOINT_INFLATE)")
    #expect(WeightReader(checkpoint).tensor("flat", [2, 1, 3, 2, 1]) == nil, "only where it is asked for")
  }

  @Test func noFileAtAllIsAnError() {
    let reader = WeightReader(nil)
    #expect(reader.tensor("a", [1]) == nil)
    let error = #expect(throws: CheckpointError.self) { try reader.report.check(allowPartial: false) }
    #expect("\(error!)".contains("no file was given"))
  }

  @Test func caffe2VectorsAreTiledAndDimensionsAppended() throws {
    let checkpoint = try fixture("caffe2_protocol2.pkl")
    let reader = WeightReader(checkpoint)
    let scale = try checkpoint.tensor("res_conv1_bn_s").array
    #expect(reader.tensor("res_conv1_bn_s", [6])?.array == scale + scale + scale)
    let matrix = try checkpoint.tensor("pred_w")
    #expect(reader.tensor("pred_w", [3, 4, 1, 1, 1])?.array == matrix.array)
    #expect(reader.tensor("pred_b", [4]) == nil)
    #expect(reader.tensor("conv1_w", [2, 3, 1, 2, 2, 2]) == nil)
    #expect(reader.report.mismatched.count == 2)
  }

  @Test func pytorchFilesAreNotTiled() throws {
    let reader = WeightReader(try fixture("zip_protocol2.pyth"))
    #expect(reader.tensor("s1.pathway0_stem.bn.weight", [4]) == nil)
    #expect(reader.tensor("head.projection.weight", [3, 4, 1]) == nil)
  }

  /// The report is that of a reader of numbers, and nothing is read or copied.
  @Test(arguments: ["zip_protocol2.pyth", "caffe2_protocol2.pkl"]) func shapesAlone(_ name: String) throws {
    let checkpoint = try fixture(name)
    let (numbers, shapes) = (WeightReader(checkpoint), WeightReader(shapesOf: checkpoint))
    #expect(numbers.givesCopies && !shapes.givesCopies && !shapes["a"].givesCopies)
    func ask(_ reader: WeightReader) {
      for entry in checkpoint.entries.dropFirst(2) { _ = reader.tensor(entry.name, entry.shape) }
      _ = reader["res_conv1_bn"].tensor("s", [6])
      _ = reader.tensor("pred_w", [3, 4, 1, 1, 1])
      _ = reader.tensor("head.projection.weight", [80, 4], hint: "MODEL.NUM_CLASSES")
      _ = reader.tensor("nothing", [2])
    }
    ask(numbers)
    ask(shapes)
    let (own, other) = (numbers.report, shapes.report)
    #expect(own.missing == other.missing && own.mismatched == other.mismatched && own.unused == other.unused)
    #expect(own.found == other.found && !own.missing.isEmpty && !own.unused.isEmpty)
    let entry = try #require(checkpoint.entries.last { $0.shape.count == 2 })
    #expect(numbers.tensor(entry.name, entry.shape)?.array.contains { $0 != 0 } == true)
    let first = try #require(shapes.tensor(entry.name, entry.shape))
    let second = try #require(shapes.tensor("of nothing", entry.shape))
    #expect(first.shape == entry.shape && first.array.allSatisfy { $0 == 0 } && first.storage === second.storage)
  }

  // MARK: Random weights

  @Test func randomNumbersDependOnSeedAndNameAlone() throws {
    let first = WeightReader(random: 1)
    let a = try #require(first["s1"].tensor("conv.weight", [8, 3, 1, 3, 3]))
    _ = first.tensor("other.weight", [4, 4])
    let second = WeightReader(random: 1)
    _ = second.tensor("other.weight", [2, 2])
    #expect(second.tensor("s1.conv.weight", [8, 3, 1, 3, 3])?.array == a.array)
    #expect(first.tensor("a.c_bn.weight", [3], branchGain: 0.5)?.array == [0.5, 0.5, 0.5])
    #expect(WeightReader(random: 2).tensor("s1.conv.weight", [8, 3, 1, 3, 3])?.array != a.array)
    #expect(first["s2"].tensor("conv.weight", [8, 3, 1, 3, 3])?.array != a.array)
    try first.report.check(allowPartial: false)
  }

  @Test func randomNumbersHaveTheirDeviations() {
    let weights = RandomWeights(seed: 9)
    func moments(_ tensor: Tensor) -> (mean: Float, std: Float) {
      let mean = tensor.values.reduce(0, +) / Float(tensor.count)
      let variance = tensor.values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Float(tensor.count)
      return (mean, variance.squareRoot())
    }
    let conv = moments(weights.tensor("a.conv.weight", [32, 16, 3, 3, 3]))
    let expected = (2 / Float(32 * 27)).squareRoot()
    #expect(abs(conv.std / expected - 1) < 0.03 && abs(conv.mean) < 0.05 * expected)
    let linear = moments(weights.tensor("head.projection.weight", [80, 200]))
    #expect(abs(linear.std / 0.01 - 1) < 0.03)
    #expect(weights.tensor("bn.running_var", [3]).array == [1, 1, 1])
    #expect(weights.tensor("bn.running_mean", [3]).array == [0, 0, 0])
    #expect(weights.tensor("bn.weight", [2]).array == [1, 1])
    #expect(weights.tensor("bn.bias", [2]).array == [0, 0])
    #expect(weights.tensor("a.weight", [3, 0]).count == 0)
    #expect(weights.tensor("odd.weight", [3, 1, 1]).array.allSatisfy { $0 != 0 && $0.isFinite })
  }
}
