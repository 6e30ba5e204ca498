/// The lines of a text that are not blank, with their numbers from 1; without a byte order mark and carriage returns.
func lines(of bytes: [UInt8], limit: Int = .max) -> [(number: Int, text: String)] {
  var lines: [(number: Int, text: String)] = []
  var number = 0
  var start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
  while start < bytes.count && lines.count < limit {
    let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
    number += 1
    let line = bytes[start..<(end > start && bytes[end - 1] == UInt8(ascii: "\r") ? end - 1 : end)]
    if line.contains(where: { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") }) {
      lines.append((number, String(decoding: line, as: UTF8.self)))
    }
    start = end + 1
  }
  return lines
}

/// The numbers of a line between commas, spaces or tabs; nil where something else is among them.
func numbers(in line: String) -> [Double]? {
  var values: [Double] = []
  for field in line.split(whereSeparator: { $0 == "," || $0 == " " || $0 == "\t" }) {
    guard let value = finiteNumber(field) else { return nil }
    values.append(value)
  }
  return values.isEmpty ? nil : values
}

/// A finite decimal number.
func finiteNumber(_ text: some StringProtocol) -> Double? {
  guard text.utf8.allSatisfy({ isNumeric($0) }), let value = Double(text), value.isFinite else { return nil }
  return value
}

private func isNumeric(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
    UInt8(ascii: "e"), UInt8(ascii: "E"):
    true
  default: false
  }
}

/// A whole number that may be written with a point; nil for others and for what no file counts up to.
func whole(_ value: Double) -> Int? { value == value.rounded() && abs(value) < 1e15 ? Int(value) : nil }

/// Text without spaces at its ends.
func trimmed(_ text: some StringProtocol) -> String {
  let front = text.drop { $0 == " " || $0 == "\t" }
  return String(front.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
}

/// Outside text for a message, cut to a readable length.
func quoted(_ text: some StringProtocol) -> String {
  text.isEmpty ? "nothing" : "'\(text.prefix(60))'" + (text.count > 60 ? "..." : "")
}

/// A number for a message: without decimals where it has none.
func short(_ value: Double) -> String { whole(value).map { "\($0)" } ?? "\(value)" }
