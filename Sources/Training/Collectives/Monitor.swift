internal import Glibc

/// A lock, and a place where threads sleep until something changes.
final class Monitor: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

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
  func unlock() { pthread_mutex_unlock(mutex) }

  /// Sleeps until somebody wakes all, or for no reason. With the lock.
  func wait() { pthread_cond_wait(changed, mutex) }

  /// With the lock.
  func wakeAll() { pthread_cond_broadcast(changed) }

  func withLock<Value>(_ body: () throws -> Value) rethrows -> Value {
    lock()
    defer { unlock() }
    return try body()
  }
}

/// Starts a thread, which is to be joined.
func startThread(_ body: @escaping @Sendable () -> Void) -> pthread_t {
  final class Start {
    let body: () -> Void

    init(_ body: @escaping () -> Void) { self.body = body }
  }
  var thread = pthread_t()
  let code = pthread_create(
    &thread, nil,
    { context in
      Unmanaged<Start>.fromOpaque(context!).takeRetainedValue().body()
      return nil
    }, Unmanaged.passRetained(Start(body)).toOpaque())
  if code != 0 { fatalError("a thread could not be started: error \(code)") }
  return thread
}
