internal import Files

extension Unpickler {
  /// Handles the operations by which Python would find and call things.
  mutating func object(_ opcode: Opcode) throws(CheckpointError) {
    switch opcode {
    case .global:
      let module = file.text(try cursor.line("a class name"))
      stack.append(try global(module: module, name: file.text(try cursor.line("a class name"))))
    case .stackGlobal:
      let (name, module) = (try pop(), try pop())
      guard let name = try string(name), let module = try string(module) else {
        throw damaged("a class whose name is no string")
      }
      stack.append(try global(module: module, name: name))
    case .reduce, .newObj:
      let arguments = try pop()
      stack.append(try call(try pop(), arguments))
    case .newObjEx:
      _ = try pop()
      let arguments = try pop()
      stack.append(try call(try pop(), arguments))
    case .inst:
      let module = file.text(try cursor.line("a class name"))
      let callee = try global(module: module, name: file.text(try cursor.line("a class name")))
      stack.append(try call(callee, .tuple(try sequence(try popToMark()))))
    case .obj:
      let items = try popToMark()
      guard let callee = items.first else { throw damaged("an object without a class") }
      stack.append(try call(callee, .tuple(try sequence(Array(items.dropFirst())))))
    case .build:
      let state = try pop()
      try build(try top(), state)
    case .persID:
      _ = try cursor.line("a persistent id")
      stack.append(inert("a persistent id"))
    default: stack.append(try persistent(try pop()))
    }
  }

  /// Models a call, or stands in for it.
  private mutating func call(_ callee: PickleValue, _ arguments: PickleValue) throws(CheckpointError) -> PickleValue {
    guard case .tuple(let tuple) = arguments else {
      throw damaged("a call with \(graph.kind(arguments)) for arguments")
    }
    // Calling what was never built gives one more thing that was never built.
    if case .inert = callee { return callee }
    guard case .global(let number) = callee else { throw damaged("a call of \(graph.kind(callee))") }
    let items = graph.sequences[tuple].items
    try charge(items.count)
    return try call(graph.globals[number], items)
  }

  private mutating func call(_ callee: PickleGlobal, _ items: [PickleValue]) throws(CheckpointError) -> PickleValue {
    switch callee.role {
    case .dictionary: return try pairs(items)
    case .list, .tuple:
      let content = items.first.flatMap { self.items($0) } ?? []
      try charge(content.count)
      return callee.role == .list ? .list(try sequence(content)) : .tuple(try sequence(content))
    case .rebuildTensor, .rebuildTensorV2, .rebuildTensorV3:
      return try tensor(callee.role, items) ?? inert(callee.fullName)
    case .rebuildParameter: return items.first ?? inert(callee.fullName)
    case .rebuildFromType:
      guard items.count == 4, case .global(let inner) = items[0], let arguments = self.items(items[2]),
        graph.globals[inner].role != .rebuildFromType
      else { return inert(callee.fullName) }
      try charge(arguments.count)
      return try call(graph.globals[inner], arguments)
    case .embeddedStorage: return try embeddedStorage(items) ?? inert(callee.fullName)
    case .numpyReconstruct:
      graph.arrays.append(PickleGraph.Array())
      return .array(graph.arrays.count - 1)
    case .numpyDType, .numpyScalar, .numpyFromBuffer: return try numpy(callee.role, items) ?? inert(callee.fullName)
    case .encode, .bytes: return try encode(items) ?? inert(callee.fullName)
    case .storage, .untypedStorage, .torchType, .harmless, .unknown: return inert(callee.fullName)
    }
  }

  mutating func inert(_ name: String) -> PickleValue {
    graph.inerts.append(PickleGraph.Inert(name: name))
    return .inert(graph.inerts.count - 1)
  }

  /// Makes a dictionary of a list of pairs, as OrderedDict's calls give them.
  private mutating func pairs(_ items: [PickleValue]) throws(CheckpointError) -> PickleValue {
    if case .dictionary? = items.first { return items[0] }
    var flat: [PickleValue] = []
    // defaultdict puts its factory first.
    for item in items {
      for pair in self.items(item) ?? [] {
        try charge(2)
        guard let pair = self.items(pair), pair.count == 2 else { continue }
        flat += pair
      }
    }
    return try dictionary(flat)
  }

  /// Models `_codecs.encode(text, "latin1")` and `bytes()`.
  private mutating func encode(_ items: [PickleValue]) throws(CheckpointError) -> PickleValue? {
    if items.isEmpty { return .bytes(cursor.offset..<cursor.offset) }
    guard items.count == 2, let name = try string(items[1]),
      ["latin1", "latin-1", "iso-8859-1"].contains(name.lowercased())
    else { return nil }
    switch items[0] {
    case .text(let range): return .latin1Text(range)
    case .ownedText(let number):
      let scalars = graph.ownedTexts[number].unicodeScalars
      try charge(scalars.count)
      guard scalars.allSatisfy({ $0.value < 256 }) else { return nil }
      graph.ownedBytes.append(scalars.map { UInt8($0.value) })
      return .ownedBytes(graph.ownedBytes.count - 1)
    default: return nil
    }
  }

  /// Gives an object its inside: NumPy's arrays and dtypes need it, of others it is dropped.
  private mutating func build(_ target: PickleValue, _ state: PickleValue) throws(CheckpointError) {
    switch target {
    case .array(let number):
      guard let array = try arrayState(state) else { throw damaged("a NumPy array with a malformed state") }
      graph.arrays[number] = array
    case .numberType(let number):
      guard let items = items(state), items.count >= 2, let order = try string(items[1]) else {
        throw damaged("a NumPy dtype with a malformed state")
      }
      graph.numberTypes[number].isBigEndian = order == ">"
      graph.numberTypes[number].isStructured = items.count > 4 && items[4] != .none
    default: break
    }
  }
}
