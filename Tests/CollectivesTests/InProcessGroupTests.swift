import Collectives
import Glibc
import Synchronization
import Testing

/// What all groups promise, of ranks that are threads.
@Suite struct InProcessGroupTests {
  @Test(arguments: [1, 2, 3, 5]) func sumsAreThoseOfAllRanks(_ size: Int) throws {
    let found = try InProcessGroup.run(size) { group in
      var floats = (0..<10).map { Float($0 * (group.rank + 1)) }
      var doubles = [0.25, Double(group.rank)]
      try group.allReduceSum(&floats)
      try group.allReduceSum(&doubles)
      return (floats, doubles)
    }
    let ranks = size * (size + 1) / 2
    for (floats, doubles) in found {
      #expect(floats == (0..<10).map { Float($0 * ranks) })
      #expect(doubles == [0.25 * Double(size), Double(ranks - size)])
    }
  }

  @Test func floatsAreAddedInDouble() throws {
    // 1 is lost beside 2^24 in Float, whoever comes first.
    let values: [Float] = [16_777_216, 1, 1, -16_777_216]
    let found = try InProcessGroup.run(4) { group in
      var own = [values[group.rank]]
      try group.allReduceSum(&own)
      return own[0]
    }
    #expect(found == [2, 2, 2, 2])
  }

  @Test func everyoneGetsWhatOneHas() throws {
    let found = try InProcessGroup.run(3) { group in
      var values = [Int32(group.rank), 7 * Int32(group.rank)]
      try group.broadcast(&values, from: 2)
      return values
    }
    #expect(found == [[2, 14], [2, 14], [2, 14]])
  }

  @Test func textsAndNumbersOfDifferentLengthsAreGathered() throws {
    let found = try InProcessGroup.run(3) { group in
      let texts = try group.allGather(["", "née", "a longer text"][group.rank])
      let numbers = try group.allGather([Double](repeating: 0.5, count: group.rank))
      let none = try group.allGather([Int64]())
      return (texts, numbers, none)
    }
    for (texts, numbers, none) in found {
      #expect(texts == ["", "née", "a longer text"])
      #expect(numbers == [[], [0.5], [0.5, 0.5]])
      #expect(none == [[], [], []])
    }
  }

  @Test func nobodyPassesABarrierBeforeAllHaveCome() throws {
    let come = Atomic<Int>(0)
    let found = try InProcessGroup.run(3) { group in
      usleep(UInt32(group.rank) * 20_000)
      come.add(1, ordering: .sequentiallyConsistent)
      try group.barrier()
      return come.load(ordering: .sequentiallyConsistent)
    }
    #expect(found == [3, 3, 3])
  }

  @Test func collectivesAreWaitedForInAnyOrder() throws {
    let found = try InProcessGroup.run(2) { group in
      let numbers = (0..<4).map { Numbers([Float($0 + group.rank)]) }
      let sums = numbers.enumerated().map { group.begin(.sumOfFloats($1.pointer), label: $0) }
      for sum in sums.reversed() { try sum.wait() }
      return numbers.flatMap(\.values)
    }
    #expect(found == [[1, 3, 5, 7], [1, 3, 5, 7]])
  }

  // MARK: Ranks that differ

  @Test func ranksThatAreOutOfStepAreToldWhoDoesWhat() {
    let error = #expect(throws: ProcessGroupError.self) {
      try InProcessGroup.run(3) { group in
        var values = [Float](repeating: 1, count: group.rank == 1 ? 4 : 5)
        try group.allReduceSum(&values, label: 2)
      }
    }
    #expect(
      error?.description == "ranks are out of step: ranks 0, 2: the sum of 5 Floats, label 2; rank 1: the sum of 4 "
        + "Floats, label 2 -> give all ranks the same program, command, config and files")
  }

  /// Each rank does something else; each must be called what it is.
  @Test func everyCollectiveIsNamed() {
    let error = #expect(throws: ProcessGroupError.self) {
      try InProcessGroup.run(6) { group in
        var floats: [Float] = [1, 2]
        var doubles: [Double] = [1]
        switch group.rank {
        case 0: try group.allReduceSum(&floats, label: 0)
        case 1: try group.allReduceSum(&doubles)
        case 2: try group.broadcast(&floats, from: 1)
        case 3: try group.broadcast(&floats, from: 2)
        case 4: _ = try group.allGather("", label: 5)
        default: try group.barrier()
        }
      }
    }
    #expect(
      error
        == .outOfStep([
          .init(ranks: [0], text: "the sum of 2 Floats, label 0"), .init(ranks: [1], text: "the sum of 1 Double"),
          .init(ranks: [2], text: "a broadcast of 8 bytes from rank 1"),
          .init(ranks: [3], text: "a broadcast of 8 bytes from rank 2"),
          .init(ranks: [4], text: "a gather of 8 bytes of each rank, label 5"), .init(ranks: [5], text: "a barrier"),
        ]))
  }

  @Test func aRankThatEndsEarlyIsOutOfStep() {
    let error = #expect(throws: ProcessGroupError.self) {
      try InProcessGroup.run(2) { group in if group.rank == 0 { try group.barrier() } }
    }
    #expect(error == .outOfStep([.init(ranks: [0], text: "a barrier"), .init(ranks: [1], text: "the end")]))
  }

  @Test func aRankThatFailsEndsTheOthersWait() {
    let others = Mutex<[String]>([])
    #expect(throws: Mishap("no clip could be read")) {
      try InProcessGroup.run(3) { group in
        if group.rank == 2 { throw Mishap("no clip could be read") }
        let error = caught { try group.barrier() }
        others.withLock { $0.append("\(error, default: "none")") }
      }
    }
    #expect(others.withLock { $0 } == ["rank 2: no clip could be read", "rank 2: no clip could be read"])
  }

  @Test func nothingCanBeBegunAfterTheEnd() throws {
    let found = try InProcessGroup.run(2) { group in
      try group.end()
      return caught { try group.barrier() } as? ProcessGroupError
    }
    #expect(found == [.ended(what: "a barrier"), .ended(what: "a barrier")])
  }

  @Test func anErrorOfSomeRanksIsThatOfAll() throws {
    let found = try InProcessGroup.run(4) { group in
      let own = try group.together { group.rank }
      let error = caught {
        try group.together {
          if group.rank > 1 { throw Mishap("train.csv: not found") }
          if group.rank == 0 { throw Mishap("") }
        }
      }
      return "\(own): \(error, default: "none")"
    }
    #expect(found == (0..<4).map { "\($0): rank 0 of 4: \nranks 2, 3 of 4: train.csv: not found" })
  }

  @Test func anErrorOfAllRanksIsSaidOnce() throws {
    let found = try InProcessGroup.run(2) { group in
      let error = caught { try group.together { throw Mishap("not found") } }
      return "\(error, default: "none")"
    }
    #expect(found == ["not found", "not found"])
  }

  @Test func whatMustBeEqualIsCompared() throws {
    let found = try InProcessGroup.run(3) { group in
      try group.requireEqual("same", "the config")
      let error = caught { try group.requireEqual(group.rank == 1 ? "8 clips" : "4 clips", "TRAIN.BATCH_SIZE") }
      return "\(error, default: "none")"
    }
    let expected =
      "TRAIN.BATCH_SIZE is not the same on all ranks: ranks 0, 2 say 4 clips; rank 1 says 8 clips -> give all ranks the "
      + "same program, command, config and files"
    #expect(found == [expected, expected, expected])
  }

  // MARK: A process by itself

  @Test func aSingleProcessHasWhatItHas() throws {
    let group = SingleProcess()
    var values: [Float] = [1, 2]
    try group.allReduceSum(&values)
    try group.broadcast(&values)
    #expect(values == [1, 2])
    #expect(try group.allGather("text") == ["text"])
    #expect(try group.allGather([3, 4]) == [[3, 4]])
    #expect(throws: Mishap("as it is")) { try group.together { throw Mishap("as it is") } }
    try group.barrier()
    try group.end()
  }
}
