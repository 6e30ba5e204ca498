internal import Files
internal import Tensors
internal import Wording

/// How a model's tensors and a file's compare.
public struct LoadReport: Sendable {
  /// A tensor that the model needs and the file has not.
  public struct Missing: Sendable, Equatable {
    /// The tensor's, in the model.
    public let name: String
    /// In the model.
    public let shape: [Int]
    /// The configuration key that sets its shape.
    public let hint: String?
    /// What stands under that name instead, if anything.
    public let found: String?
  }

  /// A tensor that has another shape in the file.
  public struct Mismatched: Sendable, Equatable {
    /// The tensor's, in the model.
    public let name: String
    /// In the model.
    public let modelShape: [Int]
    /// In the file.
    public let fileShape: [Int]
    /// The configuration keys that set what differs.
    public let hints: [String]
  }

  /// A tensor that was made of one, or several, of other shapes.
  public struct Changed: Sendable, Equatable {
    /// The tensor's, in the model.
    public let name: String
    /// The file's; nil where it was made of others.
    public let from: [Int]?
    /// The shape that it has now.
    public let to: [Int]
    /// What became of it, after "are".
    public let words: String
  }

  /// A variance that has no root.
  public struct Unsound: Sendable, Equatable {
    /// The tensor's, in the model.
    public let name: String
    /// Counted from 0.
    public let channel: Int
    public let value: Float
  }

  /// The file; nil where no file was given or weights are random by intent.
  public let path: String?
  /// How many of the model's tensors the file has in their shape.
  public let found: Int
  /// Tensors of the model that the file does not have.
  public let missing: [Missing]
  /// Names in the file that the model did not ask for.
  public let unused: [String]
  /// Tensors that have another shape in the file than in the model.
  public let mismatched: [Mismatched]
  /// Batch normalisations that would make every score not a number.
  public let unsound: [Unsound]
  /// The tensors of more than one axis that were asked for, and whether each was found. Vectors do not count: those of
  /// Caffe2's files fit wherever they are a fraction as long.
  private let matrices: [(name: String, isFound: Bool)]
  /// How many kernels of one frame became those of several.
  public let inflated: Int
  /// Tensors that were taken in another shape than the file has them.
  public let changed: [Changed]
  /// What is known beyond names and shapes.
  public var hints = LoadHints()

  init(
    path: String?, found: Int = 0, missing: [Missing] = [], unused: [String] = [], mismatched: [Mismatched] = [],
    unsound: [Unsound] = [], matrices: [(name: String, isFound: Bool)] = [], inflated: Int = 0,
    changed: [Changed] = []
  ) {
    self.path = path
    self.found = found
    self.missing = missing
    self.unused = unused
    self.mismatched = mismatched
    self.unsound = unsound
    self.matrices = matrices
    self.inflated = inflated
    self.changed = changed
  }

  /// Whether every tensor was found in its shape. Unused tensors do no harm to that.
  public var isComplete: Bool { missing.isEmpty && mismatched.isEmpty }

  /// Stops when weights are missing or of another shape, or are those of another network, unless a partial load is allowed;
  /// and that is refused where (almost) nothing before the head fits, or where the file is of another kind of network. Stops also where a batch
  /// normalisation of the file would make every score not a number.
  ///
  /// - Throws: `CheckpointError.weightsDoNotFit` with all that is known about why.
  public func check(allowPartial: Bool) throws {
    if let first = unsound.first {
      let more = unsound.count > 1 ? ", and \(counted(unsound.count - 1, "more tensor")) likewise" : ""
      throw CheckpointError.weightsDoNotFit(
        "weights: '\(printable(first.name))' of '\(path ?? "")' holds the variance \(first.value) (channel "
          + "\(first.channel))\(more): a variance is 0 or more, and every score would be NaN\n"
          + "         -> the file is damaged, or its training diverged: fetch it again, or take an earlier checkpoint")
    }
    if isComplete && !hints.isOfOtherNetwork || allowPartial && !fitsTooLittle && hints.obstacle == nil { return }
    throw CheckpointError.weightsDoNotFit(text)
  }

  /// How many of the convolutions before the head are asked for, and found.
  private var backbone: (asked: Int, found: Int) {
    let own = matrices.filter { matrix in !(hints.headPrefix.map { matrix.name.hasPrefix($0) } ?? false) }
    return (own.count, own.count { $0.isFound })
  }

  /// Whether a partial load would compute with a random network: less than a tenth of the convolutions before the head
  /// is there.
  private var fitsTooLittle: Bool { found == 0 || backbone.found * 10 < backbone.asked }

  /// Lines for the user about an incomplete but allowed load, and about tensors that were not used.
  public var notices: [String] {
    var lines: [String] = []
    if inflated > 0 {
      lines.append(
        "\(counted(inflated, "kernel")) of one frame in \(fileName) \(inflated == 1 ? "is" : "are") repeated for every frame "
          + "and divided by their number, as a training begins (TRAIN.CHECKPOINT_INFLATE)")
    }
    lines += changeLines
    if !isComplete {
      lines.append(
        "partial load: these weights are seeded random numbers, fresh residual and non-local branches begin at 0; the "
          + "scores mean little")
      lines += mismatchLines + missingLines
    }
    if let warning = hints.warning { lines.append(warning) }
    lines += unusedLines
    if let changes = hints.changes { lines.append("\(fileName) -> to use it as it is, set \(changes)") }
    if let (reason, _) = hints.oddity { lines.append("\(fileName): \(reason)") }
    if let other = hints.otherConfig { lines.append("\(fileName) -> to use it as it is, give its config (\(other))") }
    return lines
  }

  /// The whole report as text, one finding a line.
  var text: String {
    guard path != nil else {
      let names = listed(missing.map { "'\($0.name)'" }, limit: 3)
      return "weights: no file was given, and the model needs \(counted(missing.count, "tensor")): \(names)\n"
        + "         -> give the file of weights"
    }
    if let (reason, advice) = hints.obstacle {
      return "weights: '\(path ?? "")' does not suit this config: \(reason)\n         -> \(advice)"
    }
    var lines = mismatchLines + missingLines + unusedLines
    var closing = [
      isComplete
        ? "or allow a partial load (--partial-weights), which leaves these out"
        : "or allow a partial load (--partial-weights), which fills the gaps with random numbers"
    ]
    if fitsTooLittle {
      lines.insert(
        found == 0
          ? "nothing in '\(path ?? "")' fits this config: no tensor has a name and shape that it needs"
          : "too little in '\(path ?? "")' fits this config: \(backbone.found) of the \(backbone.asked) convolutions before "
            + "the head that it needs", at: 0)
      closing = [
        "give the weights of this config, or the config of these weights (\(hints.otherConfig ?? LoadHints.unknownConfig))"
      ]
    } else if let other = hints.otherConfig {
      closing.insert("give the config of these weights (\(other))", at: 0)
    }
    if let changes = hints.changes { closing.insert("set \(changes), as these weights have it", at: 0) }
    if let (reason, advice) = hints.oddity {
      lines.insert("'\(path ?? "")': \(reason)", at: 0)
      if fitsTooLittle { closing = ["give the weights of this config"] }
      closing.insert(advice, at: 0)
    }
    return (lines.map { "weights: " + $0 } + closing.map { "         -> " + $0 }).joined(separator: "\n")
  }

  /// The file's name without its folder.
  public var fileName: String { splitPath(path ?? "").name }

  // MARK: Findings

  private static let shownLimit = 6

  /// One line for each kind of change, which names the first.
  private var changeLines: [String] {
    var kinds: [(words: String, items: [Changed])] = []
    for item in changed {
      if let index = kinds.firstIndex(where: { $0.words == item.words }) {
        kinds[index].items.append(item)
      } else {
        kinds.append((item.words, [item]))
      }
    }
    return kinds.map { words, items in
      let (first, more) = (items[0], items.count - 1)
      let shapes = (first.from.map { "\(describe(shape: $0)) becomes " } ?? "") + describe(shape: first.to)
      return "\(counted(items.count, "tensor")) of \(fileName) \(more == 0 ? "is" : "are") \(words): "
        + "'\(printable(first.name))' \(shapes)" + (more == 0 ? "" : ", and \(more) more")
    }
  }

  private var mismatchLines: [String] {
    var lines: [String] = []
    var given: Set<String> = []
    for (index, item) in mismatched.enumerated() {
      let file = describe(shape: item.fileShape)
      let model = describe(shape: item.modelShape)
      let words = hints.misfits[item.name] ?? item.words(model)
      // The same advice once: many tensors have their shape from one key.
      let advice = words.advice.map { "\n         -> \($0)" } ?? ""
      let isNew = !advice.isEmpty && given.insert(advice).inserted
      // What is to be done must not be among what is only counted.
      if index >= LoadReport.shownLimit && !isNew { continue }
      lines.append(
        "'\(printable(item.name))' is \(file) in \(fileName), \(words.model)\(isNew ? advice : "")")
    }
    let more = mismatched.count - lines.count
    if more > 0 { lines.append("\(counted(more, "more tensor has", plural: "more tensors have")) another shape") }
    return lines
  }

  private var missingLines: [String] {
    var lines: [String] = []
    for item in missing.prefix(LoadReport.shownLimit) {
      var line = "'\(printable(item.name))' (\(describe(shape: item.shape))) is not in \(fileName)"
      if let found = item.found { line += ", which has \(found) there" }
      if let near = nearest(to: item.name, among: unused) {
        line += "; the nearest unused name is '\(printable(near))'"
      }
      lines.append(line)
    }
    let more = missing.count - lines.count
    if more > 0 { lines.append("\(counted(more, "more tensor is", plural: "more tensors are")) not in \(fileName)") }
    return lines
  }

  private var unusedLines: [String] {
    if unused.isEmpty { return [] }
    let names = listed(unused.map { "'\(printable($0))'" }, limit: LoadReport.shownLimit)
    let verb = unused.count == 1 ? "is" : "are"
    return ["\(counted(unused.count, "tensor")) of \(fileName) \(verb) not used by this config: \(names)"]
  }
}

extension LoadReport.Mismatched {
  /// What is said of it where nothing more is known.
  fileprivate func words(_ model: String) -> LoadHints.Misfit {
    LoadHints.Misfit(
      model: "this config needs \(model)" + (hints.isEmpty ? "" : " (\(hints.joined(separator: ", ")))"),
      advice: hints.isEmpty ? nil : "change \(series(hints, "and"))")
  }
}
