internal import Files

/// Reads a frozen TensorFlow graph (a `GraphDef`): the values of its constants, each under its node's name. No node is run,
/// and what else the graph says is passed over.
///
/// Source: graph.proto, node_def.proto, attr_value.proto, tensor.proto, tensor_shape.proto and types.proto of
/// tensorflow/core/framework.
func readTensorFlowGraph(_ file: MappedFile) throws(CheckpointError) -> FileContent {
  var content = FileContent(format: .tensorFlowGraph, items: [])
  var graph = ProtobufFields(file, 0..<file.count, "the graph")
  var nodes = 0
  while let (number, value) = try graph.next() {
    guard number == 1, case .bytes(let range) = value else { continue }
    nodes += 1
    if let item = try constant(file, range) { content.items.append(item) }
  }
  guard !content.items.isEmpty else {
    throw .unsupported(
      path: file.path,
      found: "a TensorFlow graph of \(nodes) nodes, none of them a constant: its weights are elsewhere",
      advice: "give a frozen graph, whose variables were made constants")
  }
  return content
}

/// Whether a file begins as a graph does: with a node that has a name and an operation.
func isTensorFlowGraph(_ file: MappedFile) -> Bool {
  func word(_ field: (number: Int, content: ProtobufFields.Content)?, _ number: Int) -> Bool {
    guard let field, field.number == number, case .bytes(let range) = field.content, !range.isEmpty else {
      return false
    }
    return file.bytes[range].allSatisfy { $0 > 0x20 && $0 < 0x7f }
  }
  guard file.count > 0, file.bytes[0] == 0x0a else { return false }
  var graph = ProtobufFields(file, 0..<file.count, "the graph")
  guard case (1, .bytes(let range))? = try? graph.next() else { return false }
  var node = ProtobufFields(file, range, "a node")
  return word(try? node.next(), 1) && word(try? node.next(), 2)
}

/// The item of a node that is a constant; nil for any other.
private func constant(_ file: MappedFile, _ range: Range<Int>) throws(CheckpointError) -> StateItem? {
  var (name, operation) = ("", "")
  var tensor: Range<Int>?
  var node = ProtobufFields(file, range, "a node")
  while let (number, value) = try node.next() {
    guard case .bytes(let bytes) = value else { continue }
    switch number {
    case 1: name = file.text(bytes)
    case 2: operation = file.text(bytes)
    case 5: tensor = try attribute(file, bytes, "value", of: name) ?? tensor
    default: break
    }
  }
  guard operation == "Const" else { return nil }
  guard let tensor else { return StateItem(name, .failure("a constant without a value")) }
  return try content(file, tensor, name).map { StateItem(name, $0) }
}

/// The tensor of an attribute, where it has the name that is asked for.
private func attribute(
  _ file: MappedFile, _ range: Range<Int>, _ wanted: String, of node: String
) throws(CheckpointError) -> Range<Int>? {
  let what = "an attribute of the node '\(printable(node))'"
  var entry = ProtobufFields(file, range, what)
  var isWanted = false
  var tensor: Range<Int>?
  while let (number, value) = try entry.next() {
    guard case .bytes(let bytes) = value else { continue }
    if number == 1 { isWanted = file.has(wanted, at: bytes.lowerBound) && bytes.count == wanted.utf8.count }
    if number == 2, isWanted {
      var content = ProtobufFields(file, bytes, what)
      while let (number, value) = try content.next() {
        if number == 8, case .bytes(let bytes) = value { tensor = bytes }
      }
    }
  }
  return tensor
}

/// The numbers of a tensor, which stand either as they lie in memory or one by one; nil for texts.
private func content(
  _ file: MappedFile, _ range: Range<Int>, _ name: String
) throws(CheckpointError) -> Result<RawTensor, UnreadableTensor>? {
  let what = "the tensor '\(printable(name))'"
  var code: UInt64 = 0
  var shape: [Int]? = []
  var memory: Range<Int>?
  var values: [UInt8] = []
  var fields = ProtobufFields(file, range, what)
  while let (number, value) = try fields.next() {
    switch (number, value) {
    case (1, .integer(let number)): code = number
    case (2, .bytes(let bytes)): shape = try sizes(file, bytes, what)
    case (4, .bytes(let bytes)): memory = bytes
    case (5, .bytes(let bytes)), (6, .bytes(let bytes)): values += file.bytes[bytes]
    case (7, _), (10, _), (11, _), (13, _), (16, _), (17, _):
      guard code != 0 else {
        throw .damaged(path: file.path, offset: range.lowerBound, found: "\(what) has numbers before their type")
      }
      guard let size = ElementType(tensorFlow: code)?.size else { continue }
      try append(value, file, size, what, to: &values)
    default: break
    }
  }
  if code == 7 { return nil }
  guard let type = ElementType(tensorFlow: code) else { return .failure("numbers of TensorFlow's type \(code)") }
  guard let shape else { return .failure("a tensor without a fixed shape") }
  guard let count = product(shape) else { return .failure("the shape \(shape), which is too large for its file") }
  let limit = max(file.count, 1 << 20)
  if let memory, !memory.isEmpty || count == 0 {
    guard let bytes = product([count, type.size]), bytes == memory.count else {
      throw .damaged(
        path: file.path, offset: memory.lowerBound,
        found: "\(what) has \(memory.count) bytes for the shape \(shape) of \(type)")
    }
    return RawTensor.checked(type, .file(memory), shape: shape, limit: limit)
  }
  // One number stands for all, none for zeros.
  let given = values.count / type.size
  if given == 0 { values = [UInt8](repeating: 0, count: type.size) }
  guard values.count % type.size == 0, given <= 1 || given == count else {
    return .failure("\(values.count) bytes of \(type) for the shape \(shape)")
  }
  let strides = given <= 1 ? [Int](repeating: 0, count: shape.count) : nil
  return RawTensor.checked(type, .owned(values), shape: shape, strides: strides, limit: limit)
}

/// A shape's sizes; nil where one is not known.
private func sizes(
  _ file: MappedFile, _ range: Range<Int>, _ what: String
) throws(CheckpointError) -> [Int]? {
  var result: [Int]? = []
  var shape = ProtobufFields(file, range, what)
  while let (number, value) = try shape.next() {
    if number == 3, case .integer(1) = value { result = nil }
    guard number == 2, case .bytes(let bytes) = value else { continue }
    // A size of 0 is not written.
    var size = 0
    var fields = ProtobufFields(file, bytes, what)
    while let (number, value) = try fields.next() {
      if number == 1, case .integer(let bits) = value { size = Int(truncatingIfNeeded: bits) }
    }
    if size < 0 { result = nil } else { result?.append(size) }
  }
  return result
}

/// Appends integers of so many bytes, of which one stands by itself or several packed.
private func append(
  _ value: ProtobufFields.Content, _ file: MappedFile, _ size: Int, _ what: String, to values: inout [UInt8]
) throws(CheckpointError) {
  func append(_ number: UInt64) {
    for byte in 0..<size { values.append(UInt8(truncatingIfNeeded: number >> (8 * UInt64(byte)))) }
  }
  switch value {
  case .integer(let number): append(number)
  case .bytes(let range):
    var cursor = ByteCursor(file, range)
    while cursor.remaining > 0 { append(try cursor.varint(what)) }
  }
}

extension ElementType {
  /// The format of a number of types.proto's `DataType`; nil for texts, complex and quantised numbers.
  fileprivate init?(tensorFlow code: UInt64) {
    switch code {
    case 1: self = .float32
    case 2: self = .float64
    case 3: self = .int32
    case 4: self = .uint8
    case 5: self = .int16
    case 6: self = .int8
    case 9: self = .int64
    case 10: self = .bool
    case 14: self = .bfloat16
    case 17: self = .uint16
    case 19: self = .float16
    case 22: self = .uint32
    case 23: self = .uint64
    default: return nil
    }
  }
}
