internal import Files
public import Tensors

/// Writes tensors as PyTorch's zip archive, atomically: a dictionary with the tensors under `model_state`, as PySlowFast
/// saves them. Numbers are float32; those that count batches are int64.
///
/// - Parameters:
///   - epoch: The zero-based epoch that had just ended.
///   - configText: The training run's configuration, as `cfg`.
///   - classNames: The names of classes in the order of the network's outputs, as MMDetection keeps them beside a state.
/// - Throws: `FileError`; `CheckpointError` for more than an archive of this form holds.
public func writeTorch(
  _ tensors: [(name: String, tensor: Tensor)], epoch: Int? = nil, configText: String? = nil,
  classNames: [String] = [], to path: String
) throws {
  var pickle = PickleWriter()
  pickle.beginDictionary()
  if let epoch { pickle.member("epoch") { $0.integer(epoch) } }
  if let configText { pickle.member("cfg") { $0.text(configText) } }
  if !classNames.isEmpty {
    pickle.member("meta") { pickle in
      pickle.beginDictionary()
      pickle.member("dataset_meta") { pickle in
        pickle.beginDictionary()
        pickle.member("CLASSES") { $0.texts(classNames) }
        pickle.endDictionary()
      }
      pickle.endDictionary()
    }
  }
  pickle.member("model_state") { pickle in
    pickle.beginOrderedDictionary()
    for (index, item) in tensors.enumerated() {
      pickle.member(item.name) { $0.tensor(key: "\(index)", item.tensor.shape, isCount: isBatchCount(item.name)) }
    }
    pickle.endDictionary()
  }
  pickle.endDictionary()
  let root = "archive/"
  var archive = try ZipWriter(path: path)
  try archive.add(root + "data.pkl", pickle.finished())
  try archive.add(root + "byteorder", Array("little".utf8))
  for (index, item) in tensors.enumerated() {
    let name = "\(root)data/\(index)"
    if isBatchCount(item.name) {
      try archive.add(name, littleEndian(counts: item.tensor))
    } else {
      try archive.add(name, raw: UnsafeRawBufferPointer(item.tensor.values))
    }
  }
  try archive.add(root + "version", Array("3\n".utf8))
  try archive.commit()
}

/// Whole numbers as int64, as training counts batches.
func littleEndian(counts: Tensor) -> [UInt8] {
  counts.array.flatMap { number in
    let bits = UInt64(bitPattern: Int64(exactly: number.rounded()) ?? 0)
    return (0..<8).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) }
  }
}
