import Parallel
import Synchronization
import Testing

private struct Mishap: Error, Equatable {
  let number: Int
}

/// Numbers 0..<count, for any number of threads.
private final class Numbers: Sendable {
  let count: Int
  let failsAtEnd: Bool
  let taken = Atomic<Int>(0)

  init(_ count: Int, failsAtEnd: Bool = false) {
    self.count = count
    self.failsAtEnd = failsAtEnd
  }

  func next() throws -> (number: Int, element: Int)? {
    let number = taken.wrappingAdd(1, ordering: .sequentiallyConsistent).oldValue
    if number < count { return (number, number) }
    if failsAtEnd { throw Mishap(number: count) }
    return nil
  }
}

@Suite struct OrderedStreamsTests {
  @Test(arguments: [1, 2, 3, 8]) func outputsComeInTheOrderOfTheElements(_ count: Int) throws {
    let numbers = Numbers(200)
    let streams = OrderedStreams<Int, Int>(count, source: numbers.next) { element, stream in
      // Those that begin first are done last.
      for _ in 0..<(element % 7) * 1000 { _ = stream.hashValue }
      return element * element
    }
    var found: [Int] = []
    while let output = try streams.next() { found.append(output) }
    #expect(found == (0..<200).map { $0 * $0 })
    #expect(try streams.next() == nil)
  }

  @Test(arguments: [2, 4]) func streamsWorkSideBySide(_ count: Int) throws {
    // Each waits for all the others: one after the other they would never end.
    let present = Atomic<Int>(0)
    let seen = Mutex(Set<Int>())
    let numbers = Numbers(count)
    let streams = OrderedStreams<Int, Int>(count, source: numbers.next) { element, stream in
      present.wrappingAdd(1, ordering: .sequentiallyConsistent)
      while present.load(ordering: .sequentiallyConsistent) < count {}
      _ = seen.withLock { $0.insert(stream) }
      return element
    }
    var found: [Int] = []
    while let output = try streams.next() { found.append(output) }
    #expect(found == Array(0..<count))
    #expect(seen.withLock { $0 } == Set(0..<count))
  }

  @Test(arguments: [1, 2, 4]) func anErrorComesInThePlaceOfItsElement(_ count: Int) throws {
    let numbers = Numbers(1000)
    let streams = OrderedStreams<Int, Int>(count, source: numbers.next) { element, _ in
      if element == 5 { throw Mishap(number: 5) }
      return element
    }
    for expected in 0..<5 { #expect(try streams.next() == expected) }
    #expect(throws: Mishap(number: 5)) { _ = try streams.next() }
  }

  @Test(arguments: [1, 2, 4]) func anErrorOfTheSourceComesAfterAllElements(_ count: Int) throws {
    let numbers = Numbers(5, failsAtEnd: true)
    let streams = OrderedStreams<Int, Int>(count, source: numbers.next) { element, _ in element }
    for expected in 0..<5 { #expect(try streams.next() == expected) }
    #expect(throws: Mishap(number: 5)) { _ = try streams.next() }
  }

  @Test(arguments: [2, 3]) func streamsRunAheadOnlySoFar(_ count: Int) async throws {
    let numbers = Numbers(1000)
    let streams = OrderedStreams<Int, Int>(count, source: numbers.next) { element, _ in element }
    try await Task.sleep(for: .milliseconds(10))
    #expect(numbers.taken.load(ordering: .sequentiallyConsistent) <= 2 * count)
    #expect(try streams.next() == 0)
  }

  @Test func lettingGoEndsTheStreams() {
    let numbers = Numbers(.max)
    do {
      let streams = OrderedStreams<Int, Int>(3, source: numbers.next) { element, _ in element }
      #expect(throws: Never.self) { _ = try streams.next() }
    }
    let taken = numbers.taken.load(ordering: .sequentiallyConsistent)
    #expect(taken <= 10)
  }
}
