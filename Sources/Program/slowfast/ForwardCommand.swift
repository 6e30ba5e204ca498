internal import ArgumentParser
internal import Configuration
internal import Files
internal import Inference
internal import Kernels
internal import ModelZoo
internal import NN
internal import RoIAlign
internal import Tensors
internal import TextReports
internal import VideoModels

/// One pass over raw tensors.
struct ForwardCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "forward",
    abstract: "Runs a network once over a clip from a NumPy file.",
    discussion: """
      The clip is float32 [N, 3, T, H, W], normalised, at the fast rate: a two-pathway network takes its slow frames \
      from it. A detection config also takes boxes, float32 [R, 5]: clip number, x1, y1, x2, y2 in pixels of the \
      clip. The result is [R, classes] or [N, classes] after the activation.
      """)

  @OptionGroup var options: ModelOptions

  @Option(help: ArgumentHelp("The clip [N, 3, T, H, W].", valueName: "file.npy"), completion: .file())
  var clip: String

  @Option(help: ArgumentHelp("The boxes [R, 5].", valueName: "file.npy"), completion: .file())
  var boxes: String?

  @Option(help: ArgumentHelp("Where the scores go.", valueName: "file.npy"), completion: .file())
  var output: String

  @Option(
    help: ArgumentHelp(
      "Also write shape, mean, std, first and last eight values of every stage.", valueName: "file.json"),
    completion: .file())
  var stages: String?

  @OptionGroup var results: OverwriteOptions

  private var words: FreeWords { FreeWords(options.arguments) }

  func validate() throws { try words.check() }

  func run() throws {
    let config = try options.load(words.overrides)
    try results.check(
      [output, stages].compactMap(\.self), reading: RunInputs(options.inputFiles(config)) + [clip, boxes],
      orGive: "write to other files")
    let clip = try Tensor(npy: clip)
    guard clip.shape.count == 5 else {
      throw ShapeError(file: self.clip, expected: "five axes [N, 3, T, H, W]", found: clip.shape)
    }
    let channels = config[.dataInputChannelNum].first ?? 3
    if clip.shape[1] != channels, let axis = clip.shape.lastIndex(of: channels), axis > 1 {
      let order = [0, axis] + (1...4).filter { $0 != axis }
      throw ShapeError(
        file: self.clip, expected: "[N, \(channels), T, H, W], the channels second", found: clip.shape,
        advice: "numpy.transpose(clip, (\(order.map(String.init).joined(separator: ", "))))")
    }
    let regions = try boxes.map { path -> [Region] in
      let rows = try Tensor(npy: path)
      guard rows.shape.count == 2, rows.shape[1] == 5 else {
        throw ShapeError(file: path, expected: "[R, 5]: clip number, x1, y1, x2, y2", found: rows.shape)
      }
      return try Region.rows(of: rows)
    }
    let model = try options.model(config).model
    let scoresBoxes = model.architecture.head.scoresBoxes
    if scoresBoxes, regions == nil { throw ModelRunError(.noClassificationHead) }
    if !scoresBoxes, regions != nil { throw ModelRunError(.noRoIHead) }
    let (features, scores) = try runningConfigured {
      let features = try model.features(model.clip(clip), keepingNamed: stages != nil)
      return (features, try regions.map { try model.detect(features, $0) } ?? model.classify(features))
    }
    // First: it shows where numbers that are not finite begin.
    if let stages {
      let named = features.named.lazy.map { name, map in
        let tensor = map.float32().channelsFirst()
        return (name: name, shape: tensor.shape, values: tensor.array)
      }
      try writeFile(stages, activationSummary(named))
    }
    if !scores.array.allSatisfy(\.isFinite) { throw NotFinite() }
    try scores.writeNPY(output)
    Console.say("wrote \(output): \(describe(shape: scores.shape))")
  }
}

/// Scores that are no numbers.
struct NotFinite: Error, CustomStringConvertible {
  let description =
    "running the model: the scores are not finite numbers -> look for NaN and infinity in the weights (slowfast inspect), and with --stages where they begin"
}

/// A NumPy file of another shape than the command takes.
struct ShapeError: Error, CustomStringConvertible {
  let file: String
  let expected: String
  let found: [Int]
  var advice = "reshape it"

  var description: String {
    "reading '\(file)': expected \(expected), found the shape \(Tensors.describe(shape: found)) -> \(advice)"
  }
}
