internal import Glibc
internal import Synchronization

/// What the pieces of loops took, one after the other on one thread: the note of a pool that stands for more threads than there
/// are.
public final class LoopRecord: Sendable {
  private let loops = Mutex<[[Double]]>([])

  /// Makes a record of no loops.
  public init() {}

  /// The seconds of every piece of every loop since the last time, in order.
  public func take() -> [[Double]] {
    loops.withLock { loops in
      defer { loops = [] }
      return loops
    }
  }

  /// Runs a loop.
  func run(_ count: Int, _ body: (_ piece: Int, _ thread: Int) -> Void) {
    var seconds: [Double] = []
    seconds.reserveCapacity(count)
    var last = now()
    for piece in 0..<count {
      body(piece, 0)
      let next = now()
      seconds.append(next - last)
      last = next
    }
    loops.withLock { $0.append(seconds) }
  }

  private func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
