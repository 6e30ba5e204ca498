internal import Wording

/// What can be wrong with a file of weights, or between a file and a model.
public enum CheckpointError: Error, Equatable, CustomStringConvertible {
  /// The file is of another kind; what it looks like, and what to do about it.
  case wrongKind(path: String, looksLike: String, advice: String)
  /// The file is cut short or its structure contradicts itself.
  case damaged(path: String, offset: Int?, found: String)
  /// The file is sound but uses something that is not read here.
  case unsupported(path: String, found: String, advice: String)
  /// The file asks for more depth, memory or work than its size can justify.
  case excessive(path: String, offset: Int?, found: String)
  /// The file is sound but holds no weights where they belong.
  case noWeights(path: String, found: String)
  /// The file has an entry of that name which is no tensor that can be read.
  case notATensor(path: String, name: String, found: String)
  /// The file has no entry of that name.
  case noSuchTensor(path: String, name: String, nearest: String?)
  /// What the optimizer kept is not in a form that a training can go on from.
  case notResumable(path: String, found: String)
  /// The weights and the model differ; the text lists how.
  case weightsDoNotFit(String)

  /// What was being read, which file is wrong, and what to do.
  public var description: String {
    switch self {
    case .wrongKind(let path, let looksLike, let advice):
      return "reading the weights '\(path)': expected a PyTorch, Caffe2 or safetensors file, this looks like "
        + "\(looksLike) -> \(advice)"
    case .damaged(let path, let offset, let found):
      return "reading the weights '\(path)'\(place(offset)): \(found)"
        + " -> the file is cut short or damaged: fetch it again and compare its size and checksum"
    case .unsupported(let path, let found, let advice):
      return "reading the weights '\(path)': \(found) -> \(advice)"
    case .excessive(let path, let offset, let found):
      return "reading the weights '\(path)'\(place(offset)): \(found)"
        + " -> the file is damaged or made to do harm: do not use it"
    case .noWeights(let path, let found):
      return "reading the weights '\(path)': expected a dictionary of tensors under 'model_state', 'state_dict', "
        + "'model', 'module' or 'blobs', found \(found) -> save the model's state_dict()"
    case .notATensor(let path, let name, let found):
      return "reading the weights '\(path)': '\(name)' should be a tensor, found \(found)"
        + " -> save plain tensors: the model's state_dict() on the CPU"
    case .noSuchTensor(let path, let name, let nearest):
      return "reading the weights '\(path)': there is no tensor '\(name)'"
        + (nearest.map { " -> did you mean '\($0)'?" } ?? "")
    case .notResumable(let path, let found):
      return "reading the optimizer's state in '\(path)': \(found) -> go on from another checkpoint, or train from its "
        + "weights alone: TRAIN.CHECKPOINT_FILE_PATH '\(path)' TRAIN.CHECKPOINT_EPOCH_RESET True, in another OUTPUT_DIR"
    case .weightsDoNotFit(let text):
      return text
    }
  }

  private func place(_ offset: Int?) -> String { offset.map { ", byte \($0)" } ?? "" }
}

/// Makes text from a file fit for a message: one line, no control characters, not too long.
public func printable(_ text: some StringProtocol, limit: Int = 80) -> String {
  // As nearly all names are: asking for properties of scalars takes many times as long.
  if text.utf8.count <= limit, text.utf8.allSatisfy({ (0x20..<0x7f).contains($0) }) { return String(text) }
  var result = ""
  var length = 0
  for scalar in text.unicodeScalars {
    if length == limit { return result + "..." }
    let isControl = scalar.value < 0x20 || (0x7f..<0xa0).contains(scalar.value) || scalar.properties.isBidiControl
    result.unicodeScalars.append(isControl ? "?" : scalar)
    length += 1
  }
  return result
}
