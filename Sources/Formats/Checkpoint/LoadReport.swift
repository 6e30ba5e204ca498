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

  /// A variance that has no root.
  public struct Unsound: Sendable, Equatable {
    public let name: String
    public let channel: Int
    public let value: Float
  }

  /// The file; nil where no file was given or weights are random by intent.
  public let path: String?
  /// How many of the model's tensors the file has in their shape.
  public let found: Int
  public let missing: [Missing]
  /// Names in the file that the model did not ask for.
  public let unused: [String]
  public let mismatched: [Mismatched]
  /// Batch normalisations that would make every score not a number.
  public let unsound: [Unsound]
  /// How many of the convolutions before the head are asked for, and found. Vectors do not count: those of Caffe2's files
  /// fit wherever they are a fraction as long.
  private let backbone: (asked: Int, found: Int)
  /// Whether the config scores boxes and not whole clips, for the advice; nil where nobody said.
  public var scoresBoxes: Bool?
  /// The configuration's own values as literals, by key: what it says already is no advice.
  public var configured: [String: String] = [:]
  private let guess: ArchitectureGuess?
  /// Configuration values that the file's tensors speak for, by key.
  private let suggestions: [String: String]

  init(
    path: String?, found: Int = 0, missing: [Missing] = [], unused: [String] = [], mismatched: [Mismatched] = [],
    unsound: [Unsound] = [], backbone: (Int, Int) = (0, 0), guess: ArchitectureGuess? = nil
  ) {
    self.path = path
    self.found = found
    self.missing = missing
    self.unused = unused
    self.mismatched = mismatched
    self.unsound = unsound
    self.backbone = backbone
    self.guess = guess
    var suggestions = Dictionary(
      (guess?.settings ?? []).map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
    if let arch = suggestions["MODEL.ARCH"], suggestions["NONLOCAL.LOCATION"] == nil {
      let stage = arch == "slowfast" ? "[[], []]" : "[[]]"
      suggestions["NONLOCAL.LOCATION"] = "[\(Array(repeating: stage, count: 4).joined(separator: ", "))]"
    }
    self.suggestions = suggestions
  }

  /// Whether every tensor was found in its shape. Unused tensors do no harm to that.
  public var isComplete: Bool { missing.isEmpty && mismatched.isEmpty }

  /// Stops when weights are missing or of another shape, unless a partial load is allowed; and that is refused where
  /// (almost) nothing before the head fits, or where the file is of another kind of network. Stops also where a batch
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
    if isComplete || allowPartial && !fitsTooLittle && guess?.obstacle == nil { return }
    throw CheckpointError.weightsDoNotFit(text)
  }

  /// Whether a partial load would compute with a random network: less than a tenth of the convolutions before the head
  /// is there.
  private var fitsTooLittle: Bool { found == 0 || backbone.found * 10 < backbone.asked }

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
    lines += unusedLines
    if let changes { lines.append("\(fileName) -> to use it as it is, set \(changes)") }
    return lines
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
    var closing = ["or allow a partial load (--partial-weights), which fills the gaps with random numbers"]
    if fitsTooLittle {
      lines.insert(
        found == 0
          ? "nothing in '\(path ?? "")' fits this config: no tensor has a name and shape that it needs"
          : "too little in '\(path ?? "")' fits this config: \(backbone.found) of the \(backbone.asked) convolutions before "
            + "the head that it needs", at: 0)
      closing = [
        "give the weights of this config, or the config of these weights (slowfast inspect tells what they are)"
      ]
    }
    if let changes { closing.insert("set \(changes), as these weights have it", at: 0) }
    return (lines.map { "weights: " + $0 } + closing.map { "         -> " + $0 }).joined(separator: "\n")
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
    // What the file tells of is said once, at the end.
    if hint != "MODEL.NUM_CLASSES", suggestions[hint] != nil { return "" }
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
    return "\(arrow)change \(hint)"
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

  /// All that the configuration has to say otherwise to suit the file, as "KEY value and KEY value": the keys that decide
  /// whether the tensors in question exist, and their shapes; nil where nothing is known.
  private var changes: String? {
    var keys: Set<String> = Set(mismatched.compactMap(\.hint)).subtracting(["MODEL.NUM_CLASSES"])
    for name in missing.map(\.name) + unused {
      if name.contains("_nonlocal") {
        keys.insert("NONLOCAL.LOCATION")
      } else {
        if ["pathway1", "_fuse", "conv_xy"].contains(where: name.contains) {
          keys.formUnion(["MODEL.ARCH", "MODEL.MODEL_NAME"])
        }
        if name.contains("_res") { keys.insert("RESNET.DEPTH") }
      }
    }
    // What one width or one lateral connection shows, the others show too.
    if keys.contains(where: { $0.hasPrefix("SLOWFAST.") || $0 == "RESNET.WIDTH_PER_GROUP" }) {
      keys.formUnion(suggestions.keys.filter { $0.hasPrefix("SLOWFAST.") || $0 == "RESNET.NUM_GROUPS" })
    }
    // In a deeper network more blocks may have temporal kernels.
    if keys.contains("RESNET.DEPTH"), isNews("RESNET.DEPTH") { keys.insert("RESNET.NUM_BLOCK_TEMP_KERNEL") }
    // A list is quoted, as a shell needs it.
    let settings = (suggestions.keys.filter { keys.contains($0) && isNews($0) }).sorted().compactMap { key in
      suggestions[key].map { "\(key) \($0.hasPrefix("[") ? "\"\($0)\"" : $0)" }
    }
    return settings.isEmpty ? nil : settings.joined(separator: " ")
  }

  /// Whether the file speaks for another value of a key than the configuration has.
  private func isNews(_ key: String) -> Bool {
    func plain(_ text: String) -> String { text.filter { $0 != " " && $0 != "'" } }
    guard let value = suggestions[key] else { return false }
    return configured[key].map(plain) != plain(value)
  }

  private var unusedLines: [String] {
    if unused.isEmpty { return [] }
    let names = listed(unused.map { "'\(printable($0))'" }, limit: LoadReport.shownLimit)
    let verb = unused.count == 1 ? "is" : "are"
    return ["\(counted(unused.count, "tensor")) of \(fileName) \(verb) not used by this config: \(names)"]
  }
}
