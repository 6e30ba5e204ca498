/// The CRC-32C (Castagnoli) of bytes, as TensorBoard's records have it.
public func crc32c(_ bytes: some Sequence<UInt8>) -> UInt32 {
  ~bytes.reduce(~0) { sum, byte in table[Int((sum ^ UInt32(byte)) & 255)] ^ sum >> 8 }
}

/// The sum as a record holds it: a sum of bytes that hold sums themselves would tell little.
public func maskedCRC32C(_ bytes: some Sequence<UInt8>) -> UInt32 {
  let sum = crc32c(bytes)
  return (sum >> 15 | sum << 17) &+ 0xa282_ead8
}

/// The remainders of all bytes by the polynomial 0x1EDC6F41, lowest bit first.
private let table: [UInt32] = (0..<256).map { byte in
  (0..<8).reduce(UInt32(byte)) { value, _ in value & 1 == 1 ? 0x82f6_3b78 ^ value >> 1 : value >> 1 }
}
