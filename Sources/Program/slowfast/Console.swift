internal import Clocks
internal import Files
@preconcurrency internal import Glibc
internal import Synchronization
internal import Wording

/// What the program says beside its results: everything here goes to stderr.
enum Console {
  /// Says one line.
  ///
  /// - Parameter isLogged: Whether it goes to the log of the run as well.
  static func say(_ line: String, isLogged: Bool = true) { write(line + "\n", isLogged: isLogged) }

  /// Says a line to the log of the run alone.
  static func note(_ line: String) { hasBar.withLock { _ in log(line) } }

  /// Hands all that is said to a log from now on, what was said so far first.
  static func begin(log: @escaping (String) -> Void) {
    hasBar.withLock { _ in
      for line in said { log(line) }
      said = []
      sink = log
    }
  }

  /// Under the lock of `hasBar`.
  nonisolated(unsafe) private static var sink: ((String) -> Void)?
  /// What was said before there was a log.
  nonisolated(unsafe) private static var said: [String] = []

  private static func log(_ text: String) {
    for line in text.split(separator: "\n") {
      if let sink { sink(String(line)) } else if said.count < 1000 { said.append(String(line)) }
    }
  }

  /// Says one warning.
  static func warn(_ line: String) { write("warning: \(line)\n") }

  /// How many lines stderr has got.
  static var lineCount: Int { lines.load(ordering: .relaxed) }

  private static let lines = Atomic<Int>(0)

  /// Whether the line that the cursor stands in belongs to a bar of progress; also what makes lines of two threads
  /// come one after the other.
  private static let hasBar = Mutex(false)

  private static func write(_ text: String, isLogged: Bool = true) { show(text, isBar: false, isLogged: isLogged) }

  /// Draws a bar of progress over the one before it.
  static func showBar(_ text: String) { show(text, isBar: true) }

  /// Wipes the bar of progress away.
  static func clearBar() { show("", isBar: false) }

  private static func show(_ text: String, isBar: Bool, isLogged: Bool = false) {
    hasBar.withLock { hasBar in
      if isLogged { log(text) }
      let bytes = Array(((hasBar || isBar ? "\r\u{1B}[K" : "") + text).utf8)
      lines.add(bytes.count { $0 == UInt8(ascii: "\n") }, ordering: .relaxed)
      bytes.withUnsafeBytes { _ = Glibc.write(2, $0.baseAddress, $0.count) }
      hasBar = isBar
    }
  }

  /// Hands the results on stdout over; a disk that is full shows only now.
  ///
  /// - Throws: `ResultsLost`; a reader that went away is no failure.
  static func flushResults() throws {
    let flushed = fflush(nil)
    let code = errno
    if flushed != 0 && code != EPIPE { throw ResultsLost(code: code) }
    // What a full buffer failed to write on the way is no longer there to flush, but has left its mark.
    if ferror(stdout) != 0 && code != EPIPE { throw ResultsLost(code: code == 0 ? EIO : code) }
  }

  /// Hands over what has been printed so far.
  ///
  /// - Returns: Whether somebody reads it.
  /// - Throws: `ResultsLost`.
  static func handOver() throws -> Bool {
    if fflush(stdout) != 0 && errno == EPIPE { return false }
    try flushResults()
    return true
  }

  /// Whether stderr is a terminal that understands carriage returns.
  static let isTerminal = isatty(2) == 1 && getenv("TERM").map { String(cString: $0) } != "dumb"
}

/// What the user should know of the inputs of a long run: said before it, so that it can be stopped, and again after
/// it where that has scrolled away.
struct Notices {
  private let lines: [String]
  private let end: Int

  /// Says the lines as warnings.
  init(_ lines: [String]) {
    self.lines = lines
    for line in lines { Console.warn(line) }
    end = Console.lineCount
  }

  /// Says them again as notes if more than a screen lies between.
  func repeatIfFar(linesOnStdout: Int = 0) {
    if Console.lineCount - end + linesOnStdout <= 24 { return }
    for line in lines { Console.say("note: \(line)") }
  }
}

/// The results could not be written to stdout.
struct ResultsLost: Error, CustomStringConvertible {
  let code: Int32

  var description: String {
    "writing the results to stdout: \(String(cString: strerror(code))) -> free some space or write elsewhere"
  }
}

/// The progress of a long run on stderr: a bar with rate and time left on a terminal, elsewhere a plain line
/// every few seconds.
final class Progress {
  private let title: String
  private let total: Int
  private let unit: String
  /// How many steps earlier runs have done.
  private let before: Int
  /// What a step is made of.
  private let parts: (count: Int, unit: String)
  /// How many parts of the next step are done.
  private var partsDone = 0
  private let start = monotonicSeconds()
  private var lastShown: Double
  private var done = 0

  /// - Parameters:
  ///   - title: What is going on ("detecting").
  ///   - total: How many steps there are.
  ///   - unit: What a step is, in the singular ("key frame").
  ///   - before: How many of the steps earlier runs have done.
  ///   - parts: What a step is made of, where every part is reported.
  init(
    _ title: String, total: Int, unit: String, before: Int = 0, parts: (count: Int, unit: String) = (1, "")
  ) {
    self.before = before
    self.parts = parts
    done = before
    self.title = title
    self.total = total
    self.unit = unit
    lastShown = start
    if Console.isTerminal { show(at: start) }
  }

  /// Reports that `count` steps are done; where it is told of every part, that one part more is.
  func update(_ count: Int) {
    partsDone = count == done ? min(partsDone + 1, parts.count - 1) : 0
    done = count
    let now = monotonicSeconds()
    if now - lastShown >= (Console.isTerminal ? 0.1 : 5) { show(at: now) }
  }

  /// Ends the bar and says how long the run took.
  func finish() {
    let seconds = monotonicSeconds() - start
    Console.clearBar()
    let count = done - before
    // Of a run of which all was done before.
    let rate = count > 0 && seconds > 0 ? " (\(fixed(Double(count) / seconds, 2)) a second)" : ""
    Console.say("\(title): \(counted(count, unit)) in \(duration(seconds))\(rate)")
  }

  private func show(at now: Double) {
    lastShown = now
    let elapsed = now - start
    let steps = Double(done) + Double(partsDone) / Double(parts.count)
    let rate = elapsed > 0 ? (steps - Double(before)) / elapsed : 0
    let left = rate > 0 ? ", \(duration((Double(total) - steps) / rate)) left" : ""
    let place = parts.count > 1 ? ", \(partsDone) of \(counted(parts.count, parts.unit)) of the next" : ""
    let figures = "\(done)/\(counted(total, unit))\(place), \(fixed(rate, 2))/s\(left)"
    if Console.isTerminal {
      let filled = total > 0 ? done * 24 / total : 24
      let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: 24 - filled)
      Console.showBar("\(title) [\(bar)] \(figures)")
    } else {
      Console.say("\(title): \(figures)", isLogged: false)
    }
  }
}
