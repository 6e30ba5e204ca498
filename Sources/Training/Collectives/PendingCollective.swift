internal import Synchronization

/// A collective that was begun.
public final class PendingCollective: Sendable {
  private let monitor = Monitor()
  private let result = Mutex<Result<Void, ProcessGroupError>?>(nil)
  /// Counts who waits, for whoever does the work: it hurries while somebody does.
  private let waiters: Waiters?

  init(_ waiters: Waiters? = nil) { self.waiters = waiters }

  /// Waits until it is done: then its memory is the caller's again.
  ///
  /// - Throws: `ProcessGroupError`, the same to all that wait.
  public func wait() throws {
    waiters?.count.add(1, ordering: .relaxed)
    defer { waiters?.count.subtract(1, ordering: .relaxed) }
    monitor.lock()
    while result.withLock({ $0 == nil }) { monitor.wait() }
    monitor.unlock()
    try result.withLock { $0! }.get()
  }

  /// Whether it is done, or has failed.
  public var isDone: Bool { result.withLock { $0 != nil } }

  func finish(_ outcome: Result<Void, ProcessGroupError>) {
    monitor.lock()
    result.withLock { $0 = $0 ?? outcome }
    monitor.wakeAll()
    monitor.unlock()
  }
}

/// How many threads wait for collectives of a group.
final class Waiters: Sendable {
  let count = Atomic<Int>(0)
}
