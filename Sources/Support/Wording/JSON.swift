/// A JSON value as its text: what is written as JSON is put together from these, so that it always is JSON.
///
/// JSON has no NaN and no infinities; here they are null, as a missing number is.
public struct JSON: Sendable {
  public let text: String

  private init(text: String) { self.text = text }

  public static let null = JSON(text: "null")

  /// A number in full precision; null for none and for what is not finite.
  public init(_ value: (some BinaryFloatingPoint & LosslessStringConvertible)?) {
    text = value.flatMap { $0.isFinite ? "\($0)" : nil } ?? "null"
  }

  public init(_ value: some BinaryInteger) { text = "\(value)" }

  public init(_ value: Bool) { text = "\(value)" }

  public init(_ words: String) { text = quoted(words) }

  /// Two bounds as an array.
  public init(_ interval: ClosedRange<Double>?) {
    self = interval.map { .array([JSON($0.lowerBound), JSON($0.upperBound)]) } ?? .null
  }

  /// - Parameter lines: A line for each value.
  public static func array(_ values: [JSON], lines: Bool = false) -> JSON {
    JSON(text: joined(values.map(\.text), "[", "]", lines: lines))
  }

  /// - Parameter lines: A line for each member.
  public static func object(_ members: [(name: String, value: JSON)], lines: Bool = false) -> JSON {
    JSON(text: joined(members.map { quoted($0.name) + ": " + $0.value.text }, "{", "}", lines: lines))
  }
}

private func joined(_ parts: [String], _ open: String, _ close: String, lines: Bool) -> String {
  lines && !parts.isEmpty
    ? "\(open)\n  " + parts.joined(separator: ",\n  ") + "\n\(close)" : open + parts.joined(separator: ", ") + close
}

/// A text as a JSON string, quotes included.
private func quoted(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": result += "\\\""
    case "\\": result += "\\\\"
    case "\n": result += "\\n"
    case "\r": result += "\\r"
    case "\t": result += "\\t"
    case _ where scalar.value < 0x20:
      let digits = String(scalar.value, radix: 16)
      result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result + "\""
}
