import Collectives
import Synchronization
import Testing

/// A group of two that notes what is begun, and never has anything done before it is asked to.
private final class Recorder: ProcessGroup {
  let rank = 0
  let size = 2
  let localRank = 0
  let localSize = 2
  let carrier = "notes"
  let begun = Mutex<[String]>([])

  func begin(_ collective: Collective, label: Int?) -> PendingCollective {
    if case .sumOfFloats(let values) = collective {
      begun.withLock { $0.append("\(label!): \(values.map { Int($0) })") }
    }
    return SingleProcess().begin(.barrier, label: label)
  }

  func abort(_ error: any Error) {}
  func end() throws {}
}

@Suite struct GradientBucketsTests {
  @Test func bucketsAreFilledFromTheLastParameterOn() {
    let buckets = GradientBuckets(
      counts: [1, 2, 3, 4, 5, 6], group: SingleProcess(), bucketBytes: 28, firstBucketBytes: 4)
    #expect(buckets.buckets == [[5], [4, 3], [2, 1, 0]])
  }

  @Test func theFirstBucketIsSmall() {
    // Eleven gradients of 5 MiB: DDP's buckets of 1 MiB and 25 MiB.
    let counts = [Int](repeating: 5 << 18, count: 11)
    let buckets = GradientBuckets(counts: counts, group: SingleProcess())
    #expect(buckets.buckets == [[10], [9, 8, 7, 6, 5], [4, 3, 2, 1, 0]])
    #expect(GradientBuckets(counts: [], group: SingleProcess()).buckets == [])
  }

  @Test func aSumBeginsWhenItsBucketIsFull() throws {
    let group = Recorder()
    let buckets = GradientBuckets(counts: [2, 1, 1], group: group, bucketBytes: 8, firstBucketBytes: 8)
    let gradients = [Numbers([5, 6]), Numbers([7]), Numbers([8])]
    buckets.ready(2, gradients[2].pointer)
    #expect(group.begun.withLock { $0 } == [])
    buckets.ready(1, gradients[1].pointer)
    #expect(group.begun.withLock { $0 } == ["0: [8, 7]"])
    buckets.ready(0, gradients[0].pointer)
    #expect(group.begun.withLock { $0 } == ["0: [8, 7]", "1: [5, 6]"])
    try buckets.finish()
    // Half of what the group says is the sum.
    #expect(gradients.map(\.values) == [[2.5, 3], [3.5], [4]])
  }

  @Test func sumsBeginInTheOrderOfBuckets() throws {
    let group = Recorder()
    let buckets = GradientBuckets(counts: [1, 1, 1], group: group, bucketBytes: 4, firstBucketBytes: 4)
    let gradients = [Numbers([1]), Numbers([2]), Numbers([3])]
    buckets.ready(0, gradients[0].pointer)
    buckets.ready(1, gradients[1].pointer)
    #expect(group.begun.withLock { $0 } == [])
    buckets.ready(2, gradients[2].pointer)
    #expect(group.begun.withLock { $0 } == ["0: [3]", "1: [2]", "2: [1]"])
    try buckets.finish()
    withExtendedLifetime(gradients) {}
  }

  @Test func aMissingGradientIsNamed() {
    let buckets = GradientBuckets(counts: [1, 1, 1], group: SingleProcess())
    let numbers = Numbers([1])
    buckets.ready(1, numbers.pointer)
    let error = #expect(throws: ProcessGroupError.self) { try buckets.finish() }
    #expect(error == .notReady(parameters: [0, 2]))
    #expect(
      error?.description
        == "no gradient of parameters 0, 2 was there to be summed over ranks -> exclude parameters that a"
        + " step does not use from training")
    withExtendedLifetime(numbers) {}
  }

  @Test func aSingleProcessKeepsItsGradients() throws {
    let buckets = GradientBuckets(counts: [2], group: SingleProcess())
    let numbers = Numbers([1, 0.1])
    for _ in 0..<2 {
      buckets.ready(0, numbers.pointer)
      try buckets.finish()
      #expect(numbers.values == [1, 0.1])
    }
  }

  /// Any sizes, any number of ranks, each rank's gradients ready in an order of its own: the mean, bit by bit.
  @Test(arguments: 0..<20) func gradientsBecomeTheirMean(_ seed: UInt64) throws {
    var draws = Seeded(state: seed)
    let counts = (0..<Int.random(in: 1...12, using: &draws)).map { _ in Int.random(in: 0...40, using: &draws) }
    let size = Int.random(in: 1...4, using: &draws)
    let (bytes, first) = (Int.random(in: 1...200, using: &draws), Int.random(in: 1...200, using: &draws))
    let found = try InProcessGroup.run(size) { group in
      var draws = Seeded(state: seed &+ 1000 &* UInt64(group.rank))
      let buckets = GradientBuckets(counts: counts, group: group, bucketBytes: bytes, firstBucketBytes: first)
      return try (0..<3).map { step in
        let gradients = counts.enumerated().map {
          Numbers(gradient($1, rank: group.rank, parameter: $0, step: step))
        }
        for parameter in counts.indices.shuffled(using: &draws) {
          buckets.ready(parameter, gradients[parameter].pointer)
        }
        try buckets.finish()
        return gradients.map(\.values)
      }
    }
    for step in 0..<3 {
      let expected = counts.enumerated().map { parameter, count in
        (0..<count).map { place in
          (0..<size).reduce(Float(0)) { $0 + gradient(count, rank: $1, parameter: parameter, step: step)[place] }
            / Float(size)
        }
      }
      for rank in 0..<size { #expect(found[rank][step] == expected, "rank \(rank), step \(step), seed \(seed)") }
    }
  }

  @Test func anotherNetworkOnOneRankIsFoundOut() {
    let error = #expect(throws: ProcessGroupError.self) {
      try InProcessGroup.run(2) { group in
        let numbers = Numbers([Float](repeating: 1, count: 3 + group.rank))
        let buckets = GradientBuckets(counts: [numbers.values.count], group: group)
        defer { withExtendedLifetime(numbers) {} }
        buckets.ready(0, numbers.pointer)
        try buckets.finish()
      }
    }
    #expect(error?.description.contains("rank 0: the sum of 3 Floats, label 0; rank 1: the sum of 4 Floats") == true)
  }
}
