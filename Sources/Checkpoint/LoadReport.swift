internal import Files
internal import Tensors
internal import Wording

/// How a model's tensors and a file's compare.
public struct LoadReport: Sendable {
  /// A tensor that the model needs and the file has not.
  public struct Missing: Sendable, Equatable {
    public let name: String
    public let shape: [Int]
    /// The configuration key that sets its shape.
    public let hint: String?
    /// What stands under that name instead, if anything.
    public let found: String?
  }

  /// A tensor that has another shape in the file.
  public struct Mismatched: Sendable, Equatable {
    public let name: String
    public let modelShape: [Int]
    public let fileShape: [Int]
    /// The configuration key that sets the shape.
    public let hint: String?
  }

  /// The file; nil where no file was given or weights are random by intent.
  public let path: String?
  /// How many of the model's tensors the file has in their shape.
  public let found: Int
  public let missing: [Missing]
  /// Names in the file that the model did not ask for.
  public let unused: [String]
  public let mismatched: [Mismatched]
  /// Whether the config scores boxes and not whole clips, for the advice; nil where nobody said.
  public var scoresBoxes: Bool?
  private let guess: ArchitectureGuess?
  /// Configuration values that the file's tensors speak for, by key.
  private let suggestions: [String: String]

  init(
    path: String?, found: Int = 0, missing: [Missing] = [], unused: [String] = [], mismatched: [Mismatched] = [],
    guess: ArchitectureGuess? = nil
  ) {
    self.path = path
    self.found = found
    self.missing = missing
    self.unused = unused
    self.mismatched = mismatched
    self.guess = guess
    suggestions = Dictionary(
      (guess?.settings ?? []).map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
  }

  /// Whether every tensor was found in its shape. Unused tensors do no harm to that.
  public var isComplete: Bool { missing.isEmpty && mismatched.isEmpty }

  /// Stops when weights are missing or of another shape, unless a partial load is allowed; and that is refused where
  /// nothing at all fits, or where the file is of another kind of network.
  ///
  /// - Throws: `CheckpointError.weightsDoNotFit` with all that is known about why.
  public func check(allowPartial: Bool) throws {
    if isComplete || allowPartial && found > 0 && guess?.obstacle == nil { return }
    throw CheckpointError.weightsDoNotFit(text)
  }

  /// Lines for the user about an incomplete but allowed load, and about tensors that were not used.
  public var notices: [String] {
    var lines: [String] = []
    if !isComplete {
      lines.append(
        "partial load: these weights are seeded random numbers, fresh residual and non-local branches begin at 0; the "
          + "scores mean little")
      lines += mismatchLines + missingLines
    }
    if scoresBoxes == true, case .clips? = guess?.head {
      lines.append("\(fileName) \(headWords): scores of boxes mean nothing -> give weights trained on AVA")
    }
    return lines + unusedLines
  }

  /// The whole report as text, one finding a line.
  var text: String {
    guard path != nil else {
      let names = listed(missing.map { "'\($0.name)'" }, limit: 3)
      return "weights: no file was given, and the model needs \(counted(missing.count, "tensor")): \(names)\n"
        + "         -> give the file of weights"
    }
    if let (reason, advice) = guess?.obstacle {
      return "weights: '\(path ?? "")' does not suit this config: \(reason)\n         -> \(advice)"
    }
    var lines = mismatchLines + missingLines + unusedLines
    var closing = "or allow a partial load (--partial-weights), which fills the gaps with random numbers"
    if found == 0 {
      lines.insert("nothing in '\(path ?? "")' fits this config: no tensor has a name and shape that it needs", at: 0)
      closing = "give the weights of this config, or the config of these weights (slowfast inspect tells what they are)"
    }
    return (lines.map { "weights: " + $0 } + ["         -> " + closing]).joined(separator: "\n")
  }

  /// What the file's head scores, as far as is known.
  private var headWords: String {
    switch guess?.head {
    case .clips(let dataSet?): "holds a classification network (\(dataSet)'s classes)"
    case .clips(nil): "holds a classification network"
    case .boxes: "holds a detection network"
    case nil: "holds another head"
    }
  }

  private var fileName: String { splitPath(path ?? "").name }

  // MARK: Findings

  private static let shownLimit = 6

  private var mismatchLines: [String] {
    var lines: [String] = []
    var given: Set<String> = []
    for item in mismatched.prefix(LoadReport.shownLimit) {
      let file = describe(shape: item.fileShape)
      let model = describe(shape: item.modelShape)
      // The same advice once: many tensors have their shape from one key.
      let advice = advice(item)
      let isNew = given.insert(advice).inserted
      lines.append(
        "'\(printable(item.name))' is \(file) in \(fileName), \(modelClause(item, model))\(isNew ? advice : "")")
    }
    let more = mismatched.count - lines.count
    if more > 0 { lines.append("\(counted(more, "more tensor has", plural: "more tensors have")) another shape") }
    return lines
  }

  private func modelClause(_ item: Mismatched, _ model: String) -> String {
    guard let hint = item.hint else { return "this config needs \(model)" }
    if hint == "MODEL.NUM_CLASSES", let classes = item.modelShape.first, classes != item.fileShape.first {
      return "this config has \(hint) \(classes) and needs \(model)"
    }
    return hint == "MODEL.NUM_CLASSES" ? "this config's network needs \(model)" : "this config needs \(model) (\(hint))"
  }

  private func advice(_ item: Mismatched) -> String {
    guard let hint = item.hint else { return "" }
    let arrow = "\n         -> "
    if hint == "MODEL.NUM_CLASSES" {
      // With as many classes, the head takes more or fewer features: that follows from other keys.
      guard let classes = item.fileShape.first, classes != item.modelShape.first else { return "" }
      switch (scoresBoxes, guess?.head) {
      case (true, .clips):
        return "\(arrow)\(fileName) \(headWords), and this config scores boxes: give weights trained on AVA; only "
          + "where these do score boxes, set \(hint) \(classes)"
      case (false, .boxes):
        return "\(arrow)\(fileName) \(headWords), and this config scores whole clips: take one of configs/AVA"
      default:
        return "\(arrow)set \(hint) \(classes), or give the label map that these weights were trained with"
      }
    }
    if let value = suggestions[hint] { return "\(arrow)set \(hint) \(value)" }
    return "\(arrow)change \(hint)"
  }

  private var missingLines: [String] {
    var lines: [String] = []
    var given: Set<String> = []
    for item in missing.prefix(LoadReport.shownLimit) {
      var line = "'\(printable(item.name))' (\(describe(shape: item.shape))) is not in \(fileName)"
      if let found = item.found { line += ", which has \(found) there" }
      if let near = nearest(to: item.name, among: unused) {
        line += "; the nearest unused name is '\(printable(near))'"
      }
      // What is absent follows from other keys than what has another shape.
      if let key = keyOfPresence(item.name), let value = suggestions[key], given.insert(key).inserted {
        line += "\n         -> set \(key) \(value)"
      }
      lines.append(line)
    }
    let more = missing.count - lines.count
    if more > 0 { lines.append("\(counted(more, "more tensor is", plural: "more tensors are")) not in \(fileName)") }
    return lines
  }

  /// The configuration key that decides whether a tensor of this name exists.
  private func keyOfPresence(_ name: String) -> String? {
    let parts = [
      ("_nonlocal", "NONLOCAL.LOCATION"), ("pathway1", "MODEL.ARCH"), ("_fuse", "MODEL.ARCH"), ("_res", "RESNET.DEPTH"),
    ]
    return parts.first { name.contains($0.0) }?.1
  }

  private var unusedLines: [String] {
    if unused.isEmpty { return [] }
    let names = listed(unused.map { "'\(printable($0))'" }, limit: LoadReport.shownLimit)
    let verb = unused.count == 1 ? "is" : "are"
    var line = "\(counted(unused.count, "tensor")) of \(fileName) \(verb) not used by this config: \(names)"
    var given: Set<String> = []
    for key in unused.compactMap(keyOfPresence) where given.insert(key).inserted {
      if let value = suggestions[key] { line += "\n         -> these weights suit \(key) \(value)" }
    }
    return [line]
  }
}
