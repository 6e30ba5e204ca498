internal import Files
internal import Parallel

/// torch's zip container: a pickle beside one entry for each storage.
private struct TorchArchive {
  private let archive: ZipArchive
  /// What the names of its entries begin with.
  private let root: String
  private let pickle: Range<Int>

  /// - Returns: Nil for an archive without torch's pickle.
  /// - Throws: `CheckpointError` for numbers in another byte order, and for damage.
  init?(_ archive: ZipArchive) throws(CheckpointError) {
    guard let name = archive.names.filter({ $0 == "data.pkl" || $0.hasSuffix("/data.pkl") }).min(by: shorter),
      let entry = archive.entries[name]
    else { return nil }
    self.archive = archive
    root = String(name.dropLast("data.pkl".count))
    if let order = archive.entries[root + "byteorder"] {
      let text = archive.file.text(try archive.range(order))
      guard text == "little" else {
        throw .unsupported(
          path: archive.file.path, found: "numbers in '\(printable(text, limit: 20))' byte order",
          advice: "save them again on a little-endian machine")
      }
    }
    pickle = try archive.range(entry)
  }

  /// Whether it is a program, which keeps its weights otherwise.
  var isScript: Bool { archive.entries[root + "constants.pkl"] != nil }

  func unpickler() -> Unpickler { Unpickler(ByteCursor(archive.file, pickle)) }

  /// Where the numbers of a storage are.
  func bytes(of storage: PickleGraph.Storage) throws(CheckpointError) -> Range<Int> {
    guard let entry = archive.entries["\(root)data/\(storage.key)"] else {
      throw .damaged(
        path: archive.file.path, offset: nil,
        found: "the storage '\(printable(storage.key))' is missing from the archive")
    }
    return try part(of: try archive.range(entry, comparesLater: true), storage, archive.file)
  }
}

/// Reads torch's zip container.
///
/// - Parameters:
///   - pool: The threads that compare checksums, if any.
///   - withOptimizer: Whether the optimizer's state is read, too.
func readTorchZip(
  _ file: MappedFile, _ pool: WorkerPool?, withOptimizer: Bool
) throws -> FileContent {
  let archive = try ZipArchive(file)
  guard let torch = try TorchArchive(archive) else { throw notTorch(archive) }
  var unpickler = torch.unpickler()
  let value = try unpickler.load()
  do {
    let content = try unpickler.content(
      of: value, .torchZip, withOptimizer: withOptimizer, storage: torch.bytes)
    try archive.compareChecksums(on: pool)
    return content
  } catch CheckpointError.noWeights where torch.isScript {
    throw CheckpointError.unsupported(
      path: file.path, found: "this is a TorchScript program, not a dictionary of weights",
      advice: "save the model's state_dict() with torch.save")
  }
}

/// The items of what torch.save wrote, such as a list of tensors; none where the archive is another one.
func torchZipItems(_ archive: ZipArchive) throws -> [StateItem] {
  guard let torch = try TorchArchive(archive) else { return [] }
  var unpickler = torch.unpickler()
  let value = try unpickler.load()
  let items = try unpickler.items(below: value, storage: torch.bytes)
  try archive.compareChecksums(on: nil)
  return items
}

private func shorter(_ a: String, _ b: String) -> Bool { a.utf8.count < b.utf8.count }

private func notTorch(_ archive: ZipArchive) -> CheckpointError {
  let names = archive.names.prefix(3).map { "'\(printable($0, limit: 40))'" }.joined(separator: ", ")
  return .wrongKind(
    path: archive.file.path,
    looksLike: archive.names.isEmpty ? "an empty zip archive" : "a zip archive of \(names), without torch's data.pkl",
    advice: "unpack it and give the file of weights inside")
}

/// Cuts a storage's bytes to the length that the pickle claims.
private func part(
  of range: Range<Int>, _ storage: PickleGraph.Storage, _ file: MappedFile
) throws(CheckpointError) -> Range<Int> {
  let (bytes, overflow) = storage.count.multipliedReportingOverflow(by: storage.type.size)
  guard !overflow, bytes <= range.count else {
    throw .damaged(
      path: file.path, offset: range.lowerBound,
      found: "the storage '\(printable(storage.key))' should hold \(storage.count) elements of \(storage.type), "
        + "there are \(range.count) bytes")
  }
  guard let view = storage.view else { return range.lowerBound..<range.lowerBound + bytes }
  // The view lies inside the storage, whose bytes are known not to overflow.
  let start = range.lowerBound + view.lowerBound * storage.type.size
  return start..<start + view.count * storage.type.size
}

/// Reads torch's container of before 1.6: five pickles and then the storages, one after the other.
func readTorchLegacy(_ file: MappedFile, withOptimizer: Bool) throws -> FileContent {
  var unpickler = Unpickler(ByteCursor(file))
  let (value, ranges) = try legacyContent(&unpickler)
  return try unpickler.content(of: value, .torchLegacy, withOptimizer: withOptimizer) { storage in
    guard let range = ranges[storage.key] else {
      throw CheckpointError.damaged(
        path: file.path, offset: nil, found: "the storage '\(printable(storage.key))' is missing from the file")
    }
    return try part(of: range, storage, file)
  }
}

/// The value of a legacy file at the cursor, and where its storages are.
func legacyContent(
  _ unpickler: inout Unpickler
) throws(CheckpointError) -> (value: PickleValue, storages: [String: Range<Int>]) {
  let path = unpickler.cursor.path
  _ = try unpickler.load()
  guard case .integer(1001) = try unpickler.load() else {
    throw .unsupported(
      path: path, found: "a legacy torch file of an unknown version", advice: "save it again with torch 1.6 or newer")
  }
  if case .dictionary(let system) = try unpickler.load(),
    unpickler.graph.dictionaries[system]["little_endian"] == .bool(false)
  {
    throw .unsupported(
      path: path, found: "numbers in big-endian byte order",
      advice: "save the weights again on a little-endian machine")
  }
  let value = try unpickler.load()
  let keys = try unpickler.load()
  return (value, try legacyStorages(&unpickler, keys))
}

/// Walks over the storages after a legacy file's pickles.
private func legacyStorages(
  _ unpickler: inout Unpickler, _ keys: PickleValue
) throws(CheckpointError) -> [String: Range<Int>] {
  guard let keys = unpickler.items(keys) else {
    throw unpickler.damaged("a legacy torch file without its list of storages")
  }
  var types: [String: ElementType] = [:]
  for storage in unpickler.graph.storages { types[storage.key] = storage.type }
  var ranges: [String: Range<Int>] = [:]
  for key in keys {
    guard let key = try unpickler.string(key), let type = types[key] else {
      throw unpickler.damaged("a legacy torch file with a storage that nothing refers to")
    }
    let what = "the storage '\(printable(key))'"
    let start = unpickler.cursor.offset
    let count = try unpickler.cursor.integer(Int64.self, what)
    let (bytes, overflow) = Int(count).multipliedReportingOverflow(by: type.size)
    guard count >= 0, !overflow else {
      throw CheckpointError.damaged(
        path: unpickler.cursor.path, offset: start, found: "\(what) claims \(count) elements")
    }
    ranges[key] = try unpickler.cursor.take(bytes, what)
  }
  return ranges
}

/// Reads a plain pickle: the Caffe2 model zoo's form, NumPy arrays under `blobs`.
func readPlainPickle(_ file: MappedFile) throws -> FileContent {
  var unpickler = Unpickler(ByteCursor(file))
  let value = try unpickler.load()
  return try unpickler.content(of: value, .caffe2) { storage in
    throw CheckpointError.damaged(
      path: file.path, offset: nil,
      found: "a plain pickle that refers to the torch storage '\(printable(storage.key))', which it cannot hold")
  }
}
