public import Imaging
internal import Geometry
internal import CTurboJPEG
internal import Wording

/// Decodes a JPEG to BGR as OpenCV's `imdecode(IMREAD_COLOR)` does, bit for bit: accurate inverse DCT, smooth
/// chroma upsampling, EXIF orientation applied, gray spread over three channels.
///
/// CMYK and YCCK files become BGR by `channel = ink * black / 256`, Adobe's inverted inks assumed; profiles are
/// ignored.
///
/// - Parameter source: What the error text calls the image (its file).
/// - Throws: ``ImagingError`` when the bytes are not a JPEG, end too early or hold damaged image data. A decoder
///   that carries on would show gray or smeared blocks.
public func decodeJPEG(_ bytes: [UInt8], source: String? = nil) throws -> Image {
  try bytes.withUnsafeBufferPointer { try decodeJPEG($0, source: source) }
}

func decodeJPEG(_ bytes: UnsafeBufferPointer<UInt8>, source: String?) throws(ImagingError) -> Image {
  let doing = "reading a JPEG"
  guard let header = JPEGHeader(bytes) else {
    throw ImagingError(
      doing: doing, source: source,
      reason: "no frame header in its \(counted(bytes.count, "byte")) -> the file is cut short or not a JPEG")
  }
  try checkSize(width: header.width, height: header.height, doing: doing, source: source)
  if header.bitsPerSample != 8 {
    throw ImagingError(
      doing: doing, source: source,
      reason: "\(header.bitsPerSample) bits a sample, only 8 are read -> convert the picture")
  }
  let size = header.width * header.height
  let isInk = header.components == 4
  var problem: String?
  var pixels = [UInt8](unsafeUninitializedCapacity: size * (isInk ? 4 : 3)) { output, count in
    problem = decompress(bytes, header, format: isInk ? TJPF_CMYK : TJPF_BGR, into: output)
    count = size * (isInk ? 4 : 3)
  }
  if let problem { throw ImagingError(doing: doing, source: source, reason: problem) }
  if isInk { pixels = bgr(fromInk: pixels) }
  let stored = Image(
    size: .init(width: header.width, height: header.height), order: .bgr, pixels: pixels)
  return stored.applying(header.orientation)
}

/// Runs TurboJPEG; returns what is wrong with the image, if anything.
private func decompress(
  _ bytes: UnsafeBufferPointer<UInt8>, _ header: JPEGHeader, format: TJPF,
  into output: UnsafeMutableBufferPointer<UInt8>
) -> String? {
  guard let decoder = tjInitDecompress() else { return "no memory for a decoder" }
  defer { tjDestroy(decoder) }
  // A progressive file may repeat scans without end; the limit makes that an error.
  let status = tjDecompress2(
    decoder, bytes.baseAddress, UInt(bytes.count), output.baseAddress, Int32(header.width), 0,
    Int32(header.height), Int32(format.rawValue), TJFLAG_ACCURATEDCT | TJFLAG_LIMITSCANS)
  if status == 0 { return nil }
  let message = String(cString: tjGetErrorStr2(decoder))
  if tjGetErrorCode(decoder) == Int32(TJERR_WARNING.rawValue) && losesNothing(message, bytes) { return nil }
  return "\(message) -> the file is damaged or cut short: make it again"
}

/// What is damaged in a JPEG that somebody else decodes; nil where libjpeg-turbo reads it to its end without complaint, and
/// for what it does not read at all.
///
/// Images of films need no Huffman tables and no end marker.
public func jpegDamage(_ bytes: UnsafeBufferPointer<UInt8>) -> String? {
  guard let header = JPEGHeader(bytes), header.bitsPerSample == 8, header.components < 4, header.width > 0,
    header.height > 0, let decoder = tjInitDecompress()
  else { return nil }
  defer { tjDestroy(decoder) }
  let hasEnd = lastEndMarker(bytes) != nil
  let whole = hasEnd ? [] : Array(bytes) + [0xFF, 0xD9]
  // At an eighth of the size every code is read, and few become pixels.
  let (width, height) = ((header.width + 7) / 8, (header.height + 7) / 8)
  var status: Int32 = 0
  _ = [UInt8](unsafeUninitializedCapacity: width * height) { output, count in
    func read(_ bytes: UnsafeBufferPointer<UInt8>) {
      status = tjDecompress2(
        decoder, bytes.baseAddress, UInt(bytes.count), output.baseAddress, Int32(width), 0, Int32(height),
        Int32(TJPF_GRAY.rawValue), TJFLAG_FASTDCT | TJFLAG_LIMITSCANS)
    }
    if hasEnd { read(bytes) } else { whole.withUnsafeBufferPointer { read($0) } }
    count = 0
  }
  if status == 0 || tjGetErrorCode(decoder) != Int32(TJERR_WARNING.rawValue) { return nil }
  let message = String(cString: tjGetErrorStr2(decoder))
  return losesNothing(message, bytes) ? nil : message
}

/// Whether a decoder's warning leaves the image whole.
private func losesNothing(_ message: String, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
  if message.contains("unknown JFIF revision") || message.contains("Unknown Adobe color transform") { return true }
  guard message.contains("extraneous bytes before marker"),
    let extra = message.split(separator: " ").lazy.compactMap({ Int($0) }).first
  else { return false }
  // Bytes too many before the end are padding if they are all alike; else the data lost its step on the way.
  guard message.hasSuffix("0xd9") else { return true }
  guard let end = lastEndMarker(bytes), end >= extra else { return false }
  let padding = bytes[(end - extra)..<end]
  return padding.allSatisfy { $0 == padding.first }
}

/// The position of the last end-of-image marker.
private func lastEndMarker(_ bytes: UnsafeBufferPointer<UInt8>) -> Int? {
  var position = bytes.count - 2
  while position >= 0 {
    if bytes[position] == 0xFF && bytes[position + 1] == 0xD9 { return position }
    position -= 1
  }
  return nil
}

/// Turns inverted CMYK into BGR as OpenCV does.
private func bgr(fromInk ink: [UInt8]) -> [UInt8] {
  var result = [UInt8](repeating: 0, count: ink.count / 4 * 3)
  for pixel in 0..<(ink.count / 4) {
    let black = Int(ink[4 * pixel + 3])
    for channel in 0..<3 {
      let value = black - (((255 - Int(ink[4 * pixel + channel])) * black) >> 8)
      result[3 * pixel + 2 - channel] = UInt8(value)
    }
  }
  return result
}

/// Encodes an image as a baseline JPEG.
///
/// - Parameters:
///   - quality: 1 to 100.
///   - fullChroma: Whether colour keeps the full resolution (4:4:4) or half on both axes (4:2:0).
/// - Throws: ``ImagingError`` when the image is larger than JPEG allows (65535 on a side).
public func encodeJPEG(_ image: Image, quality: Int, fullChroma: Bool = false) throws -> [UInt8] {
  let doing = "writing a JPEG"
  if !(1...100).contains(quality) {
    throw ImagingError(doing: doing, reason: "quality \(quality) -> give 1 to 100")
  }
  if image.width < 1 || image.height < 1 || max(image.width, image.height) > 65500 {
    throw ImagingError(
      doing: doing, reason: "\(image.width) x \(image.height) pixels, a JPEG holds 1 to 65500 on a side")
  }
  guard let encoder = tjInitCompress() else { throw ImagingError(doing: doing, reason: "no memory for an encoder") }
  defer { tjDestroy(encoder) }
  var data: UnsafeMutablePointer<UInt8>?
  var length: UInt = 0
  defer { tjFree(data) }
  let format = image.order == .bgr ? TJPF_BGR : TJPF_RGB
  let status = image.pixels.withUnsafeBufferPointer {
    tjCompress2(
      encoder, $0.baseAddress, Int32(image.width), 0, Int32(image.height), Int32(format.rawValue), &data, &length,
      Int32((fullChroma ? TJSAMP_444 : TJSAMP_420).rawValue), Int32(quality), TJFLAG_ACCURATEDCT)
  }
  if status != 0 { throw ImagingError(doing: doing, reason: String(cString: tjGetErrorStr2(encoder))) }
  return Array(UnsafeBufferPointer(start: data, count: Int(length)))
}
