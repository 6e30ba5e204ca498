extension Unpickler {
  /// Makes or fills a list, tuple, set or dictionary.
  mutating func container(_ opcode: Opcode) throws(CheckpointError) {
    switch opcode {
    case .emptyDict: stack.append(try dictionary([]))
    case .dict: stack.append(try dictionary(try popToMark()))
    case .emptyList, .emptySet: stack.append(.list(try sequence([])))
    case .list, .frozenSet: stack.append(.list(try sequence(try popToMark())))
    case .emptyTuple: stack.append(.tuple(try sequence([])))
    case .tuple: stack.append(.tuple(try sequence(try popToMark())))
    case .tuple1: stack.append(.tuple(try sequence([try pop()])))
    case .tuple2:
      let second = try pop()
      stack.append(.tuple(try sequence([try pop(), second])))
    case .tuple3:
      let third = try pop()
      let second = try pop()
      stack.append(.tuple(try sequence([try pop(), second, third])))
    case .append: try append([try pop()])
    case .appends, .addItems: try append(try popToMark())
    case .setItem:
      let value = try pop()
      try setItems([try pop(), value])
    default: try setItems(try popToMark())
    }
  }

  /// Stores a list's or tuple's items.
  mutating func sequence(_ items: [PickleValue]) throws(CheckpointError) -> Int {
    graph.sequences.append(PickleGraph.Sequence(items: items, depth: try depth(above: items)))
    return graph.sequences.count - 1
  }

  /// Stores a dictionary made of alternating keys and values.
  mutating func dictionary(_ items: [PickleValue]) throws(CheckpointError) -> PickleValue {
    graph.dictionaries.append(PickleGraph.Dictionary())
    let number = graph.dictionaries.count - 1
    try fill(number, items)
    return .dictionary(number)
  }

  /// Returns the elements of a list or tuple.
  func items(_ value: PickleValue) -> [PickleValue]? {
    switch value {
    case .list(let number), .tuple(let number): return graph.sequences[number].items
    default: return nil
    }
  }

  private mutating func append(_ items: [PickleValue]) throws(CheckpointError) {
    switch try top() {
    case .list(let number):
      let depth = try depth(above: items)
      graph.sequences[number].items.append(contentsOf: items)
      graph.sequences[number].depth = max(graph.sequences[number].depth, depth)
    case .inert: break
    case let other: throw damaged("a pickle that appends to \(graph.kind(other))")
    }
  }

  private mutating func setItems(_ items: [PickleValue]) throws(CheckpointError) {
    switch try top() {
    case .dictionary(let number): try fill(number, items)
    case .inert: break
    case let other: throw damaged("a pickle that sets items of \(graph.kind(other))")
    }
  }

  private mutating func fill(_ number: Int, _ items: [PickleValue]) throws(CheckpointError) {
    guard items.count.isMultiple(of: 2) else { throw damaged("a dictionary with a key that has no value") }
    let depth = try depth(above: items)
    graph.dictionaries[number].depth = max(graph.dictionaries[number].depth, depth)
    for index in stride(from: 0, to: items.count, by: 2) {
      if case .integer(let key) = items[index] { graph.dictionaries[number].numbered[key] = items[index + 1] }
      guard let key = try string(items[index]) else { continue }
      if let place = graph.dictionaries[number].places[key] {
        graph.dictionaries[number].values[place] = items[index + 1]
      } else {
        graph.dictionaries[number].places[key] = graph.dictionaries[number].keys.count
        graph.dictionaries[number].keys.append(key)
        graph.dictionaries[number].values.append(items[index + 1])
      }
    }
  }

  private func depth(above items: [PickleValue]) throws(CheckpointError) -> Int {
    let depth = 1 + (items.lazy.map { graph.depth($0) }.max() ?? 0)
    if depth > Limit.depth { throw excessive("a pickle nested deeper than \(Limit.depth)") }
    return depth
  }

  /// Decodes a string, or Python 2's byte string; nil for anything else.
  mutating func string(_ value: PickleValue) throws(CheckpointError) -> String? {
    switch value {
    case .text(let range):
      try charge(range.count)
      return file.text(range)
    case .bytes(let range):
      try charge(range.count)
      return file.latin1(range)
    case .ownedText(let number):
      try charge(graph.ownedTexts[number].utf8.count)
      return graph.ownedTexts[number]
    case .ownedBytes(let number):
      try charge(graph.ownedBytes[number].count)
      var text = String.UnicodeScalarView()
      for byte in graph.ownedBytes[number] { text.append(Unicode.Scalar(byte)) }
      return String(text)
    default: return nil
    }
  }
}
