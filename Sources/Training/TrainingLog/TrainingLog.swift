public import Files
internal import Overlay
internal import Wording

/// What is written of a training while it runs: `stdout.log` and `json_stats.log` in PySlowFast's form, `metrics.jsonl`
/// with the same numbers in full, curves as a page and a picture, and TensorBoard's events where they are asked for.
///
/// What is written is in the files at once, and stays when the process is killed. A training that goes on takes the entries
/// of the epochs that it does again out of the logs first. Of several processes only the first keeps a log.
///
/// Not to be used by two threads at once.
public final class TrainingLog {
  public struct Options: Sendable {
    /// Where the files are (`OUTPUT_DIR`).
    public var folder: String
    public var task: LoggedTask
    /// How many iterations lie between two entries (`LOG_PERIOD`).
    public var period: Int
    /// What the training is called on the page of curves.
    public var title: String
    /// Where TensorBoard's events are; nil for none.
    public var eventFolder: String?
    /// Whether all validations judge the same, so that one that could not read everything may be the best of them.
    public var comparesAll = false

    public init(
      folder: String, task: LoggedTask, period: Int = 10, title: String = "Training", eventFolder: String? = nil
    ) {
      precondition(period > 0, "entries lie apart")
      self.folder = folder
      self.task = task
      self.period = period
      self.title = title
      self.eventFolder = eventFolder
    }
  }

  /// Where PySlowFast has TensorBoard's events.
  ///
  /// - Parameters:
  ///   - logDirectory: `TENSORBOARD.LOG_DIR`, "" for the usual one.
  ///   - trainDataset: `TRAIN.DATASET`
  public static func eventFolder(in folder: String, logDirectory: String, trainDataset: String) -> String {
    joinPath(folder, logDirectory.isEmpty ? "runs-\(trainDataset)" : logDirectory)
  }

  /// The files that a training's log has in a folder, as far as they are there.
  ///
  /// - Parameter eventFolder: Where TensorBoard's events are; nil for none.
  /// - Throws: `FileError` for a folder of events that cannot be read.
  public static func files(in folder: String, eventFolder: String?) throws(FileError) -> [String] {
    var files = (names + ["curves.html", "curves.png"]).map { joinPath(folder, $0) }.filter(isRegularFile)
    if let eventFolder, isFolder(eventFolder) {
      files += try listFolder(eventFolder).filter { $0.contains("tfevents") }.map { joinPath(eventFolder, $0) }
    }
    return files
  }

  private static let names = ["stdout.log", "json_stats.log", "metrics.jsonl"]

  public let options: Options
  /// What was damaged in the logs that were there, and is left out: for the user.
  public let notices: [String]
  /// What the log has, the oldest first, that of earlier runs included.
  public private(set) var entries: [LogEntry]
  /// TensorBoard's file, for pictures and distributions; nil where it is not asked for.
  public let events: EventWriter?

  private let output: AppendedFile
  private let results: AppendedFile
  private let metrics: AppendedFile
  private let now: () -> Double

  /// Opens the logs, and takes out of them what will be done again.
  ///
  /// - Parameters:
  ///   - startEpoch: The epoch that the training begins or goes on with, from 0; nil where a test's result alone is added.
  ///   - iterations: How many it has.
  ///   - voidsEvents: Whether all of TensorBoard's events that are there are void, and not only those from that epoch on.
  ///   - now: Seconds since 1970.
  /// - Throws: `FileError`.
  public init(
    _ options: Options, startEpoch: Int?, iterations: Int, voidsEvents: Bool = false,
    now: @escaping () -> Double = secondsSince1970
  ) throws {
    self.options = options
    self.now = now
    let paths = Self.names.map { joinPath(options.folder, $0) }
    // Of what is only added to, nothing but damaged lines goes.
    let (logs, entries) = try Self.lines(in: options.folder, before: startEpoch ?? .max)
    for log in logs { try log.rewrite() }
    (self.entries, notices) = (entries, logs.flatMap(\.notices))
    let doing = "writing the training's log"
    output = try AppendedFile(path: paths[0], doing: doing)
    results = try AppendedFile(path: paths[1], doing: doing)
    metrics = try AppendedFile(path: paths[2], doing: doing)
    // Events begin with a step, from which earlier ones are void: a test's result alone has none.
    if let folder = options.eventFolder, let startEpoch {
      events = try EventWriter(folder: folder, startStep: voidsEvents ? 0 : startEpoch * iterations, now: now)
    } else {
      events = nil
    }
    for notice in notices { try note(notice) }
    if let startEpoch, startEpoch > 0 { try note("training goes on after epoch \(startEpoch)") }
  }

  /// Makes sure that a folder's logs can be written, as far as they are there; nothing is written.
  ///
  /// - Throws: `FileError`.
  public static func check(in folder: String) throws(FileError) {
    for path in names.map({ joinPath(folder, $0) }) {
      // Opened, so that permissions are asked, too.
      if isLink(path) || pathExists(path) { _ = try AppendedFile(path: path, doing: "writing the training's log") }
    }
  }

  /// What the logs of a folder have before an epoch, and the entries among it.
  private static func lines(in folder: String, before epoch: Int) throws(FileError) -> ([LogLines], [LogEntry]) {
    var entries: [LogEntry] = []
    let logs = [
      try LogLines.reference(path: joinPath(folder, names[0]), before: epoch),
      try LogLines.reference(path: joinPath(folder, names[1]), before: epoch),
      try LogLines.metrics(path: joinPath(folder, names[2]), before: epoch, &entries),
    ]
    return (logs, entries)
  }

  /// Whether the log of a folder has the validation of an epoch; nothing is written.
  ///
  /// - Parameter epoch: From 0.
  /// - Throws: `FileError`.
  public static func hasValidation(of epoch: Int, in folder: String) throws(FileError) -> Bool {
    var entries: [LogEntry] = []
    _ = try LogLines.metrics(path: joinPath(folder, "metrics.jsonl"), before: epoch + 1, &entries)
    return entries.contains { $0.kind == .valEpoch && $0.position?.epoch == epoch }
  }

  /// Moves the log of a training that nobody goes on with out of the way of the next one, into `earlier-log`, or `earlier-log-2` and
  /// so on where that is there: the checkpoints of one may have been moved away, another one was ended before its first. TensorBoard's
  /// events stay, for a new training begins a file of its own, which voids them.
  ///
  /// - Returns: The folder; nil for a log without an entry of an epoch, which stays.
  /// - Throws: `FileError`.
  public static func keep(in folder: String) throws(FileError) -> String? {
    let (logs, entries) = try lines(in: folder, before: 0)
    if entries.isEmpty, !logs.contains(where: \.isChanged) { return nil }
    var (kept, number) = (joinPath(folder, "earlier-log"), 1)
    // A move that was cut off may have left an empty one.
    while isLink(kept) || pathExists(kept) && (try? listFolder(kept))?.isEmpty != true {
      number += 1
      kept = joinPath(folder, "earlier-log-\(number)")
    }
    try makeFolder(kept)
    // Curves first: what is left of a move that was cut off has entries, so that the next training keeps it.
    for path in try files(in: folder, eventFolder: nil).reversed() where !isLink(path) {
      try moveFile(path, to: joinPath(kept, splitPath(path).name))
    }
    return kept
  }

  /// Says something in stdout.log alone.
  public func note(_ text: String) throws(FileError) { try say(text, by: "slowfast:    0") }

  /// Takes up the last iteration of an epoch's meter: TensorBoard's curves have every one, the logs one in `period`.
  ///
  /// - Throws: `FileError`, as all that writes.
  public func record(_ meter: TrainMeter, _ position: TrainingPosition) throws(FileError) {
    if let events {
      let values = [
        ("Train/loss", meter.loss.last), ("Train/lr", meter.learningRate), ("Train/Top1_err", meter.errors?.top1),
        ("Train/Top5_err", meter.errors?.top5),
      ]
      try events.scalars(values, step: position.step)
    }
    if (position.iteration + 1) % options.period == 0 { try add(meter.iterationEntry(position)) }
  }

  /// Takes up a whole epoch.
  public func recordEpoch(_ meter: TrainMeter, _ position: TrainingPosition) throws(FileError) {
    try add(meter.epochEntry(position))
  }

  /// Takes up the last iteration of a validation, one in `period`.
  public func record(_ meter: ValMeter, _ position: TrainingPosition) throws(FileError) {
    if (position.iteration + 1) % options.period == 0 { try add(meter.iterationEntry(position)) }
  }

  /// Takes up a whole validation.
  ///
  /// TensorBoard gets its errors once, at the epoch, as it gets the precision. PySlowFast gives it those of each batch,
  /// on an axis of their own that a training which goes on cannot cut together with the other one.
  /// A validation that is done again has two points at its epoch where TensorBoard runs without its fast loading.
  ///
  /// - Parameter map: Mean average precision, 0 to 1; nil where clips have one class.
  public func recordEpoch(_ meter: ValMeter, _ position: TrainingPosition, map: Double? = nil) throws(FileError) {
    if let events {
      let values = [
        ("Val/mAP", map), ("Val/Top1_err", meter.errors?.top1), ("Val/Top5_err", meter.errors?.top5),
      ]
      try events.scalars(values, step: position.epoch)
    }
    try add(meter.epochEntry(position, map: map))
  }

  /// Takes up a test of precision.
  ///
  /// - Parameter map: Mean average precision, 0 to 1.
  public func recordTest(map: Double) throws(FileError) {
    var entry = LogEntry(.testFinal, nil)
    entry.set(Metric.map, map)
    try add(entry)
  }

  /// Takes up a test of accuracy.
  ///
  /// - Parameter errors: Of all videos.
  public func recordTest(errors: TopKErrors) throws(FileError) {
    var entry = LogEntry(.testFinal, nil)
    entry.set(Metric.top1Accuracy, 100 - errors.top1)
    entry.set(Metric.top5Accuracy, 100 - errors.top5)
    try add(entry)
  }

  /// The curves so far.
  public var curves: TrainingCurves {
    TrainingCurves(title: options.title, entries: entries, comparesAll: options.comparesAll)
  }

  /// Draws the curves anew (`curves.html`, `curves.png`), and has the disk keep all that was written: after each epoch.
  ///
  /// - Throws: `FileError`. A picture that cannot be drawn, for want of a font, is said in stdout.log.
  public func finishEpoch() throws {
    let curves = self.curves
    try writeFile(joinPath(options.folder, "curves.html"), curves.page)
    do {
      let file = try AtomicFile(path: joinPath(options.folder, "curves.png"))
      try file.write(try curves.picture())
      try file.commit()
    } catch let error as OverlayError {
      try note("curves.png: \(error)")
    }
    for file in [output, results, metrics] { try file.flush() }
    try events?.flush()
  }

  private func add(_ new: LogEntry) throws(FileError) {
    var entry = new
    entry.time = now()
    entries.append(entry)
    try metrics.append(Array((entry.line + "\n").utf8))
    let reference = ReferenceLine(task: options.task, memory: .now)
    guard let text = reference.text(of: entry) else { return }
    // Who looks at the whole line finds the place that says it in PySlowFast.
    try say(text, by: "logging.py:   97")
    if reference.isKept(entry) { try results.append(Array((text + "\n").utf8)) }
  }

  private func say(_ text: String, by source: String) throws(FileError) {
    let line = "[\(logTime(now()))][INFO] \(source): \(text)\n"
    try output.append(Array(line.utf8))
  }
}
