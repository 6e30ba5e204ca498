import Foundation
import Testing

/// Any JSON, and how it is written as an override.
enum JSON: Decodable {
  case bool(Bool)
  case number(Double)
  case text(String)
  case list([JSON])
  case object([String: JSON])
  case null

  init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if value.decodeNil() {
      self = .null
    } else if let bool = try? value.decode(Bool.self) {
      self = .bool(bool)
    } else if let number = try? value.decode(Double.self) {
      self = .number(number)
    } else if let text = try? value.decode(String.self) {
      self = .text(text)
    } else if let list = try? value.decode([JSON].self) {
      self = .list(list)
    } else {
      self = .object(try value.decode([String: JSON].self))
    }
  }

  var literal: String {
    switch self {
    case .bool(let value): value ? "True" : "False"
    case .number(let value): value == value.rounded() ? "\(Int(value))" : "\(value)"
    case .text(let value): value
    case .list(let values): "[" + values.map(\.literal).joined(separator: ", ") + "]"
    case .object, .null: "None"
    }
  }

  subscript(_ key: String) -> JSON {
    if case .object(let members) = self { members[key] ?? .null } else { .null }
  }
  var members: [String: JSON] { if case .object(let members) = self { members } else { [:] } }
  var items: [JSON] { if case .list(let items) = self { items } else { [] } }
  var number: Double { if case .number(let value) = self { value } else { .nan } }
  var text: String { if case .text(let value) = self { value } else { "" } }
  var floats: [Float] { items.flatMap { $0.items.isEmpty ? [Float($0.number)] : $0.floats } }
  var ints: [Int] { items.map { Int($0.number) } }
}

func json(_ path: String) throws -> JSON {
  let data = try #require(FileManager.default.contents(atPath: path))
  return try JSONDecoder().decode(JSON.self, from: data)
}
