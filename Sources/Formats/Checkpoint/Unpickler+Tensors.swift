extension Unpickler {
  /// Models torch's three ways to rebuild a tensor from a storage; nil when the arguments are others.
  mutating func tensor(_ role: PickleGlobal.Role, _ items: [PickleValue]) throws(CheckpointError) -> PickleValue? {
    guard items.count >= 4, case .storage(let storage) = items[0], case .integer(let start) = items[1],
      let shape = try integers(items[2]), let strides = try integers(items[3])
    else { return nil }
    var type = graph.storages[storage].type
    if role == .rebuildTensorV3 {
      guard items.count >= 7, case .global(let number) = items[6],
        case .torchType(let named) = graph.globals[number].role
      else { return nil }
      type = named
    }
    // Metadata marks views whose numbers are negated or conjugated on reading.
    let metadata = role == .rebuildTensorV2 ? 6 : 7
    if items.count > metadata, case .dictionary(let number) = items[metadata],
      graph.dictionaries[number]["neg"] == .bool(true)
    {
      return nil
    }
    graph.tensors.append(
      PickleGraph.TensorView(storage: storage, type: type, start: start, shape: shape, strides: strides))
    return .tensor(graph.tensors.count - 1)
  }

  /// Reads a tuple or list of integers.
  mutating func integers(_ value: PickleValue) throws(CheckpointError) -> [Int]? {
    guard let items = items(value), items.count <= 64 else { return nil }
    try charge(items.count)
    var result: [Int] = []
    for item in items {
      guard case .integer(let number) = item else { return nil }
      result.append(number)
    }
    return result
  }

  /// Reads torch's reference to a storage outside the pickle.
  mutating func persistent(_ id: PickleValue) throws(CheckpointError) -> PickleValue {
    guard let items = items(id), items.count >= 5, try string(items[0]) == "storage",
      let key = try string(items[2]), case .integer(let count) = items[4], count >= 0
    else { throw damaged("a reference to a storage that is malformed") }
    guard case .global(let number) = items[1] else { throw damaged("a storage without a class") }
    let type: ElementType
    switch graph.globals[number].role {
    case .storage(let named): type = named
    case .untypedStorage: type = .uint8
    default: return inert(graph.globals[number].fullName)
    }
    var view: Range<Int>?
    if items.count > 5, items[5] != .none {
      guard let parts = self.items(items[5]), parts.count == 3, case .integer(let start) = parts[1],
        case .integer(let length) = parts[2], start >= 0, length >= 0, length <= count, start <= count - length
      else { throw damaged("a view of a storage that is malformed") }
      view = start..<start + length
    }
    graph.storages.append(PickleGraph.Storage(type: type, key: key, count: count, view: view))
    return .storage(graph.storages.count - 1)
  }

  // MARK: NumPy

  /// Models `numpy.dtype(code, ...)`, `scalar(dtype, bytes)` and `_frombuffer(bytes, dtype, shape, order)`.
  mutating func numpy(_ role: PickleGlobal.Role, _ items: [PickleValue]) throws(CheckpointError) -> PickleValue? {
    if role == .numpyDType {
      guard let first = items.first, let code = try string(first) else { return nil }
      graph.numberTypes.append(PickleGraph.NumberType(code: code))
      return .numberType(graph.numberTypes.count - 1)
    }
    var array = PickleGraph.Array()
    if role == .numpyScalar {
      guard items.count >= 2, case .numberType(let type) = items[0] else { return nil }
      (array.type, array.data) = (type, items[1])
    } else {
      guard items.count == 4, case .numberType(let type) = items[1], let shape = try integers(items[2]),
        let order = try string(items[3])
      else { return nil }
      (array.shape, array.type, array.isFortran, array.data) = (shape, type, order == "F", items[0])
    }
    graph.arrays.append(array)
    return .array(graph.arrays.count - 1)
  }

  /// Reads the state of an array: version, shape, dtype, whether in Fortran order, bytes.
  mutating func arrayState(_ state: PickleValue) throws(CheckpointError) -> PickleGraph.Array? {
    guard let items = items(state), items.count == 5, let shape = try integers(items[1]),
      case .numberType(let type) = items[2]
    else { return nil }
    // Protocols 0 and 1 write the flag as an integer.
    let isFortran: Bool
    switch items[3] {
    case .bool(let flag): isFortran = flag
    case .integer(let flag): isFortran = flag != 0
    default: return nil
    }
    return PickleGraph.Array(shape: shape, type: type, isFortran: isFortran, data: items[4])
  }
}
