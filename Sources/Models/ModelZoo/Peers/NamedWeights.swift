internal import Checkpoint
public import Tensors
internal import Wording

/// Weights on their way to other names.
public struct NamedWeights: Sendable {
  public var tensors: [(name: String, tensor: Tensor)] = []
  /// What was changed on the way, and what the file cannot say to its next reader.
  public var notices: [String] = []

  /// Takes a network's tensors, under PySlowFast's names.
  ///
  /// - Parameter peer: The library's network that the file holds; nil for PySlowFast's own.
  /// - Throws: `CheckpointError`.
  init(_ checkpoint: Checkpoint, _ peer: PeerNetwork?) throws {
    let known = peer.map { Set($0.modules.map(\.model)) }
    var left: [String] = []
    for entry in checkpoint.entries where !entry.isOfTraining {
      if let known, !known.contains(module(of: entry.name)) {
        left.append("'\(printable(entry.originalName))'")
        continue
      }
      let tensor = try checkpoint.tensor(entry.name)
      tensors.append((entry.name, checkpoint.format == .caffe2 ? deepened(tensor, entry.name) : tensor))
    }
    if !left.isEmpty { notices.append("not written, for no network has them: \(listed(left, limit: 5))") }
    let others = Set(checkpoint.entries.map(\.dtype)).filter { $0 != .float32 && $0 != .int64 }
    if !others.isEmpty {
      notices.append("numbers of \(series(others.map(\.rawValue).sorted(), "and")) are written as float32")
    }
    countBatches()
  }

  public func tensor(_ name: String) -> Tensor? { tensors.first { $0.name == name }?.tensor }

  /// Gives each normalisation the count of batches that strict readers ask for.
  private mutating func countBatches() {
    let names = Set(tensors.map(\.name))
    var result: [(name: String, tensor: Tensor)] = []
    for item in tensors {
      result.append(item)
      let count = module(of: item.name) + ".num_batches_tracked"
      if item.name.hasSuffix(".running_var"), !names.contains(count) { result.append((count, Tensor(zeros: []))) }
    }
    tensors = result
  }

  /// Gives the tensors a library's names.
  ///
  /// - Returns: The names that no module has, which stay.
  mutating func rename(_ modules: [PeerNetwork.Module]) -> [String] {
    let names = Dictionary(modules.map { ($0.model, $0.own) }, uniquingKeysWith: { first, _ in first })
    var strangers: [String] = []
    for index in tensors.indices {
      let name = tensors[index].name
      let module = module(of: name)
      if let other = names[module] {
        // What belongs to no module here may belong to one there.
        tensors[index].name = module.isEmpty ? "\(other).\(name)" : other + name.dropFirst(module.count)
      } else {
        strangers.append(name)
      }
    }
    return strangers
  }
}

/// A name without its last part.
private func module(of name: String) -> String { name.lastIndex(of: ".").map { String(name[..<$0]) } ?? "" }

/// Files of Caffe2 leave extents of 1 away.
private func deepened(_ tensor: Tensor, _ name: String) -> Tensor {
  guard tensor.shape.count == 2, name.hasSuffix(".weight"), !name.hasSuffix("projection.weight"),
    !name.hasSuffix("hidden.weight")
  else { return tensor }
  return tensor.reshaped(tensor.shape + [1, 1, 1])
}
