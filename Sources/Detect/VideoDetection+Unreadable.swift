internal import AVARecords
public import Runs
internal import Wording

/// What a run says of videos that cannot be read, and which part of it says it.
extension VideoDetection {
  /// The key frames of videos that cannot be read at all.
  public var unreadableKeyFrames: DamageReport { unreadable }

  /// The key frames of these which are reported here: those of a video are all one shard's.
  var ownUnreadable: DamageReport {
    let own = Set(names.enumerated().filter { isOwn($0.offset) }.map(\.element))
    return unreadable.without { !own.contains($0.video) }
  }

  /// The videos of which nothing can be scored, those that are reported here.
  public var lostVideos: LostVideos {
    var lost = LostVideos()
    lost.total = names.count
    let idle = Set(idleFaults.map(\.video))
    for (number, name) in names.enumerated() where isOwn(number) {
      if idle.contains(name) {
        lost.idle.append(name)
      } else if unfit.contains(name) {
        lost.unfit.append(name)
      } else if faults[name] != nil {
        lost.unreadable.append(name)
      }
    }
    return lost
  }

  /// What is wrong with videos of which nothing was to be scored, a line each: those that are reported here.
  public var idleVideoFaults: [String] {
    let own = lostVideos.idle
    let what = detector == nil ? "nothing was to be scored of it" : "nobody was looked for in it"
    return idleFaults.filter { own.contains($0.video) }.map {
      "'\($0.video)' cannot be read, and \(what): \($0.cause)"
    }
  }

  /// What other shards report, a line for each video that cannot be read; empty for a run in one piece.
  public var unreadableElsewhere: [String] {
    guard let shard else { return [] }
    return names.enumerated().compactMap { number, name in
      let owner = shard.owner(of: number, of: names.count)
      let count = unreadable.keyFrames.count { $0.keyFrame.video == name }
      guard count > 0, owner != shard, let fault = faults[name] else { return nil }
      return "'\(name)' cannot be read (\(fault)): shard \(owner) reports its \(counted(count, "key frame"))"
    }
  }

  /// Whether a video is this part's to report.
  private func isOwn(_ number: Int) -> Bool { shard.map { $0.owner(of: number, of: names.count) == $0 } ?? true }
}
