import Checkpoint
import Tensors
import Testing

/// Views that reach outside their storage, and storages outside their file.
@Suite struct TensorBoundsTests {
  private func load(_ tensor: [UInt8], _ storage: [Float] = [1, 2, 3, 4, 5, 6]) throws -> Checkpoint {
    try open(ZipBuilder.torch(Pickle.state(("w", tensor)), floatBytes(storage)).bytes)
  }

  @Test func handComputedViews() throws {
    #expect(try load(Pickle.tensor([2, 3], strides: [3, 1], count: 6)).tensor("w").array == [1, 2, 3, 4, 5, 6])
    #expect(try load(Pickle.tensor([3, 2], strides: [1, 3], count: 6)).tensor("w").array == [1, 4, 2, 5, 3, 6])
    #expect(try load(Pickle.tensor([2], strides: [2], offset: 3, count: 6)).tensor("w").array == [4, 6])
    #expect(try load(Pickle.tensor([], strides: [], offset: 5, count: 6)).tensor("w").array == [6])
    #expect(try load(Pickle.tensor([2, 2], strides: [0, 1], count: 6)).tensor("w").array == [1, 2, 1, 2])
    #expect(try load(Pickle.tensor([0, 3], strides: [3, 1], count: 6)).tensor("w").array == [])
    // A stride along one element says nothing, however large.
    #expect(try load(Pickle.tensor([1, 2], strides: [Int.max, 1], count: 6)).tensor("w").array == [1, 2])
  }

  /// Transposing twice gives the first again: reading a view of a view agrees with reading the whole.
  @Test func transposedTwice() throws {
    let rows = try load(Pickle.tensor([2, 3], strides: [3, 1], count: 6)).tensor("w").array
    let columns = try load(Pickle.tensor([3, 2], strides: [1, 3], count: 6)).tensor("w").array
    var again: [Float] = []
    for row in 0..<2 { for column in 0..<3 { again.append(columns[column * 2 + row]) } }
    #expect(again == rows)
  }

  static let outside: [(name: String, tensor: [UInt8])] = [
    ("one too many", Pickle.tensor([7], strides: [1], count: 6)),
    ("offset", Pickle.tensor([6], strides: [1], offset: 1, count: 6)),
    ("offset of a scalar", Pickle.tensor([], strides: [], offset: 6, count: 6)),
    ("stride", Pickle.tensor([2, 3], strides: [4, 1], count: 6)),
    ("huge stride", Pickle.tensor([2], strides: [Int.max], count: 6)),
    ("strides whose sum overflows", Pickle.tensor([3, 3], strides: [Int.max / 2, Int.max / 2], count: 6)),
    ("negative stride", Pickle.tensor([2], strides: [-1], offset: 1, count: 6)),
    ("negative offset", Pickle.tensor([2], strides: [1], offset: -1, count: 6)),
    ("negative size", Pickle.tensor([-1], strides: [1], count: 6)),
    ("huge offset", Pickle.tensor([2], strides: [1], offset: Int.max, count: 6)),
    ("stride 0 over a huge shape", Pickle.tensor([1 << 40], strides: [0], count: 6)),
    ("shape that overflows", Pickle.tensor([1 << 32, 1 << 32], strides: [0, 0], count: 6)),
    ("empty shape that overflows", Pickle.tensor([0, 1 << 62, 1 << 62], strides: [1, 0, 0], count: 6)),
    ("strides of another rank", Pickle.tensor([2, 3], strides: [1], count: 6)),
    ("storage larger than its entry", Pickle.tensor([2], strides: [1], count: 7)),
    ("storage whose size overflows", Pickle.tensor([2], strides: [1], count: Int.max)),
    ("wider numbers than the entry holds", Pickle.tensor([2], strides: [1], count: 6, storage: "DoubleStorage")),
    ("a storage that is not there", Pickle.tensor([2], strides: [1], count: 6, key: "1")),
    ("a storage outside its folder", Pickle.tensor([2], strides: [1], count: 6, key: "../version")),
  ]

  @Test(arguments: outside.indices) func viewsOutsideAreRefused(_ index: Int) {
    let (name, tensor) = Self.outside[index]
    let text = refusal(ZipBuilder.torch(Pickle.state(("w", tensor)), floatBytes([1, 2, 3, 4, 5, 6])).bytes)
    #expect(text?.contains("'w'") == true || text?.contains("the storage") == true, "\(name): \(text ?? "")")
  }

  @Test func malformedArgumentsLeaveAPlaceholder() throws {
    let bad = Pickle.global("torch._utils", "_rebuild_tensor_v2") + Pickle.tuple(Pickle.none) + Pickle.reduce
    let checkpoint = try load(bad)
    #expect(checkpoint.entries.isEmpty)
    #expect(checkpoint.otherItems.first?.found.contains("_rebuild_tensor_v2") == true)
  }

  @Test func complexNumbersAreNoWeights() throws {
    let checkpoint = try load(Pickle.tensor([2], strides: [1], count: 2, storage: "ComplexFloatStorage"))
    #expect(throws: CheckpointError.self) { try checkpoint.tensor("w") }
  }

  @Test func aPlainPickleCannotReferToStorages() {
    let text = refusal(Pickle.state(("w", Pickle.tensor([2], strides: [1], count: 6))))
    #expect(text?.contains("plain pickle that refers to the torch storage") == true)
  }
}
