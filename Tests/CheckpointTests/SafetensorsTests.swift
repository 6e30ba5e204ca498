import Checkpoint
import Files
import Tensors
import TestSupport
import Testing

@Suite struct SafetensorsTests {
  private func file(_ header: String, _ data: [UInt8] = []) -> [UInt8] {
    little(UInt64(header.utf8.count)) + Array(header.utf8) + data
  }

  @Test func handWritten() throws {
    let header =
      #"{"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]},"a":{"shape":[],"data_offsets":[0,4],"dtype":"I32"}}"#
    let checkpoint = try open(file(header, little(Int32(-7)) + floatBytes([1, 2])))
    #expect(checkpoint.format == .safetensors)
    #expect(checkpoint.entries.map(\.name) == ["b", "a"])
    #expect(try checkpoint.tensor("a").array == [-7])
    #expect(try checkpoint.tensor("b").array == [1, 2])
  }

  @Test func whatIsWrittenIsReadAgain() throws {
    var generator = SeededGenerator(seed: 3)
    let shapes = [[2, 3, 1, 2], [5], [], [0, 4], [1, 1]]
    let tensors = shapes.enumerated().map { index, shape in
      let values = (0..<shape.reduce(1, *)).map { _ in Float(generator.uniform(-1, 1)) }
      return (name: "layer \"\(index)\"\n\u{1}\\é", tensor: Tensor(shape, values))
    }
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let path = folder.path + "/w.safetensors"
    try writeSafetensors(tensors, metadata: ["epoch": "3", "cfg": "A: \"b\"\n"], to: path)
    let checkpoint = try Checkpoint(path: path)
    #expect(checkpoint.entries.map(\.name) == tensors.map(\.name))
    for (name, tensor) in tensors {
      let found = try checkpoint.tensor(name)
      #expect(found.shape == tensor.shape && found.array == tensor.array)
    }
    #expect(checkpoint.epoch == 3 && checkpoint.configText == "A: \"b\"\n")
    let bytes = try readFile(path, doing: "a test")
    let headerLength = bytes.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    #expect((8 + headerLength) % 64 == 0)
  }

  /// Headers over 8 bytes of data, and what the error must say.
  static let bad: [(header: String, says: String)] = [
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,9]}}"#, "has 8 bytes of data"),
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#, "at bytes 8 to 0"),
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}"#, "at bytes -8"),
    (#"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#, "takes 12 bytes"),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, "4 bytes after the last tensor"),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, "leaves a gap"),
    (
      #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
      "overlaps"
    ),
    (
      #"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}}"#,
      "2 bytes after the last tensor"
    ),
    (#"{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}"#, "negative size"),
    (#"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,8]}}"#, "too large"),
    (#"{"a":{"dtype":"F32","shape":[9223372036854775808],"data_offsets":[0,8]}}"#, "malformed 'shape'"),
    (#"{"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}}"#, "malformed 'shape'"),
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,9]}}"#, "without dtype"),
    (#"{"a":{"dtype":"F32","shape":[2]}}"#, "without dtype"),
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"x":1}}"#, "malformed 'x'"),
    (#"{"a":1}"#, "without a description"), (#"{"a":{},"a":{}}"#, "twice"), (#"{"a"}"#, "without a value"),
    (#"{"a":{}"#, "ends too early"), (#"{"a":{}} x"#, "after the JSON header"), (#"{a:1}"#, "without quotes"),
    (#"{"a\q":1}"#, "unknown escape"), (#"{"a\ud800":1}"#, "surrogate"), (#"{"a":01}"#, "malformed JSON"),
    (#"{"a":[1 2]}"#, "without a comma"), (#"{"a":{} "b":{}}"#, "without a comma"), (#"{"a":nul}"#, "malformed JSON"),
    ("{\"a\u{1}\":1}", "control character"), (#"{"a":-}"#, "malformed JSON"), (#"{"a":1e5x}"#, "without a comma"),
    ("{\"a\":" + String(repeating: "[", count: 100_000), "nested deeper"),
  ]

  @Test(arguments: bad.indices) func malformedHeaders(_ index: Int) {
    let (header, says) = Self.bad[index]
    let text = refusal(file(header, floatBytes([1, 2])))
    #expect(text?.contains(says) == true, "\(header.prefix(100)): \(text ?? "")")
  }

  @Test func aHeaderLongerThanTheFile() {
    let text = refusal(little(UInt64(1 << 40)) + Array("{}".utf8))
    #expect(text?.contains("are left") == true, "\(text ?? "")")
  }

  @Test func typesThatAreNotReadAreAnErrorOnlyWhenAskedFor() throws {
    let header =
      #"{"q":{"dtype":"F8_E4M3","shape":[4],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#
    let checkpoint = try open(file(header, floatBytes([0, 2])))
    #expect(try checkpoint.tensor("a").array == [2])
    let error = #expect(throws: CheckpointError.self) { try checkpoint.tensor("q") }
    #expect("\(error!)".contains("F8_E4M3"))
  }

  @Test func aFullDiskLeavesNothing() {
    let tensors = [(name: "a", tensor: Tensor(zeros: [2]))]
    #expect(throws: FileError.self) { try writeSafetensors(tensors, to: "/dev/full/x.safetensors") }
  }
}
