internal import Glibc
internal import Synchronization

/// What the threads of a pool share: the pieces of the current loop, and where threads wait.
///
/// Nobody waits for a thread that has taken no piece: one that the system runs late, or not at all, delays no loop.
final class Crew: @unchecked Sendable {
  typealias Body = (_ piece: Int, _ thread: Int) -> Void

  /// The pieces that one loop may have.
  static let mostPieces = 1 << 30

  /// How many pieces the loop has (upper half) and how many were asked for (lower half): one number, so that whoever
  /// asks for a piece learns in the same moment whether there was one. A loop cannot end before its taken pieces are
  /// reported, so whoever has got one finds the body that belongs to it.
  private let pieces = Atomic<UInt64>(0)
  private var body: Body?
  private var first = 0
  /// The pieces that others than the caller have reported.
  private let reported = Atomic<Int>(0)
  private let isStopping = Atomic<Bool>(false)

  /// One loop at a time.
  private let loop = Gate()
  private let owner = Atomic<UInt>(0)
  /// Where threads sleep until there are pieces, and the caller until all are reported.
  private let work = Gate()
  private let end = Gate()
  /// Nanoseconds that a thread waits awake: about what falling asleep and being woken costs.
  private let patience: Int
  /// Numbers the threads: the caller is 0.
  private let started = Atomic<Int>(0)

  init(staysAwake: Bool) { patience = staysAwake ? 100_000 : 0 }

  private var hasPieces: Bool {
    let now = pieces.load(ordering: .sequentiallyConsistent)
    return now & 0xFFFF_FFFF < now >> 32
  }

  // MARK: The caller

  /// Waits until no other loop is running.
  ///
  /// - Parameters:
  ///   - threads: Those of the pool. A loop that one of them starts would wait for itself.
  ///   - mayBeWithin: Whether such a loop is no mistake: it needs no other thread.
  /// - Returns: Whether `leave` is to be called; false within another loop.
  func enter(from threads: [pthread_t], mayBeWithin: Bool) -> Bool {
    let me = pthread_self()
    if !loop.tryLock() {
      if owner.load(ordering: .relaxed) == UInt(me) || threads.contains(me) {
        if mayBeWithin { return false }
        fatalError("the body of a loop started another loop on the same pool")
      }
      loop.lock()
    }
    owner.store(UInt(me), ordering: .relaxed)
    return true
  }

  func leave() {
    owner.store(0, ordering: .relaxed)
    loop.unlock()
  }

  /// Runs one loop between `enter` and `leave`.
  ///
  /// - Parameter first: What the pieces are numbered from.
  func run(_ count: Int, from first: Int, _ body: @escaping Body) {
    self.body = body
    self.first = first
    reported.store(0, ordering: .relaxed)
    pieces.store(UInt64(count) << 32, ordering: .sequentiallyConsistent)
    work.wake(atMost: count - 1)
    let others = count - takePieces(thread: 0)
    end.wait(patience) { reported.load(ordering: .sequentiallyConsistent) == others }
    self.body = nil
  }

  // MARK: The other threads

  /// A thread's life: wait for pieces, take them, report.
  func serve() {
    let thread = started.wrappingAdd(1, ordering: .relaxed).newValue
    while true {
      work.wait(patience) { hasPieces || isStopping.load(ordering: .sequentiallyConsistent) }
      if isStopping.load(ordering: .relaxed) { return }
      let taken = takePieces(thread: thread)
      if taken > 0 {
        reported.wrappingAdd(taken, ordering: .sequentiallyConsistent)
        end.wake(atMost: 1)
      }
    }
  }

  func stop() {
    isStopping.store(true, ordering: .sequentiallyConsistent)
    work.wake(atMost: .max)
  }

  /// Runs pieces until none is left.
  ///
  /// Never inlined, so that the thread has let go of the body before it reports: the caller's body must not outlive
  /// its loop.
  ///
  /// - Returns: How many pieces it ran.
  @inline(never)
  private func takePieces(thread: Int) -> Int {
    var taken = 0
    while hasPieces {
      let before = pieces.wrappingAdd(1, ordering: .acquiring).oldValue
      let piece = before & 0xFFFF_FFFF
      if piece >= before >> 32 { break }
      body!(first + Int(piece), thread)
      taken += 1
    }
    return taken
  }
}
