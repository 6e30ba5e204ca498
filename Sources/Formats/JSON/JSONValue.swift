/// A JSON value (RFC 8259).
///
/// Objects keep the order of their members and numbers their text, so that what was read is written again as it stood.
///
///     let row: JSONValue = ["id": JSONValue(12), "name": "stand", "score": JSONValue(0.25)]
///     row.text  // {"id": 12, "name": "stand", "score": 0.25}
public enum JSONValue: Sendable, Equatable {
  case null
  case bool(Bool)
  case number(JSONNumber)
  case string(String)
  case array([JSONValue])
  /// The writer of an object sees to it that no name comes twice; the reader refuses one that does.
  case object([JSONMember])

  /// A number in full precision; null for none. JSON has no NaN and no infinities: they are null, as a missing number is.
  public init(_ value: (some BinaryFloatingPoint & LosslessStringConvertible)?) {
    self = value.flatMap { JSONNumber($0) }.map { .number($0) } ?? .null
  }

  public init(_ value: some BinaryInteger) { self = .number(JSONNumber(value)) }

  public init(_ value: Bool) { self = .bool(value) }

  public init(_ words: String) { self = .string(words) }

  /// Two bounds as an array; null for none.
  public init(_ interval: ClosedRange<Double>?) {
    self = interval.map { .array([JSONValue($0.lowerBound), JSONValue($0.upperBound)]) } ?? .null
  }

  /// An object of names and values, in this order.
  public static func object(_ members: some Sequence<(String, JSONValue)>) -> JSONValue {
    .object(members.map { JSONMember($0.0, $0.1) })
  }

  /// The value of an object's member; nil for one that is not there and for what is no object.
  public subscript(name: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.name == name }?.value
  }

  /// The values of an array; none for what is no array.
  public var values: [JSONValue] {
    guard case .array(let values) = self else { return [] }
    return values
  }

  /// The value on one line, a space after each comma and colon.
  public var text: String {
    var writer = JSONWriter()
    writer.value(self)
    return writer.text
  }
}

/// A member of an object.
public struct JSONMember: Sendable, Equatable {
  public var name: String
  public var value: JSONValue

  public init(_ name: String, _ value: JSONValue) {
    self.name = name
    self.value = value
  }
}

/// A number as JSON writes it.
public struct JSONNumber: Sendable, Equatable {
  public let text: String

  /// Takes a text that the reader has found to be a number.
  init(read text: String) { self.text = text }

  public init(_ value: some BinaryInteger) { text = "\(value)" }

  /// The shortest decimals that give the same number back; nil for what is not finite.
  public init?(_ value: some BinaryFloatingPoint & LosslessStringConvertible) {
    guard value.isFinite else { return nil }
    text = "\(value)"
  }

  /// The number as an integer; nil where it is written with a point or an exponent, or is too large.
  public var int: Int? { Int(text) }

  /// The nearest number of double precision; infinite where JSON's has no end.
  public var double: Double { Double(text) ?? .nan }
}

// Literals keep what is written, and tests, as readable as JSON itself.

extension JSONValue: ExpressibleByStringLiteral {
  public init(stringLiteral words: String) { self = .string(words) }
}

extension JSONValue: ExpressibleByArrayLiteral {
  public init(arrayLiteral values: JSONValue...) { self = .array(values) }
}

extension JSONValue: ExpressibleByDictionaryLiteral {
  public init(dictionaryLiteral members: (String, JSONValue)...) { self = .object(members) }
}
