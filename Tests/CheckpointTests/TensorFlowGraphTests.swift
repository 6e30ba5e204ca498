import Checkpoint
import Tensors
import TestSupport
import Testing

/// Messages in protocol buffers' wire format, field by field.
enum Protobuf {
  static func varint(_ value: UInt64) -> [UInt8] {
    value < 0x80 ? [UInt8(value)] : [UInt8(value & 0x7f) | 0x80] + varint(value >> 7)
  }

  static func integer(_ field: UInt64, _ value: Int) -> [UInt8] {
    varint(field << 3) + varint(UInt64(bitPattern: Int64(value)))
  }

  static func bytes(_ field: UInt64, _ content: [UInt8]) -> [UInt8] {
    varint(field << 3 | 2) + varint(UInt64(content.count)) + content
  }

  static func text(_ field: UInt64, _ text: String) -> [UInt8] { bytes(field, Array(text.utf8)) }

  /// A node of a graph.
  static func node(_ name: String, _ operation: String, _ attributes: [(String, [UInt8])] = []) -> [UInt8] {
    let entries = attributes.flatMap { bytes(5, text(1, $0.0) + bytes(2, $0.1)) }
    return bytes(1, text(1, name) + text(2, operation) + entries)
  }

  /// A constant: its type's number, sizes, and the fields of its numbers.
  static func constant(_ name: String, _ type: Int, _ sizes: [Int], _ numbers: [UInt8]) -> [UInt8] {
    let shape = sizes.flatMap { bytes(2, integer(1, $0)) }
    let tensor = integer(1, type) + bytes(2, shape) + numbers
    return node(name, "Const", [("dtype", integer(6, type)), ("value", bytes(8, tensor))])
  }
}

@Suite struct TensorFlowGraphTests {
  private typealias P = Protobuf
  private static let placeholder = P.node("image_tensor", "Placeholder", [("dtype", P.integer(6, 4))])

  @Test func constantsByHand() throws {
    let graph =
      Self.placeholder + P.constant("a/weights", 1, [2, 3], P.bytes(4, floatBytes([1, 2, 3, 4, 5, 6])))
      + P.node("relu", "Relu6")
      // One number for all, one after the other, packed, as half floats' bits, and none: zeros.
      + P.constant("one", 1, [2, 2], P.bytes(5, floatBytes([0.5])))
      + P.constant("whole", 3, [3], P.bytes(7, [3, 0x90, 3, 7]))
      + P.constant("single", 9, [], P.integer(10, -2))
      + P.constant("half", 19, [2], P.bytes(13, P.varint(0x3c00) + P.varint(0xc000)))
      + P.constant("none", 2, [2], []) + P.integer(4, 24)
    let checkpoint = try open(graph)
    #expect(checkpoint.format == .tensorFlowGraph)
    #expect(checkpoint.entries.map(\.name) == ["a/weights", "one", "whole", "single", "half", "none"])
    #expect(checkpoint.shape("a/weights") == [2, 3] && checkpoint.shape("single") == [])
    #expect(try checkpoint.tensor("a/weights").array == [1, 2, 3, 4, 5, 6])
    #expect(try checkpoint.tensor("one").array == [0.5, 0.5, 0.5, 0.5])
    #expect(try checkpoint.tensor("whole").array == [3, 400, 7])
    #expect(try checkpoint.tensor("single").array == [-2])
    #expect(try checkpoint.tensor("half").array == [1, -2])
    #expect(try checkpoint.tensor("none").array == [0, 0])
  }

  /// As they lie in memory and one by one, the numbers are the same; so are those of fields in pieces.
  @Test func bothFormsOfNumbersAgree() throws {
    var generator = SeededGenerator(seed: 5)
    let values = (0..<24).map { _ in Float(generator.uniform(-1, 1)) }
    let pieces = P.bytes(5, floatBytes(Array(values[..<10]))) + P.bytes(5, floatBytes(Array(values[10...])))
    let single = values.flatMap { P.varint(5 << 3 | 5) + floatBytes([$0]) }
    let checkpoint = try open(
      P.constant("memory", 1, [4, 1, 6], P.bytes(4, floatBytes(values))) + P.constant("pieces", 1, [4, 1, 6], pieces)
        + P.constant("single", 1, [4, 1, 6], single))
    for name in ["memory", "pieces", "single"] { #expect(try checkpoint.tensor(name).array == values, "\(name)") }
  }

  @Test func whatIsNoTensorOfNumbersIsNamed() throws {
    let unknown = P.integer(1, 1) + P.bytes(2, P.integer(3, 1))
    let checkpoint = try open(
      P.constant("w", 1, [1], P.bytes(5, floatBytes([1]))) + P.constant("words", 7, [1], P.text(8, "person"))
        + P.constant("complex", 8, [1], P.bytes(9, floatBytes([1, 2])))
        + P.node("bare", "Const") + P.node("open", "Const", [("value", P.bytes(8, unknown))])
        + P.constant("few", 1, [5], P.bytes(5, floatBytes([1, 2]))) + P.constant("minus", 1, [-1], [])
        + P.constant("huge", 1, [1 << 40, 1 << 40], []))
    #expect(checkpoint.entries.map(\.name) == ["w"])
    let others = Dictionary(uniqueKeysWithValues: checkpoint.otherItems.map { ($0.name, $0.found) })
    #expect(others["words"] == nil && others["complex"] == "numbers of TensorFlow's type 8")
    #expect(others["bare"] == "a constant without a value")
    #expect(others["open"] == "a tensor without a fixed shape" && others["minus"] == others["open"])
    #expect(others["huge"]?.hasPrefix("the shape [1099511627776, 1099511627776], which is too large") == true)
    #expect(others["few"] == "8 bytes of float32 for the shape [5]")
  }

  /// Graphs that contradict themselves, and what the error must say.
  private static let bad: [(bytes: [UInt8], says: String)] = [
    (P.node("x", "Relu"), "none of them a constant: its weights are elsewhere -> give a frozen graph"),
    (P.constant("a", 1, [3], P.bytes(4, floatBytes([1, 2]))), "'a' has 8 bytes for the shape [3] of float32"),
    (placeholder + [0x0a, 0xff, 0x7f], "a field of 16383 bytes in the graph, but 0 are left"),
    (placeholder + [0x0a, 0xff], "the file ends inside the graph"),
    (placeholder + [0x03], "a field of the number 0 in the graph"),
    (placeholder + [0x0b], "a field of the unknown kind 3 in the graph"),
    (placeholder + [UInt8](repeating: 0xff, count: 11), "an integer of more than 10 bytes in the graph"),
    (
      P.node("a", "Const", [("value", P.bytes(8, P.integer(7, 1) + P.integer(1, 3)))]),
      "'a' has numbers before their type"
    ),
  ]

  @Test(arguments: bad.indices) func damageIsNamed(_ index: Int) {
    let (bytes, says) = Self.bad[index]
    let text = refusal(bytes, as: "graph.pb")
    #expect(text?.contains(says) == true && text?.contains("->") == true, "\(text ?? "accepted")")
  }

  /// Wherever a graph is cut it is refused, or has fewer tensors, whole ones.
  @Test func cutAnywhere() throws {
    let graph =
      P.constant("a", 1, [2], P.bytes(4, floatBytes([1, 2]))) + Self.placeholder
      + P.constant("b", 3, [1], P.bytes(7, [5]))
    for length in 0..<graph.count {
      guard let checkpoint = try? open(Array(graph[..<length])) else {
        let text = refusal(Array(graph[..<length]))
        #expect(text?.contains("->") == true, "\(length) bytes: \(text ?? "")")
        continue
      }
      #expect(checkpoint.entries.map(\.name) == ["a"], "\(length) bytes")
      #expect(try checkpoint.tensor("a").array == [1, 2])
    }
  }

  /// Altered bytes give an error or other numbers, never a crash; the seed is the case.
  @Test func alteredAnywhere() throws {
    let graph =
      Self.placeholder + P.constant("a", 1, [2, 2], P.bytes(4, floatBytes([1, 2, 3, 4])))
      + P.constant("b", 3, [3], P.bytes(7, [5, 6, 7])) + P.constant("c", 19, [2], P.bytes(13, [1, 2]))
    for seed in 0..<2000 {
      var generator = SeededGenerator(seed: UInt64(seed))
      var bytes = graph
      for _ in 0...Int(generator.next() % 3) {
        bytes[Int(generator.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: generator.next())
      }
      do {
        let checkpoint = try open(bytes)
        for entry in checkpoint.entries { _ = try checkpoint.tensor(entry.name) }
        _ = checkpoint.summaryLines + checkpoint.tensorLines
      } catch { #expect(error is CheckpointError, "seed \(seed): \(error)") }
    }
  }

  @Test func otherFilesAreNoGraphs() {
    for bytes in [
      Array("\n\nhello\n".utf8), [0x0a], [0x0a, 0x02, 0x0a, 0x00], [0x0a, 0x03, 0x0a, 0x01, 0x20], [0x08, 0x01],
    ] {
      #expect(refusal(bytes)?.contains("this looks like") == true, "\(bytes)")
    }
  }
}
