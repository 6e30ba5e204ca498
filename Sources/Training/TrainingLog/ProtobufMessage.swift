/// A message in protocol buffers' wire format, built field by field.
///
/// Source: protobuf.dev, "Encoding".
struct ProtobufMessage {
  private(set) var bytes: [UInt8] = []

  /// An integer or a choice.
  mutating func integer(_ number: Int, _ value: Int) {
    key(number, 0)
    varint(UInt64(bitPattern: Int64(value)))
  }

  mutating func double(_ number: Int, _ value: Double) {
    key(number, 1)
    append(value.bitPattern)
  }

  mutating func float(_ number: Int, _ value: Float) {
    key(number, 5)
    append(value.bitPattern)
  }

  /// Bytes, or a message within this one.
  mutating func bytes(_ number: Int, _ value: [UInt8]) {
    key(number, 2)
    varint(UInt64(value.count))
    bytes += value
  }

  mutating func text(_ number: Int, _ value: String) { bytes(number, Array(value.utf8)) }

  mutating func message(_ number: Int, _ value: ProtobufMessage) { bytes(number, value.bytes) }

  /// Numbers packed one after the other.
  mutating func doubles(_ number: Int, _ values: [Double]) {
    key(number, 2)
    varint(UInt64(8 * values.count))
    for value in values { append(value.bitPattern) }
  }

  private mutating func key(_ number: Int, _ kind: Int) { varint(UInt64(number << 3 | kind)) }

  private mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7f) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  private mutating func append(_ bits: some FixedWidthInteger & UnsignedInteger) { bytes += littleEndian(bits) }
}

/// The bytes of an integer, the lowest first.
func littleEndian(_ bits: some FixedWidthInteger & UnsignedInteger) -> [UInt8] {
  stride(from: 0, to: bits.bitWidth, by: 8).map { UInt8(truncatingIfNeeded: bits >> $0) }
}
