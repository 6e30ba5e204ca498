/// A process that trains alone: sums and broadcasts leave what is there.
public final class SingleProcess: ProcessGroup {
  public let rank = 0
  public let size = 1
  public let localRank = 0
  public let localSize = 1
  public let carrier = "one process"

  public init() {}

  public func begin(_ collective: Collective, label: Int?) -> PendingCollective {
    if case .gather(let bytes, let all) = collective { all.copyMemory(from: bytes) }
    let pending = PendingCollective()
    pending.finish(.success(()))
    return pending
  }

  public func abort(_ error: any Error) {}

  public func end() throws {}
}
