internal import Files

/// The 119547037146038801333356 that torch's legacy files begin with, little-endian.
private let torchMagic: [UInt8] = [0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19]
private let torchMagicDecimal = "119547037146038801333356"

extension Unpickler {
  /// Reads None, a boolean or a number.
  mutating func number(_ opcode: Opcode) throws(CheckpointError) -> PickleValue {
    switch opcode {
    case .newTrue: return .bool(true)
    case .newFalse: return .bool(false)
    case .binInt: return .integer(Int(try cursor.integer(Int32.self, "an integer")))
    case .binInt1: return .integer(Int(try cursor.integer(UInt8.self, "an integer")))
    case .binInt2: return .integer(Int(try cursor.integer(UInt16.self, "an integer")))
    case .long1: return long(try cursor.take(try cursor.length(UInt8.self, "an integer"), "an integer"))
    case .long4: return long(try cursor.take(try cursor.length(Int32.self, "an integer"), "an integer"))
    case .int, .long: return try decimalNumber()
    case .float:
      let line = try cursor.line("a number")
      guard line.count <= 400, let value = Double(file.text(line)) else { throw damaged("a malformed number") }
      return .float(value)
    case .binFloat:
      // The one big-endian item of the format.
      return .float(Double(bitPattern: try cursor.integer(UInt64.self, "a number").byteSwapped))
    default: return .none
    }
  }

  /// Reads little-endian two's complement of any length.
  private func long(_ range: Range<Int>) -> PickleValue {
    let bytes = file.bytes[range]
    if bytes.count > 8 { return .hugeInteger(isTorchMagic: bytes.elementsEqual(torchMagic)) }
    var value: UInt64 = bytes.last ?? 0 >= 0x80 ? .max : 0
    for byte in bytes.reversed() { value = value << 8 | UInt64(byte) }
    return .integer(Int(Int64(bitPattern: value)))
  }

  /// Reads a decimal line; "00" and "01" are the booleans of protocol 1, a trailing L is Python 2's.
  private mutating func decimalNumber() throws(CheckpointError) -> PickleValue {
    let line = try cursor.line("an integer")
    guard line.count <= 400 else { return .hugeInteger(isTorchMagic: false) }
    let text = file.text(line)
    if text == "00" { return .bool(false) }
    if text == "01" { return .bool(true) }
    let digits = text.hasSuffix("L") ? String(text.dropLast()) : text
    if let value = Int(digits) { return .integer(value) }
    guard !digits.isEmpty, digits.utf8.drop(while: { $0 == 0x2d }).allSatisfy({ (0x30...0x39).contains($0) }) else {
      throw damaged("a malformed integer '\(printable(text, limit: 20))'")
    }
    return .hugeInteger(isTorchMagic: digits == torchMagicDecimal)
  }

  /// Reads a string or bytes; those that stand in the file as they are stay there.
  mutating func text(_ opcode: Opcode) throws(CheckpointError) -> PickleValue {
    let what = "a string"
    switch opcode {
    case .binString: return .bytes(try cursor.take(try cursor.length(Int32.self, what), what))
    case .shortBinString, .shortBinBytes: return .bytes(try cursor.take(try cursor.length(UInt8.self, what), what))
    case .binBytes: return .bytes(try cursor.take(try cursor.length(UInt32.self, what), what))
    case .binBytes8, .byteArray8: return .bytes(try cursor.take(try cursor.length(UInt64.self, what), what))
    case .shortBinUnicode: return .text(try cursor.take(try cursor.length(UInt8.self, what), what))
    case .binUnicode: return .text(try cursor.take(try cursor.length(UInt32.self, what), what))
    case .binUnicode8: return .text(try cursor.take(try cursor.length(UInt64.self, what), what))
    case .unicode:
      graph.ownedTexts.append(rawUnicode(file.bytes[try cursor.line(what)]))
      return .ownedText(graph.ownedTexts.count - 1)
    default:
      graph.ownedBytes.append(try quoted(try cursor.line(what)))
      return .ownedBytes(graph.ownedBytes.count - 1)
    }
  }

  /// Undoes Python's `repr` of a byte string.
  private func quoted(_ range: Range<Int>) throws(CheckpointError) -> [UInt8] {
    let bytes = file.bytes[range]
    guard bytes.count >= 2, let quote = bytes.first, quote == 0x27 || quote == 0x22, bytes.last == quote else {
      throw damaged("a string without its quotes")
    }
    var result: [UInt8] = []
    var rest = bytes.dropFirst().dropLast()
    while let byte = rest.popFirst() {
      guard byte == 0x5c else {
        result.append(byte)
        continue
      }
      if let value = digits(&rest, 1...3, radix: 8) {
        result.append(UInt8(truncatingIfNeeded: value))
        continue
      }
      guard let escape = rest.popFirst() else { throw damaged("a string with a broken escape") }
      switch escape {
      case UInt8(ascii: "n"): result.append(0x0a)
      case UInt8(ascii: "r"): result.append(0x0d)
      case UInt8(ascii: "t"): result.append(0x09)
      case UInt8(ascii: "a"): result.append(0x07)
      case UInt8(ascii: "b"): result.append(0x08)
      case UInt8(ascii: "f"): result.append(0x0c)
      case UInt8(ascii: "v"): result.append(0x0b)
      case UInt8(ascii: "x"):
        guard let value = digits(&rest, 2...2, radix: 16) else { throw damaged("a string with a broken escape") }
        result.append(UInt8(truncatingIfNeeded: value))
      default: result.append(escape)
      }
    }
    return result
  }

  /// Undoes Python's raw-unicode-escape: \uXXXX and \UXXXXXXXX, every other byte is one character.
  private func rawUnicode(_ bytes: Slice<UnsafeRawBufferPointer>) -> String {
    var result = String.UnicodeScalarView()
    var rest = bytes
    while let byte = rest.popFirst() {
      if byte == 0x5c, let kind = rest.first, kind == UInt8(ascii: "u") || kind == UInt8(ascii: "U") {
        var after = rest.dropFirst()
        let width = kind == UInt8(ascii: "u") ? 4 : 8
        if let value = digits(&after, width...width, radix: 16) {
          result.append(Unicode.Scalar(value) ?? "\u{fffd}")
          rest = after
          continue
        }
      }
      result.append(Unicode.Scalar(byte))
    }
    return String(result)
  }
}

/// Takes as many digits as there are, within `count`; nil and nothing taken when there are too few.
private func digits(
  _ rest: inout Slice<UnsafeRawBufferPointer>, _ count: ClosedRange<Int>, radix: UInt32
) -> UInt32? {
  var value: UInt32 = 0
  var taken = 0
  var after = rest
  while taken < count.upperBound, let byte = after.first,
    let digit = Character(Unicode.Scalar(byte)).hexDigitValue, digit < radix
  {
    value = value &* radix &+ UInt32(digit)
    after = after.dropFirst()
    taken += 1
  }
  guard taken >= count.lowerBound else { return nil }
  rest = after
  return value
}
