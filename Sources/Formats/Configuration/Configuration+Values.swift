// The values of keys by their types. A value is checked against its key's kind when it comes in, and the kind is that of
// the key's type, so that none of another type is ever met here.

extension Configuration {
  /// A true-or-false key.
  public subscript(key: Key<Bool>) -> Bool { value(key).flag }

  /// An integer key.
  public subscript(key: Key<Int>) -> Int { value(key).integer }

  /// A floating-point key.
  public subscript(key: Key<Double>) -> Double { value(key).number }

  /// A text key.
  public subscript(key: Key<String>) -> String { value(key).text }

  /// A list of texts.
  public subscript(key: Key<[String]>) -> [String] { value(key).items.map(\.text) }

  /// A list of integers.
  public subscript(key: Key<[Int]>) -> [Int] { value(key).integers }

  /// A list of numbers.
  public subscript(key: Key<[Double]>) -> [Double] { value(key).items.map(\.number) }

  /// Lists of integers, most often [stage][pathway].
  public subscript(key: Key<[[Int]]>) -> [[Int]] { value(key).items.map(\.integers) }

  /// Lists of numbers.
  public subscript(key: Key<[[Double]]>) -> [[Double]] { value(key).items.map { $0.items.map(\.number) } }

  /// A list of integers; nil where it is left to the model.
  public subscript(key: Key<[Int]?>) -> [Int]? {
    let value = value(key)
    return value == .null ? nil : value.integers
  }

  /// A number; nil for none.
  public subscript(key: Key<Double?>) -> Double? {
    let value = value(key)
    return value == .null ? nil : value.number
  }

  /// Lists of lists of integers: [stage][pathway] and then block indices or pool sizes.
  public subscript(key: Key<[[[Int]]]>) -> [[[Int]]] { value(key).items.map { $0.items.map(\.integers) } }

  /// Keys of training may be left empty where a test reads the config: they have their default then.
  private func value<Content: Sendable>(_ key: Key<Content>) -> Value {
    let value = value(of: key.leaf)
    return value == .null && !key.leaf.use.isOfTests ? key.leaf.fallback : value
  }
}

extension Value {
  fileprivate var flag: Bool {
    guard case .bool(let value) = self else { mismatch() }
    return value
  }

  fileprivate var integer: Int {
    guard case .int(let value) = self else { mismatch() }
    return value
  }

  fileprivate var number: Double {
    guard case .double(let value) = self else { mismatch() }
    return value
  }

  fileprivate var text: String {
    guard case .string(let value) = self else { mismatch() }
    return value
  }

  fileprivate var items: [Value] {
    guard case .list(let values) = self else { mismatch() }
    return values
  }

  fileprivate var integers: [Int] { items.map(\.integer) }

  private func mismatch() -> Never { preconditionFailure("a value was taken in that is not of its key's kind") }
}
