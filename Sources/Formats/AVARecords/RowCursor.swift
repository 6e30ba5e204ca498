internal import Files
internal import Glibc

/// Walks the rows of a comma- or tab-separated file in place: no copies, no strings.
///
/// Blank lines, a byte order mark, CRLF and spaces around a field are passed over; a field may stand in double
/// quotes. The first row is passed over as a header when nothing after its first column is a number.
struct RowCursor: ~Copyable {
  let path: String
  private let bytes: UnsafeRawBufferPointer
  /// Whoever holds the bytes.
  private let owner: AnyObject
  private let doing: String
  private var next = 0
  /// The present row's line, counted from 1 at the first of these bytes.
  private(set) var line = 0
  /// How many fields the present row has; the first `fieldLimit` are kept.
  private(set) var count = 0
  private(set) var hasHeader = false
  /// The header's line; 0 where there is none.
  private(set) var headerLine = 0
  /// Where the present line lies, without its end.
  private var lineStart = 0
  private var lineStop = 0
  private let fields: UnsafeMutablePointer<Field>
  private var isAtFirstRow: Bool

  private static let fieldLimit = 16

  private struct Field {
    /// The value: without spaces and quotes.
    var start: Int
    var end: Int
    /// The field as it stands between its separators.
    var rawStart: Int
    var rawEnd: Int
  }

  /// Walks a whole file.
  ///
  /// - Parameter columns: The columns of its rows, for the error about a file that is no such text.
  init(path: String, doing: String, columns: String) throws(FileError) {
    try self.init(FileBytes(path: path, doing: doing), doing: doing, columns: columns)
  }

  /// Walks a whole file.
  init(_ file: FileBytes, doing: String, columns: String) throws(FileError) {
    try file.requireText(expecting: "rows of \(columns)")
    self.init(file.bytes, of: file, path: file.path, doing: doing, isBeginning: true)
  }

  /// Walks whole lines of a file; only the beginning of a file may have a byte order mark and a header.
  init(_ bytes: UnsafeRawBufferPointer, of owner: AnyObject, path: String, doing: String, isBeginning: Bool) {
    self.path = path
    self.bytes = bytes
    self.owner = owner
    self.doing = doing
    isAtFirstRow = isBeginning
    fields = .allocate(capacity: Self.fieldLimit)
    fields.initialize(repeating: Field(start: 0, end: 0, rawStart: 0, rawEnd: 0), count: Self.fieldLimit)
    if isBeginning, bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF { next = 3 }
  }

  deinit { fields.deallocate() }

  /// Moves to the next row that is not blank; false at the end of the file.
  mutating func advance() throws(RecordError) -> Bool {
    while next < bytes.count {
      let start = next
      let end = lineEnd(from: start)
      next = end + 1
      line += 1
      if try split(from: start, to: end) {
        if isAtFirstRow {
          isAtFirstRow = false
          if looksLikeHeader {
            hasHeader = true
            headerLine = line
            continue
          }
        }
        return true
      }
    }
    return false
  }

  /// What follows on the next line after a text that it begins with, without the line's end; nil where it begins
  /// otherwise. The line is not taken yet.
  func nextLine(after text: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
    guard let base = bytes.baseAddress, let start = text.baseAddress, bytes.count - next > text.count,
      memcmp(base + next, start, text.count) == 0
    else { return nil }
    var end = lineEnd(from: next + text.count)
    if bytes[end - 1] == 0x0D { end -= 1 }
    return UnsafeRawBufferPointer(rebasing: bytes[next + text.count..<max(end, next + text.count)])
  }

  /// Takes the line whose rest `nextLine(after:)` has given, without splitting it.
  mutating func takeLine(endingWith rest: UnsafeRawBufferPointer) {
    guard let base = bytes.baseAddress, let start = rest.baseAddress else { return }
    next = lineEnd(from: start + rest.count - base) + 1
    line += 1
  }

  /// The bytes of the present line before a field.
  func raw(before index: Int) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: bytes[fields[0].rawStart..<fields[index].rawStart])
  }

  /// The bytes of the present line, without its end.
  var wholeLine: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: bytes[lineStart..<lineStop]) }

  /// The value of a field; empty where the row has no such field.
  subscript(_ index: Int) -> UnsafeRawBufferPointer {
    if index >= count || index >= Self.fieldLimit { return UnsafeRawBufferPointer(start: nil, count: 0) }
    let field = fields[index]
    return UnsafeRawBufferPointer(rebasing: bytes[field.start..<field.end])
  }

  /// The bytes of several fields as they stand in the file, separators included.
  func raw(_ range: ClosedRange<Int>) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: bytes[fields[range.lowerBound].rawStart..<fields[range.upperBound].rawEnd])
  }

  /// An error about the present row.
  func error(expected: String, found: String, advice: String? = nil) -> RecordError {
    .malformed(
      RecordError.Location(doing: doing, path: path, line: line, column: nil, columnName: nil), expected: expected,
      found: found, advice: advice)
  }

  /// An error about one field (counted from 0) of the present row.
  func error(field index: Int, _ name: String, expected: String, advice: String? = nil) -> RecordError {
    .malformed(
      RecordError.Location(doing: doing, path: path, line: line, column: index + 1, columnName: name),
      expected: expected, found: quoted(self[index]), advice: advice)
  }

  private func lineEnd(from start: Int) -> Int {
    guard let base = bytes.baseAddress, let found = memchr(base + start, 0x0A, bytes.count - start) else {
      return bytes.count
    }
    return UnsafeRawPointer(found) - base
  }

  private var looksLikeHeader: Bool {
    if count < 2 { return false }
    for index in 1..<min(count, Self.fieldLimit) {
      let text = self[index]
      guard decimalNumber(text) == nil, let first = text.first, !(0x30...0x39).contains(first) else { return false }
      let word = String(decoding: text, as: UTF8.self).lowercased()
      if word.hasSuffix("nan") || word.hasSuffix("inf") || word.hasSuffix("infinity") { return false }
    }
    return true
  }

  /// Splits the line in `start..<end`; false when it is blank.
  private mutating func split(from start: Int, to end: Int) throws(RecordError) -> Bool {
    var end = end
    if end > start, bytes[end - 1] == 0x0D { end -= 1 }
    (lineStart, lineStop) = (start, end)
    count = 0
    var fieldStart = start
    var index = start
    while true {
      if index == fieldStart, index < end, bytes[index] == UInt8(ascii: "\"") { index = try closingQuote(index, end) }
      if index == end || bytes[index] == UInt8(ascii: ",") || bytes[index] == 0x09 {
        keep(fieldStart, index)
        if index == end { break }
        fieldStart = index + 1
      }
      index += 1
    }
    return count > 1 || fields[0].start < fields[0].end
  }

  /// Finds the place after the quote that closes a quoted field.
  private func closingQuote(_ start: Int, _ end: Int) throws(RecordError) -> Int {
    var index = start + 1
    while index < end, bytes[index] != UInt8(ascii: "\"") { index += 1 }
    if index == end {
      throw error(
        expected: "a closing quote", found: "the end of the line", advice: "remove the quotes around the field")
    }
    index += 1
    if index < end, bytes[index] != UInt8(ascii: ","), bytes[index] != 0x09, bytes[index] != 0x20 {
      throw error(
        expected: "a comma after the closing quote",
        found: quoted(UnsafeRawBufferPointer(rebasing: bytes[index..<end])),
        advice: "quotes inside a field are not supported: remove them")
    }
    return index
  }

  private mutating func keep(_ start: Int, _ end: Int) {
    count += 1
    if count > Self.fieldLimit { return }
    var field = Field(start: start, end: end, rawStart: start, rawEnd: end)
    while field.start < field.end, bytes[field.start] == 0x20 { field.start += 1 }
    while field.end > field.start, bytes[field.end - 1] == 0x20 { field.end -= 1 }
    if field.end - field.start >= 2, bytes[field.start] == UInt8(ascii: "\""),
      bytes[field.end - 1] == UInt8(ascii: "\"")
    {
      field.start += 1
      field.end -= 1
    }
    fields[count - 1] = field
  }
}
