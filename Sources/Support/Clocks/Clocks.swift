internal import Glibc

/// Seconds on a clock that never jumps.
public func monotonicSeconds() -> Double { Double(nanoseconds(CLOCK_MONOTONIC)) * 1e-9 }

/// Nanoseconds on that clock.
public func monotonicNanoseconds() -> Int { nanoseconds(CLOCK_MONOTONIC) }

/// Seconds since the machine was started, those included in which it slept.
public func secondsSinceBoot() -> Double { Double(nanoseconds(CLOCK_BOOTTIME)) * 1e-9 }

/// The processor's seconds that this process has taken, all threads together.
public func processorSeconds() -> Double { Double(nanoseconds(CLOCK_PROCESS_CPUTIME_ID)) * 1e-9 }

/// The processor's seconds that the calling thread has taken.
public func threadSeconds() -> Double { Double(nanoseconds(CLOCK_THREAD_CPUTIME_ID)) * 1e-9 }

/// The seconds that a body takes by the clock.
public func clocked(_ body: () throws -> Void) rethrows -> Double {
  let start = monotonicNanoseconds()
  try body()
  return Double(monotonicNanoseconds() - start) * 1e-9
}

private func nanoseconds(_ clock: clockid_t) -> Int {
  var now = timespec()
  unsafe clock_gettime(clock, &now)
  return now.tv_sec * 1_000_000_000 + now.tv_nsec
}
