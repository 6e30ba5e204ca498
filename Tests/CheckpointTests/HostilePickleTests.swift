import Checkpoint
import Tensors
import Testing

/// Pickles made to do harm. Each is a plain pickle unless it needs torch's container.
@Suite struct HostilePickleTests {
  @Test func aCallOfTheSystemIsNeverMade() throws {
    let marker = "/tmp/slowfast-hostile-pickle-was-run"
    let call = Pickle.global("os", "system") + Pickle.tuple(Pickle.text("touch \(marker)")) + Pickle.reduce
    // Beside the weights: an inert placeholder, named in a notice.
    let array = try fixtureBytes("caffe2_protocol2.pkl")
    let beside = Pickle.proto2 + Pickle.emptyDictionary + Pickle.text("harm") + call + Pickle.setItem
    let inner = Array(array.dropFirst(2).dropLast())
    // POP the harmful dictionary, go on with the good one.
    let checkpoint = try open(beside + [0x30] + inner + Pickle.stop)
    #expect(checkpoint.notices.contains { $0.contains("os.system") && $0.contains("inert") })
    #expect(!fileExists(marker))
    // In the place of the weights: an error.
    let text = refusal(Pickle.blobs(call))
    #expect(text?.contains("found an object of os.system under 'blobs'") == true)
    #expect(text?.contains("none of which is ever run") == true)
    #expect(!fileExists(marker))
  }

  @Test func aPlaceholderWhereAWeightWasExpectedIsAnError() throws {
    let evil = Pickle.global("builtins", "eval") + Pickle.tuple(Pickle.text("1")) + Pickle.reduce
    let pickle = Pickle.state(
      ("w", evil), ("v", Pickle.tensor([2], strides: [1], count: 2)))
    let checkpoint = try open(ZipBuilder.torch(pickle, floatBytes([1, 2])).bytes)
    #expect(try checkpoint.tensor("v").array == [1, 2])
    let error = #expect(throws: CheckpointError.self) { try checkpoint.tensor("w") }
    #expect("\(error!)".contains("'w' should be a tensor, found an object of builtins.eval"))
    let reader = WeightReader(checkpoint)
    #expect(reader.tensor("w", [2]) == nil)
    #expect(throws: CheckpointError.self) { try reader.report.check(allowPartial: false) }
  }

  /// Lengths that the file cannot hold, or that are negative, or that overflow.
  static let lengths: [(name: String, bytes: [UInt8])] = [
    ("BINUNICODE8 of 2^63", [0x8d] + little(UInt64(1) << 63)),
    ("BINUNICODE8 of 2^63 - 1", [0x8d] + little(UInt64(1) << 63 - 1)),
    ("BINBYTES8 of 2^64 - 1", [0x8e] + little(UInt64.max)), ("BYTEARRAY8 of 2^40", [0x96] + little(UInt64(1) << 40)),
    ("BINUNICODE of 2^32 - 1", [0x58] + little(UInt32.max)), ("BINBYTES of 2^31", [0x42] + little(UInt32(1) << 31)),
    ("BINSTRING of -1", [0x54] + little(Int32(-1))), ("BINSTRING of 2^31 - 1", [0x54] + little(Int32.max)),
    ("LONG4 of -5", [0x8b] + little(Int32(-5))), ("LONG4 of 2^31 - 1", [0x8b] + little(Int32.max)),
    ("LONG1 of 255", [0x8a, 255]), ("SHORT_BINUNICODE of 200", [0x8c, 200]),
  ]

  @Test(arguments: lengths.indices) func impossibleLengths(_ index: Int) {
    let (name, bytes) = Self.lengths[index]
    let text = refusal(Pickle.proto2 + bytes + Array("abc".utf8) + Pickle.stop)
    #expect(text?.contains("are left") == true, "\(name): \(text ?? "")")
    #expect(text?.contains("byte 3") == true, "\(name): \(text ?? "")")
  }

  @Test(arguments: [0x00, 0x01, 0x2a, 0x44, 0x7f, 0x99, 0xff] as [UInt8]) func unknownOpcodes(_ code: UInt8) {
    let text = refusal(Pickle.proto2 + Pickle.none + [code] + Pickle.stop)
    #expect(text?.contains("byte 3: an unknown pickle opcode 0x\(String(code, radix: 16))") == true)
  }

  @Test func unknownProtocol() {
    let text = refusal([0x80, 2, 0x80, 6, 0x4e, 0x2e])
    #expect(text?.contains("protocol 6") == true)
  }

  @Test func marksNestedDeeply() {
    let text = refusal(Pickle.proto2 + [UInt8](repeating: 0x28, count: 100_000) + Pickle.stop)
    #expect(text?.contains("nested deeper than") == true)
  }

  @Test func tuplesNestedDeeply() {
    let text = refusal(Pickle.proto2 + Pickle.none + [UInt8](repeating: 0x85, count: 500_000) + Pickle.stop)
    #expect(text?.contains("nested deeper than") == true)
  }

  @Test func listsNestedDeeplyWithoutMarks() {
    let depth = 200_000
    let bytes = [UInt8](repeating: 0x5d, count: depth) + [UInt8](repeating: 0x61, count: depth - 1)
    #expect(refusal(Pickle.proto2 + bytes + Pickle.stop)?.contains("nested deeper than") == true)
  }

  @Test func fourMillionObjects() {
    let bytes = [UInt8](repeating: 0x5d, count: 4_400_000)
    #expect(refusal(Pickle.proto2 + bytes + Pickle.stop)?.contains("objects") == true)
  }

  @Test func aListThatHoldsItselfIsHarmless() throws {
    let list = Pickle.emptyList + Pickle.put(0) + Pickle.get(0) + Pickle.append
    #expect(refusal(Pickle.proto2 + list + Pickle.stop)?.contains("found a list") == true)
    let dictionary =
      Pickle.emptyDictionary + Pickle.put(0) + Pickle.text("model_state") + Pickle.get(0) + Pickle.setItem
    #expect(try open(Pickle.proto2 + dictionary + Pickle.stop).entries.isEmpty)
  }

  /// Every level holds the one below it twice: a walk of the tree would take 2^200 steps.
  @Test func doublingBySharingCostsNothing() {
    var bytes = Pickle.proto2 + Pickle.emptyList
    for _ in 0..<200 { bytes += [0x32, 0x86] }
    #expect(refusal(bytes + Pickle.stop)?.contains("found a tuple") == true)
  }

  /// One long list, copied again and again by calls that are modelled.
  @Test func copyingSharedListsIsPaidFor() {
    let list = Pickle.mark + (0..<50_000).flatMap { _ in Pickle.none } + [0x6c] + Pickle.put(0) + [0x30]
    let copy = Pickle.global("builtins", "list") + Pickle.put(1) + [0x30]
    let call = Pickle.get(1) + Pickle.get(0) + [0x85, 0x52, 0x30]
    let bytes = Pickle.proto2 + list + copy + [[UInt8]](repeating: call, count: 20_000).joined() + Pickle.none
    #expect(refusal(bytes + Pickle.stop)?.contains("far more work than its size") == true)
  }

  @Test func aLongSharedKeyIsPaidFor() {
    let key = Pickle.text(String(repeating: "k", count: 200_000)) + Pickle.put(0) + [0x30]
    let item = Pickle.get(0) + Pickle.none + Pickle.setItem
    let bytes = Pickle.proto2 + key + Pickle.emptyDictionary + [[UInt8]](repeating: item, count: 50_000).joined()
    #expect(refusal(bytes + Pickle.stop)?.contains("far more work than its size") == true)
  }

  /// Stack and memo that do not hold what is asked for.
  static let broken: [(name: String, bytes: [UInt8])] = [
    ("STOP on an empty stack", []), ("POP on an empty stack", [0x30, 0x4e]), ("DUP on an empty stack", [0x32]),
    ("TUPLE without MARK", [0x4e, 0x74]), ("POP_MARK without MARK", [0x31]), ("GET of an empty slot", Pickle.get(9)),
    ("PUT on an empty stack", Pickle.put(0)), ("MEMOIZE on an empty stack", [0x94]),
    ("TUPLE3 with two", [0x4e, 0x4e, 0x87]), ("TUPLE2 across a MARK", [0x4e, 0x28, 0x4e, 0x86]),
    ("SETITEMS with an odd count", [0x7d, 0x28, 0x4e, 0x75]), ("SETITEM on a list", [0x5d, 0x4e, 0x4e, 0x73]),
    ("APPEND to a dictionary", [0x7d, 0x4e, 0x61]), ("REDUCE of a number", [0x4b, 1, 0x29, 0x52]),
    ("REDUCE with a list", Pickle.global("a", "b") + [0x5d, 0x52]),
    ("STACK_GLOBAL of numbers", [0x4b, 1, 0x4b, 1, 0x93]),
    ("OBJ without a class", [0x28, 0x6f]), ("BUILD on an empty stack", [0x4e, 0x62]), ("EXT1", [0x82, 1]),
    ("NEXT_BUFFER", [0x97]), ("malformed INT", [0x49] + Array("12x\n".utf8)),
    ("malformed FLOAT", [0x46] + Array("x\n".utf8)),
    ("STRING without quotes", [0x53] + Array("abc\n".utf8)),
    ("STRING with half an escape", [0x53] + Array("'\\x1'\n".utf8)),
    ("PUT of a word", [0x4e, 0x70] + Array("x\n".utf8)), ("PERSID of no tuple", [0x4e, 0x51]),
    ("array state of no tuple", Pickle.global("numpy.core.multiarray", "_reconstruct") + [0x29, 0x52, 0x4e, 0x62]),
    (
      "dtype state of no tuple", Pickle.global("numpy", "dtype") + Pickle.tuple(Pickle.text("f4")) + [0x52, 0x4e, 0x62]
    ),
  ]

  @Test(arguments: broken.indices) func brokenOperations(_ index: Int) {
    let (name, bytes) = Self.broken[index]
    let text = refusal(Pickle.proto2 + bytes + Pickle.stop)
    #expect(text?.contains("damaged") == true, "\(name): \(text ?? "")")
  }

  @Test func manyUnknownNamesAreAbbreviated() throws {
    var bytes = Pickle.proto2
    for index in 0..<500 { bytes += Pickle.global("evil\u{1b}[2J", "name\(index)") + [0x30] }
    bytes += try fixtureBytes("caffe2_protocol2.pkl").dropFirst(2)
    let notices = try open(bytes).notices
    #expect(notices.count == 21)
    #expect(notices.last?.contains("480 more") == true)
    #expect(notices.allSatisfy { !$0.contains("\u{1b}") })
  }

  @Test func memoNumbersMayBeAnything() throws {
    let bytes =
      Pickle.proto2 + Pickle.emptyDictionary + [0x72] + little(UInt32.max) + Pickle.text("model_state")
      + [0x6a] + little(UInt32.max) + Pickle.setItem + Pickle.stop
    #expect(try open(bytes).entries.isEmpty)
  }
}
