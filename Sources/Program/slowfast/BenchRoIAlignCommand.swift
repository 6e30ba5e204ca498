internal import ArgumentParser
internal import BenchReports
internal import JSON
internal import Kernels
internal import Parallel
internal import RoIAlign
internal import Tensors

struct BenchRoIAlignCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "roialign",
    abstract: "Measures RoIAlign alone, on seeded features and boxes.",
    discussion: """
      Adaptive sampling on the half-pixel grid at scale 1/16, features channels-last in memory. The boxes' corners \
      are uniform over the first half of the frame, their sizes uniform up to 0.9 of half the frame plus 8 pixels. \
      Measured after a warm-up, with the bins written out and with only their maximum kept.
      """)

  @Option(help: "Channels of the features.")
  var channels = 2048
  @Option(help: "Rows of the features.")
  var height = 16
  @Option(help: "Columns of the features.")
  var width = 29
  @Option(help: "Number of boxes.")
  var boxes = 3
  @Option(help: "Bins on each side of a box.")
  var resolution = 7
  @Option(help: "Threads; as many as this process may use when not given.")
  var threads: Int?
  @Option(help: "How often to measure; the best and the median are printed.")
  var runs = 20
  @Option(help: "Seed of the boxes and the features.")
  var seed: UInt64 = 1
  @Option(help: "Instruction set of the kernels; the widest of this processor when not given.")
  var kernels: InstructionSet?
  @Option(help: "How to print the result.")
  var format = BenchFormat.text

  func validate() throws {
    let limits = [
      ("--channels", channels, 65_536), ("--height", height, 4096), ("--width", width, 4096),
      ("--resolution", resolution, 256), ("--runs", runs, 1_000_000), ("--threads", threads ?? 1, 1024),
    ]
    for (name, value, limit) in limits where value < 1 || value > limit {
      throw ValidationError("\(name) is \(value) -> give 1 to \(limit)")
    }
    if boxes < 0 || boxes > 10_000 { throw ValidationError("--boxes is \(boxes) -> give 0 to 10000") }
    let floats = channels * max(height * width, boxes * resolution * resolution)
    if floats > 1 << 31 { throw ValidationError("these sizes take more than 8 GiB -> give smaller ones") }
  }

  func run() throws {
    let table = try kernels.map { set throws(KernelError) in try KernelTable(set) } ?? KernelTable.best
    let pool = WorkerPool(threads: threads)
    var generator = SeededGenerator(seed: seed)
    let regions = seededRegions(&generator)
    let features = Tensor(zeros: [1, height, width, channels])
    for index in 0..<features.count { features.storage.pointer[index] = Float(generator.uniform(-1, 1)) }
    let plane = FeaturePlane(features)
    let aligner = try RoIAligner(resolution: resolution, spatialScale: 1 / 16, grid: .halfPixel)

    let bins = Tensor(zeros: [boxes, resolution, resolution, channels])
    let maxima = Tensor(zeros: [boxes, channels])
    let plain = try Timing(runs: runs) {
      try aligner.align(plane, regions, into: bins.storage, pool: pool, kernels: table)
    }
    let fused = try Timing(runs: runs) {
      try aligner.alignMaxPooled(plane, regions, into: maxima.storage, pool: pool, kernels: table)
    }
    let result = RoIAlignBenchmark(
      .init(channels: channels, height: height, width: width, boxes: boxes, resolution: resolution, seed: seed),
      plain: plain, fused: fused, runs: runs, macs: try aligner.multiplyAdds(plane, regions),
      setting: BenchSetting(threads: pool.threads, kernels: table.instructionSet))
    switch format {
    case .text: print(result.text)
    case .json: print(result.json.text)
    }
  }

  /// Boxes in pixels of the frame that features of stride 16 stand for.
  private func seededRegions(_ generator: inout SeededGenerator) -> [Region] {
    let (halfWidth, halfHeight) = (Double(width) * 8, Double(height) * 8)
    return (0..<boxes).map { _ in
      let x = generator.uniform(0, halfWidth)
      let y = generator.uniform(0, halfHeight)
      let boxWidth = generator.uniform(0, 0.9 * halfWidth) + 8
      let boxHeight = generator.uniform(0, 0.9 * halfHeight) + 8
      return Region(batchIndex: 0, x1: Float(x), y1: Float(y), x2: Float(x + boxWidth), y2: Float(y + boxHeight))
    }
  }
}
