internal import CCPU
internal import Clocks
internal import Glibc
internal import Synchronization

/// A lock, and a place where threads wait for something to become true: awake for a while, then asleep.
final class Gate: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private let sleepers = Atomic<Int>(0)

  init() {
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(changed, nil)
  }

  deinit {
    pthread_mutex_destroy(mutex)
    pthread_cond_destroy(changed)
    mutex.deallocate()
    changed.deallocate()
  }

  func lock() { pthread_mutex_lock(mutex) }
  func tryLock() -> Bool { pthread_mutex_trylock(mutex) == 0 }
  func unlock() { pthread_mutex_unlock(mutex) }

  /// Waits until a condition holds. Without the lock.
  ///
  /// - Parameters:
  ///   - patience: The nanoseconds to wait awake; then the thread sleeps.
  ///   - condition: Of what others change, sequentially consistently, before they call `wake`.
  @inline(__always)
  func wait(_ patience: Int, until condition: () -> Bool) {
    if condition() { return }
    if patience > 0 {
      let end = monotonicNanoseconds() + patience
      repeat {
        for _ in 0..<16 {
          slowfast_cpu_relax()
          if condition() { return }
        }
      } while monotonicNanoseconds() < end
    }
    lock()
    // First counted, then asked: either the thread sees the change, or whoever changes it sees the thread.
    sleepers.wrappingAdd(1, ordering: .sequentiallyConsistent)
    while !condition() { pthread_cond_wait(changed, mutex) }
    sleepers.wrappingSubtract(1, ordering: .sequentiallyConsistent)
    unlock()
  }

  /// Sleeps until somebody wakes all. With the lock.
  func waitLocked() { pthread_cond_wait(changed, mutex) }

  /// Wakes all that sleep. With the lock.
  func wakeAll() { pthread_cond_broadcast(changed) }

  /// Wakes threads that sleep. Without the lock, after the change that they wait for.
  func wake(atMost count: Int) {
    let asleep = sleepers.load(ordering: .sequentiallyConsistent)
    if asleep == 0 { return }
    // Whoever was counted and had not seen the change is asleep once the lock can be had.
    lock()
    unlock()
    if count >= asleep {
      pthread_cond_broadcast(changed)
    } else {
      for _ in 0..<count { pthread_cond_signal(changed) }
    }
  }
}
