import JSON
import Tensors
import Testing

private func read(_ text: String, _ limits: JSONReader.Limits = .init()) throws(JSONError) -> JSONValue {
  try JSONReader.read(Array(text.utf8), limits: limits)
}

private func refusal(_ bytes: [UInt8], _ limits: JSONReader.Limits = .init()) -> String? {
  do {
    _ = try JSONReader.read(bytes, subject: "list", limits: limits)
    return nil
  } catch {
    return "\(error)"
  }
}

@Suite struct ReaderTests {
  @Test func computedByHand() throws {
    let value = try read(" {\"a\" : [1,-2.50,1e3 ,true, false,null],\t\"b\":{\"c\":\"\"}\r\n}\n")
    let numbers = [JSONNumber(1)]
    #expect(value["a"]?.values.first == .number(numbers[0]))
    #expect(value.text == #"{"a": [1, -2.50, 1e3, true, false, null], "b": {"c": ""}}"#)
    #expect(value["b"]?["c"] == "" && value["c"] == nil && value["a"]?["x"] == nil && value["b"]?.values == [])
  }

  @Test func numbersKeepTheirText() throws {
    let texts = ["0", "-0", "12", "9223372036854775807", "9223372036854775808", "1.0", "1E-5", "0.1", "1e999"]
    let numbers = try texts.map { text -> JSONNumber in
      guard case .number(let number) = try read(text) else { throw JSONTestError() }
      return number
    }
    #expect(numbers.map(\.text) == texts)
    #expect(numbers.map(\.int) == [0, 0, 12, .max, nil, nil, nil, nil, nil])
    #expect(numbers.map(\.double) == [0, 0, 12, 0x1p63, 0x1p63, 1, 1e-5, 0.1, .infinity])
  }

  @Test func escapes() throws {
    #expect(try read(#""\"\\\/\b\f\n\r\t\u0041\u00e9\uD83D\uDE00""#) == "\"\\/\u{8}\u{c}\n\r\tAé😀")
  }

  /// Every scalar up to U+024F comes back, quoted as it is written.
  @Test func everyScalarComesBack() throws {
    for code in 0..<0x250 as Range<UInt32> {
      let value = JSONValue.string("a" + String(Unicode.Scalar(code)!) + "b")
      #expect(try read(value.text) == value, "U+\(String(code, radix: 16))")
    }
  }

  /// Random values come back from their text, and so do numbers to the last bit.
  @Test func roundTrip() throws {
    for seed in 0..<200 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let value = randomValue(&generator, depth: 4)
      #expect(try read(value.text) == value, "seed \(seed): \(value.text)")
      let number = Double(bitPattern: generator.next())
      guard number.isFinite, case .number(let back) = try read(JSONValue(number).text) else { continue }
      #expect(back.double == number, "seed \(seed)")
    }
  }

  private func randomValue(_ generator: inout SeededGenerator, depth: Int) -> JSONValue {
    let count = Int(generator.next() % 4)
    switch generator.next() % (depth > 0 ? 7 : 5) {
    case 0: return .null
    case 1: return .bool(generator.next().isMultiple(of: 2))
    case 2: return JSONValue(Int64(bitPattern: generator.next()))
    case 3: return JSONValue(generator.uniform(-1, 1) * 1e20)
    case 4: return .string(randomText(&generator))
    case 5: return .array((0..<count).map { _ in randomValue(&generator, depth: depth - 1) })
    default:
      return .object((0..<count).map { ("\($0)" + randomText(&generator), randomValue(&generator, depth: depth - 1)) })
    }
  }

  private func randomText(_ generator: inout SeededGenerator) -> String {
    let scalars = (0..<Int(generator.next() % 8)).compactMap { _ in
      Unicode.Scalar(UInt32(generator.next() % (generator.next().isMultiple(of: 2) ? 0x80 : 0x11_0000)))
    }
    return String(String.UnicodeScalarView(scalars))
  }

  static let bad: [(text: String, says: String)] = [
    ("", "byte 0: a list that ends too early"), (" ", "byte 1: a list that ends too early"),
    ("{\"a\":[1", "byte 7: a list that ends too early"), ("\"a", "byte 2: a list that ends too early"),
    ("1 2", "byte 2: something after the list"), ("{a:1}", "byte 1: a JSON key without quotes"),
    ("{\"a\" 1}", "byte 5: a JSON key without a value"), ("{\"a\":1,}", "byte 7: a JSON key without quotes"),
    ("[1,]", "byte 3: malformed JSON"), ("[1 2]", "byte 3: a JSON array without a comma between items"),
    ("{\"a\":1 \"b\":2}", "byte 7: a JSON object without a comma between members"),
    ("{\"a\":1,\"a\":2}", "byte 10: the JSON key 'a' twice"), ("nul", "byte 3: a list that ends too early"),
    ("nulx", "byte 3: malformed JSON"), ("01", "byte 1: malformed JSON"), ("-", "byte 1: malformed JSON"),
    (".5", "byte 0: malformed JSON"), ("1.", "byte 2: malformed JSON"), ("1e+", "byte 3: malformed JSON"),
    ("+1", "byte 0: malformed JSON"), ("NaN", "byte 0: malformed JSON"),
    ("\"\\q\"", "byte 3: an unknown escape in JSON text"),
    ("\"\\ud800\"", "byte 7: half a surrogate pair in JSON text"),
    ("\"\\udc00\"", "byte 7: half a surrogate pair in JSON text"),
    ("\"\\u12g4\"", "byte 5: an escape without its four digits in JSON text"),
    ("\"\n\"", "byte 2: a control character in a JSON string"), ("'a'", "byte 0: malformed JSON"),
  ]

  @Test(arguments: bad.indices) func malformed(_ index: Int) {
    let (text, says) = Self.bad[index]
    #expect(refusal(Array(text.utf8)) == says, "\(text)")
  }

  @Test func hostile() {
    #expect(refusal([UInt8](repeating: UInt8(ascii: "["), count: 1_000_000)) == "byte 65: a list nested deeper than 64")
    let objects = Array(String(repeating: "{\"a\":", count: 100_000).utf8)
    #expect(refusal(objects, .init(depth: 2)) == "byte 15: a list nested deeper than 2")
    #expect(refusal(Array("[1, 2]".utf8), .init(size: 5)) == "byte 0: a list of 6 bytes, more than 5")
    #expect(refusal([0x22, 0xc3, 0x28, 0x22]) == "byte 4: JSON text that is no UTF-8")
    #expect(refusal([0x22, 0xed, 0xa0, 0x80, 0x22]) == "byte 5: JSON text that is no UTF-8")
    #expect(refusal([0xef, 0xbb, 0xbf, 0x31]) == "byte 0: malformed JSON")
    let digits = [UInt8](repeating: UInt8(ascii: "1"), count: 5000)
    #expect(refusal(digits) == "byte 5000: a JSON number of 5000 characters, more than 1024")
    let key = String(repeating: "k", count: 1000)
    let twice = refusal(Array("{\"\(key)\":1,\"\(key)\":2}".utf8))
    #expect(twice?.hasSuffix("'\(key.prefix(80))...' twice") == true)
  }

  /// Whatever byte is changed, the answer is a value or an error.
  @Test func damage() {
    let sound = Array(#"{"a": [1, -2.5e3, "x\u00e9\n", {"b": null}], "c": true}"#.utf8)
    for place in sound.indices {
      for byte in [0, 0x22, 0x2c, 0x5b, 0x5c, 0x7d, 0xff] as [UInt8] {
        var bytes = sound
        bytes[place] = byte
        let text = refusal(bytes)
        #expect(text == nil || text?.hasPrefix("byte ") == true)
      }
      #expect(refusal(Array(sound[..<place])) != nil, "cut at \(place)")
    }
  }
}

private struct JSONTestError: Error {}
