public import Imaging
internal import Geometry
internal import CPNG

/// Decodes a PNG to BGR: gray and palettes are spread to colour, transparency is dropped (the colour under it
/// stays), 16-bit samples are scaled to 8 bits with rounding, and gamma, profiles and EXIF are ignored.
///
/// - Parameter source: What the error text calls the image (its file).
/// - Throws: ``ImagingError`` when the bytes are not a PNG, end too early or fail a checksum.
public func decodePNG(_ bytes: [UInt8], source: String? = nil) throws -> Image {
  let essential = try bytes.withUnsafeBufferPointer { try criticalChunks($0, source: source) }
  return try essential.withUnsafeBytes { try readChunks($0, source: source) }
}

private let reading = "reading a PNG"

/// Copies a PNG without its ancillary chunks: what is left decodes to the stored samples and nothing else.
private func criticalChunks(
  _ bytes: UnsafeBufferPointer<UInt8>, source: String?
) throws(ImagingError) -> [UInt8] {
  func cut(_ what: String) -> ImagingError {
    ImagingError(
      doing: reading, source: source,
      reason: "\(what): the file is cut short at \(bytes.count) bytes -> make it again")
  }
  let reader = ByteReader(bytes)
  guard reader.big32(at: 0) == 0x8950_4E47, reader.big32(at: 4) == 0x0D0A_1A0A else {
    throw ImagingError(doing: reading, source: source, reason: "it does not begin like a PNG")
  }
  var result = Array(bytes[..<8])
  result.reserveCapacity(bytes.count)
  var position = 8
  while true {
    guard let length = reader.big32(at: position), let type = reader.big32(at: position + 4) else {
      throw cut("no end chunk")
    }
    // Length, type, data, checksum.
    let end = position + 12 + length
    if end > bytes.count { throw cut("a chunk of \(length) bytes at byte \(position)") }
    let isAncillary = type & 0x2000_0000 != 0
    if !isAncillary { result.append(contentsOf: bytes[position..<end]) }
    if type == 0x4945_4E44 { return result }
    position = end
  }
}

private func readChunks(_ chunks: UnsafeRawBufferPointer, source: String?) throws(ImagingError) -> Image {
  // libpng keeps this structure's address, so it may not move.
  let handle = UnsafeMutablePointer<png_image>.allocate(capacity: 1)
  handle.initialize(to: png_image())
  defer {
    png_image_free(handle)
    handle.deallocate()
  }
  handle.pointee.version = png_uint_32(PNG_IMAGE_VERSION)
  func problem() -> ImagingError { ImagingError(doing: reading, source: source, reason: message(of: handle)) }
  if png_image_begin_read_from_memory(handle, chunks.baseAddress, chunks.count) == 0 { throw problem() }
  let (width, height) = (Int(handle.pointee.width), Int(handle.pointee.height))
  try checkSize(width: width, height: height, doing: reading, source: source)
  // Without this flag 16-bit samples would be taken for linear light and bent.
  handle.pointee.flags |= png_uint_32(PNG_IMAGE_FLAG_16BIT_sRGB)
  // Asking for the alpha keeps libpng from blending; it is dropped below.
  let hasAlpha = handle.pointee.format & png_uint_32(PNG_FORMAT_FLAG_ALPHA) != 0
  handle.pointee.format = hasAlpha ? alphaFormat : colourFormat
  let count = width * height * (hasAlpha ? 4 : 3)
  var status: Int32 = 0
  var samples = [UInt8](unsafeUninitializedCapacity: count) { output, filled in
    status = png_image_finish_read(handle, nil, output.baseAddress, 0, nil)
    filled = count
  }
  if status == 0 { throw problem() }
  if hasAlpha { samples = droppingFourth(samples) }
  return Image(size: .init(width: width, height: height), order: .bgr, pixels: samples)
}

private let colourFormat = png_uint_32(PNG_FORMAT_FLAG_COLOR | PNG_FORMAT_FLAG_BGR)
private let alphaFormat = colourFormat | png_uint_32(PNG_FORMAT_FLAG_ALPHA)

private func droppingFourth(_ samples: [UInt8]) -> [UInt8] {
  let pixels = samples.count / 4
  return [UInt8](unsafeUninitializedCapacity: pixels * 3) { output, count in
    for pixel in 0..<pixels {
      for channel in 0..<3 { output[3 * pixel + channel] = samples[4 * pixel + channel] }
    }
    count = pixels * 3
  }
}

private func message(of handle: UnsafeMutablePointer<png_image>) -> String {
  let text = withUnsafeBytes(of: handle.pointee.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  return "\(text.isEmpty ? "libpng gave no reason" : text) -> the file is damaged: make it again"
}

/// Encodes an image as an 8-bit colour PNG, losing nothing.
///
/// - Throws: ``ImagingError`` when the image is empty or too large for libpng.
public func encodePNG(_ image: Image) throws -> [UInt8] {
  let handle = UnsafeMutablePointer<png_image>.allocate(capacity: 1)
  handle.initialize(to: png_image())
  defer {
    png_image_free(handle)
    handle.deallocate()
  }
  handle.pointee.version = png_uint_32(PNG_IMAGE_VERSION)
  handle.pointee.width = png_uint_32(image.width)
  handle.pointee.height = png_uint_32(image.height)
  handle.pointee.format = image.order == .bgr ? colourFormat : png_uint_32(PNG_FORMAT_FLAG_COLOR)
  // Filters of photographs never double their size; libpng says so itself if this is too small.
  let room = image.pixels.count + image.pixels.count / 4 + (1 << 16)
  var length = room
  var status: Int32 = 0
  let data = [UInt8](unsafeUninitializedCapacity: room) { output, count in
    status = image.pixels.withUnsafeBytes {
      png_image_write_to_memory(handle, output.baseAddress, &length, 0, $0.baseAddress, 0, nil)
    }
    count = status == 0 ? 0 : length
  }
  if status == 0 {
    throw ImagingError(
      doing: "writing a PNG of \(image.width) x \(image.height) pixels", reason: message(of: handle))
  }
  return data
}
