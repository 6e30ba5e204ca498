internal import Files

/// Arrays by name in one file, as numpy.savez writes it: a zip file of .npy files, not compressed.
struct NumPyArchive {
  private struct Entry {
    let name: String
    let bytes: [UInt8]
  }

  private var entries: [Entry] = []

  /// About how long the file will be.
  var byteCount: Int { entries.reduce(22) { $0 + $1.bytes.count + 2 * $1.name.utf8.count + 76 } }

  mutating func add(_ name: String, _ values: [Float], columns: Int) {
    let rows = columns == 0 ? 0 : values.count / columns
    add(name, "<f4", "(\(rows), \(columns))", values.flatMap { bytes($0.bitPattern) })
  }

  /// - Parameter columns: Nil for an array of one dimension.
  mutating func add(_ name: String, _ values: [Int], columns: Int? = nil) {
    let shape = columns.map { "(\($0 == 0 ? 0 : values.count / $0), \($0))" } ?? "(\(values.count),)"
    add(name, "<i8", shape, values.flatMap { bytes(Int64($0)) })
  }

  /// Texts of one length in UTF-32, the shorter ones filled with zeros.
  mutating func add(_ name: String, _ texts: [String]) {
    let length = max(1, texts.map(\.unicodeScalars.count).max() ?? 1)
    let data = texts.flatMap { text in
      text.unicodeScalars.flatMap { bytes($0.value) }
        + [UInt8](repeating: 0, count: 4 * (length - text.unicodeScalars.count))
    }
    add(name, "<U\(length)", "(\(texts.count),)", data)
  }

  private mutating func add(_ name: String, _ type: String, _ shape: String, _ data: [UInt8]) {
    var header = "{'descr': '\(type)', 'fortran_order': False, 'shape': \(shape), }"
    header += String(repeating: " ", count: (64 - (10 + header.utf8.count + 1) % 64) % 64) + "\n"
    let start: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0] + bytes(UInt16(header.utf8.count))
    entries.append(Entry(name: name + ".npy", bytes: start + Array(header.utf8) + data))
  }

  /// Hands the file on piece by piece.
  func write(_ body: ([UInt8]) throws -> Void) throws {
    var offset = 0
    var directory: [UInt8] = []
    for entry in entries {
      let name = Array(entry.name.utf8)
      // Version 2.0, no flags, stored, 1 January 1980; checksum, sizes, the name's length, nothing more.
      let facts: [UInt8] =
        bytes(UInt16(20)) + bytes(UInt16(0)) + bytes(UInt16(0)) + bytes(UInt16(0)) + bytes(UInt16(33))
        + bytes(entry.bytes.withUnsafeBytes { crc32($0) }) + bytes(UInt32(entry.bytes.count))
        + bytes(UInt32(entry.bytes.count)) + bytes(UInt16(name.count)) + bytes(UInt16(0))
      let local = bytes(UInt32(0x0403_4b50)) + facts + name
      directory += bytes(UInt32(0x0201_4b50)) + bytes(UInt16(20)) + facts
      directory +=
        bytes(UInt16(0)) + bytes(UInt16(0)) + bytes(UInt16(0)) + bytes(UInt32(0)) + bytes(UInt32(offset)) + name
      try body(local)
      try body(entry.bytes)
      offset += local.count + entry.bytes.count
    }
    try body(directory)
    try body(
      bytes(UInt32(0x0605_4b50)) + bytes(UInt16(0)) + bytes(UInt16(0)) + bytes(UInt16(entries.count))
        + bytes(UInt16(entries.count)) + bytes(UInt32(directory.count)) + bytes(UInt32(offset)) + bytes(UInt16(0)))
  }
}

private func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
  withUnsafeBytes(of: value.littleEndian) { Array($0) }
}
