internal import Imaging

/// Reads the Orientation tag from an APP1 segment's content ("Exif", two zero bytes, a TIFF header, a directory).
///
/// - Returns: nil when the segment is not EXIF, is damaged, or has no valid orientation: then the image is
///   taken as it is stored, as everyone does.
/// - Source: EXIF 2.3, section 4.6; TIFF 6.0, section 2.
func exifOrientation(_ segment: UnsafeBufferPointer<UInt8>) -> Orientation? {
  let reader = ByteReader(segment)
  guard reader.big32(at: 0) == 0x4578_6966, reader.big16(at: 4) == 0 else { return nil }
  let tiff = 6
  let bigEndian: Bool
  switch reader.big16(at: tiff) {
  case 0x4D4D: bigEndian = true
  case 0x4949: bigEndian = false
  default: return nil
  }
  guard reader.number16(at: tiff + 2, bigEndian: bigEndian) == 42,
    let offset = reader.number32(at: tiff + 4, bigEndian: bigEndian),
    let entries = reader.number16(at: tiff + offset, bigEndian: bigEndian)
  else { return nil }
  for entry in 0..<entries {
    let position = tiff + offset + 2 + 12 * entry
    guard let tag = reader.number16(at: position, bigEndian: bigEndian) else { return nil }
    if tag != 0x0112 { continue }
    // One unsigned 16-bit number, left-aligned in the value field.
    guard let value = reader.number16(at: position + 8, bigEndian: bigEndian) else { return nil }
    return Orientation(rawValue: value)
  }
  return nil
}
