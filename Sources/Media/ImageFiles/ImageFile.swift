public import Imaging
public import Geometry
internal import Files
internal import Wording

/// The image formats that are read, told by their first bytes.
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
/// - Throws: `FileError` when the file cannot be read, ``ImagingError`` when it is not a whole image.
public func readImage(path: String) throws -> Image {
  let bytes = try readFile(path, doing: "reading a picture")
  return try decodeImage(bytes, source: path)
}

/// The upright size of a JPEG or PNG file, as its header says; nothing is decoded.
///
/// - Throws: `FileError` when the file cannot be read, ``ImagingError`` when it has no header of an image.
public func imageSize(path: String) throws -> ImageSize {
  let file = try MappedFile(path: path, doing: "reading a picture")
  let bytes = file.bytes.bindMemory(to: UInt8.self)
  switch ImageFormat(bytes) {
  case .jpeg:
    if let header = JPEGHeader(bytes), header.width > 0, header.height > 0 {
      return header.orientation.size(of: ImageSize(width: header.width, height: header.height))
    }
  case .png:
    // The first chunk, after the signature and its own length and name.
    let reader = ByteReader(bytes)
    if reader.big32(at: 12) == 0x4948_4452, let width = reader.big32(at: 16), let height = reader.big32(at: 20) {
      return ImageSize(width: width, height: height)
    }
  case nil: break
  }
  throw ImagingError(
    doing: "reading a picture", source: path,
    reason: "no size in its \(counted(bytes.count, "byte")) -> give a JPEG or PNG file that is whole")
}

/// Decodes a JPEG or PNG to BGR, upright; the format is told from the content.
///
/// - Parameter source: What the error text calls the image (its file).
public func decodeImage(_ bytes: [UInt8], source: String? = nil) throws -> Image {
  switch bytes.withUnsafeBufferPointer({ ImageFormat($0) }) {
  case .jpeg: return try decodeJPEG(bytes, source: source)
  case .png: return try decodePNG(bytes, source: source)
  case nil:
    let found = bytes.isEmpty ? "the file is empty" : "its \(counted(bytes.count, "byte")) are neither JPEG nor PNG"
    throw ImagingError(doing: "reading a picture", source: source, reason: "\(found) -> give a JPEG or PNG file")
  }
}

/// Writes an image as a JPEG file, under its name only when it is complete.
public func writeJPEG(_ image: Image, to path: String, quality: Int = 95, fullChroma: Bool = false) throws {
  try writeBytes(encodeJPEG(image, quality: quality, fullChroma: fullChroma), to: path)
}

/// Writes an image as a PNG file, losing nothing, under its name only when it is complete.
public func writePNG(_ image: Image, to path: String) throws {
  try writeBytes(encodePNG(image), to: path)
}

private func writeBytes(_ bytes: [UInt8], to path: String) throws {
  let file = try AtomicFile(path: path)
  try file.write(bytes)
  try file.commit(isOnDisk: false)
}
