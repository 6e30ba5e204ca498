internal import Files
public import Tensors

/// Writes tensors as PyTorch's zip archive, atomically: a dictionary with the tensors under `model_state`, as PySlowFast
/// saves them. Numbers are float32; those that count batches are int64.
///
/// - Parameters:
///   - optimizer: What a training goes on with, under `optimizer_state`.
///   - epoch: The zero-based epoch that had just ended.
///   - configText: The training run's configuration, as `cfg`.
///   - classNames: The names of classes in the order of the network's outputs, as MMDetection keeps them beside a state.
/// - Throws: `FileError`; `CheckpointError` for more than an archive of this form holds.
public func writeTorch(
  _ tensors: [(name: String, tensor: Tensor)], epoch: Int? = nil, configText: String? = nil,
  classNames: [String] = [], optimizer: OptimizerState? = nil, to path: String
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
  let kept = optimizer.map { write($0, &pickle, firstKey: tensors.count) } ?? []
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
  for (index, tensor) in kept.enumerated() {
    try archive.add("\(root)data/\(tensors.count + index)", raw: UnsafeRawBufferPointer(tensor.values))
  }
  try archive.add(root + "version", Array("3\n".utf8))
  try archive.commit()
}

/// Writes an optimizer's state.
///
/// - Parameter firstKey: Of its tensors among the archive's.
/// - Returns: Its tensors, in the order of their keys.
private func write(_ optimizer: OptimizerState, _ pickle: inout PickleWriter, firstKey: Int) -> [Tensor] {
  var tensors: [Tensor] = []
  pickle.member("optimizer_state") { pickle in
    pickle.beginDictionary()
    pickle.member("state") { pickle in
      pickle.beginDictionary()
      for (index, kept) in optimizer.parameters.sorted(by: { $0.key < $1.key }) {
        pickle.member(index) { pickle in
          pickle.beginDictionary()
          // PyTorch has the number of steps first.
          let names = kept.keys.sorted { $0 == "step" || ($1 != "step" && $0 < $1) }
          for name in names {
            pickle.member(name) {
              $0.tensor(key: "\(firstKey + tensors.count)", kept[name]!.shape, isCount: false)
            }
            tensors.append(kept[name]!)
          }
          pickle.endDictionary()
        }
      }
      pickle.endDictionary()
    }
    pickle.member("param_groups") { pickle in
      pickle.list(optimizer.groups.count) { pickle, index in
        pickle.beginDictionary()
        for (name, value) in optimizer.groups[index] {
          pickle.member(name) { pickle in
            switch value {
            case .number(let number): pickle.number(number)
            case .flag(let flag): pickle.flag(flag)
            case .numbers(let numbers): pickle.numbers(numbers)
            case .indices(let indices): pickle.list(indices.count) { $0.integer(indices[$1]) }
            case .none: pickle.none()
            }
          }
        }
        pickle.endDictionary()
      }
    }
    pickle.endDictionary()
  }
  return tensors
}

/// Whole numbers as int64, as training counts batches.
func littleEndian(counts: Tensor) -> [UInt8] {
  counts.array.flatMap { number in
    let bits = UInt64(bitPattern: Int64(exactly: number.rounded()) ?? 0)
    return (0..<8).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) }
  }
}
