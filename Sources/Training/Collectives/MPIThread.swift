internal import CMPI
internal import Clocks
internal import Glibc
internal import Synchronization

/// The thread that makes all calls of MPI, so that sums are taken while other threads compute.
///
/// It asks MPI again and again how far collectives are, for MPI does its work when it is asked. In between it sleeps, so that
/// it does not take the time of a processor from those that compute; less where somebody waits.
final class MPIThread: @unchecked Sendable {
  struct Started {
    let library: String
    let rank: Int
    let size: Int
  }

  let waiters = Waiters()
  private let monitor = Monitor()
  // Under the lock:
  private var start: Result<Started, ProcessGroupError>?
  private var queue: [MPITask] = []
  private var isAborting = false
  /// No more is taken in.
  private var isClosed = false
  // The thread's own. The order in which tasks are announced is that of their beginning, on all ranks; so is the order in
  // which they are started, for each waits for those before it.
  private var announced: [MPITask] = []
  private var moving: [MPITask] = []
  /// What failed while MPI may still use its memory.
  private var abandoned: [MPITask] = []
  private var failure: ProcessGroupError?
  private var hasEnded = false
  private var size = 1
  private var rank = 0

  /// Loads and starts MPI.
  ///
  /// - Throws: What `MPILibrary.init` throws.
  func run(_ launcher: MPILauncher, files: [String]?) throws -> Started {
    let thread = startThread { self.serve(launcher, files) }
    pthread_detach(thread)
    return try monitor.withLock {
      while start == nil { monitor.wait() }
      return start!
    }.get()
  }

  func begin(_ announcement: Announcement, _ collective: Collective?) -> PendingCollective {
    let pending = PendingCollective(waiters)
    monitor.withLock {
      if isClosed { return pending.finish(.failure(.ended(what: announcement.description))) }
      if announcement == .end { isClosed = true }
      queue.append(MPITask(announcement, collective, pending, size: size))
      monitor.wakeAll()
    }
    return pending
  }

  /// Has MPI end all processes of the job, soon.
  func abort() {
    monitor.withLock {
      isAborting = true
      monitor.wakeAll()
    }
  }

  // MARK: The thread

  private func serve(_ launcher: MPILauncher, _ files: [String]?) {
    do throws(ProcessGroupError) {
      let library = try loaded(launcher, files)
      (rank, size) = (library.rank, library.size)
      report(.success(Started(library: library.name, rank: rank, size: size)))
    } catch {
      return report(.failure(error))
    }
    var pace = Pace()
    while let mustAbort = takeQueue() {
      if mustAbort { slowfast_mpi_abort(1) }
      let before = monotonicNanoseconds()
      let isFurther = advance()
      if hasEnded { return }
      // Asking takes long where MPI copies or adds numbers: it has more to do then, most likely.
      let took = monotonicNanoseconds() - before
      pace.pause(isFurther || took > Pace.work, isWaitedFor: waiters.count.load(ordering: .relaxed) > 0)
    }
  }

  private func loaded(_ launcher: MPILauncher, _ files: [String]?) throws(ProcessGroupError) -> MPILibrary {
    do {
      return try MPILibrary(of: launcher, files: files)
    } catch {
      throw error as! ProcessGroupError
    }
  }

  private func report(_ result: Result<Started, ProcessGroupError>) {
    monitor.withLock {
      start = result
      monitor.wakeAll()
    }
  }

  /// Sleeps while there is nothing to do, and takes what was begun.
  ///
  /// - Returns: Whether the job is to be aborted.
  private func takeQueue() -> Bool? {
    let (new, mustAbort) = monitor.withLock {
      while queue.isEmpty && announced.isEmpty && moving.isEmpty && !isAborting { monitor.wait() }
      defer { queue = [] }
      return (queue, isAborting)
    }
    for task in new {
      announced.append(task)
      if failure == nil { check(task.announce(), task) }
    }
    if let failure { drop(failure) }
    return mustAbort
  }

  /// Does what can be done now.
  ///
  /// - Returns: Whether a collective is further than before.
  private func advance() -> Bool {
    var isFurther = false
    while failure == nil, let task = announced.first, isDone(task) {
      isFurther = true
      announced.removeFirst()
      if let error = task.disagreement {
        moving.append(task)
        failure = error
      } else if task.announcement == .end {
        end(task)
      } else {
        moving.append(task)
        check(task.start(), task)
      }
    }
    for task in moving where failure == nil && isDone(task) {
      isFurther = true
      task.pending.finish(.success(()))
    }
    if let failure { drop(failure) }
    moving.removeAll(where: \.pending.isDone)
    return isFurther
  }

  private func end(_ task: MPITask) {
    guard moving.isEmpty else {
      moving.append(task)
      failure = .ended(what: moving[0].announcement.description)
      return
    }
    let code = slowfast_mpi_finalize()
    hasEnded = true
    task.pending.finish(code == 0 ? .success(()) : .failure(mishap(code, task)))
  }

  private func isDone(_ task: MPITask) -> Bool {
    let (code, isDone) = task.test()
    check(code, task)
    return isDone
  }

  private func check(_ code: Int32, _ task: MPITask) {
    if code != 0 { failure = failure ?? mishap(code, task) }
  }

  private func mishap(_ code: Int32, _ task: MPITask) -> ProcessGroupError {
    .failed(what: task.announcement.description, rank: rank, reason: errorText(code))
  }

  /// All that is under way has failed.
  private func drop(_ error: ProcessGroupError) {
    for task in announced + moving { task.pending.finish(.failure(error)) }
    abandoned += announced + moving
    (announced, moving) = ([], [])
  }
}

/// How long MPI's thread sleeps between two questions.
private struct Pace {
  /// Nanoseconds from which on a question was work: asking alone takes less.
  static let work = 5_000
  /// Nanoseconds for which it does not sleep after the last work while somebody waits: what a small collective takes.
  static let awake = 2_000_000
  /// Nanoseconds without work after which it sleeps longer: another rank is late, or does something else.
  static let late = 50_000_000

  private var lastWork = monotonicNanoseconds()

  mutating func pause(_ didWork: Bool, isWaitedFor: Bool) {
    let time = monotonicNanoseconds()
    if didWork {
      lastWork = time
      return
    }
    let idle = time - lastWork
    if isWaitedFor && idle < Self.awake {
      sched_yield()
    } else {
      usleep(idle < Self.late ? 50 : 500)
    }
  }
}
