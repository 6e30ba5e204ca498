internal import Clocks
internal import Synchronization

/// How long a stream may keep its reader waiting, and whether anyone still wants it: what libav asks while it waits.
public final class StreamWatch: Sendable {
  private let cancelled = Atomic(false)
  /// Nanoseconds of the monotonic clock.
  private let deadline = Atomic(Int.max)

  public init() {}

  /// Ends what waits, and all that comes after. May be called from any thread.
  public func cancel() { cancelled.store(true, ordering: .relaxed) }

  public var isCancelled: Bool { cancelled.load(ordering: .relaxed) }

  /// Waits at most so many seconds from now on.
  func begin(_ seconds: Double) {
    deadline.store(monotonicNanoseconds() + Int(min(seconds, 1e9) * 1e9), ordering: .relaxed)
  }

  /// Whether to wait no longer.
  var endsWait: Bool { isCancelled || monotonicNanoseconds() > deadline.load(ordering: .relaxed) }
}
