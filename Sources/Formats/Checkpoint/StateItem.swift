/// A named item of a file of weights: a tensor, or what cannot be read as one.
public struct StateItem {
  /// The name that models ask by; at first the file's own.
  public var name: String
  /// The name in the file.
  public let originalName: String
  /// The shape in the file; nil for what is no tensor.
  public let originalShape: [Int]?
  /// Whether it belongs to the training and not to the model: no model asks for it, and nobody misses it.
  public var isOfTraining = false
  var content: Result<RawTensor, UnreadableTensor>

  init(_ name: String, _ content: Result<RawTensor, UnreadableTensor>) {
    self.name = name
    originalName = name
    self.content = content
    if case .success(let raw) = content { originalShape = raw.shape } else { originalShape = nil }
  }

  /// nil for what is no tensor.
  public var shape: [Int]? {
    guard case .success(let raw) = content else { return nil }
    return raw.shape
  }

  /// Leaves out the first row: the first of the first axis. Nothing changes where there is none.
  public mutating func dropFirstRow() {
    guard case .success(let raw) = content, let rest = raw.withoutFirstRow else { return }
    content = .success(rest)
  }

  /// Leaves out all extents of 1 but the first.
  public mutating func squeezeAfterFirst() {
    guard case .success(let raw) = content, let first = raw.shape.first else { return }
    content = .success(raw.squeezed(to: [first] + raw.shape.dropFirst().filter { $0 != 1 }))
  }
}

/// What a reader of one format found in a file.
public struct FileContent {
  public let format: CheckpointFormat
  /// The key under which the tensors stand in the file; nil where they are its outermost value.
  public let stateKey: String?
  public var items: [StateItem]
  /// What is worth telling the user about the file, a line each.
  public var notices: [String] = []
  var epoch: Int?
  /// What the optimizer kept, where it was asked for.
  var optimizer: StoredOptimizerState = .absent
  public internal(set) var configText: String?
  /// The configuration that MMAction2 keeps under `meta`, as Python text.
  public internal(set) var pythonConfigText: String?
  /// The names of classes in the order of the network's outputs, which MMDetection keeps under `meta`; empty where the file has
  /// none.
  var classNames: [String] = []
  /// The configuration that Detectron keeps beside its blobs, as YAML text.
  public internal(set) var detectronConfigText: String?

  init(format: CheckpointFormat, stateKey: String? = nil, items: [StateItem]) {
    self.format = format
    self.stateKey = stateKey
    self.items = items
  }

  /// Keeps the last item where several have the same name, as assigning one after the other would.
  mutating func keepLastOfEachName() {
    var last: [String: Int] = [:]
    for (index, item) in items.enumerated() {
      if let earlier = last.updateValue(index, forKey: item.name) {
        notices.append(
          "'\(printable(items[earlier].originalName))' and '\(printable(item.originalName))' both stand for "
            + "'\(printable(item.name))': the last one is taken")
      }
    }
    if last.count == items.count { return }
    items = items.enumerated().filter { last[$1.name] == $0 }.map(\.element)
  }
}
