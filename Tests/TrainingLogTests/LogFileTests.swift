import Files
import TestSupport
import Testing
import TrainingLog

/// The logs on the disk, and trainings that go on.
@Suite struct LogFileTests {
  private let scratch = Scratch()
  private let logs = ["stdout.log", "json_stats.log", "metrics.jsonl"]

  /// A log without its times.
  private func content(_ name: String, _ scratch: Scratch) throws -> [String] {
    try scratch.lines(name).map {
      $0.replacing(#/"time": [0-9.]+, /#, with: "").replacing(#/^\[.*?\]/#, with: "")
        .replacing(#/"RAM": "[^"]*"/#, with: "")
    }
  }

  @Test("The log in full: places as numbers, values as they are") func metrics() throws {
    try train(try scratch.log(), epochs: 0..<1)
    let lines = try scratch.lines("metrics.jsonl")
    #expect(lines.count == 4)
    #expect(
      lines[0]
        == #"{"_type": "train_iter", "epoch": 1, "max_epoch": 3, "iter": 2, "epoch_iters": 4, "time": 1795920001.0, "#
        + #""clips_per_second": 4.0, "data_share": 0.25, "dt": 2.0, "dt_data": 0.5, "dt_net": 1.5, "eta": 20.0, "#
        + #""grad_norm": 2.0, "loss": 0.75, "lr": 0.1}"#)
    #expect(lines[2].hasPrefix(#"{"_type": "train_epoch", "epoch": 1, "#) && lines[3].contains(#""map": 0.1}"#))
  }

  @Test("A training that was interrupted and goes on leaves the log of one that was not", arguments: [0, 1, 2])
  func resuming(startEpoch: Int) throws {
    let whole = Scratch()
    try train(try whole.log(), epochs: 0..<3)
    // Interrupted after an epoch and a half beyond the checkpoint.
    try train(try scratch.log(), epochs: 0..<min(3, startEpoch + 1))
    let half = try scratch.log(startEpoch: startEpoch + 1)
    var meter = TrainMeter(.detection, window: 2)
    meter.add(loss: 77, learningRate: 1, clips: 1, times: IterationTimes(total: 1, data: 0))
    if startEpoch < 2 { try half.record(meter, place(startEpoch + 1, 1)) }
    let log = try scratch.log(startEpoch: startEpoch)
    #expect(log.notices.isEmpty && log.entries.count == 4 * startEpoch)
    try train(log, epochs: startEpoch..<3)
    for name in logs {
      let found = try content(name, scratch).filter { !$0.contains("training goes on") }
      #expect(found == (try content(name, whole)), "\(name)")
    }
    #expect(log.entries.count == 12)
    #expect(
      try scratch.lines("stdout.log").contains { $0.hasSuffix(": training goes on after epoch \(startEpoch)") }
        == (startEpoch > 0))
  }

  @Test("What others say in stdout.log stays, and so do logs of which nothing goes") func foreignLines() throws {
    let words = "[11/28 08:54:12][INFO] train_net.py:  631: Epoch 0 takes 12.00s. json_stats\n"
    try scratch.write("stdout.log", words + "json_stats: {\"epoch\": 5}\njson_stats: {broken\n")
    try scratch.write("metrics.jsonl", "{\"_type\": \"mine\", \"epoch\": 9}\n[1]\n")
    let before = try FileStamp(path: scratch.path + "/metrics.jsonl", doing: "testing")
    let log = try scratch.log(startEpoch: 2)
    #expect(log.notices.isEmpty && log.entries.isEmpty)
    #expect(try scratch.text("stdout.log").hasPrefix(words + "json_stats: {\"epoch\": 5}\njson_stats: {broken\n["))
    #expect(try FileStamp(path: scratch.path + "/metrics.jsonl", doing: "testing") == before)
  }

  @Test("PySlowFast's own log is cut as well") func referenceLog() throws {
    func line(_ rest: String) -> String { "[11/28 08:54:12][INFO] logging.py:   97: json_stats: {\(rest)}\n" }
    let kept =
      line(#""_type": "val_epoch", "cur_epoch": "2", "map": 0.5"#) + line(#""epoch": "2/20", "lr": 0.1"#)
      + line(#""split": "test_final""#)
    try scratch.write(
      "stdout.log",
      kept + line(#""cur_epoch": "3", "map": 0.5"#) + line(#""epoch": "10/20", "iter": "1/5""#))
    _ = try scratch.log(startEpoch: 2)
    let text = try scratch.text("stdout.log")
    #expect(text.hasPrefix(kept) && text.split(separator: "\n").count == 4, "\(text)")
  }

  @Test("Damaged lines go, with words that name file, line and fault") func damage() throws {
    try train(try scratch.log(), epochs: 0..<1)
    var lines = try scratch.lines("metrics.jsonl")
    lines[1] = "{\"_type\": \"train_iter\", \"epoch\": 1, x}"
    try scratch.write("metrics.jsonl", lines.joined(separator: "\n") + "\n{\"_type\": \"train_it")
    try scratch.write("json_stats.log", "\0\0\0")
    let log = try scratch.log(startEpoch: 1)
    #expect(
      log.notices == [
        "reading the training's log: '\(scratch.path)/json_stats.log', line 1: it has no end -> it is left out",
        "reading the training's log: '\(scratch.path)/metrics.jsonl', line 2: expected an entry as JSON, found a JSON key "
          + "without quotes at byte 37 -> it is left out",
        "reading the training's log: '\(scratch.path)/metrics.jsonl', line 5: it has no end -> it is left out",
      ])
    #expect(try scratch.text("json_stats.log").isEmpty)
    lines.remove(at: 1)
    #expect(try scratch.lines("metrics.jsonl") == lines && log.entries.count == 3)
    // Said in the log, too; what is added stands on lines of its own.
    #expect(try scratch.lines("stdout.log").count { $0.contains("it is left out") } == 3)
    try train(log, epochs: 1..<2)
    #expect(try scratch.lines("metrics.jsonl").count == 7)
    #expect(try scratch.log(startEpoch: 2).notices.isEmpty)
  }

  @Test("Places that cannot be are nobody's entries", arguments: ["0", "-1", "1.5", "\"1\"", "99999999999999999999"])
  func strangePlaces(number: String) throws {
    let line =
      "{\"_type\": \"val_epoch\", \"epoch\": \(number), \"max_epoch\": 3, \"iter\": 1, \"epoch_iters\": 1, \"map\": 1}"
    try scratch.write("metrics.jsonl", line + "\n")
    #expect(try scratch.log(startEpoch: 3).entries.isEmpty)
    #expect(try scratch.lines("metrics.jsonl") == [line])
  }

  @Test("A test's entry stays when a training goes on") func testEntry() throws {
    let log = try scratch.log()
    try train(log, epochs: 0..<1)
    try log.recordTest(map: 0.25)
    let again = try scratch.log(startEpoch: 0)
    #expect(again.entries.map(\.kind) == [.testFinal] && again.entries[0][Metric.map] == 0.25)
  }

  @Test("A test's result after a line that was cut off") func resultAfterHalfALine() throws {
    try scratch.log().recordTest(map: 0.25)
    let text = try scratch.text("metrics.jsonl")
    try scratch.write("metrics.jsonl", text + text.dropLast(3))
    let log = try TrainingLog(
      TrainingLog.Options(folder: scratch.path, task: .detection), startEpoch: nil, iterations: 0)
    try log.recordTest(map: 0.5)
    #expect(log.notices.count == 1 && log.notices[0].contains("line 2: it has no end"), "\(log.notices)")
    let lines = try scratch.text("metrics.jsonl").split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count == 3 && lines[0] + "\n" == text && lines[1].contains("0.5") && lines[2].isEmpty, "\(lines)")
    #expect(try scratch.text("stdout.log").contains("line 2: it has no end"))
  }

  @Test("A folder in a log's place") func folder() throws {
    try makeFolder(scratch.path + "/metrics.jsonl")
    let error = #expect(throws: FileError.self) { try scratch.log() }
    #expect(
      error?.description
        == "writing the training's log: '\(scratch.path)/metrics.jsonl' is a folder, expected a file or nothing -> move it away, or "
        + "choose another folder")
  }

  @Test func eventFolders() {
    #expect(TrainingLog.eventFolder(in: "out", logDirectory: "", trainDataset: "ava") == "out/runs-ava")
    #expect(TrainingLog.eventFolder(in: "out", logDirectory: "tb", trainDataset: "ava") == "out/tb")
  }
}
