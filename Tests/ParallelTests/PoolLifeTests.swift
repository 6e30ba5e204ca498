import Foundation
import Parallel
import Testing

/// What becomes of a pool's threads. Each test is a process of its own: elsewhere other tests have pools too.
@Suite struct PoolLifeTests {
  @Test func threadsEndWithTheirPool() async {
    await #expect(processExitsWith: .success) {
      for round in 0..<20 {
        let before = threadStates()
        let pool = WorkerPool(threads: 4)
        let started = Set(threadStates().keys).subtracting(before.keys)
        if round % 2 == 0 { pool.forEach(9) { _ in } }
        if started.count < 3 { fatalError("\(started.count) threads were started") }
        withExtendedLifetime(consume pool) {}
        let left = started.intersection(threadStates().keys)
        if !left.isEmpty { fatalError("\(left.count) threads are left") }
      }
    }
  }

  @Test func idleThreadsSleep() async {
    await #expect(processExitsWith: .success) {
      let before = threadStates()
      let pool = WorkerPool(threads: 4)
      pool.forEach(100) { _ in }
      func areAwake() -> Bool {
        threadStates().contains { before[$0.key] == nil && $0.value != "S" }
      }
      // A loaded machine may take its time.
      for _ in 0..<1000 where areAwake() { usleep(10_000) }
      if areAwake() { fatalError("the threads are \(threadStates())") }
      withExtendedLifetime(pool) {}
    }
  }

  @Test func aLoopWithinALoopEndsTheProgram() async {
    await #expect(processExitsWith: .failure) {
      let pool = WorkerPool(threads: 2)
      pool.forEach(2) { _ in pool.forEach(2) { _ in } }
    }
  }

  /// The caller is kept away from the pieces, so that another thread runs the one that starts a loop.
  @Test func soDoesOneThatAnotherThreadStarts() async {
    await #expect(processExitsWith: .failure) {
      let pool = WorkerPool(threads: 2)
      pool.forEach(2) { _, thread in
        if thread > 0 { pool.forEach(2) { _ in } } else { sleep(20) }
      }
    }
  }

  @Test func aLoopOfAnotherPoolWithinALoopIsFine() {
    let (outer, inner) = (WorkerPool(threads: 3), WorkerPool(threads: 2))
    nonisolated(unsafe) let sums = UnsafeMutablePointer<Int>.allocate(capacity: 40)
    sums.update(repeating: 0, count: 40)
    defer { sums.deallocate() }
    outer.forEach(10) { i in inner.forEach(4) { sums[i * 4 + $0] += i } }
    #expect((0..<40).allSatisfy { sums[$0] == $0 / 4 })
  }
}

/// The state of every thread of this process: "S" sleeps, "R" runs.
private func threadStates() -> [String: String] {
  let tasks = "/proc/self/task"
  var states: [String: String] = [:]
  for task in (try? FileManager.default.contentsOfDirectory(atPath: tasks)) ?? [] {
    // "12 (name) S ..."
    guard let line = try? String(contentsOfFile: "\(tasks)/\(task)/stat", encoding: .utf8),
      let name = line.range(of: ") ")
    else { continue }
    states[task] = String(line[name.upperBound...].prefix(1))
  }
  return states
}
