internal import ArgumentParser
internal import BenchReports
internal import Kernels
internal import NN
internal import Parallel
internal import Tensors
internal import VideoModels

/// For `bench clip`: how the clip would go on more cores.
struct CoresOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Also predict the clip on machines of so many cores, and print which layers lose the most time there: 8,16,64. A model of what the pieces of each layer take on one core of this one (docs/engine.md).",
      valueName: "N,N,..."),
    transform: CoreCounts.init(argument:))
  var cores: CoreCounts?
  @Option(
    help: ArgumentHelp(
      "With --cores: what the memory of those machines gives all cores together (default: 200).", valueName: "GB/s"))
  var bandwidth: Double?

  func validate(_ format: BenchFormat) throws {
    if format == .json && cores != nil {
      throw ValidationError("--cores prints tables, --format json one object -> leave one of them away")
    }
    guard let bandwidth else { return }
    if cores == nil { throw ValidationError("--bandwidth is of the machines of --cores -> give both, or leave it out") }
    if !(bandwidth >= 1 && bandwidth <= 10_000) {
      throw ValidationError("--bandwidth is \(bandwidth) -> give 1 to 10000 (GB/s)")
    }
  }

  /// - Returns: nil where no cores were given.
  func forecast(_ model: VideoModel, _ clip: FeatureMap, _ engine: Engine, runs: Int) throws -> CoreForecast? {
    guard let cores else { return nil }
    let measured = try ([1] + cores.counts).map { count in
      let record = LoopRecord()
      let model = model.on(engine.simulating(count, noting: record))
      // The first run lays out memory; of each layer the quickest of the others counts.
      _ = try model.timedPieces(clip, record)
      let all = try (0..<runs).map { _ in try model.timedPieces(clip, record) }
      let best = all[0].indices.map { layer in
        all.map { $0[layer] }.min { $0.layer.seconds < $1.layer.seconds }!
      }
      return (cores: count, layers: best)
    }
    return CoreForecast(
      measured, on: CoreForecast.Machine(barrier: barrierSeconds(engine.pool), bandwidth: (bandwidth ?? 200) * 1e9))
  }

  /// What a loop takes whose pieces do nothing, one for each thread.
  private func barrierSeconds(_ pool: WorkerPool) -> Double {
    let loops = 1000
    let timing = Timing(runs: 5) { for _ in 0..<loops { pool.forEach(pool.threads) { _ in } } }
    return timing.best / Double(loops)
  }
}

/// Numbers of cores with commas between them.
struct CoreCounts {
  let counts: [Int]

  init(argument: String) throws {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count <= 8, parts.allSatisfy({ $0.map { 1...1024 ~= $0 } ?? false }) else {
      throw ValidationError("'\(argument)' are no numbers of cores -> give up to 8 of 1 to 1024, such as 8,16,64")
    }
    counts = parts.compactMap(\.self)
  }
}
