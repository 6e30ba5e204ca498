public import Files
internal import JSON
public import Kernels
public import NN
internal import Parallel
internal import Tensors

/// A tuned plan as a file, which `slowfast tune` writes and `--tuned` reads: JSON, a line for every kind of convolution.
public struct TunedPlanFile: Sendable, Equatable {
  /// What the measurements hold for.
  public struct Setting: Sendable, Equatable {
    public var processor: Processor
    /// The program's version.
    public var program: String
    /// The instruction set of the kernels.
    public var kernels: InstructionSet
    public var threads: Int
    /// fp32, bf16 or int8.
    public var precision: String

    public init(processor: Processor, program: String, kernels: InstructionSet, threads: Int, precision: String) {
      self.processor = processor
      self.program = program
      self.kernels = kernels
      self.threads = threads
      self.precision = precision
    }

    /// What an engine computes with, here; the threads are those of a clip.
    public init(_ engine: Engine, program: String) {
      self.init(
        processor: .current, program: program, kernels: engine.instructionSet,
        threads: engine.pool.threads / engine.streams, precision: engine.precision.rawValue)
    }
  }

  /// A kind of convolution.
  public struct Layer: Sendable, Equatable {
    public var kind: ConvolutionKind
    /// The algorithm to take.
    public var algorithm: ConvolutionAlgorithm
    /// What each algorithm took: milliseconds of a run in all convolutions of this kind together.
    public var milliseconds: [ConvolutionAlgorithm: Double]

    public init(kind: ConvolutionKind, algorithm: ConvolutionAlgorithm, milliseconds: [ConvolutionAlgorithm: Double]) {
      self.kind = kind
      self.algorithm = algorithm
      self.milliseconds = milliseconds
    }
  }

  public var setting: Setting
  /// The name of the config whose network was measured.
  public var config: String
  /// The clips that it was measured on: "1 x 32x256x455", clips x frames x height x width.
  public var clip: String
  public var layers: [Layer]

  public init(setting: Setting, config: String, clip: String, _ timings: [ConvolutionTiming]) {
    self.setting = setting
    self.config = config
    self.clip = clip
    layers = timings.map {
      // As many digits as mean something, so that what is read is what was written.
      let milliseconds = $0.seconds.mapValues { ($0 * 1e6).rounded() / 1e3 }
      return Layer(kind: $0.kind, algorithm: $0.chosen, milliseconds: milliseconds)
    }
  }

  /// The choices.
  public var algorithms: TunedAlgorithms {
    TunedAlgorithms(Dictionary(layers.map { ($0.kind, $0.algorithm) }, uniquingKeysWith: { first, _ in first }))
  }

  static let format = "slowfast tuned plan"
  static let version = 1
  static let cacheNames = ["l1d", "l2", "l3"]

  /// Writes the file, whole or not at all.
  public func write(to path: String) throws(FileError) {
    var json = JSONWriter()
    json.beginObject(lines: true)
    let processor = setting.processor
    json.member("format", JSONValue(Self.format))
    json.member("version", JSONValue(Self.version))
    json.member("program", JSONValue(setting.program))
    json.member(
      "processor",
      .object([
        ("vendor", JSONValue(processor.vendor)), ("family", JSONValue(processor.family)),
        ("model", JSONValue(processor.model)), ("stepping", JSONValue(processor.stepping)),
        ("name", JSONValue(processor.name)),
        ("cache_bytes", .object(zip(Self.cacheNames, processor.caches).map { ($0, JSONValue($1)) })),
      ]))
    json.member("kernels", JSONValue(setting.kernels.rawValue))
    json.member("threads", JSONValue(setting.threads))
    json.member("precision", JSONValue(setting.precision))
    json.member("config", JSONValue(config))
    json.member("clip", JSONValue(clip))
    json.name("layers")
    json.beginArray(lines: true)
    for layer in layers {
      let times = layer.milliseconds.sorted { ($0.value, $0.key.rawValue) < ($1.value, $1.key.rawValue) }
      json.value(
        .object([
          ("convolution", JSONValue("\(layer.kind.shape)")), ("input", JSONValue("\(layer.kind.input)")),
          ("algorithm", JSONValue(layer.algorithm.rawValue)),
          ("milliseconds", .object(times.map { ($0.key.rawValue, JSONValue($0.value)) })),
        ]))
    }
    json.end()
    json.end()
    try writeFile(path, json.text + "\n")
  }
}

/// What is wrong with a tuned plan's file.
public struct TunedPlanFileError: Error, Equatable, CustomStringConvertible {
  let path: String
  let found: String

  public var description: String {
    "reading the tuned plan '\(path)': \(found) -> make it anew with slowfast tune, or leave out --tuned"
  }
}
