internal import Files

extension Unpickler {
  /// Turns a dictionary into named tensors. Values that are no tensors keep the reason.
  ///
  /// - Parameter storage: Finds the bytes of a torch storage in the file.
  mutating func stateItems(
    _ number: Int, storage: (PickleGraph.Storage) throws -> Range<Int>
  ) throws -> [StateItem] {
    let dictionary = graph.dictionaries[number]
    return try zip(dictionary.keys, dictionary.values).map { try stateItem($0, $1, storage: storage) }
  }

  /// Turns a value into a named tensor, if it is one; else it keeps the reason.
  mutating func stateItem(
    _ name: String, _ value: PickleValue, storage: (PickleGraph.Storage) throws -> Range<Int>
  ) throws -> StateItem {
    try charge(name.utf8.count)
    switch value {
    case .tensor(let number):
      let view = graph.tensors[number]
      let source = try graph.storages[view.storage].source ?? .file(storage(graph.storages[view.storage]))
      let content = RawTensor.checked(
        view.type, source, start: view.start, shape: view.shape, strides: view.strides, limit: elementLimit)
      if case .failure(let unreadable) = content {
        throw CheckpointError.damaged(
          path: cursor.path, offset: nil, found: "the tensor '\(printable(name))': \(unreadable.text)")
      }
      return StateItem(name, content)
    case .array(let number): return StateItem(name, try array(number, name))
    default: return StateItem(name, .failure("\(graph.kind(value))"))
    }
  }

  /// The most elements that a tensor of this file may claim.
  private var elementLimit: Int { max(file.count, 1 << 20) }

  private mutating func array(_ number: Int, _ name: String) throws -> Result<RawTensor, UnreadableTensor> {
    let array = graph.arrays[number]
    guard array.type < graph.numberTypes.count else { return .failure("a NumPy array without a dtype") }
    let numberType = graph.numberTypes[array.type]
    guard !numberType.isStructured, let type = ElementType(numpy: numberType.code) else {
      return .failure("a NumPy array of dtype '\(printable(numberType.code, limit: 20))'")
    }
    if numberType.isBigEndian && type.size > 1 { return .failure("a NumPy array in big-endian order") }
    let source: RawTensor.Bytes
    switch array.data {
    case .bytes(let range): source = .file(range)
    case .ownedBytes(let number): source = .owned(graph.ownedBytes[number])
    case .latin1Text(let range):
      try charge(range.count)
      guard let count = file.decodeLatin1(range, { _ in }) else {
        throw malformed(name, "text that stands for no bytes")
      }
      source = .latin1Text(range, count: count)
    default: return .failure("a NumPy array whose data are \(graph.kind(array.data))")
    }
    let strides = array.isFortran ? RawTensor.fortranStrides(array.shape) : nil
    let content = RawTensor.checked(type, source, shape: array.shape, strides: strides, limit: elementLimit)
    switch content {
    case .failure(let unreadable): throw malformed(name, unreadable.text)
    case .success(let raw):
      guard raw.count * type.size == source.count else {
        throw malformed(name, "shape \(raw.shape) of \(type) with \(source.count) bytes of data")
      }
    }
    return content
  }

  private func malformed(_ name: String, _ found: String) -> CheckpointError {
    .damaged(path: cursor.path, offset: nil, found: "the array '\(printable(name))': \(found)")
  }
}
