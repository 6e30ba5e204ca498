public import Files

/// A file of events that TensorBoard reads while it grows.
///
/// Every call adds a whole event, at once: a run that is killed leaves a file that ends with one, or within the last, which
/// readers pass over. A run that goes on begins a file of its own, after those that are there.
public final class EventWriter {
  private let file: AppendedFile
  private let now: () -> Double

  /// The file, `events.out.tfevents.<seconds>.<host>.<process>.<n>`.
  public var path: String { file.path }

  /// Begins a file.
  ///
  /// - Parameters:
  ///   - folder: Made where it is not there.
  ///   - startStep: The first step that will be written: where the folder has events, those of this step and later ones
  ///     are declared void. The files stay as they are.
  ///   - now: Seconds since 1970.
  public init(
    folder: String, startStep: Int, now: @escaping () -> Double = secondsSince1970
  ) throws(FileError) {
    self.now = now
    let prefix = "events.out.tfevents."
    let others = isFolder(folder) ? try listFolder(folder).filter { $0.hasPrefix(prefix) } : []
    // Readers take the files by name: one by a clock that was set back would come before the older ones.
    let latest = others.compactMap { Int($0.dropFirst(prefix.count).prefix { $0 != "." }) }.max()
    let seconds = max(Int(now()), latest.map { $0 + 1 } ?? 0)
    // Ten digits, so that names sort as numbers do.
    let digits = String(repeating: "0", count: max(0, 10 - "\(seconds)".count)) + "\(seconds)"
    let name = "\(prefix)\(digits).\(fileName(of: hostName())).\(processID()).0"
    file = try AppendedFile(path: joinPath(folder, name), doing: "writing TensorBoard's events")
    try add(0, .version)
    // TensorBoard takes the first start that it sees for the beginning, and only a later one for a restart: each file has one.
    try add(others.isEmpty ? 0 : startStep, .start)
  }

  /// Adds numbers by tags such as "Train/loss"; those that are nil are left out.
  public func scalars(_ values: [(tag: String, value: Double?)], step: Int) throws(FileError) {
    let known = values.compactMap { tag, value in value.map { (tag, Event.SummaryValue.scalar(Float($0))) } }
    if !known.isEmpty { try add(step, .values(known)) }
  }

  /// Adds a distribution, of weights or gradients.
  public func histogram(_ tag: String, _ histogram: HistogramSummary, step: Int) throws(FileError) {
    try add(step, .values([(tag, .histogram(histogram))]))
  }

  /// Adds a picture.
  public func image(_ tag: String, _ image: PNGImage, step: Int) throws(FileError) {
    try add(step, .values([(tag, .image(image))]))
  }

  /// Has the disk keep what was added.
  public func flush() throws(FileError) { try file.flush() }

  private func add(_ step: Int, _ content: Event.Content) throws(FileError) {
    try file.append(Event(time: now(), step: step, content: content).record)
  }
}
