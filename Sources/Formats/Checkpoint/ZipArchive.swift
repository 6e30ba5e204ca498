internal import Files
internal import Parallel
internal import Wording

/// Finds the entries of a zip archive whose content is stored as it is, as torch writes them.
///
/// Source: PKWARE's APPNOTE, sections 4.3 and 4.5 (zip64).
struct ZipArchive {
  struct Entry {
    let name: String
    let method: UInt16
    let isEncrypted: Bool
    /// CRC-32 of the content; 0 where the writer computed none, as torch.save may be told.
    let checksum: UInt32
    let size: Int
    let compressedSize: Int
    let headerOffset: Int
  }

  let file: MappedFile
  private(set) var entries: [String: Entry] = [:]
  /// Names in the directory's order.
  private(set) var names: [String] = []
  private var directoryStart = 0
  private let checked = CheckedEntries()

  /// The entries whose checksums were compared: the tensors of a file may be views of one storage.
  private final class CheckedEntries {
    var names: Set<String> = []
    /// Those whose checksums are still to be compared.
    var later: [(entry: Entry, range: Range<Int>)] = []
  }

  init(_ file: MappedFile) throws(CheckpointError) {
    self.file = file
    let directory = try findDirectory(file)
    directoryStart = directory.range.lowerBound
    var cursor = ByteCursor(file, directory.range)
    for _ in 0..<directory.count {
      let entry = try ZipArchive.entry(&cursor)
      if entries.updateValue(entry, forKey: entry.name) != nil {
        throw .damaged(
          path: file.path, offset: cursor.offset, found: "two zip entries with the name '\(printable(entry.name))'")
      }
      names.append(entry.name)
    }
  }

  /// Finds an entry's bytes, by its local header, and compares their checksum.
  ///
  /// - Parameter comparesLater: Leaves the checksum to ``compareChecksums(on:)``.
  func range(_ entry: Entry, comparesLater: Bool = false) throws(CheckpointError) -> Range<Int> {
    let what = "the zip entry '\(printable(entry.name))'"
    if entry.isEncrypted {
      throw .unsupported(path: file.path, found: "\(what) is encrypted", advice: "decrypt the archive")
    }
    if entry.method != 0 {
      throw .unsupported(
        path: file.path, found: "\(what) is compressed (method \(entry.method)); torch stores its entries uncompressed",
        advice: "unpack the archive and pack it with 'zip -0', or save it again with torch.save")
    }
    guard entry.size == entry.compressedSize else {
      throw .damaged(path: file.path, offset: entry.headerOffset, found: "\(what) is stored but has two sizes")
    }
    var cursor = ByteCursor(file, 0..<directoryStart)
    try cursor.seek(entry.headerOffset, what)
    guard try cursor.integer(UInt32.self, what) == 0x0403_4b50 else {
      throw .damaged(path: file.path, offset: entry.headerOffset, found: "\(what) has no header where it should be")
    }
    _ = try cursor.take(22, what)
    let nameLength = Int(try cursor.integer(UInt16.self, what))
    let extraLength = Int(try cursor.integer(UInt16.self, what))
    let name = try cursor.take(nameLength, "the name of \(what)")
    guard file.text(name) == entry.name else {
      throw .damaged(path: file.path, offset: entry.headerOffset, found: "\(what) has another name in its header")
    }
    _ = try cursor.take(extraLength, "the extra field of \(what)")
    let range = try cursor.take(entry.size, what)
    if entry.checksum != 0, checked.names.insert(entry.name).inserted {
      if comparesLater {
        checked.later.append((entry, range))
      } else {
        try compare(crc32(UnsafeRawBufferPointer(rebasing: file.bytes[range])), entry, range)
      }
    }
    return range
  }

  /// Compares the checksums that were left for later.
  ///
  /// - Parameter pool: The threads that compute them, if any.
  func compareChecksums(on pool: WorkerPool?) throws(CheckpointError) {
    let size = 1 << 20
    let parts = checked.later.flatMap { _, range in
      stride(from: range.lowerBound, to: range.upperBound, by: size).map { $0..<min(range.upperBound, $0 + size) }
    }
    func checksum(_ part: Int) -> UInt32 { crc32(UnsafeRawBufferPointer(rebasing: file.bytes[parts[part]])) }
    let sums = pool?.map(parts.count, checksum) ?? parts.indices.map(checksum)
    var part = 0
    for (entry, range) in checked.later {
      var found = crc32(UnsafeRawBufferPointer(start: nil, count: 0))
      let end = part + (range.count + size - 1) / size
      while part < end {
        found = joinedCRC32(found, sums[part], length: parts[part].count)
        part += 1
      }
      try compare(found, entry, range)
    }
    checked.later = []
  }

  private func compare(_ found: UInt32, _ entry: Entry, _ range: Range<Int>) throws(CheckpointError) {
    if found == entry.checksum { return }
    throw .damaged(
      path: file.path, offset: range.lowerBound,
      found:
        "the zip entry '\(printable(entry.name))' (\(counted(range.count, "byte"))) has the checksum \(hex(found)), the "
        + "archive's directory says \(hex(entry.checksum))")
  }

  private func hex(_ checksum: UInt32) -> String {
    let digits = String(checksum, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }

  /// Reads one record of the central directory.
  private static func entry(_ cursor: inout ByteCursor) throws(CheckpointError) -> Entry {
    let what = "the zip directory"
    let start = cursor.offset
    guard try cursor.integer(UInt32.self, what) == 0x0201_4b50 else {
      throw .damaged(path: cursor.path, offset: start, found: "the zip directory has a malformed record")
    }
    _ = try cursor.take(4, what)
    let flags = try cursor.integer(UInt16.self, what)
    let method = try cursor.integer(UInt16.self, what)
    _ = try cursor.take(4, what)
    let checksum = try cursor.integer(UInt32.self, what)
    var compressed = UInt64(try cursor.integer(UInt32.self, what))
    var size = UInt64(try cursor.integer(UInt32.self, what))
    let nameLength = Int(try cursor.integer(UInt16.self, what))
    let extraLength = Int(try cursor.integer(UInt16.self, what))
    let commentLength = Int(try cursor.integer(UInt16.self, what))
    _ = try cursor.take(8, what)
    var offset = UInt64(try cursor.integer(UInt32.self, what))
    let name = cursor.file.text(try cursor.take(nameLength, "the name of a zip entry"))
    var extra = ByteCursor(cursor.file, try cursor.take(extraLength, "the extra field of a zip entry"))
    _ = try cursor.take(commentLength, "the comment of a zip entry")
    while extra.remaining >= 4 {
      let tag = try extra.integer(UInt16.self, what)
      let part = try extra.take(Int(try extra.integer(UInt16.self, what)), "an extra field")
      if tag != 1 { continue }
      var zip64 = ByteCursor(cursor.file, part)
      if size == 0xffff_ffff { size = try zip64.integer(UInt64.self, what) }
      if compressed == 0xffff_ffff { compressed = try zip64.integer(UInt64.self, what) }
      if offset == 0xffff_ffff { offset = try zip64.integer(UInt64.self, what) }
    }
    guard let size = Int(exactly: size), let compressed = Int(exactly: compressed), let offset = Int(exactly: offset),
      offset < cursor.file.count, compressed <= cursor.file.count - offset
    else {
      throw .damaged(
        path: cursor.path, offset: start, found: "the zip entry '\(printable(name))' lies outside the file")
    }
    return Entry(
      name: name, method: method, isEncrypted: flags & 1 != 0, checksum: checksum, size: size,
      compressedSize: compressed,
      headerOffset: offset)
  }
}

/// Finds the central directory from the archive's end.
private func findDirectory(_ file: MappedFile) throws(CheckpointError) -> (range: Range<Int>, count: Int) {
  let what = "the zip directory"
  guard let end = endRecord(file) else {
    throw .damaged(path: file.path, offset: nil, found: "a zip archive without its directory at the end")
  }
  var cursor = ByteCursor(file, end + 4..<file.count)
  let (disk, directoryDisk) = (try cursor.integer(UInt16.self, what), try cursor.integer(UInt16.self, what))
  _ = try cursor.take(2, what)
  var count = UInt64(try cursor.integer(UInt16.self, what))
  var size = UInt64(try cursor.integer(UInt32.self, what))
  var offset = UInt64(try cursor.integer(UInt32.self, what))
  var limit = end
  if count == 0xffff || size == 0xffff_ffff || offset == 0xffff_ffff, file.has([0x50, 0x4b, 6, 7], at: end - 20) {
    var locator = ByteCursor(file, end - 12..<end)
    let position = try locator.integer(UInt64.self, what)
    guard let position = Int(exactly: position), position <= end - 20 - 56,
      file.has([0x50, 0x4b, 6, 6], at: position)
    else { throw .damaged(path: file.path, offset: end - 20, found: "the zip64 directory is not where it should be") }
    var record = ByteCursor(file, position + 32..<end - 20)
    count = try record.integer(UInt64.self, what)
    size = try record.integer(UInt64.self, what)
    offset = try record.integer(UInt64.self, what)
    limit = position
  } else if disk != 0 || directoryDisk != 0 {
    throw .unsupported(path: file.path, found: "a zip archive in several parts", advice: "join the parts")
  }
  // A record takes 46 bytes at least.
  guard let size = Int(exactly: size), let offset = Int(exactly: offset), let count = Int(exactly: count),
    offset <= limit, size <= limit - offset, count <= size / 46
  else { throw .damaged(path: file.path, offset: end, found: "a zip directory that lies outside the file") }
  return (offset..<offset + size, count)
}

/// The offset of the end record, which only a comment of less than 64 KiB may follow.
private func endRecord(_ file: MappedFile) -> Int? {
  var offset = file.count - 22
  let lowest = max(0, offset - 0xffff)
  while offset >= lowest {
    if file.has([0x50, 0x4b, 5, 6], at: offset) {
      let comment = Int(file.bytes[offset + 20]) | Int(file.bytes[offset + 21]) << 8
      if offset + 22 + comment == file.count { return offset }
    }
    offset -= 1
  }
  return nil
}
