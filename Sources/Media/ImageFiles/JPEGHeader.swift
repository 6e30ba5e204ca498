internal import Imaging

/// What a JPEG's markers say before its image data.
///
/// Read by a walk of our own, since TurboJPEG's own header call refuses some sampling factors that its decoder
/// takes, and does not look at EXIF.
struct JPEGHeader: Equatable {
  var width = 0
  var height = 0
  var components = 0
  var bitsPerSample = 0
  var orientation = Orientation.upright

  /// Walks the markers up to the frame header (SOF).
  ///
  /// - Returns: nil when the bytes end, or image data begins, before a frame header.
  init?(_ bytes: UnsafeBufferPointer<UInt8>) {
    let reader = ByteReader(bytes)
    guard reader.big16(at: 0) == 0xFFD8 else { return nil }
    var position = 2
    var sawExif = false
    while let marker = JPEGHeader.nextMarker(reader, &position) {
      // TEM and RSTn stand alone; EOI and SOS end the search.
      if marker == 0x01 || (0xD0...0xD8).contains(marker) { continue }
      if marker == 0xD9 || marker == 0xDA { return nil }
      guard let length = reader.big16(at: position), length >= 2 else { return nil }
      if JPEGHeader.isFrameHeader(marker) {
        guard readFrameHeader(reader, at: position + 2) else { return nil }
        return
      }
      if marker == 0xE1, !sawExif, position + length <= bytes.count,
        let found = exifOrientation(UnsafeBufferPointer(rebasing: bytes[(position + 2)..<(position + length)]))
      {
        orientation = found
        sawExif = true
      }
      position += length
    }
    return nil
  }

  /// Finds the next marker at or after `position`, which moves after it.
  private static func nextMarker(_ reader: ByteReader, _ position: inout Int) -> Int? {
    while let byte = reader.byte(at: position) {
      position += 1
      guard byte == 0xFF else { continue }
      while let code = reader.byte(at: position) {
        position += 1
        if code == 0xFF { continue }
        if code == 0 { break }
        return code
      }
    }
    return nil
  }

  private static func isFrameHeader(_ marker: Int) -> Bool {
    (0xC0...0xCF).contains(marker) && marker != 0xC4 && marker != 0xC8 && marker != 0xCC
  }

  private mutating func readFrameHeader(_ reader: ByteReader, at position: Int) -> Bool {
    guard let bits = reader.byte(at: position), let height = reader.big16(at: position + 1),
      let width = reader.big16(at: position + 3), let components = reader.byte(at: position + 5)
    else { return false }
    (bitsPerSample, self.height, self.width, self.components) = (bits, height, width, components)
    return true
  }
}

/// Reads numbers out of bytes; nil where the bytes end.
struct ByteReader {
  private let bytes: UnsafeBufferPointer<UInt8>

  init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  func byte(at position: Int) -> Int? {
    position >= 0 && position < bytes.count ? Int(bytes[position]) : nil
  }

  func big16(at position: Int) -> Int? {
    guard let high = byte(at: position), let low = byte(at: position + 1) else { return nil }
    return high << 8 | low
  }

  func big32(at position: Int) -> Int? {
    guard let high = big16(at: position), let low = big16(at: position + 2) else { return nil }
    return high << 16 | low
  }

  func number16(at position: Int, bigEndian: Bool) -> Int? {
    guard let value = big16(at: position) else { return nil }
    return bigEndian ? value : (value & 0xFF) << 8 | value >> 8
  }

  func number32(at position: Int, bigEndian: Bool) -> Int? {
    guard let first = number16(at: position, bigEndian: bigEndian),
      let second = number16(at: position + 2, bigEndian: bigEndian)
    else { return nil }
    return bigEndian ? first << 16 | second : second << 16 | first
  }
}
