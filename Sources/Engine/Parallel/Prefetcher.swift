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
  public init(capacity: Int, produce: @escaping () throws -> Element?) {
    queue = Queue(capacity: max(1, capacity), produce: produce)
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

  /// Waits for the next element; nil after the last.
  public func next() throws -> Element? { try queue.take() }
}

/// What the thread needs to know of a queue.
private class AnyQueue {
  func fill() {}
}

private final class Queue<Element>: AnyQueue, @unchecked Sendable {
  private let capacity: Int
  private let produce: () throws -> Element?
  private var ready: [Element] = []
  private var failure: (any Error)?
  private var finished = false
  private var cancelled = false
  private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  init(capacity: Int, produce: @escaping () throws -> Element?) {
    self.capacity = capacity
    self.produce = produce
    pthread_mutex_init(lock, nil)
    pthread_cond_init(changed, nil)
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
        withLock {
          if let element { ready.append(element) } else { finished = true }
        }
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
    if !ready.isEmpty {
      pthread_cond_broadcast(changed)
      return ready.removeFirst()
    }
    if let error = failure { throw error }
    return nil
  }

  func cancel() { withLock { cancelled = true } }

  /// Waits until there is room; false when nobody wants more.
  private func waitForRoom() -> Bool {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    while ready.count >= capacity && !cancelled { pthread_cond_wait(changed, lock) }
    return !cancelled
  }

  private func withLock(_ body: () -> Void) {
    pthread_mutex_lock(lock)
    body()
    pthread_cond_broadcast(changed)
    pthread_mutex_unlock(lock)
  }
}
