public import JSON
public import NN
internal import Wording

/// What the measurement of steps of training found.
public struct TrainingBenchmark: Sendable {
  private let timing: Timing
  private let runs: Int
  private let clips: Int
  private let activationBytes: Int
  private let setting: BenchSetting
  /// Of the operators, where they were timed.
  public var layers: [TrainingPlan.LayerTime] = []

  /// - Parameters:
  ///   - clips: Of a step.
  ///   - activationBytes: Of all activations and their gradients.
  public init(_ timing: Timing, runs: Int, clips: Int, activationBytes: Int, setting: BenchSetting) {
    self.timing = timing
    self.runs = runs
    self.clips = clips
    self.activationBytes = activationBytes
    self.setting = setting
  }

  public var json: JSONValue {
    [
      "seconds_best": JSONValue(timing.best), "seconds_median": JSONValue(timing.median), "runs": JSONValue(runs),
      "clips": JSONValue(clips), "threads": JSONValue(setting.threads), "kernels": JSONValue(setting.kernels),
      "activation_bytes": JSONValue(activationBytes), "peak_rss_bytes": JSONValue(setting.peakMemory),
    ]
  }

  public var text: String {
    """
    a step of training of \(counted(clips, "clip")), \(counted(setting.threads, "thread")), \(setting.kernels) kernels, \
    \(counted(runs, "run"))
      best \(fixed(timing.best, 3)) s, median \(fixed(timing.median, 3)) s
      memory:      \(activationBytes >> 20) MiB of activations and gradients, at most \(setting.peakMemory >> 20) MiB in use
    """
  }

  /// A row for each operator.
  public var table: String {
    let rows = layers.map {
      [$0.name, $0.parameter, $0.input, fixed(1e3 * $0.forward, 2), fixed(1e3 * $0.backward, 2)]
    }
    let sums = layers.reduce(into: (0.0, 0.0)) {
      $0.0 += $1.forward
      $0.1 += $1.backward
    }
    return TextTable(
      ["operator", "first parameter", "input", "forward, ms", "backward, ms"],
      rows + [["all", "", "", fixed(1e3 * sums.0, 2), fixed(1e3 * sums.1, 2)]]
    ).text
  }
}
