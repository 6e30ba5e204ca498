import BrowserSupport
import Files
import Foundation
import Glibc
import TestSupport

/// The built program, run as a user runs it.
enum Program {
  /// What a run left behind.
  struct Result {
    /// The exit status; 128 and the signal's number for a run that a signal ended, as shells count.
    let status: Int
    let stdout: String
    let stderr: String
    /// The most memory that it had at a time, in bytes.
    var peakMemory = 0
  }

  /// The program beside the test bundle: both come out of one build.
  static let path: String = {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = buffer.withUnsafeMutableBytes { readlink("/proc/self/exe", $0.baseAddress!, $0.count) }
    let folder = splitPath(String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)).folder
    let beside = joinPath(folder, "slowfast")
    return pathExists(beside) ? beside : projectRoot + "/.build/release/slowfast"
  }()

  /// Runs the program and waits for its end.
  ///
  /// - Parameters:
  ///   - patience: The seconds of the processor that it may take, and the seconds that it may take none: scripts, whose
  ///     children do the work, need more.
  ///   - end: The second by the clock at which it is killed, whatever it does.
  ///   - moment: Asked every two milliseconds: true kills it.
  static func run(
    _ arguments: [String], patience: Double = 120, killedAt end: Double = .infinity,
    killedWhen moment: (() -> Bool)? = nil
  ) -> Result {
    spawn(path, arguments, patience, killedAt: end, killedWhen: moment)
  }

  /// Runs the program after a line of shell that sets something up, such as "ulimit -f 8; trap '' XFSZ".
  static func run(after setUp: String, _ arguments: [String], patience: Double = 120) -> Result {
    spawn("/bin/sh", ["-c", setUp + "; exec \"$0\" \"$@\"", path] + arguments, patience)
  }

  /// Runs the program after another one that takes a command line, such as an emulator.
  static func run(through wrapper: [String], _ arguments: [String], patience: Double = 120) -> Result {
    spawn(wrapper[0], wrapper.dropFirst() + [path] + arguments, patience)
  }

  private static func spawn(
    _ executable: String, _ arguments: [String], _ patience: Double, killedAt end: Double = .infinity,
    killedWhen moment: (() -> Bool)? = nil
  ) -> Result {
    // Between a pipe's making and its marking no other child may start: it would hold the pipe open.
    processStart.lock()
    let (output, error) = (Channel(), Channel())
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output.writeEnd, 1)
    posix_spawn_file_actions_adddup2(&actions, error.writeEnd, 2)
    var words: [UnsafeMutablePointer<CChar>?] = ([executable] + arguments).map { strdup($0) } + [nil]
    defer { words.forEach { free($0) } }
    var process: pid_t = 0
    let code = posix_spawn(&process, executable, &actions, nil, &words, environ)
    processStart.unlock()
    output.closeWriteEnd()
    error.closeWriteEnd()
    if code != 0 { return Result(status: -1, stdout: "", stderr: "\(executable): " + String(cString: strerror(code))) }
    var watch = Watch(process, patience)
    let start = seconds(CLOCK_MONOTONIC)
    let isToEnd = { moment?() == true || seconds(CLOCK_MONOTONIC) >= start + end }
    let interval = moment != nil ? 0.002 : end.isFinite ? 0.01 : 1
    let fault = drain([output, error], every: interval) { isToEnd() ? "was to be killed" : watch.fault }
    if fault != nil { kill(process, SIGKILL) }
    var status: Int32 = 0
    var usage = rusage()
    while wait4(process, &status, 0, &usage) < 0 && errno == EINTR {}
    note(usage, of: arguments)
    let signal = status & 0x7f
    let note = fault.map { "\n[killed by the test: it \($0)]" } ?? ""
    return Result(
      status: Int(signal == 0 ? status >> 8 & 0xff : 128 + signal), stdout: output.text, stderr: error.text + note,
      peakMemory: Int(usage.ru_maxrss) * 1024)
  }

  /// Where SLOWFAST_TEST_COSTS names a file, a line in it for every run: seconds of the processor, and the arguments. To find
  /// what makes the suite slow: `sort -rn`.
  private static func note(_ usage: rusage, of arguments: [String]) {
    guard let file = ProcessInfo.processInfo.environment["SLOWFAST_TEST_COSTS"] else { return }
    let used = [usage.ru_utime, usage.ru_stime].map { Double($0.tv_sec) + Double($0.tv_usec) * 1e-6 }.reduce(0, +)
    let line = Array("\(used) \(arguments.joined(separator: " "))\n".utf8)
    let descriptor = open(file, O_WRONLY | O_CREAT | O_APPEND, 0o644)
    _ = line.withUnsafeBytes { write(descriptor, $0.baseAddress!, $0.count) }
    close(descriptor)
  }

  /// Reads until every pipe has ended, or there is a fault, which is asked for every so many seconds.
  private static func drain(_ pipes: [Channel], every interval: Double, _ fault: () -> String?) -> String? {
    while pipes.contains(where: { !$0.ended }) {
      if let fault = fault() { return fault }
      var waiting = pipes.filter { !$0.ended }.map { pollfd(fd: $0.readEnd, events: Int16(POLLIN), revents: 0) }
      poll(&waiting, nfds_t(waiting.count), Int32(interval * 1000))
      for entry in waiting where entry.revents != 0 { pipes.first { $0.readEnd == entry.fd }?.read() }
    }
    return nil
  }
}

/// Tells a process that hangs from one that gets little of a busy machine: by the processor's time that it takes, not by
/// the clock.
private struct Watch {
  private let process: pid_t
  private let patience: Double
  private var used = 0.0
  private var lastUse: Double

  init(_ process: pid_t, _ patience: Double) {
    self.process = process
    self.patience = patience
    lastUse = seconds(CLOCK_MONOTONIC)
  }

  /// Why the process has to be ended; nil while it may go on.
  var fault: String? {
    mutating get {
      var clock = clockid_t()
      // Nothing to ask once it has ended.
      if clock_getcpuclockid(process, &clock) != 0 { return nil }
      let (used, now) = (seconds(clock), seconds(CLOCK_MONOTONIC))
      if used > patience { return "computed for \(patience) s" }
      if used > self.used { (self.used, lastUse) = (used, now) }
      return now - lastUse > patience ? "did nothing for \(patience) s" : nil
    }
  }
}

private func seconds(_ clock: clockid_t) -> Double {
  var now = timespec()
  clock_gettime(clock, &now)
  return Double(now.tv_sec) + Double(now.tv_nsec) * 1e-9
}

/// A pipe whose ends no other child inherits.
private final class Channel {
  let readEnd: Int32
  let writeEnd: Int32
  private(set) var ended = false
  private var isWriteEndOpen = true
  private var bytes: [UInt8] = []

  init() {
    var ends: [Int32] = [-1, -1]
    pipe(&ends)
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    (readEnd, writeEnd) = (ends[0], ends[1])
  }

  deinit {
    closeWriteEnd()
    close(readEnd)
  }

  var text: String { String(decoding: bytes, as: UTF8.self) }

  func closeWriteEnd() {
    if isWriteEndOpen { close(writeEnd) }
    isWriteEndOpen = false
  }

  func read() {
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    let got = chunk.withUnsafeMutableBytes { Glibc.read(readEnd, $0.baseAddress!, $0.count) }
    if got > 0 { bytes += chunk[..<got] } else if got == 0 || errno != EINTR { ended = true }
  }
}
