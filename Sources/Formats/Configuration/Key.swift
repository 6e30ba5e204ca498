/// A key that this program reads, with the type of its value: `config[.dataNumFrames]`.
///
/// The keys are the static members in `Keys+*.swift`, each named after its key: `DATA.NUM_FRAMES` is `dataNumFrames`. The
/// schema's entries are made from them, so that a key is of one type to those who read it and to those who set it.
public struct Key<Content: Sendable>: Sendable {
  private(set) var leaf: Leaf

  /// As a config writes it, with its sections.
  public var name: String { leaf.key }

  /// PySlowFast's default.
  public let fallback: Content

  private init(_ name: String, _ kind: Kind, _ fallback: Content, _ value: Value, _ use: Use = .test) {
    leaf = Leaf(name, kind, value, use)
    self.fallback = fallback
  }
}

extension Key {
  /// The same key, said to shape the results that are made of scores which are kept.
  func ofResults(_ unit: Leaf.Results) -> Key {
    var key = self
    key.leaf.results = unit
    return key
  }
}

extension Leaf {
  /// The entry of a key that is read.
  init<Content: Sendable>(_ key: Key<Content>) {
    self = key.leaf
    isRead = true
  }
}

// What a key may hold, one kind of value for each type.

extension Key<Bool> {
  init(_ name: String, _ fallback: Bool, _ use: Use = .test) {
    self.init(name, .bool, fallback, .bool(fallback), use)
  }
}

extension Key<Int> {
  init(_ name: String, _ fallback: Int, _ use: Use = .test) {
    self.init(name, .int, fallback, .int(fallback), use)
  }
}

extension Key<Double> {
  init(_ name: String, _ fallback: Double, _ use: Use = .test) {
    self.init(name, .double, fallback, .double(fallback), use)
  }
}

extension Key<String> {
  init(_ name: String, _ fallback: String, _ use: Use = .test) {
    self.init(name, .string, fallback, .string(fallback), use)
  }
}

extension Key<[String]> {
  init(_ name: String, _ fallback: [String], _ use: Use = .test) {
    self.init(name, .strings, fallback, Value(list: fallback, Value.string), use)
  }
}

extension Key<[Int]> {
  init(_ name: String, _ fallback: [Int]) { self.init(name, .ints, fallback, Value(list: fallback, Value.int)) }
}

extension Key<[Double]> {
  init(_ name: String, _ fallback: [Double], _ use: Use = .test) {
    self.init(name, .doubles, fallback, Value(list: fallback, Value.double), use)
  }
}

extension Key<[[Int]]> {
  init(_ name: String, _ fallback: [[Int]]) { self.init(name, .intLists, fallback, Value(lists: fallback)) }
}

extension Key<[[Double]]> {
  init(_ name: String, _ fallback: [[Double]], _ use: Use = .test) {
    self.init(name, .doubleLists, fallback, Value(list: fallback) { Value(list: $0, Value.double) }, use)
  }
}

/// A list, or null for what the model derives by itself.
extension Key<[Int]?> {
  init(_ name: String, _ fallback: [Int]?) {
    self.init(name, .optionalInts, fallback, fallback.map { Value(list: $0, Value.int) } ?? .null)
  }
}

/// A number, or null for none.
extension Key<Double?> {
  init(_ name: String, _ fallback: Double?, _ use: Use = .test) {
    self.init(name, .optionalDouble, fallback, fallback.map { .double($0) } ?? .null, use)
  }
}

extension Key<[[[Int]]]> {
  init(_ name: String, _ fallback: [[[Int]]]) {
    self.init(name, .intListLists, fallback, Value(list: fallback, Value.init(lists:)))
  }
}

extension Value {
  fileprivate init<Element>(list: [Element], _ element: (Element) -> Value) { self = .list(list.map(element)) }
  fileprivate init(lists: [[Int]]) { self.init(list: lists) { Value(list: $0, Value.int) } }
}
