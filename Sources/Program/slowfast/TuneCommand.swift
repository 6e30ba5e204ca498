internal import ArgumentParser
internal import Configuration
internal import Files
internal import Geometry
internal import Inference
internal import Kernels
internal import ModelZoo
internal import NN
internal import Tensors
internal import Version
internal import VideoModels
internal import Wording

/// Which algorithm is the fastest for each kind of convolution of a network, on this processor.
struct TuneCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tune",
    abstract: "Measures which algorithms are the fastest on this processor, and keeps them: for --tuned.",
    discussion: """
      Times every algorithm that can compute a convolution, in every place of the network, and writes a plan: for each shape the \
      fastest one, with what each of them took. Every command that runs a network takes it with --tuned FILE; with one file \
      the algorithms, and so the bytes of the scores, are the same in every run. Shapes are known by what they are, not by the \
      layer's name: a plan serves any network that has some of them, for clips of any size. It holds for a processor, its kernels and a precision. \
      Without --cfg it is SlowFast R50 32x2 for AVA; weights are not needed.
      """)

  @OptionGroup var options: BenchModelOptions
  @OptionGroup var clip: ClipSizeOptions
  @Option(help: "How often each algorithm is timed in each place; the best counts.")
  var runs = 5
  @Option(
    help: ArgumentHelp(
      "Where the plan goes (default: CONFIG.PRECISION.PROCESSOR.tuned.json in the current folder).", valueName: "file"),
    completion: .file())
  var output: String?
  @OptionGroup var results: OverwriteOptions

  func validate() throws {
    if !(1...1000 ~= runs) { throw ValidationError("--runs is \(runs) -> give 1 to 1000") }
    let engine = options.engine
    for (name, isGiven) in [
      ("--convolution", engine.convolution != nil), ("--measure-plan", engine.measurePlan),
      ("--tuned", engine.tuned != nil),
    ] where isGiven {
      throw ValidationError("\(name): all algorithms are measured -> leave it out")
    }
    if engine.calibration != nil {
      throw ValidationError("--calibration: tune measures with random weights, which have none -> leave it out")
    }
    try options.words.check()
  }

  func run() throws {
    let config = try options.loadWithNotices()
    let engine = try options.engine.make()
    let setting = TunedPlanFile.Setting(engine, program: programVersion)
    let path = output ?? usualName(setting)
    try results.check([path], reading: RunInputs([options.config]), orGive: "give another --output")
    let model = try LoadedModel(config, WeightOptions(randomSeed: 1), engine: engine).model
    let size = clip.size(config)
    var generator = SeededGenerator(seed: 1)
    let input = randomClip(model, size, batch: clip.batch, &generator)
    let tuner = try runningConfigured { try model.tuner(input) }
    if tuner.kindCount == 0 { throw NothingToTune() }
    Console.say(
      "\(counted(tuner.kindCount, "shape")) of convolutions in \(counted(tuner.placeCount, "place")), every algorithm \(counted(runs, "time")): "
        + "this takes some \(fixed(tuner.expectedSeconds(runs: runs).rounded(.up), 0)) s; other work on this machine disturbs it"
    )
    let progress = Progress("tuning", total: tuner.placeCount, unit: "place")
    let timings = tuner.measure(runs: runs) { progress.update($0) }
    progress.finish()
    let extent = input.extent
    let file = TunedPlanFile(
      setting: setting, config: name, clip: "\(clip.batch) x \(extent)", timings)
    try file.write(to: path)
    print(Self.text(timings), terminator: "")
    print("wrote '\(path)': --tuned '\(path)' takes it")
  }

  /// The config's, without folder and ending.
  private var name: String {
    guard let config = options.config else { return "SlowFast-R50-32x2-AVA" }
    let name = splitPath(config).name
    return [".yaml", ".yml"].first { name.hasSuffix($0) }.map { String(name.dropLast($0.count)) } ?? name
  }

  private func usualName(_ setting: TunedPlanFile.Setting) -> String {
    let processor = setting.processor
    return "\(name).\(setting.precision).\(processor.vendor)-\(processor.family)-\(processor.model).tuned.json"
  }

  /// The shapes that are computed otherwise than by the rule, and what that saves.
  private static func text(_ timings: [ConvolutionTiming]) -> String {
    func milliseconds(_ timing: ConvolutionTiming, _ algorithm: ConvolutionAlgorithm) -> Double {
      1e3 * timing.seconds[algorithm, default: 0]
    }
    let others = timings.filter { $0.chosen != $0.usual }
    let usual = timings.reduce(0) { $0 + milliseconds($1, $1.usual) }
    let saved = others.reduce(0) { $0 + milliseconds($1, $1.usual) - milliseconds($1, $1.chosen) }
    let rows = others.map {
      [
        "\($0.kind.shape)", "\($0.kind.input)", $0.usual.rawValue, fixed(milliseconds($0, $0.usual), 2),
        $0.chosen.rawValue, fixed(milliseconds($0, $0.chosen), 2),
      ]
    }
    return (rows.isEmpty ? "" : TextTable(["convolution", "input", "rule", "ms", "faster", "ms"], rows).text)
      + "\(others.count) of \(counted(timings.count, "shape")) otherwise than by the rule: \(fixed(saved, 1)) of "
      + "\(fixed(usual, 1)) ms a run less\n"
  }
}

/// A network without a choice.
private struct NothingToTune: Error, CustomStringConvertible {
  var description: String {
    "tuning: every convolution of this network can be computed in one way only -> run it without a plan"
  }
}
