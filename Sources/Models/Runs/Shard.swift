public import Inference

/// One of several equal parts of a run, which machines score side by side.
///
/// The tasks of a run stand in one order: videos in theirs, times ascending. A shard has a stretch of it; stretches differ
/// by one task at most, and a video is cut only where two shards meet, so that clips that overlap share their frames.
public struct Shard: Hashable, Sendable, CustomStringConvertible {
  /// From 0.
  public let index: Int
  public let count: Int

  /// More shards than any run has key frames to share.
  public static let most = 1_000_000

  /// Nil where there is no such part.
  public init?(_ index: Int, of count: Int) {
    guard (1...Self.most).contains(count), (0..<count).contains(index) else { return nil }
    (self.index, self.count) = (index, count)
  }

  /// Reads "2/4".
  public init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let index = wholeNumber(parts[0]), let count = wholeNumber(parts[1]) else { return nil }
    self.init(index, of: count)
  }

  public var description: String { "\(index)/\(count)" }

  /// Which of `total` tasks are its own.
  public func range(of total: Int) -> Range<Int> { total * index / count..<total * (index + 1) / count }

  /// The shard of as many that has the item of this number, of `total`.
  public func owner(of number: Int, of total: Int) -> Shard {
    Shard(((number + 1) * count - 1) / total, of: count) ?? self
  }

  /// Its own part of tasks that stand in groups; groups without any stay, empty.
  public func part(of groups: [[ClipTask]]) -> [[ClipTask]] {
    let range = range(of: groups.reduce(0) { $0 + $1.count })
    var start = 0
    return groups.map { group in
      defer { start += group.count }
      let own = range.clamped(to: start..<start + group.count)
      return Array(group[(own.lowerBound - start)..<(own.upperBound - start)])
    }
  }
}

/// A number without a sign.
func wholeNumber(_ text: some StringProtocol) -> Int? {
  text.utf8.allSatisfy { (48...57).contains($0) } ? Int(text) : nil
}
