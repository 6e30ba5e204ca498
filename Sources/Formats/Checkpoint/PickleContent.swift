internal import Files

extension Unpickler {
  /// Reads the state and its companions from the pickle's outermost value.
  ///
  /// - Parameters:
  ///   - withOptimizer: Whether the optimizer's state is read, too.
  ///   - storage: Finds the bytes of a torch storage in the file.
  mutating func content(
    of root: PickleValue, _ format: CheckpointFormat, withOptimizer: Bool = false,
    storage: (PickleGraph.Storage) throws -> Range<Int>
  ) throws -> FileContent {
    guard case .dictionary(let number) = root else {
      throw CheckpointError.noWeights(path: cursor.path, found: graph.kind(root) + mention)
    }
    let dictionary = graph.dictionaries[number]
    let state = try stateDictionary(number)
    var content = FileContent(
      format: format, stateKey: state.key, items: try stateItems(state.number, storage: storage))
    content.notices = inertNotices
    if format == .caffe2 {
      if state.key == "blobs", let value = dictionary["cfg"] { content.detectronConfigText = try string(value) }
    } else {
      if case .integer(let epoch)? = dictionary["epoch"] { content.epoch = epoch }
      if let value = dictionary["cfg"] { content.configText = try string(value) }
      if withOptimizer { content.optimizer = try optimizerState(in: dictionary, storage: storage) }
      if case .dictionary(let number)? = dictionary["meta"] {
        let meta = graph.dictionaries[number]
        if let value = meta["cfg"] ?? meta["config"] { content.pythonConfigText = try string(value) }
        content.classNames = try classNames(in: meta)
      }
    }
    return content
  }

  /// What MMDetection calls the classes that a network tells apart: from its third version on in `dataset_meta`, before under
  /// `CLASSES`. A single class is a text by itself in some files. Empty where nothing of that form is there.
  private mutating func classNames(in meta: PickleGraph.Dictionary) throws -> [String] {
    var value = meta["CLASSES"]
    if case .dictionary(let number)? = meta["dataset_meta"] {
      let own = graph.dictionaries[number]
      value = own["classes"] ?? own["CLASSES"]
    }
    switch value {
    case .list(let number)?, .tuple(let number)?:
      let names = try graph.sequences[number].items.map { try string($0) }
      return names.contains(nil) ? [] : names.compactMap(\.self)
    case let value?: return try string(value).map { [$0] } ?? []
    case nil: return []
    }
  }

  /// Finds the dictionary of weights: under one of the usual keys, or the outermost one itself.
  private func stateDictionary(_ root: Int) throws -> (number: Int, key: String?) {
    let dictionary = graph.dictionaries[root]
    // PySlowFast, Caffe2, MMAction2 and PyTorch Lightning, torchvision and others, and DeepSpeed as VideoMAE's authors have it.
    for key in ["model_state", "blobs", "state_dict", "model", "module"] {
      guard let value = dictionary[key] else { continue }
      if case .dictionary(let number) = value { return (number, key) }
      throw CheckpointError.noWeights(path: cursor.path, found: "\(graph.kind(value)) under '\(key)'" + mention)
    }
    let holdsTensors = dictionary.values.contains {
      switch $0 {
      case .tensor, .array: return true
      default: return false
      }
    }
    if holdsTensors { return (root, nil) }
    let keys = dictionary.keys.prefix(8).map { "'\(printable($0, limit: 30))'" }.joined(separator: ", ")
    let more = dictionary.keys.count > 8 ? " and \(dictionary.keys.count - 8) more" : ""
    throw CheckpointError.noWeights(
      path: cursor.path, found: (keys.isEmpty ? "an empty dictionary" : "a dictionary with \(keys)\(more)") + mention)
  }

  /// One line for each unknown class or function, so many as fit a screen.
  private var inertNotices: [String] {
    let shown = unknownGlobals.prefix(20).map {
      "the file mentions \(printable($0)): left as an inert placeholder, nothing of it was run"
    }
    let more = unknownGlobals.count - shown.count
    return shown + (more > 0 ? ["the file mentions \(more) more unknown classes or functions: none was run"] : [])
  }

  private var mention: String {
    guard let first = unknownGlobals.first else { return "" }
    let others = unknownGlobals.count - 1
    return
      " (the file mentions \(printable(first))\(others > 0 ? " and \(others) more" : ""), none of which is ever run)"
  }
}
