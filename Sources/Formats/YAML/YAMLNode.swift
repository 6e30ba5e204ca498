/// A node of a YAML text: what stands there, and not yet what it means. What aliases repeat is there once.
public struct YAMLNode: Sendable {
  public enum Content: Sendable {
    case scalar(String)
    case sequence([YAMLNode])
    /// As they stand, equal keys too.
    case mapping([Pair])
  }

  /// One `key: value` of a mapping.
  public struct Pair: Sendable {
    public let key: YAMLNode
    public let value: YAMLNode
  }

  public let content: Content
  /// Written out, such as "tag:yaml.org,2002:int"; that of strings where a scalar has quotes, nil where nothing is said.
  public let tag: String?
  /// Where it begins, from 1; columns in characters of Unicode.
  public let line: Int
  public let column: Int

  /// Nodes in it and itself, aliases written out.
  let size: Int
  /// How deep what is in it is nested: 0 of a scalar.
  let height: Int
}

extension YAMLNode {
  /// The tag of a scalar that is a string whatever it looks like.
  public static let stringTag = "tag:yaml.org,2002:str"

  /// What a scalar says; nil of others.
  public var text: String? { if case .scalar(let text) = content { text } else { nil } }

  /// The nodes of a sequence; nil of others.
  public var items: [YAMLNode]? { if case .sequence(let items) = content { items } else { nil } }

  /// What a mapping has under a key, of equal ones the last; nil of others.
  public subscript(key: String) -> YAMLNode? {
    if case .mapping(let pairs) = content { pairs.last { $0.key.text == key }?.value } else { nil }
  }
}
