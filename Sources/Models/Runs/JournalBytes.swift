internal import Geometry
internal import Inference

/// Writes the numbers, texts and people of a record.
struct ByteWriter {
  var bytes: [UInt8] = []

  mutating func add(_ value: some FixedWidthInteger) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  mutating func add(_ text: String) {
    add(UInt32(text.utf8.count))
    bytes.append(contentsOf: text.utf8)
  }

  mutating func add(_ people: [ClipTask.Person]) {
    for person in people {
      for value in [person.box.x1, person.box.y1, person.box.x2, person.box.y2, person.proposalScore] {
        add(value.bitPattern)
      }
    }
  }
}

/// Reads what `ByteWriter` writes; nil where there is not as much.
struct ByteReader {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

  /// How many bytes are left.
  var count: Int { rest.count }

  mutating func number<Value: FixedWidthInteger>(_: Value.Type) -> Value? {
    let size = MemoryLayout<Value>.size
    if rest.count < size { return nil }
    let value = rest.withUnsafeBytes { $0.loadUnaligned(as: Value.self) }
    rest = rest.dropFirst(size)
    return Value(littleEndian: value)
  }

  /// The next bytes.
  mutating func take(_ size: Int) -> ArraySlice<UInt8>? {
    if size > rest.count { return nil }
    defer { rest = rest.dropFirst(size) }
    return rest.prefix(size)
  }

  mutating func text() -> String? {
    guard let count = number(UInt32.self), count <= rest.count else { return nil }
    defer { rest = rest.dropFirst(Int(count)) }
    return String(decoding: rest.prefix(Int(count)), as: UTF8.self)
  }
}
