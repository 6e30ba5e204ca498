internal import YAML

/// What a file of Detectron's says of its training, as YAML that Python wrote with the classes of its objects.
///
/// The text is composed into nodes, in which the classes are mere tags: nothing of them is looked up or run. A text that
/// cannot be read, or that is larger or more entangled than a configuration is, says nothing.
struct Detectron1Config {
  private let root: YAMLNode?

  private static let mostBytes = 1 << 20

  init(_ text: String) {
    let read = text.utf8.count <= Self.mostBytes ? try? YAMLNode.read(text) : nil
    root = read ?? nil
  }

  /// The node of a key; what Python writes of an object of its own stands under `dictitems`.
  private func node(_ keys: [String]) -> YAMLNode? {
    var node = root
    for key in keys { node = (node?["dictitems"] ?? node)?[key] }
    return node
  }

  /// A number, or a list of numbers, nested or not.
  func numbers(_ keys: String...) -> [Float]? {
    func flat(_ node: YAMLNode, depth: Int) -> [Float]? {
      if let items = node.items {
        if depth > 4 || items.count > 16 { return nil }
        let parts = items.map { flat($0, depth: depth + 1) }
        return parts.contains(nil) ? nil : parts.compactMap(\.self).flatMap(\.self)
      }
      return node.text.flatMap { Float($0) }.flatMap { $0.isFinite ? [$0] : nil }
    }
    return node(keys).flatMap { flat($0, depth: 0) }.flatMap { $0.isEmpty ? nil : $0 }
  }

  func bool(_ keys: String...) -> Bool? {
    switch node(keys)?.text?.lowercased() {
    case "true": true
    case "false": false
    default: nil
    }
  }
}
