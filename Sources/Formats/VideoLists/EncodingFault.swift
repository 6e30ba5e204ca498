internal import Files

/// Why a text is none in UTF-8.
struct EncodingFault {
  /// The first line that is none; nil for the file as a whole.
  let line: Int?
  let found: String
  let advice: String

  /// Nil for text in UTF-8.
  init?(_ bytes: [UInt8]) {
    if let content = unsafe bytes.withUnsafeBytes({ unsafe ForeignContent(beginning: $0) }),
      content.name.hasPrefix("text in UTF")
    {
      line = nil
      found = "it is \(content.name), expected UTF-8"
      advice = "save it as UTF-8, such as: iconv -f \(content.name.dropFirst("text in ".count)) -t UTF-8 FILE > NEW"
      return
    }
    if String(validating: bytes, as: UTF8.self) != nil { return nil }
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    let place = lines.firstIndex { String(validating: $0, as: UTF8.self) == nil } ?? 0
    line = place + 1
    found = "'\(String(decoding: lines[place].prefix(80), as: UTF8.self))' is no text in UTF-8: it may be Latin-1"
    advice =
      "convert the file, such as: iconv -f LATIN1 -t UTF-8 FILE > NEW; files whose names are not UTF-8 either have to be renamed"
  }
}
