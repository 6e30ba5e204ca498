extension Unpickler {
  /// Models `torch.storage._load_from_bytes`, by which tensors are pickled without torch.save: its argument is a legacy torch
  /// file of one storage. nil for anything else.
  mutating func embeddedStorage(_ items: [PickleValue]) throws(CheckpointError) -> PickleValue? {
    guard case .bytes(let range)? = items.first, items.count == 1, depth < 2 else { return nil }
    // Each byte is read once more.
    try charge(range.count)
    var inner = Unpickler(ByteCursor(file, range), depth: depth + 1)
    let (value, ranges) = try legacyContent(&inner)
    guard case .storage(let number) = value else { return nil }
    var storage = inner.graph.storages[number]
    guard storage.view == nil, let bytes = ranges[storage.key] else { return nil }
    storage.bytes = bytes
    graph.storages.append(storage)
    return .storage(graph.storages.count - 1)
  }
}
