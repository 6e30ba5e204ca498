import Files
import TestSupport
import TrainingLog

/// A folder for one log, with a clock that goes on by a second each time it is read.
final class Scratch {
  let folder = TemporaryFolder()
  private var seconds = 1_795_920_000.0

  deinit { folder.remove() }

  var path: String { folder.path }

  func now() -> Double {
    seconds += 1
    return seconds
  }

  func log(
    _ task: LoggedTask = .detection, period: Int = 2, startEpoch: Int = 0, iterations: Int = 4, hasEvents: Bool = false,
    title: String = "Training"
  ) throws -> TrainingLog {
    let options = TrainingLog.Options(
      folder: path, task: task, period: period, title: title, eventFolder: hasEvents ? path + "/runs" : nil)
    return try TrainingLog(options, startEpoch: startEpoch, iterations: iterations, now: now)
  }

  func bytes(_ name: String) throws -> [UInt8] { try readFile(path + "/" + name, doing: "testing") }

  func text(_ name: String) throws -> String { String(decoding: try bytes(name), as: UTF8.self) }

  func lines(_ name: String) throws -> [String] { try text(name).split(separator: "\n").map(String.init) }

  /// The entries of a log in PySlowFast's form.
  func entries(_ name: String = "stdout.log") throws -> [String] {
    try lines(name).compactMap { line in
      line.ranges(of: "json_stats: ").first.map { String(line[$0.upperBound...]) }
    }
  }

  func write(_ name: String, _ text: String) throws { try writeFile(path + "/" + name, text) }
}

/// An iteration's place in three epochs.
func place(_ epoch: Int, _ iteration: Int, of iterations: Int = 4, epochs: Int = 3) -> TrainingPosition {
  TrainingPosition(epoch: epoch, of: epochs, iteration: iteration, of: iterations)
}

/// Whole epochs of a detector's training, each with its validation.
func train(
  _ log: TrainingLog, epochs: Range<Int>, iterations: Int = 4, of all: Int = 3, isDrawn: Bool = false,
  map: (Int) -> Double = { 0.1 * Double($0 + 1) }
) throws {
  var meter = TrainMeter(.detection, window: log.options.period)
  for epoch in epochs {
    for iteration in 0..<iterations {
      let position = place(epoch, iteration, of: iterations, epochs: all)
      meter.add(
        loss: 1 / Double(position.step + 1), learningRate: 0.1, gradientNorm: 2, clips: 8,
        times: IterationTimes(total: 2, data: 0.5))
      try log.record(meter, position)
    }
    let last = place(epoch, iterations - 1, of: iterations, epochs: all)
    try log.recordEpoch(meter, last)
    meter.reset()
    let validation = ValMeter(.detection, window: log.options.period, after: log.entries)
    try log.recordEpoch(validation, last, map: map(epoch))
    if isDrawn { try log.finishEpoch() }
  }
}
