internal import Checkpoint
public import Configuration

/// A file's tensors under the names that it gives them, without what data-parallel training puts before all of them.
public struct PeerFile: Sendable {
  /// What stands before every name.
  let wrapper: String
  public let names: [String]
  private let shapes: [String: [Int]]
  /// PySlowFast's configuration, where the file has one.
  public let config: Configuration?
  /// MMAction2's configuration, where the file has one.
  public let pythonText: String?

  init(_ content: FileContent) {
    self.init(
      content.items.map { ($0.originalName, $0.originalShape) }, config: Self.config(content.configText, path: ""),
      pythonText: content.pythonConfigText)
  }

  init(_ checkpoint: Checkpoint) {
    self.init(
      checkpoint.entries.map { ($0.originalName, $0.originalShape) },
      config: Self.config(checkpoint.configText, path: checkpoint.path), pythonText: checkpoint.pythonConfigText)
  }

  /// - Parameter path: Of the file, for the places of the configuration's values.
  private static func config(_ text: String?, path: String) -> Configuration? {
    text.flatMap { Configuration(checkpointText: $0, path: path, rules: ModelRules()) }
  }

  private init(_ items: [(name: String, shape: [Int]?)], config: Configuration?, pythonText: String?) {
    let wrapper = "module."
    let isWrapped = !items.isEmpty && items.allSatisfy { $0.name.hasPrefix(wrapper) }
    self.wrapper = isWrapped ? wrapper : ""
    let length = self.wrapper.count
    names = items.map { String($0.name.dropFirst(length)) }
    shapes = Dictionary(
      zip(names, items).compactMap { name, item in item.shape.map { (name, $0) } },
      uniquingKeysWith: { _, last in last })
    self.config = config
    self.pythonText = pythonText
  }

  public func shape(_ name: String) -> [Int]? { shapes[name] }

  public func has(_ name: String) -> Bool { shapes[name] != nil }

  /// The first name that has a part.
  public func first(containing part: String) -> String? { names.first { $0.hasPart(part) } }

  /// The first name, and its shape, that ends so and suits.
  public func first(ending end: String, where suits: ([Int]) -> Bool) -> String? {
    names.first { $0.hasSuffix(end) && (shapes[$0].map(suits) ?? false) }
  }
}

extension StringProtocol {
  /// Whether it has a part, byte for byte. Of names by the hundred `contains` would take most of the time that a file does.
  func hasPart(_ part: String) -> Bool {
    guard let first = part.utf8.first else { return true }
    var rest = self.utf8[...]
    while let start = rest.firstIndex(of: first) {
      rest = rest[start...]
      if rest.starts(with: part.utf8) { return true }
      rest = rest.dropFirst()
    }
    return false
  }
}

/// The number at the beginning of a text, and what follows the point after it.
func leadingNumber(_ text: Substring) -> (number: Int, rest: Substring)? {
  let digits = text.prefix { $0.isASCII && $0.isNumber }
  guard !digits.isEmpty, let number = Int(digits), text.dropFirst(digits.count).first == "." else { return nil }
  return (number, text.dropFirst(digits.count + 1))
}
