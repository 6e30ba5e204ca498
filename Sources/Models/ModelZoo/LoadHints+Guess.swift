public import Checkpoint
public import Configuration
internal import Tensors
internal import VideoModels

// What the families know of a file that does not suit a configuration.

extension LoadHints {
  /// Says what a report of misfits means.
  ///
  /// - Parameters:
  ///   - guess: What the file holds.
  ///   - config: The configuration that the model was built from, if it was built from one.
  public init(_ report: LoadReport, _ guess: ArchitectureGuess, _ config: Configuration?) {
    self.init()
    let words = MisfitWords(report, guess, config)
    obstacle = guess.obstacle
    headPrefix = Projection.headPrefix
    misfits = Dictionary(
      report.mismatched.compactMap { item in words.misfit(item).map { (item.name, $0) } },
      uniquingKeysWith: { first, _ in first })
    if words.scoresBoxes == true, case .clips? = guess.head {
      warning = "\(report.fileName) \(words.head): scores of boxes mean nothing -> give weights trained on AVA"
    }
    changes = words.changes
  }
}

private struct MisfitWords {
  private let report: LoadReport
  private let guess: ArchitectureGuess
  private let config: Configuration?
  /// Configuration values that the file's tensors speak for, by key.
  private let suggestions: [String: String]
  /// Whether the config scores boxes and not whole clips; nil where nobody said.
  let scoresBoxes: Bool?

  init(_ report: LoadReport, _ guess: ArchitectureGuess, _ config: Configuration?) {
    self.report = report
    self.guess = guess
    self.config = config
    suggestions = Dictionary(
      (guess.network?.settings ?? []).map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first }
    ).merging(guess.network?.unseen ?? [:]) { own, _ in own }
    scoresBoxes = config.map { $0[.detectionEnable] }
  }

  /// What the file's head scores, as far as is known.
  var head: String {
    switch guess.head {
    case .clips(let dataSet?): "holds a classification network (\(dataSet)'s classes)"
    case .clips(nil): "holds a classification network"
    case .boxes: "holds a detection network"
    case nil: "holds another head"
    }
  }

  /// What is to be said of a tensor of another shape; nil where its key says it all.
  func misfit(_ item: LoadReport.Mismatched) -> LoadHints.Misfit? {
    let model = describe(shape: item.modelShape)
    if Self.isOfClasses(item) {
      let classes = item.modelShape.first
      // With as many classes, the head takes more or fewer features: that follows from other keys.
      guard let classes, classes != item.fileShape.first else {
        return LoadHints.Misfit(model: "this config's network needs \(model)", advice: nil)
      }
      return LoadHints.Misfit(
        model: "this config has \(Self.classesKey) \(classes) and needs \(model)",
        advice: item.fileShape.first.map(adviceOfClasses))
    }
    // What the file tells of is said once, at the end.
    guard let hint = item.hint else { return nil }
    return suggestions[hint].map { _ in LoadHints.Misfit(model: "this config needs \(model) (\(hint))", advice: nil) }
  }

  private static let classesKey = Key.modelNumClasses.name

  /// Whether the number of classes gives the tensor its shape.
  private static func isOfClasses(_ item: LoadReport.Mismatched) -> Bool {
    item.name.hasPrefix(Projection.scope + ".")
  }

  private func adviceOfClasses(_ classes: Int) -> String {
    switch (scoresBoxes, guess.head) {
    case (true, .clips) where guess.scoresBoxes == false:
      "\(report.fileName) \(head), and this config scores boxes: give weights trained on AVA"
    case (false, .boxes) where guess.scoresBoxes == true:
      "\(report.fileName) \(head), and this config scores whole clips: set \(Key.detectionEnable.name) True"
    case (true, .clips):
      "\(report.fileName) \(head), and this config scores boxes: give weights trained on AVA; only where these do score "
        + "boxes, set \(Self.classesKey) \(classes)"
    case (false, .boxes):
      "\(report.fileName) \(head), and this config scores whole clips: take one of configs/AVA"
    default:
      "set \(Self.classesKey) \(classes), or give the label map that these weights were trained with"
    }
  }

  /// All that the configuration has to say otherwise to suit the file: the keys that decide whether the tensors in
  /// question exist, and their shapes; nil where nothing is known.
  var changes: String? {
    var keys = Set(report.mismatched.filter { !Self.isOfClasses($0) }.compactMap(\.hint))
    for name in report.missing.map(\.name) + report.unused {
      for family in modelFamilies { keys.formUnion(family.keys(deciding: name)) }
    }
    for family in modelFamilies { keys.formUnion(family.keys(changingWith: keys, isNews: isNews)) }
    // AVA's boxes want another file.
    if config?.testsAVA == true { keys.remove(Key.detectionEnable.name) }
    // A list is quoted, as a shell needs it.
    let settings = (suggestions.keys.filter { keys.contains($0) && isNews($0) }).sorted().compactMap { key in
      suggestions[key].map { "\(key) \($0.hasPrefix("[") ? "\"\($0)\"" : $0)" }
    }
    return settings.isEmpty ? nil : settings.joined(separator: " ")
  }

  /// Whether the file speaks for another value of a key than the configuration has.
  private func isNews(_ key: String) -> Bool {
    guard let value = suggestions[key] else { return false }
    guard let now = config?.literal(key) else { return true }
    if let setting = guess.network?.settings.first(where: { $0.key == key }) { return !setting.admits(now) }
    return !isSameValue(now, value)
  }
}
