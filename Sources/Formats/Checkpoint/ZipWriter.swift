internal import Files

/// Writes a zip archive whose content is stored as it is, each entry's bytes at a multiple of 64, as torch does.
///
/// Source: PKWARE's APPNOTE, sections 4.3 and 4.5, without zip64.
struct ZipWriter {
  private let path: String
  private let file: AtomicFile
  private var offset = 0
  private var directory: [UInt8] = []
  private var count = 0
  private static let alignment = 64
  private static let limit = Int(UInt32.max) - 1

  init(path: String) throws(FileError) {
    self.path = path
    file = try AtomicFile(path: path)
  }

  mutating func add(_ name: String, _ bytes: [UInt8]) throws {
    try bytes.withUnsafeBytes { try add(name, raw: $0) }
  }

  mutating func add(_ name: String, raw bytes: UnsafeRawBufferPointer) throws {
    let nameBytes = Array(name.utf8)
    let plain = offset + 30 + nameBytes.count + 4
    let padding = (Self.alignment - plain % Self.alignment) % Self.alignment
    guard plain + padding + bytes.count < Self.limit, count < 0xfffe else {
      throw CheckpointError.unsupported(
        path: path, found: "weights of more than 4 GiB, or 65,534 tensors, do not fit into this form of archive",
        advice: "write them with --to safetensors")
    }
    let checksum = crc32(bytes)
    let fields = Self.fields(checksum, bytes.count, nameBytes.count)
    // The extra field is torch's own: a tag and as many bytes as the alignment takes.
    var header = Self.word(0x0403_4b50) + fields + Self.half(padding + 4) + nameBytes
    header += Array("FB".utf8) + Self.half(padding) + [UInt8](repeating: UInt8(ascii: "Z"), count: padding)
    try file.write(header)
    try file.write(raw: bytes)
    directory += Self.word(0x0201_4b50) + Self.half(20) + fields + [UInt8](repeating: 0, count: 12)
    directory += Self.word(offset) + nameBytes
    offset += header.count + bytes.count
    count += 1
  }

  func commit() throws(FileError) {
    let entries = Self.half(count) + Self.half(count)
    let places = Self.word(directory.count) + Self.word(offset) + Self.half(0)
    try file.write(directory + Self.word(0x0605_4b50) + [UInt8](repeating: 0, count: 4) + entries + places)
    try file.commit()
  }

  /// What local and central headers share: version, flags (names are UTF-8), method, a date (1980-01-01, so that equal
  /// weights are equal files), checksum, sizes, the length of the name.
  private static func fields(_ checksum: UInt32, _ size: Int, _ nameLength: Int) -> [UInt8] {
    half(20) + half(0x800) + half(0) + half(0) + half(0x21) + word(Int(checksum)) + word(size) + word(size)
      + half(nameLength)
  }

  private static func half(_ number: Int) -> [UInt8] {
    [UInt8(truncatingIfNeeded: number), UInt8(truncatingIfNeeded: number >> 8)]
  }

  private static func word(_ number: Int) -> [UInt8] { half(number) + half(number >> 16) }
}
