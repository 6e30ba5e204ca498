import Parallel
import Synchronization
import Testing

private struct Mishap: Error, Equatable {
  let number: Int
}

/// What the producer has done so far, seen from outside.
private final class Watch: Sendable {
  let made = Atomic<Int>(0)
  let dropped = Atomic<Int>(0)

  var count: Int { made.load(ordering: .acquiring) }

  /// Makes 0, 1, 2 ... up to `last`, then nil.
  func next(upTo last: Int) -> Int? {
    let number = made.wrappingAdd(1, ordering: .acquiringAndReleasing).oldValue
    return number > last ? nil : number
  }
}

@Suite struct PrefetcherTests {
  @Test(arguments: [1, 2, 5, 1000]) func keepsTheOrder(_ capacity: Int) throws {
    let watch = Watch()
    let prefetcher = Prefetcher(capacity: capacity) { watch.next(upTo: 300) }
    var found: [Int] = []
    while let element = try prefetcher.next() { found.append(element) }
    #expect(found == Array(0...300))
    // The end stays the end, and the producer is not asked again.
    #expect(try prefetcher.next() == nil)
    #expect(watch.count == 302)
  }

  @Test func endsAtOnceWhereThereIsNothing() throws {
    let prefetcher = Prefetcher<Int>(capacity: 3) { nil }
    #expect(try prefetcher.next() == nil)
  }

  @Test(arguments: [1, 2, 4]) func makesNoMoreThanMayWait(_ capacity: Int) async throws {
    let watch = Watch()
    let prefetcher = Prefetcher(capacity: capacity) { watch.next(upTo: 1000) }
    for taken in 0..<20 {
      // Time enough to run ahead, if it would.
      try await Task.sleep(for: .milliseconds(5))
      #expect(watch.count <= taken + capacity, "after \(taken)")
      #expect(try prefetcher.next() == taken)
    }
  }

  @Test func worksAheadOfTheConsumer() async throws {
    let watch = Watch()
    let prefetcher = Prefetcher(capacity: 3) { watch.next(upTo: 1000) }
    // Nothing was asked for, and three are made all the same.
    for _ in 0..<1000 where watch.count < 3 { try await Task.sleep(for: .milliseconds(5)) }
    #expect(watch.count == 3)
    #expect(try prefetcher.next() == 0)
  }

  @Test func errorsComeAfterTheElementsBefore() throws {
    let watch = Watch()
    let prefetcher = Prefetcher(capacity: 10) {
      let number = watch.next(upTo: 1000)
      if number == 4 { throw Mishap(number: 4) }
      return number
    }
    #expect(try (0..<4).map { _ in try prefetcher.next() } == [0, 1, 2, 3])
    for _ in 0..<2 { #expect(throws: Mishap(number: 4)) { try prefetcher.next() } }
    #expect(watch.count == 5)
  }

  @Test func canBeLeftAtAnyTime() {
    for round in 0..<200 {
      let watch = Watch()
      let prefetcher = Prefetcher(capacity: 1 + round % 3) { watch.next(upTo: round % 7) }
      for _ in 0..<round % 5 { _ = try? prefetcher.next() }
    }
  }

  /// A slow producer is waited for; what it holds is let go of with the prefetcher.
  @Test func lettingGoWaitsAndFrees() throws {
    final class Held: Sendable {
      let watch: Watch
      init(_ watch: Watch) { self.watch = watch }
      deinit { watch.dropped.wrappingAdd(1, ordering: .releasing) }
    }
    let watch = Watch()
    do {
      let source = Held(watch)
      let prefetcher = Prefetcher<Held>(capacity: 2) { watch.next(upTo: 1000).map { _ in Held(source.watch) } }
      #expect(try prefetcher.next() != nil)
    }
    // Every element made and the source itself.
    #expect(watch.dropped.load(ordering: .acquiring) == watch.count + 1)
  }

  /// A live source goes on: of the elements that may go, the last ones are left; the others all come, in their order.
  @Test(arguments: [1, 3]) func keepsTheNewest(_ capacity: Int) throws {
    let gone = Mutex<[Int]>([])
    let watch = Watch()
    let prefetcher = Prefetcher<Int>(
      newest: capacity, mayGo: { $0 % 10 != 0 }, gone: { element in gone.withLock { $0.append(element) } },
      produce: { watch.next(upTo: 99) })
    while watch.count < 101 {}
    var found: [Int] = []
    while let element = try prefetcher.next() { found.append(element) }
    let kept = Array((0..<100).filter { $0 % 10 != 0 }.suffix(capacity))
    #expect(found == ((0..<100).filter { $0 % 10 == 0 } + kept).sorted())
    #expect(gone.withLock { $0 } == (0..<100).filter { $0 % 10 != 0 }.dropLast(capacity))
  }

  @Test func waitsForALimitedTime() throws {
    let gate = Atomic(false)
    let prefetcher = Prefetcher<Int>(capacity: 1) {
      while !gate.load(ordering: .acquiring) {}
      return gate.exchange(false, ordering: .acquiringAndReleasing) ? 7 : nil
    }
    func nothing(_ waited: Prefetcher<Int>.Waited) -> Bool { if case .nothing = waited { true } else { false } }
    #expect(nothing(try prefetcher.next(within: 0)))
    #expect(nothing(try prefetcher.next(within: 0.02)))
    gate.store(true, ordering: .releasing)
    guard case .element(7) = try prefetcher.next(within: 1000) else {
      Issue.record("no element")
      return
    }
    gate.store(true, ordering: .releasing)
    // The second element is 7 again; then the producer is let go.
    _ = try prefetcher.next()
    gate.store(true, ordering: .releasing)
  }

}
