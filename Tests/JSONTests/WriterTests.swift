import JSON
import Testing

@Suite struct WriterTests {
  @Test func numbersThatJSONLacksAreNull() {
    let numbers: JSONValue = [
      JSONValue(0.1), JSONValue(Float(0.1)), JSONValue(-2), JSONValue(1e300), JSONValue(UInt64.max),
    ]
    #expect(numbers.text == "[0.1, 0.1, -2, 1e+300, 18446744073709551615]")
    let missing: [Double?] = [nil, .nan, .infinity, -.infinity]
    #expect(
      JSONValue.array(missing.map { JSONValue($0) } + [JSONValue(Float.nan)]).text == "[null, null, null, null, null]")
    #expect(JSONValue(0.25...Double.infinity).text == "[0.25, null]")
    #expect(JSONValue(nil as ClosedRange<Double>?).text == "null")
  }

  @Test func objectsQuoteTheirNamesAndKeepTheirOrder() {
    let object: JSONValue = ["b \"c\"": JSONValue(true), "a": [:], "": .null]
    #expect(object.text == #"{"b \"c\"": true, "a": {}, "": null}"#)
  }

  @Test func aLineForEachMember() {
    var json = JSONWriter()
    json.beginObject(lines: true)
    json.member("a", "x")
    json.name("b")
    json.beginArray(lines: true)
    json.value(["c": .null, "d": [JSONValue(1), JSONValue(2)]])
    json.value([])
    json.end()
    json.name("e")
    json.beginArray(lines: true)
    json.end()
    json.end()
    #expect(
      json.text == """
        {
          "a": "x",
          "b": [
          {"c": null, "d": [1, 2]},
          []
        ],
          "e": []
        }
        """)
  }

  /// Whenever it is taken, the parts are the same text.
  @Test func piecesMakeTheWhole() {
    var (whole, parts, text) = (JSONWriter(), JSONWriter(), [UInt8]())
    whole.beginArray()
    parts.beginArray()
    for number in 0..<5 {
      let value: JSONValue = ["n": JSONValue(number), "s": .string(String(repeating: "\"", count: number))]
      whole.value(value)
      parts.value(value)
      if number != 2 { text += parts.take() }
      #expect(number == 2 || parts.text.isEmpty)
    }
    whole.end()
    parts.end()
    #expect(String(decoding: text + parts.take(), as: UTF8.self) == whole.text)
  }

  @Test(arguments: [
    ("", #""""#), ("plain", #""plain""#), (#"a"b"#, #""a\"b""#), (#"back\slash"#, #""back\\slash""#),
    ("line\nreturn\rtab\t", #""line\nreturn\rtab\t""#), ("\u{0}\u{1f}\u{7f}", "\"\\u0000\\u001f\u{7f}\""),
    ("\r\n", #""\r\n""#), ("Größe 走る 👩‍👧", #""Größe 走る 👩‍👧""#), ("a/b", #""a/b""#),
  ])
  func quotesText(_ text: String, _ expected: String) { #expect(JSONValue(text).text == expected) }

  @Test func whatIsNoJSONTraps() async {
    await #expect(processExitsWith: .failure) {
      var json = JSONWriter()
      json.beginObject()
      json.value(.null)
    }
    await #expect(processExitsWith: .failure) {
      var json = JSONWriter()
      json.value(.null)
      json.value(.null)
    }
    await #expect(processExitsWith: .failure) {
      var json = JSONWriter()
      json.beginObject()
      json.name("a")
      json.end()
    }
    await #expect(processExitsWith: .failure) {
      var json = JSONWriter()
      json.beginArray()
      json.name("a")
    }
  }
}
