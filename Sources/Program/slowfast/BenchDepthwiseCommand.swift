internal import ArgumentParser
internal import BenchReports
internal import JSON
internal import Kernels
internal import Parallel
internal import Tensors

struct BenchDepthwiseCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "depthwise",
    abstract: "Measures one depthwise convolution alone, on seeded numbers.",
    discussion: """
      The kernel is padded by half of its size; the stride is that of height and width. Measured after a warm-up. \
      GB/s are those of input, weights and output, each counted once; copying is measured in the same run, over maps \
      that no cache holds. A layer whose maps stay in the caches can be faster than that.
      """)

  @Option(help: "Channels.")
  var channels = 54
  @Option(help: "Frames.")
  var frames = 16
  @Option(help: "Rows of the input.")
  var height = 64
  @Option(help: "Columns of the input.")
  var width = 64
  @Option(help: ArgumentHelp("The kernel: frames, rows and columns.", valueName: "TxHxW"))
  var kernel = "3x3x3"
  @Option(help: "The stride in rows and columns.")
  var stride = 1
  @Option(help: "Threads; as many as this process may use when not given.")
  var threads: Int?
  @Option(help: "How often to measure; the best and the median are printed.")
  var runs = 20
  @Option(help: "Seed of the numbers.")
  var seed: UInt64 = 1
  @Option(help: "Instruction set of the kernels; the widest of this processor when not given.")
  var kernels: InstructionSet?
  @Option(help: "Numbers of the maps: fp32, or bf16, which needs a processor that has it.")
  var precision = Precision.fp32
  @Option(help: "How to print the result.")
  var format = BenchFormat.text

  func validate() throws {
    let limits = [
      ("--channels", channels, 65_536), ("--frames", frames, 4096), ("--height", height, 4096),
      ("--width", width, 4096),
      ("--stride", stride, 16), ("--runs", runs, 1_000_000), ("--threads", threads ?? 1, 1024),
    ]
    for (name, value, limit) in limits where value < 1 || value > limit {
      throw ValidationError("\(name) is \(value) -> give 1 to \(limit)")
    }
    if taps == nil {
      throw ValidationError("--kernel is '\(kernel)' -> give three odd numbers up to 15, such as 3x3x3")
    }
    if precision == .int8 {
      throw ValidationError("--precision is int8, and depthwise layers have no integers -> give fp32 or bf16")
    }
    if precision == .bf16, channels % 2 != 0 {
      throw ValidationError("--channels is \(channels): maps of bf16 have an even number -> give \(channels + 1)")
    }
    if channels * frames * height * width > 1 << 30 {
      throw ValidationError("these sizes take more than 8 GiB -> give smaller ones")
    }
  }

  private var taps: Extent3? {
    let parts = kernel.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
    guard parts.count == 3, parts.allSatisfy({ $0 % 2 == 1 && (1...15).contains($0) }) else { return nil }
    return Extent3(parts[0], parts[1], parts[2])
  }

  func run() throws {
    guard let taps else { return }
    let table = try kernels.map { set throws(KernelError) in try KernelTable(set) } ?? KernelTable.best
    if precision == .bf16, !table.supportsBFloat16 {
      throw ValidationError(
        "--precision bf16: the \(table.instructionSet.rawValue) kernels have no bfloat16 -> give --precision fp32")
    }
    let numbers: ElementFormat = precision == .bf16 ? .bfloat16 : .float32
    let engine = Engine(threads: threads, kernels: table, activations: numbers)
    var generator = SeededGenerator(seed: seed)
    let shape = ConvolutionShape(
      channels, channels, kernel: taps, stride: Extent3(1, stride, stride),
      padding: Extent3(taps.t / 2, taps.h / 2, taps.w / 2), groups: channels)
    let weights = Tensor(zeros: shape.weightShape)
    for index in 0..<weights.count { weights.storage.pointer[index] = Float(generator.uniform(-1, 1)) }
    let convolution = Convolution(
      shape, weights: weights, bias: (0..<channels).map { _ in Float(generator.uniform(-1, 1)) }, engine: engine,
      input: numbers, algorithm: .depthwise)
    let extent = Extent3(frames, height, width)
    let input = FeatureMap(zeros: 1, extent, channels: channels, format: numbers)
    for position in 0..<extent.count {
      for c in 0..<channels { input.set(Float(generator.uniform(-1, 1)), position: position, channel: c) }
    }
    let output = FeatureMap(zeros: 1, shape.output(for: extent), channels: channels, format: numbers)
    let timing = Timing(runs: runs) { convolution.run(input, into: output) }
    let result = DepthwiseBenchmark(
      shape, input: extent, timing: timing, copy: copyRate(engine), runs: runs,
      setting: BenchSetting(engine))
    switch format {
    case .text: print(result.text)
    case .json: print(result.json.text)
    }
  }

  /// Bytes a second that are read and written as a map of 64 MB is copied.
  private func copyRate(_ engine: Engine) -> Double {
    let extent = Extent3(1, 512, 512)
    let (from, to) = (FeatureMap(zeros: 1, extent, channels: 64), FeatureMap(zeros: 1, extent, channels: 64))
    let timing = Timing(runs: 4) { engine.scale(from, .none, into: to) }
    return Double(2 * 4 * extent.count * 64) / timing.best
  }
}
