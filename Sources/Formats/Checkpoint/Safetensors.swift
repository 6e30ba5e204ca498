public import Files
internal import JSON
public import Tensors

/// Reads a safetensors file: the length of a JSON header, the header, the numbers.
///
/// Source: the format's description in huggingface/safetensors.
func readSafetensors(_ file: MappedFile) throws -> FileContent {
  var cursor = ByteCursor(file)
  let start = 8 + (try cursor.length(UInt64.self, "the safetensors header"))
  guard case .object(let members) = try header(file, 8..<start) else {
    throw damaged(file, "a safetensors header that is no JSON object")
  }
  var content = FileContent(format: .safetensors, items: [])
  var ranges: [(range: Range<Int>, name: String)] = []
  for member in members {
    if member.name == "__metadata__" {
      content.readMetadata(member.value)
      continue
    }
    let (item, range) = try tensor(file, member.name, member.value, start..<file.count)
    content.items.append(item)
    ranges.append((range, member.name))
  }
  try checkCoverage(file, ranges, start..<file.count)
  return content
}

/// Reads the header's JSON; a header lies flat, tensors in an object.
private func header(_ file: MappedFile, _ range: Range<Int>) throws(CheckpointError) -> JSONValue {
  do {
    return try JSONReader.read(Array(file.bytes[range]), subject: "JSON header", limits: .init(depth: 16))
  } catch {
    throw .damaged(path: file.path, offset: range.lowerBound + error.offset, found: printable(error.found, limit: 200))
  }
}

extension FileContent {
  /// Takes over what a training run may have noted: `epoch`, `cfg` and a `notice` for the user.
  fileprivate mutating func readMetadata(_ value: JSONValue) {
    guard case .object(let members) = value else { return }
    for member in members {
      guard case .string(let text) = member.value else { continue }
      if member.name == "epoch" { epoch = Int(text) }
      if member.name == "cfg" { configText = text }
      if member.name == "notice" { notices.append(printable(text, limit: 200)) }
    }
  }
}

/// Reads the record of one tensor; its range is the file's.
private func tensor(
  _ file: MappedFile, _ name: String, _ value: JSONValue, _ data: Range<Int>
) throws -> (StateItem, Range<Int>) {
  let what = "the tensor '\(printable(name))'"
  guard case .object(let members) = value else { throw damaged(file, "\(what) without a description") }
  var typeName: String?
  var shape: [Int]?
  var offsets: [Int]?
  for member in members {
    switch (member.name, member.value) {
    case ("dtype", .string(let text)): typeName = text
    case ("shape", .array(let items)) where integers(items) != nil: shape = integers(items)
    case ("data_offsets", .array(let items)) where integers(items) != nil: offsets = integers(items)
    default: throw damaged(file, "\(what) with a malformed '\(printable(member.name))'")
    }
  }
  guard let typeName, let shape, let offsets, offsets.count == 2 else {
    throw damaged(file, "\(what) without dtype, shape or data_offsets")
  }
  guard offsets[0] >= 0, offsets[0] <= offsets[1], offsets[1] <= data.count else {
    throw damaged(file, "\(what) at bytes \(offsets[0]) to \(offsets[1]), the file has \(data.count) bytes of data")
  }
  let range = data.lowerBound + offsets[0]..<data.lowerBound + offsets[1]
  guard let type = ElementType(safetensors: typeName) else {
    return (StateItem(name, .failure("numbers of type '\(printable(typeName, limit: 20))'")), range)
  }
  if shape.allSatisfy({ $0 >= 0 }), let bytes = product(shape + [type.size]), bytes != range.count {
    let held = "its offsets hold \(range.count)"
    throw damaged(file, "\(what): the shape \(shape) of \(typeName) takes \(bytes) bytes, \(held)")
  }
  let content = RawTensor.checked(type, .file(range), shape: shape, limit: max(file.count, 1 << 20))
  if case .failure(let unreadable) = content { throw damaged(file, "\(what): \(unreadable.text)") }
  return (StateItem(name, content), range)
}

/// Checks that the tensors fill the data without gap or overlap.
private func checkCoverage(_ file: MappedFile, _ ranges: [(range: Range<Int>, name: String)], _ data: Range<Int>) throws
{
  var next = data.lowerBound
  var previous = "the header"
  let ordered = ranges.sorted {
    ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
  }
  for (range, name) in ordered {
    guard range.lowerBound == next else {
      let relation = range.lowerBound < next ? "overlaps" : "leaves a gap after"
      throw damaged(file, "the tensor '\(printable(name))' \(relation) \(previous)")
    }
    next = range.upperBound
    previous = "'\(printable(name))'"
  }
  guard next == data.upperBound else {
    throw damaged(file, "\(data.upperBound - next) bytes after the last tensor")
  }
}

private func integers(_ items: [JSONValue]) -> [Int]? {
  var result: [Int] = []
  for item in items {
    guard case .number(let number) = item, let value = number.int else { return nil }
    result.append(value)
  }
  return result
}

private func damaged(_ file: MappedFile, _ found: String) -> CheckpointError {
  .damaged(path: file.path, offset: nil, found: found)
}

/// Writes tensors as a safetensors file of float32, atomically; those that count batches are int64.
///
/// Layout: the counts first, whose places must be multiples of 8, then the other numbers, each in the order given; the first
/// at a multiple of 64 bytes.
///
/// - Throws: `FileError`.
public func writeSafetensors(
  _ tensors: [(name: String, tensor: Tensor)], metadata: [String: String] = [:], to path: String
) throws(FileError) {
  var json = JSONWriter()
  json.beginObject()
  if !metadata.isEmpty {
    json.member("__metadata__", .object(metadata.sorted { $0.key < $1.key }.map { ($0.key, JSONValue($0.value)) }))
  }
  let counts = tensors.filter { isBatchCount($0.name) }
  let others = tensors.filter { !isBatchCount($0.name) }
  var (countOffset, otherOffset) = (0, counts.reduce(0) { $0 + $1.tensor.count * 8 })
  for (name, tensor) in tensors {
    let isCount = isBatchCount(name)
    let offset = isCount ? countOffset : otherOffset
    let end = offset + tensor.count * (isCount ? 8 : 4)
    json.member(
      name,
      [
        "dtype": isCount ? "I64" : "F32", "shape": .array(tensor.shape.map { JSONValue($0) }),
        "data_offsets": [JSONValue(offset), JSONValue(end)],
      ])
    if isCount { countOffset = end } else { otherOffset = end }
  }
  json.end()
  var header = json.text
  header += String(repeating: " ", count: (64 - (8 + header.utf8.count) % 64) % 64)
  let file = try AtomicFile(path: path)
  var length = UInt64(header.utf8.count)
  var lengthBytes: [UInt8] = []
  for _ in 0..<8 {
    lengthBytes.append(UInt8(length & 0xff))
    length >>= 8
  }
  try file.write(lengthBytes)
  try file.write(header)
  for (_, tensor) in counts { try file.write(littleEndian(counts: tensor)) }
  for (_, tensor) in others { try file.write(raw: UnsafeRawBufferPointer(tensor.values)) }
  try file.commit()
}
