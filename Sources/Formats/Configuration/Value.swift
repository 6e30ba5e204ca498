/// A value as YAML or a Python literal gives it, before a key's type is asked for.
indirect enum Value: Sendable, Equatable {
  case null
  case bool(Bool)
  case int(Int)
  case double(Double)
  case string(String)
  /// A list or a tuple: the reference turns one into the other wherever a key asks for it.
  case list([Value])
  /// A Python dict, a date, an integer beyond 64 bits...: nothing that a key can hold.
  case foreign(type: String, text: String)

  /// Names the type with an article, in the words a config's author would use.
  var typeName: String {
    switch self {
    case .null: "nothing (null)"
    case .bool: "a bool"
    case .int: "an int"
    case .double: "a float"
    case .string: "a string"
    case .list: "a list"
    case .foreign(let type, _): type
    }
  }

  /// Writes the value as a Python literal, which is how overrides are written.
  var literal: String {
    switch self {
    case .null: "None"
    case .bool(let value): value ? "True" : "False"
    case .int(let value): String(value)
    case .double(let value): value.isNaN ? "nan" : "\(value)"
    case .string(let value): quoted(value)
    case .list(let items): "[" + items.map(\.literal).joined(separator: ", ") + "]"
    case .foreign(_, let text): text
    }
  }

  /// The literal, cut to a length that fits a message.
  var excerpt: String {
    let text = literal
    return text.count > 60 ? text.prefix(57) + "..." : text
  }
}

/// Writes a string in single quotes with what would break a line made visible.
func quoted(_ text: String) -> String {
  var result = "'"
  for scalar in text.unicodeScalars {
    switch scalar {
    case "'": result += "\\'"
    case "\\": result += "\\\\"
    case "\n": result += "\\n"
    case "\t": result += "\\t"
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result + "'"
}

// The literals keep the tables of defaults readable.
extension Value: ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
  ExpressibleByStringLiteral, ExpressibleByArrayLiteral
{
  init(booleanLiteral value: Bool) { self = .bool(value) }
  init(integerLiteral value: Int) { self = .int(value) }
  init(floatLiteral value: Double) { self = .double(value) }
  init(stringLiteral value: String) { self = .string(value) }
  init(arrayLiteral elements: Value...) { self = .list(elements) }
}
