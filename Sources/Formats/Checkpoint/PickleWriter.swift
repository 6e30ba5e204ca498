/// Writes the pickle of dictionaries of tensors, in protocol 2, as `torch.save` does. It holds nothing but texts, numbers,
/// dictionaries and torch's own rebuilding of tensors.
struct PickleWriter {
  private var bytes: [UInt8] = [0x80, 2]

  /// The pickle, ended.
  consuming func finished() -> [UInt8] {
    bytes.append(UInt8(ascii: "."))
    return bytes
  }

  mutating func beginDictionary() {
    add("}")
    add("(")
  }

  /// An `OrderedDict`, which torch has its states in.
  mutating func beginOrderedDictionary() {
    global("collections", "OrderedDict")
    add(")R(")
  }

  mutating func endDictionary() { add("u") }

  mutating func member(_ name: String, _ value: (inout PickleWriter) -> Void) {
    text(name)
    value(&self)
  }

  mutating func text(_ text: String) {
    add("X")
    word(text.utf8.count)
    bytes += Array(text.utf8)
  }

  /// A tuple of texts.
  mutating func texts(_ texts: [String]) {
    add("(")
    for text in texts { self.text(text) }
    add("t")
  }

  /// A number that 32 bits hold, with its sign; larger ones take the form for any size.
  mutating func integer(_ number: Int) {
    if Int(Int32(truncatingIfNeeded: number)) == number {
      add("J")
      word(number)
    } else {
      bytes += [0x8a, 8]
      bytes += (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }
  }

  mutating func member(_ number: Int, _ value: (inout PickleWriter) -> Void) {
    integer(number)
    value(&self)
  }

  mutating func none() { add("N") }

  mutating func flag(_ flag: Bool) { bytes.append(flag ? 0x88 : 0x89) }

  mutating func number(_ number: Double) {
    add("G")
    bytes += (0..<8).map { UInt8(truncatingIfNeeded: number.bitPattern >> (56 - 8 * UInt64($0))) }
  }

  /// A tuple of numbers.
  mutating func numbers(_ numbers: [Double]) {
    add("(")
    for number in numbers { self.number(number) }
    add("t")
  }

  mutating func list(_ count: Int, _ item: (inout PickleWriter, Int) -> Void) {
    add("](")
    for index in 0..<count { item(&self, index) }
    add("e")
  }

  /// A dense tensor whose numbers are the archive's entry of that key.
  mutating func tensor(key: String, _ shape: [Int], isCount: Bool) {
    let count = shape.reduce(1, *)
    global("torch._utils", "_rebuild_tensor_v2")
    add("((")
    text("storage")
    global("torch", isCount ? "LongStorage" : "FloatStorage")
    text(key)
    text("cpu")
    integer(count)
    add("tQ")
    integer(0)
    integers(shape)
    integers(RawTensor.contiguousStrides(shape))
    // Not trained any further; no hooks.
    bytes.append(0x89)
    global("collections", "OrderedDict")
    add(")RtR")
  }

  private mutating func integers(_ numbers: [Int]) {
    add("(")
    for number in numbers { integer(number) }
    add("t")
  }

  private mutating func global(_ module: String, _ name: String) { add("c\(module)\n\(name)\n") }

  private mutating func add(_ text: String) { bytes += Array(text.utf8) }

  private mutating func word(_ number: Int) {
    bytes += (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
  }
}
