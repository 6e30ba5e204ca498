internal import Glibc

/// Makes elements ahead of their use on one thread of its own, at most `capacity` of them waiting.
///
/// The producer runs on that thread only. An error it throws comes out of `next()` after the elements
/// that were made before it, and again each time `next()` is called. Letting go of a prefetcher waits for the
/// element in the making and drops what nobody took.
public final class Prefetcher<Element>: @unchecked Sendable {
  private let queue: Queue<Element>
  private var thread = pthread_t()

  /// - Parameters:
  ///   - capacity: How many finished elements may wait, at least 1.
  ///   - produce: Makes the next element; nil ends the sequence.
  public convenience init(capacity: Int, produce: @escaping () throws -> Element?) {
    self.init(Queue(capacity: max(1, capacity), produce: produce, overflow: nil))
  }

  private init(_ queue: Queue<Element>) {
    self.queue = queue
    let context = Unmanaged.passRetained(queue as AnyQueue).toOpaque()
    let code = pthread_create(
      &thread, nil,
      { context in
        Unmanaged<AnyQueue>.fromOpaque(context!).takeRetainedValue().fill()
        return nil
      }, context)
    if code != 0 { fatalError("a thread could not be started: error \(code)") }
  }

  deinit {
    queue.cancel()
    pthread_join(thread, nil)
  }

  /// Makes elements whether they are taken in time or not, as a live source does: where too many wait, the oldest go.
  ///
  /// - Parameters:
  ///   - capacity: How many elements that may go may wait, at least 1.
  ///   - mayGo: Which elements those are.
  ///   - gone: Called for each element that goes, on the thread that makes them.
  public convenience init(
    newest capacity: Int, mayGo: @escaping (Element) -> Bool, gone: @escaping (Element) -> Void,
    produce: @escaping () throws -> Element?
  ) {
    self.init(Queue(capacity: max(1, capacity), produce: produce, overflow: Overflow(mayGo: mayGo, gone: gone)))
  }

  /// Waits for the next element; nil after the last.
  public func next() throws -> Element? { try queue.take() }

  /// What comes of waiting for an element for a limited time.
  public enum Waited {
    /// The next element.
    case element(Element)
    /// There are no more.
    case end
    /// Nothing came in time.
    case nothing
  }

  /// Waits for the next element, at most so many seconds.
  public func next(within seconds: Double) throws -> Waited { try queue.take(within: seconds) }
}

/// What becomes of elements that nobody takes in time.
private struct Overflow<Element> {
  let mayGo: (Element) -> Bool
  let gone: (Element) -> Void
}

/// What the thread needs to know of a queue.
private class AnyQueue {
  func fill() {}
}

private final class Queue<Element>: AnyQueue, @unchecked Sendable {
  private let capacity: Int
  private let produce: () throws -> Element?
  private let overflow: Overflow<Element>?
  private var ready: [Element] = []
  private var failure: (any Error)?
  private var finished = false
  private var cancelled = false
  private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  init(capacity: Int, produce: @escaping () throws -> Element?, overflow: Overflow<Element>?) {
    self.capacity = capacity
    self.produce = produce
    self.overflow = overflow
    pthread_mutex_init(lock, nil)
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    pthread_cond_init(changed, &attributes)
    pthread_condattr_destroy(&attributes)
  }

  deinit {
    pthread_mutex_destroy(lock)
    pthread_cond_destroy(changed)
    lock.deallocate()
    changed.deallocate()
  }

  override func fill() {
    while waitForRoom() {
      do {
        let element = try produce()
        var gone: [Element] = []
        withLock {
          if let element { ready.append(element) } else { finished = true }
          gone = dropOldest()
        }
        for element in gone { overflow?.gone(element) }
        if element == nil { return }
      } catch {
        withLock {
          failure = error
          finished = true
        }
        return
      }
    }
  }

  func take() throws -> Element? {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    while ready.isEmpty && !finished { pthread_cond_wait(changed, lock) }
    return try first()
  }

  func take(within seconds: Double) throws -> Prefetcher<Element>.Waited {
    var end = timespec()
    clock_gettime(CLOCK_MONOTONIC, &end)
    let nanoseconds = end.tv_nsec + Int(min(max(seconds, 0), 1e6) * 1e9)
    end.tv_sec += nanoseconds / 1_000_000_000
    end.tv_nsec = nanoseconds % 1_000_000_000
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    while ready.isEmpty && !finished {
      if pthread_cond_timedwait(changed, lock, &end) == ETIMEDOUT && ready.isEmpty && !finished { return .nothing }
    }
    return try first().map { .element($0) } ?? .end
  }

  /// Under the lock, where there is an element or the end has come.
  private func first() throws -> Element? {
    if !ready.isEmpty {
      pthread_cond_broadcast(changed)
      return ready.removeFirst()
    }
    if let error = failure { throw error }
    return nil
  }

  /// Under the lock: takes out what nobody took in time.
  private func dropOldest() -> [Element] {
    guard let overflow else { return [] }
    let places = ready.indices.filter { overflow.mayGo(ready[$0]) }.dropLast(capacity)
    let gone = places.map { ready[$0] }
    for place in places.reversed() { ready.remove(at: place) }
    return gone
  }

  func cancel() { withLock { cancelled = true } }

  /// Waits until there is room; false when nobody wants more.
  private func waitForRoom() -> Bool {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    while overflow == nil && ready.count >= capacity && !cancelled { pthread_cond_wait(changed, lock) }
    return !cancelled
  }

  private func withLock(_ body: () -> Void) {
    pthread_mutex_lock(lock)
    body()
    pthread_cond_broadcast(changed)
    pthread_mutex_unlock(lock)
  }
}
