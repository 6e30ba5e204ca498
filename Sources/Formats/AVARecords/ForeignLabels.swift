internal import Files

/// Classes in another form than protobuf's text, told by the first lines: names alone, or numbers and names; nil for what
/// is neither.
func foreignLabels(_ bytes: UnsafeRawBufferPointer) -> ForeignContent? {
  let text = String(decoding: bytes.prefix(1 << 16), as: UTF8.self)
  // The last line may be cut.
  let lines = text.split(whereSeparator: \.isNewline).prefix(100).map { trimmed($0) }.filter { !$0.isEmpty }
  guard let first = lines.first, !text.contains("{"), !text.contains("<") else { return nil }
  let numbered = lines.map(numberAndName)
  if let (id, name) = numbered[0], numbered.allSatisfy({ $0 != nil }) {
    return blocks("numbers and names, a class a line", id, name, "'\(first)'")
  }
  // A label map that lost its braces is named by line.
  let word = first.prefix { $0 != " " && $0 != "\t" }
  if lines.contains(where: { $0.contains(":") }) || ["item", "id", "name"].contains(word) { return nil }
  return blocks("names alone, one a line", "1", first, "the first, and so on")
}

private func blocks(_ name: String, _ id: String, _ label: String, _ what: String) -> ForeignContent {
  let label = label.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
  return ForeignContent(
    name,
    advice: "write a block for each class, with its number from 1: item { name: \"\(label)\" id: \(id) } for \(what)")
}

/// "14: walk", "14,walk" or "14 walk".
private func numberAndName(_ line: String) -> (id: String, name: String)? {
  let digits = line.prefix { $0.isASCII && $0.isNumber }
  let rest = line.dropFirst(digits.count)
  guard !digits.isEmpty, let separator = rest.first, ":,;\t ".contains(separator) else { return nil }
  let name = trimmed(rest.dropFirst())
  return name.isEmpty ? nil : (String(digits), name)
}

private func trimmed(_ text: Substring) -> String {
  var text = text.drop { $0.isWhitespace || $0 == "\u{feff}" }
  while let last = text.last, last.isWhitespace { text.removeLast() }
  return String(text)
}
