/// A backslash and what follows it in a text of protobuf's text form: `\n`, `\"`, `\350`, `\xe8`, `\u8d70`.
struct TextFormatEscape {
  /// What it stands for.
  let bytes: [UInt8]
  /// How many bytes it takes in the file.
  let length: Int

  private static let characters: [UInt8: UInt8] = [
    UInt8(ascii: "a"): 0x07, UInt8(ascii: "b"): 0x08, UInt8(ascii: "f"): 0x0C, UInt8(ascii: "n"): 0x0A,
    UInt8(ascii: "r"): 0x0D, UInt8(ascii: "t"): 0x09, UInt8(ascii: "v"): 0x0B, UInt8(ascii: "\\"): 0x5C,
    UInt8(ascii: "'"): 0x27, UInt8(ascii: "\""): 0x22, UInt8(ascii: "?"): 0x3F,
  ]

  /// Reads the escape at the beginning of bytes; nil where it is none that the text form has.
  init?(_ text: UnsafeRawBufferPointer) {
    guard text.count >= 2, text[0] == UInt8(ascii: "\\") else { return nil }
    switch text[1] {
    case UInt8(ascii: "0")...UInt8(ascii: "7"):
      let (value, digits) = Self.digits(text, from: 1, base: 8, upTo: 3)
      guard let byte = UInt8(exactly: value) else { return nil }
      (bytes, length) = ([byte], 1 + digits)
    case UInt8(ascii: "x"), UInt8(ascii: "X"):
      let (value, digits) = Self.digits(text, from: 2, base: 16, upTo: 2)
      guard digits > 0, let byte = UInt8(exactly: value) else { return nil }
      (bytes, length) = ([byte], 2 + digits)
    case UInt8(ascii: "u"), UInt8(ascii: "U"):
      guard let (scalar, length) = Self.scalar(text) else { return nil }
      (bytes, self.length) = (Array(String(Character(scalar)).utf8), length)
    default:
      guard let byte = Self.characters[text[1]] else { return nil }
      (bytes, length) = ([byte], 2)
    }
  }

  /// A character by its number: four digits after `\u`, eight after `\U`, or the two halves that UTF-16 makes of it.
  private static func scalar(_ text: UnsafeRawBufferPointer) -> (UnicodeScalar, length: Int)? {
    let count = text[1] == UInt8(ascii: "u") ? 4 : 8
    let (value, digits) = digits(text, from: 2, base: 16, upTo: count)
    if digits < count { return nil }
    if let scalar = UnicodeScalar(value) { return (scalar, 2 + count) }
    guard (0xD800..<0xDC00).contains(value), text.count >= 12, text[6] == UInt8(ascii: "\\"),
      text[7] == UInt8(ascii: "u")
    else { return nil }
    let second = Self.digits(text, from: 8, base: 16, upTo: 4)
    guard second.count == 4, (0xDC00..<0xE000).contains(second.value),
      let scalar = UnicodeScalar(0x10000 + (value - 0xD800) << 10 + (second.value - 0xDC00))
    else { return nil }
    return (scalar, 12)
  }

  private static func digits(
    _ text: UnsafeRawBufferPointer, from start: Int, base: UInt32, upTo limit: Int
  ) -> (value: UInt32, count: Int) {
    var value: UInt32 = 0
    var count = 0
    while count < limit, start + count < text.count, let digit = hexDigit(text[start + count]), digit < base {
      value = value &* base &+ digit
      count += 1
    }
    return (value, count)
  }

  private static func hexDigit(_ byte: UInt8) -> UInt32? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a")) + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A")) + 10
    default: nil
    }
  }
}
