/// What a file is instead of rows or fields of UTF-8 text, told by its first bytes: packed, in another encoding, or of a
/// format of its own.
public struct ForeignContent: Equatable, Sendable {
  /// The formats whose content a reader may want to look at.
  public enum Format: Equatable, Sendable {
    case json, pickle, xml, other
  }

  public let format: Format
  /// Its name with an article, for a message ("a zip archive").
  public let name: String
  /// What to do about it; nil where that depends on what was expected.
  public let advice: String?

  public init(_ name: String, format: Format = .other, advice: String? = nil) {
    self.format = format
    self.name = name
    self.advice = advice
  }

  /// Tells what a file is from its first bytes, the more of them the better; nil for what may well be such text.
  public init?(beginning bytes: UnsafeRawBufferPointer) {
    if let known = Self.signatures.first(where: { $0.matches(bytes) })?.content {
      self = known
    } else if Self.isZip(bytes) {
      self = Self.isWorkbook(bytes) ? Self.workbook : Self("a zip archive", advice: "unpack it")
    } else if bytes.count >= 2, bytes[0] == 0x80, (2...5).contains(bytes[1]) {
      self = Self("a pickle", format: .pickle)
    } else if Self.isUTF16(bytes) {
      self = Self.utf16
    } else if let text = Self.foreignText(bytes) {
      self = text
    } else {
      return nil
    }
  }

  private static let utf16 = Self("text in UTF-16", advice: "save the file as UTF-8")
  private static let workbook = Self("an Excel workbook", advice: "save it as CSV in UTF-8")

  /// Bytes at a place of the file that only one kind of file has there.
  private struct Signature {
    let bytes: [UInt8]
    var offset = 0
    let content: ForeignContent

    func matches(_ file: UnsafeRawBufferPointer) -> Bool {
      file.count >= offset + bytes.count && file[offset..<offset + bytes.count].elementsEqual(bytes)
    }
  }

  private static let unpack = "unpack it"
  private static let signatures = [
    Signature(bytes: [0xFF, 0xFE, 0, 0], content: Self("text in UTF-32", advice: "save the file as UTF-8")),
    Signature(bytes: [0xFF, 0xFE], content: utf16),
    Signature(bytes: [0xFE, 0xFF], content: utf16),
    // A text may begin with 'BZh9', but not with the block mark after it.
    Signature(
      bytes: [0x31, 0x41, 0x59, 0x26, 0x53, 0x59], offset: 4,
      content: Self("a bzip2-compressed file", advice: "unpack it: bunzip2")),
    Signature(bytes: [0xFD] + Array("7zXZ\0".utf8), content: Self("an xz-compressed file", advice: "unpack it: unxz")),
    Signature(bytes: Array("7z".utf8) + [0xBC, 0xAF, 0x27, 0x1C], content: Self("a 7-Zip archive", advice: unpack)),
    Signature(bytes: Array("Rar!".utf8) + [0x1A, 7], content: Self("a RAR archive", advice: unpack)),
    Signature(bytes: Array("ustar".utf8), offset: 257, content: Self("a tar archive", advice: "unpack it: tar xf")),
    Signature(bytes: [0xD0, 0xCF, 0x11, 0xE0], content: workbook),
    Signature(bytes: [0x93] + Array("NUMPY".utf8), content: Self("a NumPy array (.npy)")),
    Signature(bytes: [0x89] + Array("HDF".utf8), content: Self("an HDF5 file")),
    Signature(bytes: Array("PAR1".utf8), content: Self("a Parquet file")),
    Signature(bytes: Array("%PDF-".utf8), content: Self("a PDF document")),
    Signature(
      bytes: Array("version https://git-lfs".utf8),
      content: Self("a Git LFS pointer", advice: "run 'git lfs pull' to fetch the file itself")),
  ]

  private static func isZip(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.starts(with: [0x50, 0x4B, 3, 4]) || bytes.starts(with: [0x50, 0x4B, 5, 6])
  }

  private static func isWorkbook(_ bytes: UnsafeRawBufferPointer) -> Bool {
    let first = bytes.dropFirst(30).prefix(20)
    return ["[Content_Types].xml", "xl/", "_rels/.rels", "docProps/"].contains { first.starts(with: $0.utf8) }
  }

  /// Whether every second byte is a zero, as in UTF-16 of mostly ASCII without a byte order mark.
  private static func isUTF16(_ bytes: UnsafeRawBufferPointer) -> Bool {
    let head = bytes.prefix(1024)
    if head.count < 8 { return false }
    var zeros = [0, 0]
    for (place, byte) in head.enumerated() where byte == 0 { zeros[place & 1] += 1 }
    let (few, many) = (min(zeros[0], zeros[1]), max(zeros[0], zeros[1]))
    return many * 5 > head.count && few * 20 < head.count
  }

  /// Names text of a form of its own: JSON, a web page.
  private static func foreignText(_ bytes: UnsafeRawBufferPointer) -> ForeignContent? {
    let text = bytes.drop { [0xEF, 0xBB, 0xBF, 0x20, 0x09, 0x0A, 0x0D].contains($0) }
    guard let first = text.first else { return nil }
    if first == UInt8(ascii: "<") {
      let word = String(decoding: text.prefix(14), as: UTF8.self).lowercased()
      if word.hasPrefix("<!doctype html") || word.hasPrefix("<html") {
        return Self(
          "a web page (HTML)", advice: "the browser saved a page instead of the file: use the direct download link")
      }
      return ["<?xml", "<annotation"].contains(where: word.hasPrefix) ? Self("XML", format: .xml) : nil
    }
    // A video may be called '[1080p] match': a bracket alone is not JSON yet.
    guard first == UInt8(ascii: "{") || first == UInt8(ascii: "[") else { return nil }
    let next = text.dropFirst().first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
    let openings = first == UInt8(ascii: "{") ? "\"}" : "\"{[]"
    return next.map { openings.utf8.contains($0) } == true ? Self("JSON", format: .json) : nil
  }
}
