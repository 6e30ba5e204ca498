internal import Files

extension Unpickler {
  /// Models `torch.storage._load_from_bytes`, by which tensors are pickled without torch.save: its argument is a legacy torch
  /// file of one storage, which pickle protocols 0 to 2 write as text. nil for anything else.
  mutating func embeddedStorage(_ items: [PickleValue]) throws(CheckpointError) -> PickleValue? {
    guard let argument = items.first, items.count == 1, depth < 2 else { return nil }
    var inner: Unpickler
    if case .bytes(let range) = argument {
      // Each byte is read once more.
      try charge(range.count)
      inner = Unpickler(ByteCursor(file, range), depth: depth + 1)
    } else {
      guard let bytes = try decoded(argument),
        let copy = try? MappedFile(bytes, path: file.path, doing: "reading a storage")
      else { return nil }
      inner = Unpickler(ByteCursor(copy), depth: depth + 1)
    }
    let (value, ranges) = try legacyContent(&inner)
    guard case .storage(let number) = value else { return nil }
    var storage = inner.graph.storages[number]
    guard storage.view == nil, let range = ranges[storage.key] else { return nil }
    // What was decoded goes with its reader.
    storage.source = inner.file === file ? .file(range) : .owned(Array(inner.file.bytes[range]))
    graph.storages.append(storage)
    return .storage(graph.storages.count - 1)
  }

  /// The bytes that text of the file stands for.
  private mutating func decoded(_ value: PickleValue) throws(CheckpointError) -> [UInt8]? {
    switch value {
    case .latin1Text(let range):
      try charge(range.count)
      var bytes: [UInt8] = []
      bytes.reserveCapacity(range.count)
      return file.decodeLatin1(range) { bytes.append($0) } == nil ? nil : bytes
    case .ownedBytes(let number):
      try charge(graph.ownedBytes[number].count)
      return graph.ownedBytes[number]
    default: return nil
    }
  }
}
