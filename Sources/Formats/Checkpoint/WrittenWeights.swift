public import Tensors

/// Reads a file of weights back and holds it against what was to be written.
///
/// - Throws: `FileError`, `CheckpointError` where a name, a shape or a number is another.
public func checkWritten(_ tensors: [(name: String, tensor: Tensor)], at path: String) throws {
  let file = try Checkpoint(path: path)
  func differs(_ found: String) -> CheckpointError {
    .damaged(path: path, offset: nil, found: "it was just written, and \(found)")
  }
  guard file.entries.map(\.name) == tensors.map(\.name) else { throw differs("its tensors have other names") }
  for (name, tensor) in tensors {
    let read = try file.tensor(name)
    // Bit by bit: a NaN is to come back too.
    let isEqual =
      read.shape == tensor.shape && zip(read.array, tensor.array).allSatisfy { $0.bitPattern == $1.bitPattern }
    if !isEqual { throw differs("'\(printable(name))' has other numbers") }
  }
}
