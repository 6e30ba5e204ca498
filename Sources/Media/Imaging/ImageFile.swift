internal import Files
internal import Wording

/// The picture formats that are read, told by their first bytes.
enum ImageFormat {
  case jpeg
  case png

  init?(_ bytes: UnsafeBufferPointer<UInt8>) {
    let reader = ByteReader(bytes)
    if reader.big16(at: 0) == 0xFFD8 {
      self = .jpeg
    } else if reader.big32(at: 0) == 0x8950_4E47 {
      self = .png
    } else {
      return nil
    }
  }
}

/// Reads a JPEG or PNG file to BGR, upright; the format is told from the content.
///
/// - Throws: `FileError` when the file cannot be read, ``ImagingError`` when it is not a whole picture.
public func readImage(path: String) throws -> Image {
  let bytes = try readFile(path, doing: "reading a picture")
  return try decodeImage(bytes, source: path)
}

/// Decodes a JPEG or PNG to BGR, upright; the format is told from the content.
///
/// - Parameter source: What the error text calls the picture (its file).
public func decodeImage(_ bytes: [UInt8], source: String? = nil) throws -> Image {
  switch bytes.withUnsafeBufferPointer({ ImageFormat($0) }) {
  case .jpeg: return try decodeJPEG(bytes, source: source)
  case .png: return try decodePNG(bytes, source: source)
  case nil:
    let found = bytes.isEmpty ? "the file is empty" : "its \(counted(bytes.count, "byte")) are neither JPEG nor PNG"
    throw ImagingError(doing: "reading a picture", source: source, reason: "\(found) -> give a JPEG or PNG file")
  }
}

/// Writes a picture as a JPEG file, under its name only when it is complete.
public func writeJPEG(_ image: Image, to path: String, quality: Int = 95, fullChroma: Bool = false) throws {
  try writeBytes(encodeJPEG(image, quality: quality, fullChroma: fullChroma), to: path)
}

/// Writes a picture as a PNG file, losing nothing, under its name only when it is complete.
public func writePNG(_ image: Image, to path: String) throws {
  try writeBytes(encodePNG(image), to: path)
}

private func writeBytes(_ bytes: [UInt8], to path: String) throws {
  let file = try AtomicFile(path: path)
  try file.write(bytes)
  try file.commit()
}
