public import ArgumentParser
internal import Classify
internal import Configuration
internal import Files
public import Visualization
internal import Wording

/// Of which classes Grad-CAM is shown.
struct VisualizedClassOptions: ParsableArguments {
  @Option(
    name: .customLong("class"),
    help: ArgumentHelp(
      "Where the network looks for this class, by name or by the id of its label file; may come several times (default: the best ones).",
      valueName: "class"))
  var named: [String] = []

  @Option(
    help: ArgumentHelp(
      "How many of the best classes of a clip or person are shown (default: TENSORBOARD.MODEL_VIS.TOPK_PREDS, 1).",
      valueName: "count"))
  var topK: Int?

  @Flag(help: "Show the class that the list says, instead of the best ones.")
  var trueLabel = false

  @Flag(help: "Show clips alone whose best class is not the one that the list says.")
  var wrong = false

  @Option(
    help: """
      What is differentiated: the score after the activation (probability), as PySlowFast does, or before it (logit).
      """)
  var score: ClassScore.Kind = .probability

  @Option(
    help: ArgumentHelp(
      "The names of the classes, as of 'slowfast classify' or, with an AVA config, 'slowfast detect --labelmap'.",
      valueName: "file"), completion: .file())
  var labels: String?

  func check(videos: [String]) throws {
    if let topK, topK < 1 { throw ValidationError("--top-k is \(topK) -> give 1 or more") }
    if trueLabel, !named.isEmpty || topK != nil {
      throw ValidationError("--true-label, --class and --top-k say which classes are shown -> give one of them")
    }
    if !named.isEmpty, topK != nil {
      throw ValidationError("--class and --top-k say which classes are shown -> give one of them")
    }
    if !videos.isEmpty, trueLabel || wrong {
      throw ValidationError(
        "--true-label and --wrong need a list with classes, and your own videos have none -> leave it out")
    }
  }

  /// The files that the options name.
  var inputFiles: [String] { [labels].compactMap(\.self) }

  /// The file that says what classes are called; nil where none is named or, of AVA's classes, there.
  func labelFile(_ config: Configuration) -> String? {
    if let labels { return labels }
    if config[.detectionEnable] {
      return [joinPath(config[.avaAnnotationDir], config[.avaLabelMapFile])].first { pathExists($0) }
    }
    return [config[.demoLabelFilePath], config[.tensorboardClassNamesPath]].first { !$0.isEmpty }
  }

  /// The names of a classification network's classes.
  func names(_ config: Configuration) throws -> ClassLabels {
    guard let path = labelFile(config) else { return .unnamed }
    return try ClassLabels(path: path, classes: config[.modelNumClasses])
  }

  /// What is to be shown of every clip.
  ///
  /// - Throws: ``VisualizationError``.
  func chosen(_ config: Configuration, _ clips: VisualizedClips) throws -> ChosenClasses {
    let count = config[.modelNumClasses]
    let isTrue = trueLabel || config[.tensorboardModelVisGradCamUseTrueLabel] && named.isEmpty && topK == nil
    let isWrong = wrong || config[.tensorboardWrongPredVisEnable]
    if isTrue || isWrong, !clips.hasTruth { throw VisualizationError.noTruth }
    let names = (0..<count).map(clips.name)
    let first = config[.detectionEnable] ? 1 : 0
    let labels = try named.map { word -> Int in
      if let found = names.firstIndex(of: word) { return found }
      if let id = Int(word), (first..<count + first).contains(id) { return id - first }
      if labelFile(config) == nil, Int(word) == nil {
        throw VisualizationError.unnamedClasses(
          word, count: count + first,
          file: first == 1 && count == 80 ? "annotations/ava_action_list_v2.2.pbtxt has AVA's" : nil)
      }
      throw VisualizationError.unknownClass(word, nearest: nearest(to: word, among: names), count: count + first)
    }
    let which: ChosenClasses.Which =
      isTrue
      ? .truth : labels.isEmpty ? .best(min(topK ?? config[.tensorboardModelVisTopkPreds], count)) : .named(labels)
    return ChosenClasses(which: which, onlyWrong: isWrong, score: score)
  }
}

extension ClassScore.Kind: ExpressibleByArgument {}

/// Of which classes heat maps are made.
struct ChosenClasses {
  enum Which {
    case best(Int)
    case named([Int])
    case truth
  }

  let which: Which
  let onlyWrong: Bool
  let score: ClassScore.Kind

  /// - Parameters:
  ///   - ranked: All classes, best first.
  ///   - truth: What is right.
  /// - Returns: Classes, with what files are called by.
  func labels(ranked: [Int], truth: [Int]) -> [(label: Int, title: String)] {
    switch which {
    case .best(let count): ranked.prefix(count).enumerated().map { ($1, "top\($0 + 1)") }
    case .named(let labels): labels.map { ($0, "class\($0)") }
    case .truth: truth.map { ($0, truth.count == 1 ? "true" : "true\($0)") }
    }
  }
}
