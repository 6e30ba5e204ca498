import Parallel
import Testing

/// A pool that stands for more threads than there are.
@Suite struct SimulatedPoolTests {
  @Test func theCallerRunsEveryPieceAndNotesIt() {
    let record = LoopRecord()
    let pool = WorkerPool(simulating: 64, noting: record)
    #expect(pool.threads == 64)
    var pieces: [Int] = []
    pool.forEach(5) { piece, thread in
      #expect(thread == 0)
      pieces.append(piece)
    }
    #expect(pieces == [0, 1, 2, 3, 4])
    #expect(pool.map(3) { 2 * $0 } == [0, 2, 4])
    pool.forEach(0) { _ in Issue.record("a piece of nothing") }
    let loops = record.take()
    #expect(loops.map(\.count) == [5, 3] && loops.joined().allSatisfy { $0 >= 0 })
    #expect(record.take().isEmpty)
  }

  @Test func whatAPieceTakesIsItsOwn() {
    let record = LoopRecord()
    let clock = ContinuousClock()
    WorkerPool(simulating: 2, noting: record).forEach(3) { piece in
      let end = clock.now + .milliseconds(piece == 1 ? 20 : 0)
      while clock.now < end {}
    }
    let seconds = record.take()[0]
    #expect(seconds[1] >= 0.02 && seconds[0] < seconds[1] && seconds[2] < seconds[1], "\(seconds)")
  }
}
