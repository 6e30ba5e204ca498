/// What a key holds.
///
/// The list kinds with an element type belong to keys of the test path; a `list` is a key that only training,
/// pre-training or display reads, and its elements stay unchecked as in the reference.
enum Kind: Sendable {
  case bool, int, double, string
  case strings, ints, doubles, intLists, doubleLists, intListLists
  /// A list of ints, or null for what the model derives by itself.
  case optionalInts
  /// A number, or null for none.
  case optionalDouble
  case list
  case anything

  /// Names the kind for a message.
  var name: String {
    switch self {
    case .bool: "a bool"
    case .int: "an int"
    case .double: "a number"
    case .string: "a string"
    case .strings: "a list of strings"
    case .ints: "a list of ints"
    case .doubles: "a list of numbers"
    case .intLists: "a list of lists of ints"
    case .doubleLists: "a list of lists of numbers"
    case .intListLists: "a list of lists of lists of ints"
    case .optionalInts: "a list of ints, or null"
    case .optionalDouble: "a number, or null"
    case .list: "a list"
    case .anything: "any value"
    }
  }

  /// What the elements of a list kind must be; nil for everything else.
  var element: Kind? {
    switch self {
    case .strings: .string
    case .ints, .optionalInts: .int
    case .doubles: .double
    case .intLists: .ints
    case .doubleLists: .doubles
    case .intListLists: .intLists
    case .list: .anything
    case .bool, .int, .double, .optionalDouble, .string, .anything: nil
    }
  }
}

/// Where a value does not fit its kind: the indices that lead to it, what stands there, what should.
struct WrongType: Error {
  var place: [Int]
  let found: Value
  let expected: Kind
}

extension Kind {
  /// Returns the value in the form that the getters expect, or throws the first place that does not fit.
  func fit(_ value: Value) throws(WrongType) -> Value {
    switch (self, value) {
    case (.anything, _), (.bool, .bool), (.int, .int), (.double, .double), (.string, .string):
      return value
    case (.double, .int(let number)), (.optionalDouble, .int(let number)):
      return .double(Double(number))
    case (.optionalDouble, .double):
      return value
    case (_, .list(let items)):
      guard let element else { break }
      return .list(try fit(items, element))
    default:
      break
    }
    throw WrongType(place: [], found: value, expected: self)
  }

  private func fit(_ items: [Value], _ element: Kind) throws(WrongType) -> [Value] {
    var result: [Value] = []
    result.reserveCapacity(items.count)
    for (index, item) in items.enumerated() {
      do {
        result.append(try element.fit(element.readNumber(item)))
      } catch {
        throw WrongType(place: [index] + error.place, found: error.found, expected: error.expected)
      }
    }
    return result
  }

  /// Reads `1e-3` inside a list as the number it is: YAML 1.1 wants a dot and leaves a string there, and the
  /// reference fails on it only when it computes with it.
  private func readNumber(_ item: Value) -> Value {
    guard case .double = self, case .string(let text) = item else { return item }
    switch PythonLiteral.decode(text) {
    case .int(let number): return .double(Double(number))
    case .double(let number): return .double(number)
    default: return item
    }
  }
}
