internal import CCPU
internal import Glibc

/// The threads that share the arithmetic: the one place of the program where loops are split.
///
/// A pool of `threads` counts the caller: it owns `threads - 1` threads. Work is split into numbered pieces that
/// any thread may take; the pieces, not the threads, decide what is computed, so results do not depend on the
/// thread count. Between loops that follow each other closely the threads stay awake, then they are parked: an idle
/// pool uses no processor.
public final class WorkerPool: @unchecked Sendable {
  /// How many threads compute, the caller's among them.
  public let threads: Int
  private let crew: Crew
  /// What the pieces took, where the caller computes all of them.
  private let record: LoopRecord?
  private var handles: [pthread_t] = []

  /// Starts a pool.
  ///
  /// - Parameters:
  ///   - threads: How many threads compute, the caller included; nil takes the processors that this process may run on.
  ///   - others: The threads of pools that compute at the same time.
  public init(threads: Int? = nil, besides others: Int = 0) {
    let processors = availableProcessors()
    self.threads = max(1, threads ?? processors)
    record = nil
    // More threads than processors: one that waits without sleeping would keep another from working.
    crew = Crew(staysAwake: self.threads + others <= processors)
    for _ in 1..<self.threads {
      var handle = pthread_t()
      // The threads hold on to the crew and not to the pool, which could otherwise never end.
      let context = Unmanaged.passRetained(crew)
      let code = pthread_create(
        &handle, nil,
        { context in
          Unmanaged<Crew>.fromOpaque(context!).takeRetainedValue().serve()
          return nil
        }, context.toOpaque())
      // Fewer threads than asked for compute the same.
      if code == 0 { handles.append(handle) } else { context.release() }
    }
  }

  /// Makes a pool that stands for a number of threads and has none: the caller computes every piece, and what each took is noted.
  public init(simulating threads: Int, noting record: LoopRecord) {
    self.threads = max(1, threads)
    self.record = record
    crew = Crew(staysAwake: false)
  }

  deinit {
    crew.stop()
    for handle in handles { pthread_join(handle, nil) }
  }

  /// Calls `body` once for every piece 0..<count, on all threads, and returns when all are finished.
  ///
  /// Pieces run in any order and at the same time. Loops of several threads on one pool follow each other, of one piece as of
  /// many and on one thread as on many, so that they never share memory that goes by a thread's number. The body must not start
  /// another loop on this pool; that ends the program where it would wait for itself.
  public func forEach(_ count: Int, _ body: (Int) -> Void) {
    forEach(count) { piece, _ in body(piece) }
  }

  /// The same loop, telling the body also which thread (0..<threads) runs it, so that each thread can have
  /// scratch memory of its own. What a piece computes must not depend on that number.
  public func forEach(_ count: Int, _ body: (_ piece: Int, _ thread: Int) -> Void) {
    if count <= 0 { return }
    if let record { return record.run(count, body) }
    // A loop within a loop that only its caller computes waits for nobody.
    let isAlone = count == 1 || handles.isEmpty
    let entered = crew.enter(from: handles, mayBeWithin: isAlone)
    defer { if entered { crew.leave() } }
    if isAlone {
      for piece in 0..<count { body(piece, 0) }
      return
    }
    for first in stride(from: 0, to: count, by: Crew.mostPieces) {
      withoutActuallyEscaping(body) { crew.run(min(Crew.mostPieces, count - first), from: first, $0) }
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
}

/// The number of processors that this process may run on.
public func availableProcessors() -> Int { max(1, Int(slowfast_cpu_available())) }
