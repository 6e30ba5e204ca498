internal import Files
@preconcurrency internal import Glibc
internal import Synchronization

/// What happens when the program is asked to end: Ctrl-C, `kill`, a terminal that closes.
///
/// The signals' handler only hands their number to a thread that waits for it (blocking them everywhere would not do:
/// a library may have started threads before `main`). Work that can stop in good order runs in `stoppable`, asks `isAsked` between
/// its steps and throws ``Interrupted``; for everything else the thread ends the process. Either way no temporary file
/// stays, and the process ends by the signal itself, so that a shell sees it.
enum Interruption {
  private struct State {
    var signal: Int32?
    var isStoppable = false
    var unfinished = usualLoss
    var isSilent = false
    var cleanUp: (@Sendable () -> Void)?
  }

  private static let state = Mutex(State())

  /// Whether the work under way is to stop.
  static var isAsked: Bool { state.withLock { $0.signal != nil } }

  /// Takes the signals over.
  static func install() {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    signalPipe = ends[1]
    var thread = pthread_t()
    let code = pthread_create(
      &thread, nil,
      { context in
        Interruption.watch(Int32(Int(bitPattern: context)))
        return nil
      }, UnsafeMutableRawPointer(bitPattern: Int(ends[0])))
    if code != 0 { return }
    // A parent may have started this process from a thread that blocks signals, as Dispatch's do.
    var unblocked = sigset_t()
    sigemptyset(&unblocked)
    defer { pthread_sigmask(SIG_UNBLOCK, &unblocked, nil) }
    for number in [SIGINT, SIGTERM, SIGHUP] {
      sigaddset(&unblocked, number)
      var action = sigaction()
      sigaction(number, nil, &action)
      // What `nohup` or a shell's `&` has switched off stays off.
      if unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self) {
        continue
      }
      action = sigaction()
      action.__sigaction_handler.sa_handler = { number in
        var byte = UInt8(truncatingIfNeeded: number)
        _ = write(signalPipe, &byte, 1)
      }
      action.sa_flags = SA_RESTART
      sigaction(number, &action, nil)
    }
  }

  /// Does work that asks `isAsked` between its steps.
  static func stoppable<Value>(_ work: () throws -> Value) throws -> Value {
    state.withLock { $0.isStoppable = true }
    defer { state.withLock { $0.isStoppable = false } }
    let value = try work()
    if isAsked { throw Interrupted(unfinished) }
    return value
  }

  /// Says what has become of the work and ends the process by the signal that was sent.
  static func end(_ interrupted: Interrupted) -> Never {
    end(by: state.withLock { $0.signal } ?? SIGINT, saying: interrupted.description)
  }

  private static func watch(_ pipe: Int32) {
    guard let number = next(pipe) else { return }
    let isStoppable = state.withLock { state -> Bool in
      state.signal = number
      return state.isStoppable
    }
    guard isStoppable else { end(by: number, saying: "interrupted: \(unfinished)") }
    // A step of a large network takes seconds.
    var waiting = pollfd(fd: pipe, events: Int16(POLLIN), revents: 0)
    if poll(&waiting, 1, 1000) == 0 {
      say("stopping after the step under way; a second \(name(of: number)) ends at once")
    }
    if let second = next(pipe) { end(by: second, saying: "interrupted: \(unfinished)") }
  }

  private static func next(_ pipe: Int32) -> Int32? {
    var byte: UInt8 = 0
    while true {
      let got = read(pipe, &byte, 1)
      if got == 1 { return Int32(byte) }
      if got == 0 || errno != EINTR { return nil }
    }
  }

  private static let usualLoss = "what was not finished is not kept (scores in a journal are)"

  /// What is said of the work under way that is cut off; nil for what holds of scores.
  static func setLoss(_ text: String?) { state.withLock { $0.unfinished = text ?? usualLoss } }

  /// Says what is to be done before a signal ends the process where nothing can stop in good order: deletes files and folders, and
  /// nothing else.
  static func setCleanUp(_ work: @escaping @Sendable () -> Void) { state.withLock { $0.cleanUp = work } }

  /// Leaves the words to another process, the first one of those that a launcher started: a signal reaches all of them.
  static func silence() { state.withLock { $0.isSilent = true } }

  /// Prints a line, unless another process does.
  private static func say(_ text: String) {
    if !state.withLock({ $0.isSilent }) { Console.say(text) }
  }

  private static var unfinished: String { state.withLock { $0.unfinished } }

  private static func name(of signal: Int32) -> String {
    signal == SIGINT ? "Ctrl-C" : signal == SIGTERM ? "SIGTERM" : "SIGHUP"
  }

  private static func end(by signal: Int32, saying text: String) -> Never {
    let cleanUp = state.withLock { $0.cleanUp }
    TemporaryFiles.deleteAll {
      cleanUp?()
      say(text)
      Glibc.signal(signal, SIG_DFL)
      raise(signal)
      _exit(128 + signal)
    }
  }
}

/// Where the handler writes; set before the handler is.
nonisolated(unsafe) private var signalPipe: Int32 = -1

/// Work that stopped because a signal asked for it: what of it is kept, and where.
struct Interrupted: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = "interrupted: " + description }
}
