internal import Files
public import Parallel
public import Tensors
internal import Wording

/// How a file of weights is built.
public enum CheckpointFormat: String, Sendable {
  /// PyTorch's zip archive (1.6 and newer).
  case torchZip = "PyTorch (zip)"
  /// PyTorch's chain of pickles (before 1.6).
  case torchLegacy = "PyTorch (legacy)"
  /// A plain pickle of NumPy arrays, as the Caffe2 model zoo has them.
  case caffe2 = "Caffe2 pickle"
  case safetensors = "safetensors"
  /// A graph whose variables were made constants.
  case tensorFlowGraph = "TensorFlow graph (frozen)"
}

/// The named tensors of a file of weights. Its structure is read and checked when it is opened, the numbers
/// stay in the mapped file until they are asked for.
public final class Checkpoint: Sendable {
  /// A tensor of the file.
  public struct Entry: Sendable, Equatable {
    /// The name that models ask by.
    public let name: String
    /// The name in the file.
    public let originalName: String
    /// The extents, the slowest axis first.
    public let shape: [Int]
    /// The shape in the file.
    public let originalShape: [Int]
    /// The type of its numbers in the file.
    public let dtype: ElementType
    /// Whether it belongs to the training and not to the model.
    public let isOfTraining: Bool

    /// The number of elements.
    public var count: Int { shape.reduce(1, *) }
  }

  /// The file.
  public let path: String
  /// The format, told from the content; the file's name has no say.
  public let format: CheckpointFormat
  /// What is worth telling the user about the file, a line each.
  public let notices: [String]
  /// The zero-based epoch that had just ended when a training run saved the file.
  public let epoch: Int?
  /// The training run's whole configuration as YAML text (`cfg`).
  public let configText: String?
  /// MMAction2's configuration as Python text (`meta`, `cfg`).
  public let pythonConfigText: String?
  /// The names of classes in the order of the network's outputs, as MMDetection keeps them; empty where the file has none.
  public let classNames: [String]
  /// Detectron's configuration as YAML text, beside Caffe2's blobs.
  public let detectronConfigText: String?
  /// The tensors in the file's order.
  public let entries: [Entry]
  /// Names that stand for something else than a tensor that can be read, and what that is.
  public let otherItems: [(name: String, found: String)]

  private let file: MappedFile
  private let pool: WorkerPool?
  private let tensors: [String: RawTensor]
  private let unreadableItems: [String: String]
  private let optimizer: StoredOptimizerState

  /// Opens a file of weights of any known format.
  ///
  /// - Parameters:
  ///   - naming: What its tensors are called; with none, as the file calls them.
  ///   - pool: The threads that compare checksums and copy numbers; with none, the caller does. No tensor is asked for in the body
  ///     of a loop on it.
  ///   - withOptimizer: Whether ``optimizerState()`` will be asked for.
  /// - Throws: `FileError`, `CheckpointError`.
  public init(
    path: String, naming: (any TensorNaming)? = nil, pool: WorkerPool? = nil, withOptimizer: Bool = false
  ) throws {
    file = try MappedFile(path: path, doing: "reading the weights")
    self.path = path
    self.pool = pool
    var content = try readContent(file, pool, withOptimizer: withOptimizer)
    naming?.rename(&content)
    content.keepLastOfEachName()
    format = content.format
    notices = content.notices
    epoch = content.epoch
    configText = content.configText
    pythonConfigText = content.pythonConfigText
    classNames = content.classNames
    detectronConfigText = content.detectronConfigText
    optimizer = content.optimizer
    var entries: [Entry] = []
    var others: [(name: String, found: String)] = []
    var tensors: [String: RawTensor] = [:]
    for item in content.items {
      switch item.content {
      case .success(let raw):
        entries.append(
          Entry(
            name: item.name, originalName: item.originalName, shape: raw.shape,
            originalShape: item.originalShape ?? raw.shape, dtype: raw.type, isOfTraining: item.isOfTraining))
        tensors[item.name] = raw
      case .failure(let unreadable): others.append((item.name, unreadable.text))
      }
    }
    self.entries = entries
    self.tensors = tensors
    otherItems = others
    unreadableItems = Dictionary(others.map { ($0.name, $0.found) }, uniquingKeysWith: { first, _ in first })
  }

  /// Reads a tensor as Float in C order.
  ///
  /// - Throws: `CheckpointError` when there is no tensor of that name.
  public func tensor(_ name: String) throws -> Tensor {
    if let raw = tensors[name] { return raw.load(file, on: pool) }
    if let found = unreadableItems[name] { throw CheckpointError.notATensor(path: path, name: name, found: found) }
    throw CheckpointError.noSuchTensor(
      path: path, name: name, nearest: nearest(to: name, among: entries.lazy.map(\.name)))
  }

  /// What the optimizer of the training that saved the file kept; nil where the file has nothing of it.
  ///
  /// - Throws: `CheckpointError.notResumable` where it is none of PyTorch's form.
  public func optimizerState() throws(CheckpointError) -> OptimizerState? {
    switch optimizer {
    case .absent: return nil
    case .unreadable(let found): throw .notResumable(path: path, found: found)
    case .read(let state):
      return OptimizerState(
        groups: state.groups,
        parameters: state.tensors.mapValues { $0.mapValues { $0.load(file, on: pool) } })
    }
  }

  /// The shape of a tensor, or nil where there is none of that name.
  public func shape(_ name: String) -> [Int]? { tensors[name]?.shape }

  /// What stands under a name instead of a tensor.
  func unreadable(_ name: String) -> String? { unreadableItems[name] }
}

/// Tells the format and reads the structure.
private func readContent(_ file: MappedFile, _ pool: WorkerPool?, withOptimizer: Bool) throws -> FileContent {
  switch FileKind(file) {
  case .zip: return try readTorchZip(file, pool, withOptimizer: withOptimizer)
  case .legacyTorch: return try readTorchLegacy(file, withOptimizer: withOptimizer)
  case .pickle: return try readPlainPickle(file)
  case .safetensors: return try readSafetensors(file)
  case .tensorFlowGraph: return try readTensorFlowGraph(file)
  case .other(let looksLike, let advice):
    throw CheckpointError.wrongKind(path: file.path, looksLike: looksLike, advice: advice)
  }
}
