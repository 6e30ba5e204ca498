extension YAMLNode {
  /// Reads a text of one document: YAML 1.1, of which more than any configuration needs is refused. That is more than 32
  /// levels of nesting, more than 32 aliases, and more than 100,000 nodes once these are written out.
  ///
  /// - Returns: The document's node; nil where the text holds none.
  /// - Throws: `YAMLError`.
  public static func read(_ text: String) throws(YAMLError) -> YAMLNode? {
    var composer = YAMLComposer(events: try YAMLEvents(text))
    return try composer.document()
  }
}

/// Makes nodes of a text's events.
private struct YAMLComposer {
  private let events: YAMLEvents
  private var anchored: [String: YAMLNode] = [:]
  private var aliases = 0
  /// So far, aliases written out.
  private var nodes = 0

  private static let depthLimit = 32
  private static let aliasLimit = 32
  private static let nodeLimit = 100_000

  init(events: YAMLEvents) { self.events = events }

  mutating func document() throws(YAMLError) -> YAMLNode? {
    guard case .documentStart = try events.next().kind else { return nil }
    let root = try node(try events.next(), depth: 0)
    _ = try events.next()
    let after = try events.next()
    guard case .streamEnd = after.kind else {
      throw after.error("another document begins here", "keep one document: delete the line '---' and what follows")
    }
    return root
  }

  /// - Parameter depth: How many collections it is in.
  private mutating func node(_ event: YAMLEvent, depth: Int) throws(YAMLError) -> YAMLNode {
    if case .alias(let name) = event.kind { return try repeated(name, event, depth: depth) }
    let before = nodes
    try count(1, event)
    let content: YAMLNode.Content
    let properties: YAMLEvent.Properties
    var height = 0
    switch event.kind {
    case .scalar(let text, let given):
      (content, properties) = (.scalar(text), given)
      try check(depth, event)
    case .sequence(let given):
      var items: [YAMLNode] = []
      while let item = try member(depth, event, &height) { items.append(item) }
      (content, properties) = (.sequence(items), given)
    case .mapping(let given):
      var pairs: [YAMLNode.Pair] = []
      while let key = try member(depth, event, &height), let value = try member(depth, event, &height) {
        pairs.append(YAMLNode.Pair(key: key, value: value))
      }
      (content, properties) = (.mapping(pairs), given)
    default:
      // libyaml's parser has no other event here.
      throw event.error("no value stands here", "check the file with a YAML tool")
    }
    let node = YAMLNode(
      content: content, tag: properties.tag, line: event.line, column: event.column, size: nodes - before,
      height: height)
    if let anchor = properties.anchor { anchored[anchor] = node }
    return node
  }

  /// The next node of a collection, of whose height it makes the greatest; nil at its end.
  private mutating func member(
    _ depth: Int, _ collection: YAMLEvent, _ height: inout Int
  ) throws(YAMLError) -> YAMLNode? {
    try check(depth, collection)
    let event = try events.next()
    if case .collectionEnd = event.kind { return nil }
    let node = try node(event, depth: depth + 1)
    height = max(height, node.height + 1)
    return node
  }

  private mutating func repeated(_ name: String, _ event: YAMLEvent, depth: Int) throws(YAMLError) -> YAMLNode {
    aliases += 1
    if aliases > Self.aliasLimit {
      throw event.error("more than \(Self.aliasLimit) aliases (*name)", "write the values out")
    }
    guard let node = anchored[name] else {
      throw event.error("found undefined alias", "define it first with &\(name)")
    }
    try count(node.size, event)
    try check(depth + node.height, event)
    return node
  }

  private mutating func count(_ more: Int, _ event: YAMLEvent) throws(YAMLError) {
    nodes += more
    if nodes > Self.nodeLimit {
      throw event.error(
        "more than \(Self.nodeLimit) values, aliases (*name) written out", "use fewer or smaller aliases")
    }
  }

  private func check(_ depth: Int, _ event: YAMLEvent) throws(YAMLError) {
    if depth > Self.depthLimit {
      throw event.error(
        "nested deeper than \(Self.depthLimit) levels", "nest less: keys of configurations need 5 at most")
    }
  }
}
