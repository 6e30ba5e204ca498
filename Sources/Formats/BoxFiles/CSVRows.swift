/// The records of a table as RFC 4180 has them: fields between separators, in double quotes where they hold separators,
/// line ends or quotes, which are then doubled.
struct CSVRows {
  /// A record and the line that it begins in, from 1.
  struct Row {
    let line: Int
    let fields: [String]
  }

  private let bytes: [UInt8]
  let separator: UInt8
  /// Whether the first line is Excel's "sep=;", which is no row.
  let hasSeparatorLine: Bool
  private var next: Int
  private var line: Int

  /// - Parameter separator: Nil to take the one that Excel's line says, or of comma, semicolon and tab the one that the first line
  ///   has most of.
  init(_ bytes: [UInt8], separator: UInt8? = nil) {
    self.bytes = bytes
    let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    let first = bytes[start...].prefix { $0 != UInt8(ascii: "\n") }
    let known = [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t")]
    func count(_ byte: UInt8) -> Int { first.count { $0 == byte } }
    let said = separator == nil ? Self.separator(in: first) : nil
    hasSeparatorLine = said != nil
    next = said == nil ? start : min(first.endIndex + 1, bytes.count)
    line = said == nil ? 1 : 2
    self.separator = separator ?? said ?? known.reduce(known[0]) { count($1) > count($0) ? $1 : $0 }
  }

  /// The separator of a line "sep=;", as Excel reads and writes it.
  private static func separator(in line: ArraySlice<UInt8>) -> UInt8? {
    let line = line.filter { $0 != UInt8(ascii: "\r") && $0 != UInt8(ascii: "\"") }
    guard line.count == 5, String(decoding: line.prefix(4), as: UTF8.self).lowercased() == "sep=" else { return nil }
    return line.last
  }

  /// The next record that is not blank; nil at the end.
  ///
  /// - Throws: `UnclosedQuote`.
  mutating func nextRow() throws(UnclosedQuote) -> Row? {
    while next < bytes.count {
      let start = line
      let fields = try fields(from: start)
      if fields.count > 1 || fields.first?.isEmpty == false { return Row(line: start, fields: fields) }
    }
    return nil
  }

  /// A quoted field without an end.
  struct UnclosedQuote: Error { let line: Int }

  private mutating func fields(from start: Int) throws(UnclosedQuote) -> [String] {
    var fields: [String] = []
    var field: [UInt8] = []
    var isQuoted = false
    var wasQuoted = false
    while next < bytes.count {
      let byte = bytes[next]
      next += 1
      if byte == UInt8(ascii: "\n") { line += 1 }
      if isQuoted {
        if byte != UInt8(ascii: "\"") {
          field.append(byte)
        } else if next < bytes.count, bytes[next] == UInt8(ascii: "\"") {
          field.append(byte)
          next += 1
        } else {
          isQuoted = false
        }
      } else if byte == UInt8(ascii: "\""), field.allSatisfy({ $0 == 0x20 }), !wasQuoted {
        (isQuoted, wasQuoted) = (true, true)
        field = []
      } else if byte == separator || byte == UInt8(ascii: "\n") {
        fields.append(text(field, wasQuoted))
        if byte != separator { return fields }
        (field, wasQuoted) = ([], false)
      } else if byte != UInt8(ascii: "\r") {
        field.append(byte)
      }
    }
    if isQuoted { throw UnclosedQuote(line: start) }
    fields.append(text(field, wasQuoted))
    return fields
  }

  private func text(_ field: [UInt8], _ wasQuoted: Bool) -> String {
    let text = String(decoding: field, as: UTF8.self)
    return wasQuoted ? text : trimmed(text)
  }
}
