internal import Glibc
internal import Synchronization

/// Ranks that are threads of one process: for tests, and for trying a division on one machine.
///
/// Sums are taken in Double, rank 0 first, and rounded once: the same bits in every run.
public final class InProcessGroup: ProcessGroup {
  public let rank: Int
  public var size: Int { meeting.size }
  public var localRank: Int { rank }
  public var localSize: Int { size }
  public var carrier: String { "threads" }
  private let meeting: Meeting

  private init(_ rank: Int, _ meeting: Meeting) {
    self.rank = rank
    self.meeting = meeting
  }

  /// Runs something as each rank of a group, on a thread each, and waits for all.
  ///
  /// - Returns: What each rank returned.
  /// - Throws: The error of the rank that failed first; the others' collectives fail with it.
  public static func run<Value: Sendable>(
    _ size: Int, _ body: @escaping @Sendable (InProcessGroup) throws -> Value
  ) throws -> [Value] {
    precondition(size > 0, "a group of \(size) ranks")
    let meeting = Meeting(size)
    let outcomes = Mutex<(values: [Int: Value], first: (any Error)?)>(([:], nil))
    let threads = (0..<size).map { rank in
      startThread {
        let group = InProcessGroup(rank, meeting)
        do {
          let value = try body(group)
          outcomes.withLock { $0.values[rank] = value }
          // Whoever still waits for this rank would do so for ever.
          try group.end()
        } catch {
          outcomes.withLock { $0.first = $0.first ?? error }
          group.abort(error)
        }
      }
    }
    for thread in threads { pthread_join(thread, nil) }
    return try outcomes.withLock { outcomes in
      if let error = outcomes.first { throw error }
      return (0..<size).map { outcomes.values[$0]! }
    }
  }

  public func begin(_ collective: Collective, label: Int?) -> PendingCollective {
    meeting.arrive(rank, Announcement(collective, label: label), collective)
  }

  public func abort(_ error: any Error) { meeting.fail(.aborted(rank: rank, message: "\(error)")) }

  public func end() throws {
    if meeting.hasEnded(rank) { return }
    try meeting.arrive(rank, .end, nil).wait()
  }
}

/// Where ranks that are threads meet.
private final class Meeting: @unchecked Sendable {
  struct Arrival {
    let announcement: Announcement
    let collective: Collective?
    let pending: PendingCollective
  }

  let size: Int
  private let monitor = Monitor()
  // All under the lock:
  /// Those who have come, by the number of the collective and by rank.
  private var rounds: [Int: [Int: Arrival]] = [:]
  /// The number of each rank's next collective.
  private var next: [Int]
  private var ended: Set<Int> = []
  private var failure: ProcessGroupError?

  init(_ size: Int) {
    self.size = size
    next = [Int](repeating: 0, count: size)
  }

  func hasEnded(_ rank: Int) -> Bool { monitor.withLock { ended.contains(rank) } }

  func arrive(_ rank: Int, _ announcement: Announcement, _ collective: Collective?) -> PendingCollective {
    let arrival = Arrival(announcement: announcement, collective: collective, pending: PendingCollective())
    monitor.withLock {
      if let failure { return arrival.pending.finish(.failure(failure)) }
      if ended.contains(rank) { return arrival.pending.finish(.failure(.ended(what: announcement.description))) }
      if announcement == .end { ended.insert(rank) }
      let number = next[rank]
      next[rank] += 1
      rounds[number, default: [:]][rank] = arrival
      if rounds[number]!.count == size { complete(number) }
    }
    return arrival.pending
  }

  func fail(_ error: ProcessGroupError) {
    monitor.withLock {
      failure = failure ?? error
      let waiting = rounds.values.flatMap(\.values)
      rounds = [:]
      for arrival in waiting { arrival.pending.finish(.failure(error)) }
    }
  }

  /// All have come. With the lock.
  private func complete(_ number: Int) {
    let round = rounds.removeValue(forKey: number)!
    let arrivals = (0..<size).map { round[$0]! }
    var outcome: Result<Void, ProcessGroupError> = .success(())
    if let error = disagreement(arrivals.map(\.announcement)) {
      failure = error
      outcome = .failure(error)
    } else {
      perform(arrivals.compactMap(\.collective))
    }
    for arrival in arrivals { arrival.pending.finish(outcome) }
  }

  private func perform(_ collectives: [Collective]) {
    guard let first = collectives.first else { return }
    switch first {
    case .sumOfFloats:
      sum(collectives.compactMap { if case .sumOfFloats(let values) = $0 { values } else { nil } }, { Float($0) })
    case .sumOfDoubles:
      sum(collectives.compactMap { if case .sumOfDoubles(let values) = $0 { values } else { nil } }, { $0 })
    case .broadcast(_, let root):
      guard case .broadcast(let source, _) = collectives[root] else { return }
      for case .broadcast(let target, _) in collectives where target.baseAddress != source.baseAddress {
        target.copyMemory(from: UnsafeRawBufferPointer(source))
      }
    case .gather:
      for case .gather(_, let all) in collectives {
        for (rank, other) in collectives.enumerated() {
          guard case .gather(let bytes, _) = other else { continue }
          UnsafeMutableRawBufferPointer(rebasing: all[rank * bytes.count..<(rank + 1) * bytes.count])
            .copyMemory(from: bytes)
        }
      }
    case .barrier: break
    }
  }

  private func sum<Number: BinaryFloatingPoint>(
    _ arrays: [UnsafeMutableBufferPointer<Number>], _ rounded: (Double) -> Number
  ) {
    for place in arrays[0].indices {
      let sum = rounded(arrays.reduce(0) { $0 + Double($1[place]) })
      for array in arrays { array[place] = sum }
    }
  }
}

/// The error of ranks that began different collectives; nil where all began the same.
func disagreement(_ announcements: [Announcement]) -> ProcessGroupError? {
  if announcements.allSatisfy({ $0 == announcements[0] }) { return nil }
  return .outOfStep(announcements.enumerated().map { .init(ranks: [$0], text: $1.description) })
}
