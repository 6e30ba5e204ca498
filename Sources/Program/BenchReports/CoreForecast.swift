public import JSON
public import NN
internal import Wording

/// How a clip would go on machines with more cores: a model, made of what the pieces of every layer took on one thread of this one.
///
/// A layer takes what its pieces take that are handed to the cores one after the other, and a barrier for each of its loops; and no less than its bytes take from memory.
public struct CoreForecast: Sendable {
  /// What is assumed of the machines.
  public struct Machine: Sendable {
    /// Seconds in which the threads of this machine go through a loop of nothing.
    public var barrier: Double
    /// Bytes a second that memory gives all cores together.
    public var bandwidth: Double

    /// What another core adds to a barrier: a cache line that goes from core to core.
    static let secondsPerCore = 1e-7

    public init(barrier: Double, bandwidth: Double) { (self.barrier, self.bandwidth) = (barrier, bandwidth) }

    func barrier(of cores: Int) -> Double { cores == 1 ? 0 : barrier + Double(cores) * Self.secondsPerCore }
  }

  private struct Layer {
    let pieces: LayerPieces
    let seconds: Double
    /// The share of the cores' time that is spent on pieces.
    let busy: Double
    let isBoundByMemory: Bool
  }

  private struct Run {
    let cores: Int
    let layers: [Layer]
    var seconds: Double { layers.reduce(0) { $0 + $1.seconds } }
    /// Of all pieces after each other: cutting finer costs products, too.
    var work: Double { layers.reduce(0) { $0 + $1.pieces.layer.seconds } }
  }

  private let machine: Machine
  private let runs: [Run]
  private static let listed = 12

  /// - Parameter measured: By number of cores, every layer cut as for as many; the first is what the others are compared with.
  public init(_ measured: [(cores: Int, layers: [LayerPieces])], on machine: Machine) {
    self.machine = machine
    runs = measured.map { cores, layers in
      Run(cores: cores, layers: layers.map { Self.layer($0, cores, machine) })
    }
  }

  private static func layer(_ pieces: LayerPieces, _ cores: Int, _ machine: Machine) -> Layer {
    let computing = pieces.seconds(on: cores) + Double(pieces.loops.count) * machine.barrier(of: cores)
    // Views and concatenations in place move nothing.
    let reading = cores == 1 || pieces.loops.isEmpty ? 0 : Double(pieces.layer.bytes) / machine.bandwidth
    let longest = max(computing, reading)
    return Layer(
      pieces: pieces, seconds: longest,
      busy: longest > 0 ? pieces.layer.seconds / (Double(cores) * longest) : 1, isBoundByMemory: reading > computing)
  }

  /// The predicted seconds of a clip, by number of cores.
  public var seconds: [(cores: Int, seconds: Double)] { runs.map { ($0.cores, $0.seconds) } }

  public var text: String {
    guard let first = runs.first else { return "" }
    let rows = runs.map { run in
      [
        "\(run.cores)", fixed(run.seconds * 1e3, 1), fixed(first.seconds / run.seconds, 1),
        fixed(100 * first.work / (Double(run.cores) * run.seconds), 0), fixed(run.work * 1e3, 0),
        fixed(1e3 * run.layers.filter(\.isBoundByMemory).reduce(0) { $0 + $1.seconds }, 1),
      ]
    }
    var text =
      "a model: pieces measured on one thread of this machine; \(fixed(machine.barrier * 1e6, 1)) us (measured) and 0.1 us "
      + "a core\n(assumed) for each loop; \(fixed(machine.bandwidth / 1e9, 0)) GB/s of memory for all cores (assumed)\n"
    text +=
      TextTable(["cores", "ms a clip", "times faster", "% busy", "ms of pieces", "ms that wait for memory"], rows).text
    for run in runs.dropFirst() {
      let worst = run.layers.sorted { lost($0, run.cores) > lost($1, run.cores) }.prefix(Self.listed)
      text += "\nlayers that lose the most time on \(run.cores) cores, beside all of them busy\n"
      text +=
        TextTable(
          ["operation", "output (N x TxHxW x C)", "algorithm", "pieces", "ms", "% busy", ""],
          worst.map { layer in
            let report = layer.pieces.layer
            return [
              report.operation, report.output, report.algorithm, "\(layer.pieces.pieces)",
              fixed(layer.seconds * 1e3, 2), fixed(100 * layer.busy, 0),
              layer.isBoundByMemory ? "memory" : layer.pieces.pieces < 2 * run.cores ? "few pieces" : "",
            ]
          }
        ).text
    }
    return text
  }

  /// Seconds that a layer takes beyond its share of all cores.
  private func lost(_ layer: Layer, _ cores: Int) -> Double {
    layer.seconds - layer.pieces.layer.seconds / Double(cores)
  }

  public var json: JSONValue {
    .object([
      ("barrier_seconds", JSONValue(machine.barrier)), ("bandwidth_bytes_per_second", JSONValue(machine.bandwidth)),
      (
        "cores",
        .array(
          runs.map { run in
            .object([("cores", JSONValue(run.cores)), ("clip_seconds", JSONValue(run.seconds))])
          })
      ),
    ])
  }
}
