internal import CCPU
internal import Glibc
internal import Synchronization

/// The threads that share the arithmetic: the one place of the program where loops are split.
///
/// A pool of `threads` counts the caller: it owns `threads - 1` threads that are parked when idle. Work is
/// split into numbered pieces that any thread may take; the pieces, not the threads, decide what is
/// computed, so results do not depend on the thread count.
public final class WorkerPool: @unchecked Sendable {
  public let threads: Int
  private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let wake = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private let done = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private let oneLoop = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private var handles: [pthread_t] = []
  private var job: Job?
  private var generation = 0
  private var busy = 0
  private var stopping = false
  /// Mirrors `generation`, for threads that still spin.
  private let posted = Atomic<Int>(0)
  /// Numbers the threads: the caller is 0.
  private let startedThreads = Atomic<Int>(0)

  /// One parallel loop: a counter that threads take pieces from.
  private final class Job {
    let count: Int
    let body: (_ piece: Int, _ thread: Int) -> Void
    let next = Atomic<Int>(0)

    init(count: Int, body: @escaping (Int, Int) -> Void) {
      self.count = count
      self.body = body
    }

    func run(thread: Int) {
      while true {
        let piece = next.wrappingAdd(1, ordering: .relaxed).oldValue
        if piece >= count { return }
        body(piece, thread)
      }
    }
  }

  /// Starts a pool.
  ///
  /// - Parameter threads: How many threads compute, the caller included; nil takes the processors that this
  ///   process may run on.
  public init(threads: Int? = nil) {
    self.threads = max(1, threads ?? availableProcessors())
    pthread_mutex_init(lock, nil)
    pthread_mutex_init(oneLoop, nil)
    pthread_cond_init(wake, nil)
    pthread_cond_init(done, nil)
    for _ in 1..<self.threads {
      var handle = pthread_t()
      let me = Unmanaged.passUnretained(self).toOpaque()
      let code = pthread_create(
        &handle, nil,
        { context in
          Unmanaged<WorkerPool>.fromOpaque(context!).takeUnretainedValue().work()
          return nil
        }, me)
      // Fewer threads than asked for compute the same.
      if code == 0 { handles.append(handle) }
    }
  }

  deinit {
    pthread_mutex_lock(lock)
    stopping = true
    pthread_cond_broadcast(wake)
    pthread_mutex_unlock(lock)
    posted.store(-1, ordering: .releasing)
    for handle in handles { pthread_join(handle, nil) }
    pthread_mutex_destroy(lock)
    pthread_mutex_destroy(oneLoop)
    pthread_cond_destroy(wake)
    pthread_cond_destroy(done)
    lock.deallocate()
    oneLoop.deallocate()
    wake.deallocate()
    done.deallocate()
  }

  /// Calls `body` once for every piece 0..<count, on all threads, and returns when all are finished.
  ///
  /// Pieces run in any order and at the same time; the body must not start another loop on this pool.
  public func forEach(_ count: Int, _ body: (Int) -> Void) {
    forEach(count) { piece, _ in body(piece) }
  }

  /// The same loop, telling the body also which thread (0..<threads) runs it, so that each thread can have
  /// scratch memory of its own. What a piece computes must not depend on that number.
  public func forEach(_ count: Int, _ body: (_ piece: Int, _ thread: Int) -> Void) {
    if count <= 0 { return }
    if count == 1 || handles.isEmpty {
      for piece in 0..<count { body(piece, 0) }
      return
    }
    withoutActuallyEscaping(body) { body in
      pthread_mutex_lock(oneLoop)
      defer { pthread_mutex_unlock(oneLoop) }
      let job = Job(count: count, body: body)
      pthread_mutex_lock(lock)
      self.job = job
      generation += 1
      busy = handles.count
      posted.store(generation, ordering: .releasing)
      pthread_cond_broadcast(wake)
      pthread_mutex_unlock(lock)
      job.run(thread: 0)
      pthread_mutex_lock(lock)
      while busy > 0 { pthread_cond_wait(done, lock) }
      self.job = nil
      pthread_mutex_unlock(lock)
    }
  }

  /// Computes a value for every piece 0..<count, on all threads, and returns them in the order of the pieces.
  public func map<Value>(_ count: Int, _ body: (Int) -> Value) -> [Value] { map(count) { piece, _ in body(piece) } }

  /// The same, telling the body also which thread (0..<threads) computes, for scratch memory of its own.
  public func map<Value>(_ count: Int, _ body: (_ piece: Int, _ thread: Int) -> Value) -> [Value] {
    Array(unsafeUninitializedCapacity: max(0, count)) { values, initializedCount in
      let slots = values
      forEach(count) { piece, thread in slots.initializeElement(at: piece, to: body(piece, thread)) }
      initializedCount = max(0, count)
    }
  }

  /// A thread's life: wait for a loop (first spinning a little, then parked), take pieces, report.
  private func work() {
    let number = startedThreads.wrappingAdd(1, ordering: .relaxed).newValue
    var seen = 0
    while true {
      for _ in 0..<2000 where posted.load(ordering: .acquiring) == seen { sched_yield() }
      pthread_mutex_lock(lock)
      while generation == seen && !stopping { pthread_cond_wait(wake, lock) }
      if stopping {
        pthread_mutex_unlock(lock)
        return
      }
      seen = generation
      pthread_mutex_unlock(lock)
      runPosted(thread: number)
      pthread_mutex_lock(lock)
      busy -= 1
      if busy == 0 { pthread_cond_signal(done) }
      pthread_mutex_unlock(lock)
    }
  }

  /// Takes pieces of the posted loop.
  ///
  /// A function of its own, never inlined, so that the thread has let go of the job before it reports: `forEach`
  /// stops the program when anyone still holds the caller's body as it returns.
  @inline(never)
  private func runPosted(thread: Int) {
    pthread_mutex_lock(lock)
    let job = self.job
    pthread_mutex_unlock(lock)
    job?.run(thread: thread)
  }
}

/// The number of processors that this process may run on.
public func availableProcessors() -> Int { max(1, Int(slowfast_cpu_available())) }
