import Foundation
import Parallel
import Synchronization
import Testing

/// Counters that many threads may raise.
private final class Tally: Sendable {
  private let counts: Mutex<[Int]>

  init(_ count: Int) { counts = Mutex([Int](repeating: 0, count: count)) }

  func add(_ index: Int) { counts.withLock { $0[index] += 1 } }
  var values: [Int] { counts.withLock { $0 } }
}

@Suite struct WorkerPoolTests {
  @Test(arguments: [1, 2, 3, 4, 7, 16]) func everyPieceRunsOnce(_ threads: Int) {
    let pool = WorkerPool(threads: threads)
    #expect(pool.threads == threads)
    for count in [0, 1, 2, 3, threads - 1, threads, threads + 1, 100, 1001] {
      let tally = Tally(count)
      pool.forEach(count) { tally.add($0) }
      #expect(tally.values == [Int](repeating: 1, count: count), "\(count) pieces on \(threads) threads")
    }
    pool.forEach(-3) { _ in Issue.record("a piece of nothing") }
  }

  @Test(arguments: [1, 3]) func mapsInOrder(_ threads: Int) {
    let pool = WorkerPool(threads: threads)
    for count in [-1, 0, 1, 2, 1000] {
      #expect(pool.map(count) { "\($0)" } == (0..<max(0, count)).map { "\($0)" })
    }
    #expect(pool.map(500) { _, thread in thread }.allSatisfy { (0..<threads).contains($0) })
  }

  /// What the pieces write is seen after the loop without any lock of theirs.
  @Test func resultsAreThereWhenTheLoopReturns() {
    let pool = WorkerPool(threads: 4)
    for round in 0..<200 {
      var squares = [Int](repeating: 0, count: 257)
      squares.withUnsafeMutableBufferPointer { buffer in
        nonisolated(unsafe) let target = buffer
        pool.forEach(target.count) { target[$0] = $0 * $0 + round }
      }
      #expect(squares.indices.allSatisfy { squares[$0] == $0 * $0 + round }, "round \(round)")
    }
  }

  @Test func tinyLoopsNeverHang() {
    for threads in [2, 3, 8] {
      let pool = WorkerPool(threads: threads)
      let sum = Atomic<Int>(0)
      for _ in 0..<3000 { pool.forEach(2) { sum.wrappingAdd($0 + 1, ordering: .relaxed) } }
      #expect(sum.load(ordering: .relaxed) == 9000)
    }
  }

  /// Long enough idle that the threads are parked, then waken again.
  @Test func parkedThreadsWakeUp() async throws {
    let pool = WorkerPool(threads: 3)
    for _ in 0..<5 {
      let tally = Tally(50)
      pool.forEach(50) { tally.add($0) }
      #expect(tally.values.allSatisfy { $0 == 1 })
      try await Task.sleep(for: .milliseconds(30))
    }
  }

  /// Threads that wait for a processor take no piece and delay nobody.
  @Test func moreThreadsThanProcessors() {
    let pool = WorkerPool(threads: 4 * availableProcessors() + 3)
    let tally = Tally(23)
    for round in 0..<2000 { pool.forEach(round % 24) { tally.add($0) } }
    #expect(tally.values == (0..<23).map { piece in (0..<2000).count { $0 % 24 > piece } })
  }

  @Test func threadNumbersTellScratchApart() {
    let pool = WorkerPool(threads: 4)
    for _ in 0..<50 {
      let inUse = (0..<4).map { _ in Flag() }
      let tally = Tally(100)
      pool.forEach(100) { piece, thread in
        let flag = inUse[min(max(thread, 0), 3)]
        // Nobody else may be at work under this number.
        if thread != min(max(thread, 0), 3) || flag.raise() { Issue.record("thread \(thread)") }
        tally.add(piece)
        flag.lower()
      }
      #expect(tally.values.allSatisfy { $0 == 1 })
    }
  }

  private final class Flag: Sendable {
    private let raised = Atomic<Bool>(false)
    func raise() -> Bool { raised.exchange(true, ordering: .acquiringAndReleasing) }
    func lower() { raised.store(false, ordering: .releasing) }
  }

  @Test func poolsComeAndGo() {
    for round in 0..<100 {
      let pool = WorkerPool(threads: 1 + round % 5)
      if round % 2 == 0 { pool.forEach(3) { _ in } }
    }
  }

  /// Loops from several threads on one pool follow each other.
  @Test func loopsOfSeveralThreadsDoNotMix() async {
    let pool = WorkerPool(threads: 3)
    await withTaskGroup(of: Bool.self) { group in
      for size in 1...4 {
        group.addTask {
          (0..<100).allSatisfy { _ in
            let tally = Tally(size * 10)
            pool.forEach(size * 10) { tally.add($0) }
            return tally.values.allSatisfy { $0 == 1 }
          }
        }
      }
      for await fine in group { #expect(fine) }
    }
  }

  /// Nor do those of one piece, or on one thread: memory that goes by a thread's number is used by one of them at a time.
  @Test(arguments: [1, 3], [1, 2]) func loopsThatTheirCallerComputesDoNotMix(_ threads: Int, _ pieces: Int) async {
    let pool = WorkerPool(threads: threads)
    let inUse = (0..<threads).map { _ in Flag() }
    await withTaskGroup(of: Bool.self) { group in
      for task in 0..<4 {
        group.addTask {
          let mixed = Atomic<Int>(0)
          for _ in 0..<100 {
            // On one pool some loops have a piece, others several.
            pool.forEach(task == 0 ? 3 : pieces) { _, thread in
              if inUse[thread].raise() { mixed.wrappingAdd(1, ordering: .relaxed) }
              sched_yield()
              inUse[thread].lower()
            }
          }
          return mixed.load(ordering: .relaxed) == 0
        }
      }
      for await fine in group { #expect(fine) }
    }
  }

  /// A loop within a loop waits for nobody where its caller computes it.
  @Test func loopsWithinLoopsThatNeedNoThread() {
    for threads in [1, 3] {
      let pool = WorkerPool(threads: threads)
      let sum = Atomic<Int>(0)
      pool.forEach(5) { i in pool.forEach(1) { sum.wrappingAdd(i + $0, ordering: .relaxed) } }
      pool.forEach(1) { _ in pool.forEach(1) { sum.wrappingAdd($0 + 5, ordering: .relaxed) } }
      if threads == 1 { pool.forEach(2) { _ in pool.forEach(2) { sum.wrappingAdd($0, ordering: .relaxed) } } }
      // The loop around them has ended: the next one is let in.
      pool.forEach(4) { sum.wrappingAdd($0, ordering: .relaxed) }
      #expect(sum.load(ordering: .relaxed) == 10 + 5 + 6 + (threads == 1 ? 2 : 0))
    }
  }

  @Test func threadsDefaultToTheProcessors() {
    #expect(availableProcessors() >= 1)
    #expect(WorkerPool().threads == availableProcessors())
    #expect(WorkerPool(threads: 0).threads == 1)
    #expect(WorkerPool(threads: -1).threads == 1)
  }
}
