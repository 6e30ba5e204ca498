public import Checkpoint
public import Configuration
internal import Tensors
internal import VideoModels
internal import Wording

// What the families know of a file that does not suit a configuration.

extension LoadHints {
  /// Says what a report of misfits means.
  ///
  /// - Parameters:
  ///   - guess: What the file holds.
  ///   - config: The configuration that the model was built from, if it was built from one.
  ///   - families: Whose networks there are.
  public init(
    _ report: LoadReport, _ guess: ArchitectureGuess, _ config: Configuration?,
    families: [any ModelFamily] = modelFamilies
  ) {
    self.init()
    // Of a load that suits nothing more is to be known.
    let suits = report.isComplete && report.unused.isEmpty
    let fit = suits ? nil : NetworkFit(guess, families)
    oddity = fit?.obstacle ?? fit?.gap.map { ("it \($0.reason)", $0.advice) }
    let words = MisfitWords(report, guess, config, families, isOdd: oddity != nil)
    obstacle = guess.obstacle
    headPrefix = Projection.headPrefix
    isOfOtherNetwork = words.isOfOtherNetwork
    misfits = Dictionary(
      report.mismatched.compactMap { item in words.misfit(item).map { (item.name, $0) } },
      uniquingKeysWith: { first, _ in first })
    if words.scoresBoxes == true, case .clips? = guess.head {
      warning = "\(report.fileName) \(words.head): scores of boxes mean nothing -> give weights trained on AVA"
    }
    if oddity == nil {
      (changes, otherConfig) = words.isOfOtherNetwork ? words.wayToOtherNetwork : (words.changes, nil)
    }
  }
}

private struct MisfitWords {
  private let report: LoadReport
  private let guess: ArchitectureGuess
  private let config: Configuration?
  private let families: [any ModelFamily]
  /// The keys that decide whether the tensors in question exist, and their shapes.
  private let keys: Set<String>
  /// Configuration values that the file's tensors speak for, by key.
  private let suggestions: [String: String]
  /// Whether the file holds another architecture's network than the configuration: no tensor's misfit is then the matter of
  /// one key.
  let isOfOtherNetwork: Bool
  /// Whether no configuration loads the file, or none the whole network that it is a part of: no key is to blame.
  private let isOdd: Bool
  /// Whether the config scores boxes and not whole clips; nil where nobody said.
  let scoresBoxes: Bool?

  init(
    _ report: LoadReport, _ guess: ArchitectureGuess, _ config: Configuration?, _ families: [any ModelFamily],
    isOdd: Bool
  ) {
    self.isOdd = isOdd
    self.report = report
    self.guess = guess
    self.config = config
    self.families = families
    let suggestions = Dictionary(
      (guess.network?.allSettings ?? []).map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
    self.suggestions = suggestions
    scoresBoxes = config.map { $0[.detectionEnable] }
    let isNews = { Self.isNews($0, suggestions, config, guess.network) }
    var keys = Set(report.mismatched.filter { !Self.isOfClasses($0) }.flatMap(\.hints))
    for name in report.missing.map(\.name) + report.unused {
      for family in families { keys.formUnion(family.keys(deciding: name)) }
    }
    for family in families { keys.formUnion(family.keys(changingWith: keys, isNews: isNews)) }
    self.keys = keys
    let isOfOtherFamily =
      config.flatMap { config in guess.family.map { !$0.modelNames.contains(config[.modelModelName]) } } ?? false
    isOfOtherNetwork = isNews(Key.modelArch.name) && (isOfOtherFamily || keys.contains(Key.modelArch.name))
  }

  /// Whether the file speaks for another value of a key than the configuration has.
  private static func isNews(
    _ key: String, _ suggestions: [String: String], _ config: Configuration?, _ network: Recognition?
  ) -> Bool {
    guard let value = suggestions[key] else { return false }
    guard let now = config?.literal(key) else { return true }
    if let setting = network?.settings.first(where: { $0.key == key }) { return !setting.admits(now) }
    return !isSameValue(now, value)
  }

  private func isNews(_ key: String) -> Bool { Self.isNews(key, suggestions, config, guess.network) }

  /// What the file's head scores, as far as is known.
  var head: String {
    switch guess.head {
    case .clips(let dataSet?): "holds a classification network (\(possessive(dataSet)) classes)"
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
        advice: isOfOtherNetwork && !headsDiffer ? nil : item.fileShape.first.map(adviceOfClasses))
    }
    if isOfOtherNetwork || isOdd {
      return LoadHints.Misfit(model: "this config's network needs \(model)", advice: nil)
    }
    // What the file tells of is said once, at the end.
    guard !item.hints.isEmpty, item.hints.allSatisfy({ suggestions[$0] != nil }) else { return nil }
    return LoadHints.Misfit(model: "this config needs \(model) (\(item.hints.joined(separator: ", ")))", advice: nil)
  }

  private static let classesKey = Key.modelNumClasses.name

  /// Whether the number of classes gives the tensor its shape.
  private static func isOfClasses(_ item: LoadReport.Mismatched) -> Bool {
    item.name.hasPrefix(Projection.scope + ".")
  }

  /// Whether the file's head is known to score other things than the configuration's.
  private var headsDiffer: Bool {
    switch (scoresBoxes, guess.head) {
    case (true, .clips), (false, .boxes): true
    default: false
    }
  }

  private func adviceOfClasses(_ classes: Int) -> String {
    switch (scoresBoxes, guess.head) {
    // Of another network the classes alone repair nothing.
    case (true, .clips) where guess.scoresBoxes == false || isOfOtherNetwork:
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

  /// All that the configuration has to say otherwise to suit a file of the same architecture; nil where nothing is known.
  ///
  /// What concerns the tensors that misfit is named, or all that is known where that alone does not do.
  var changes: String? {
    let all = news.sorted { $0.key < $1.key }
    let own = all.filter { keys.contains($0.key) }
    if own.count == all.count { return text(own) }
    // Another kind of head brings its classes.
    let changesHead = own.contains { $0.key == Key.detectionEnable.name }
    if changesHead, loads(all, withHead: true) { return text(all) }
    return text(!loads(own) && loads(all) ? all : own)
  }

  /// Whether this configuration, changed so, loads the file, whose network is whole.
  ///
  /// - Parameter withHead: Whether its head, too, where there is one.
  private func loads(_ settings: [Recognition.Setting], withHead: Bool = false) -> Bool {
    guard var config else { return true }
    do {
      try config.apply(overrides: settings.flatMap { [$0.key, $0.value] })
      let report = try NetworkFit.report(of: guess, under: config, families)
      let names = report.missing.map(\.name) + report.mismatched.map(\.name) + report.unused
      return names.allSatisfy { !(withHead && guess.hasHead) && $0.hasPrefix(Projection.headPrefix) }
    } catch {
      return false
    }
  }

  /// What the configuration has otherwise than the file speaks for.
  private var news: [Recognition.Setting] {
    (guess.network?.allSettings ?? []).filter { setting in
      // AVA's boxes want another file.
      isNews(setting.key) && !(setting.key == Key.detectionEnable.name && config?.testsAVA == true)
    }
  }

  /// As words of a call: a list is quoted, as a shell needs it.
  private func text(_ settings: [Recognition.Setting]) -> String? {
    if settings.isEmpty { return nil }
    return settings.map { "\($0.key) \($0.value.hasPrefix("[") ? "\"\($0.value)\"" : $0.value)" }
      .joined(separator: " ")
  }

  /// How a file of another architecture can be used: under a configuration of its own, or under this one, where that can
  /// become the network's by all that the file speaks for.
  var wayToOtherNetwork: (changes: String?, config: String?) {
    let names = guess.candidates.isEmpty ? nil : listed(guess.candidates.map(\.path), limit: 4)
    if let names, guess.suitsCandidates { return (nil, names) }
    if becomesOther { return (text(news), nil) }
    return (nil, names.map { "\($0), with the overrides that slowfast inspect names" } ?? LoadHints.unknownConfig)
  }

  /// Whether this configuration, changed in all that the file speaks for, loads it.
  private var becomesOther: Bool {
    // AVA's boxes want weights of boxes.
    if config?.testsAVA == true, headsDiffer { return false }
    return loads(news, withHead: true)
  }
}
