import Testing
import TrainingLog

/// Lines in PySlowFast's form. What is expected was written by hand from its meters' source.
@Suite struct ReferenceFormTests {
  private let scratch = Scratch()

  /// Fills in what depends on the machine.
  private func plain(_ line: String) -> String { line.replacing(#/"RAM": "[0-9.]+/[0-9.]+G"/#, with: "\"RAM\": \"-\"") }

  private func record(_ task: LoggedTask, losses: [Double] = [], errors: Bool) throws -> [String] {
    let log = try scratch.log(task)
    var meter = TrainMeter(task, window: 2)
    for (iteration, loss) in [8, 0.25, 0.5, 0.75].enumerated() {
      meter.add(
        loss: loss, losses: losses, learningRate: 0.0125, gradientNorm: 1.5,
        errors: errors ? TopKErrors(top1: 50 * loss, top5: 10) : nil, clips: iteration == 0 ? 1 : 4,
        times: IterationTimes(total: 1000, data: 0.25))
      try log.record(meter, place(0, iteration))
    }
    try log.recordEpoch(meter, place(0, 3))
    return try scratch.entries().map(plain)
  }

  @Test("Every line is PySlowFast's: time, level, place, text") func wholeLines() throws {
    let log = try scratch.log()
    try log.note("Train with config:")
    try train(log, epochs: 0..<1)
    let lines = try scratch.lines("stdout.log")
    let time = #/^\[\d\d/\d\d \d\d:\d\d:\d\d\]\[INFO\] /#
    #expect(lines.count == 4 && lines.allSatisfy { $0.prefixMatch(of: time) != nil }, "\(lines)")
    #expect(lines[0].hasSuffix("[INFO] slowfast:    0: Train with config:"))
    #expect(lines[1].contains("[INFO] logging.py:   97: json_stats: {\"_type\": \"train_iter\", \"cur_epoch\": "))
    // The page that has PySlowFast's own results of epochs.
    let kept = try scratch.lines("json_stats.log")
    #expect(kept.count == 1 && kept[0].hasPrefix("json_stats: {\"RAM\": \"") && kept[0].contains("\"map\": 0.10000"))
  }

  @Test func classification() throws {
    let lines = try record(.classification, errors: true)
    #expect(lines.count == 3)
    #expect(
      lines[0]
        == #"{"_type": "train_iter_", "dt": 1000.00000, "dt_data": 0.25000, "dt_net": 999.75000, "epoch": "1/3", "#
        + #""eta": "2:46:40", "gpu_mem": "0.00G", "grad_norm": 1.50000, "iter": "2/4", "loss": 4.12500, "lr": 0.01250, "#
        + #""top1_err": 206.25000, "top5_err": 10.00000}"#)
    #expect(lines[1].contains(#""iter": "4/4", "loss": 0.62500"#))
    #expect(
      lines[2]
        == #"{"RAM": "-", "_type": "train_epoch", "dt": 1000.00000, "dt_data": 0.25000, "dt_net": 999.75000, "#
        + #""epoch": "1/3", "eta": "2:13:20", "gpu_mem": "0.00G", "grad_norm": 1.50000, "loss": 1.07692, "lr": 0.01250, "#
        + #""top1_err": 53.84615, "top5_err": 10.00000}"#)
    #expect(try scratch.entries("json_stats.log").count == 1)
  }

  @Test func validationOfClassification() throws {
    let log = try scratch.log(.classification)
    var meter = ValMeter(.classification, window: 2)
    for (top1, top5) in [(50.0, 25.0), (25, 12.5)] {
      meter.add(errors: TopKErrors(top1: top1, top5: top5), clips: 4, times: IterationTimes(total: 0.5, data: 0))
    }
    try log.record(meter, place(1, 1, of: 5))
    try log.recordEpoch(meter, place(1, 4, of: 5))
    let lines = try scratch.entries().map(plain)
    #expect(
      lines == [
        #"{"_type": "val_iter", "epoch": "2/3", "eta": "0:00:01", "gpu_mem": "0.00G", "iter": "2/5", "#
          + #""time_diff": 0.50000, "top1_err": 37.50000, "top5_err": 18.75000}"#,
        #"{"RAM": "-", "_type": "val_epoch", "epoch": "2/3", "gpu_mem": "0.00G", "min_top1_err": 37.50000, "#
          + #""min_top5_err": 18.75000, "time_diff": 0.50000, "top1_err": 37.50000, "top5_err": 18.75000}"#,
      ])
  }

  @Test("A validation that could not read everything says so, and is not among the smallest errors")
  func partialValidation() throws {
    let log = try scratch.log(.classification)
    var meter = ValMeter(.classification, window: 2)
    for (epoch, (error, lacking)) in [(10.0, true), (50, false), (20, true), (60, false)].enumerated() {
      // As a training that goes on does.
      if epoch == 3 { meter = ValMeter(.classification, window: 2, after: log.entries) }
      meter.lacking = lacking ? (count: 4, of: 16) : nil
      meter.add(errors: TopKErrors(top1: error, top5: error), clips: 1)
      try log.recordEpoch(meter, place(epoch, 0, epochs: 4))
      meter.reset()
    }
    try log.finishEpoch()
    let counts = #""num_judged": 12, "num_unreadable": 4, "#
    let least = ["null", "50.00000", "50.00000", "50.00000"]
    let lines = try scratch.entries("json_stats.log")
    #expect(lines.count == 4)
    for (epoch, line) in lines.enumerated() {
      #expect(line.contains("\"min_top1_err\": \(least[epoch]), "), "\(line)")
      #expect(line.contains(counts) == (epoch % 2 == 0), "\(line)")
    }
    let metrics = try scratch.lines("metrics.jsonl")
    #expect(metrics[2].contains(#""num_judged": 12.0, "num_unreadable": 4.0"#), "\(metrics[2])")
    #expect(!metrics[1].contains("num_"), "\(metrics[1])")
    let page = try scratch.text("curves.html")
    #expect(
      page.contains(
        "least top-1 error 50 % after epoch 2, 2 validations could not read everything (4 of 16 "
          + "missing after epoch 3) and do not count as best"), "\(page)")
    #expect(page.contains("<th scope=\"col\">not read</th>"))
  }

  @Test("Without one class a clip there are no errors, and an epoch has no loss in this form") func multiLabel() throws
  {
    let lines = try record(.multiLabel, errors: false)
    #expect(lines[0].contains(#""loss": 4.12500"#) && !lines[0].contains("err"))
    #expect(lines[2].contains("train_epoch") && !lines[2].contains("\"loss\"") && !lines[2].contains("err"))
    // What PySlowFast leaves out is in the other log.
    #expect(try scratch.lines("metrics.jsonl")[2].contains("\"loss\": 1.0769"))
  }

  @Test func selfSupervision() throws {
    let lines = try record(.selfSupervised, losses: [0.125, 2], errors: true)
    #expect(lines[0].contains(#""_type": "train_iter_ssl""#) && lines[2].contains(#""_type": "train_epoch_ssl""#))
    #expect(lines.allSatisfy { $0.contains(#""loss_0": 0.12500, "loss_1": 2.00000"#) })
  }

  @Test func detection() throws {
    let lines = try record(.detection, errors: false)
    #expect(
      lines == [
        #"{"_type": "train_iter", "cur_epoch": "1/3", "cur_iter": "2", "dt": 1000.00000, "dt_data": 0.25000, "#
          + #""dt_net": 999.75000, "eta": "2:46:40", "loss": 4.12500, "lr": 0.01250, "mode": "train"}"#,
        #"{"_type": "train_iter", "cur_epoch": "1/3", "cur_iter": "4", "dt": 1000.00000, "dt_data": 0.25000, "#
          + #""dt_net": 999.75000, "eta": "2:13:20", "loss": 0.62500, "lr": 0.01250, "mode": "train"}"#,
      ])
    let log = try scratch.log(startEpoch: 1)
    var meter = ValMeter(.detection, window: 2)
    meter.add(clips: 8, times: IterationTimes(total: 3, data: 1))
    try log.record(meter, place(1, 1))
    try log.recordEpoch(meter, place(1, 3), map: 0.123456)
    try log.recordTest(map: 0.5)
    #expect(
      try scratch.entries().suffix(3).map(plain) == [
        #"{"_type": "val_iter", "cur_epoch": "2/3", "cur_iter": "2", "dt": 3.00000, "dt_data": 1.00000, "#
          + #""dt_net": 2.00000, "eta": "0:00:06", "mode": "val"}"#,
        #"{"RAM": "-", "_type": "val_epoch", "cur_epoch": "2", "gpu_mem": "0.00G", "map": 0.12346, "mode": "val"}"#,
        #"{"map": 0.50000, "mode": "test"}"#,
      ])
    #expect(try scratch.entries("json_stats.log").count == 2)
  }

  @Test func tests() throws {
    try scratch.log(.classification).recordTest(errors: TopKErrors(top1: 28.7666, top5: 10))
    try scratch.log(.multiLabel).recordTest(map: 0.29168)
    #expect(
      try scratch.entries() == [
        #"{"split": "test_final", "top1_acc": "71.23", "top5_acc": "90.00"}"#,
        #"{"map": "29.17", "split": "test_final", "top1_acc": "29.17", "top5_acc": "29.17"}"#,
      ])
    #expect(try scratch.entries("json_stats.log").isEmpty)
  }

  @Test(
    "Time spans are Python's",
    arguments: [
      (0.9, "0:00:00"), (59.99, "0:00:59"), (3723, "1:02:03"), (86_400, "1 day, 0:00:00"), (200_000, "2 days, 7:33:20"),
      (.infinity, "0:00:00"), (1e300, "999999999 days, 23:59:59"),
    ] as [(Double, String)])
  func spans(seconds: Double, text: String) throws {
    let log = try scratch.log(.detection, period: 1)
    var meter = TrainMeter(.detection, window: 1)
    meter.add(loss: 1, learningRate: 1, clips: 1, times: IterationTimes(total: seconds, data: 0))
    // One iteration is left.
    try log.record(meter, place(0, 2, epochs: 1))
    #expect(try scratch.entries()[0].contains("\"eta\": \"\(text)\""))
  }

  @Test("What is no number is null, and JSON stays JSON") func notFinite() throws {
    let log = try scratch.log(.classification, period: 1)
    var meter = TrainMeter(.classification, window: 1)
    meter.add(
      loss: .nan, learningRate: 0.1, gradientNorm: .infinity, clips: 1, times: IterationTimes(total: 1, data: 0))
    try log.record(meter, place(0, 0))
    #expect(try scratch.entries()[0].contains(#""grad_norm": null, "iter": "1/4", "loss": null, "lr": 0.10000"#))
    #expect(try scratch.entries()[0].contains(#""top1_err": null"#))
    #expect(try !scratch.text("metrics.jsonl").contains("loss"))
  }
}
