public import AVARecords
public import Runs
internal import Wording

/// A key frame without scores, because a frame that its clip takes is damaged.
public struct DamagedKeyFrame: Sendable, Equatable {
  public let keyFrame: KeyFrame
  /// What is damaged, and where.
  public let cause: String
}

/// What a run passed over: the key frames without scores, in the order of the run.
public struct DamageReport: Sendable {
  public private(set) var keyFrames: [DamagedKeyFrame]

  init(keyFrames: [DamagedKeyFrame] = []) { self.keyFrames = keyFrames }

  public var isEmpty: Bool { keyFrames.isEmpty }

  mutating func append(_ keyFrame: KeyFrame, cause: String) {
    keyFrames.append(DamagedKeyFrame(keyFrame: keyFrame, cause: cause))
  }

  /// The same without some key frames.
  func without(_ isLeftOut: (KeyFrame) -> Bool) -> DamageReport {
    DamageReport(keyFrames: keyFrames.filter { !isLeftOut($0.keyFrame) })
  }

  /// One line for each damage with the key frames it takes away, at most `limit` of them, and one for the rest.
  public func lines(limit: Int = 10) -> [String] {
    var groups: [(video: String, cause: String, seconds: [String])] = []
    for frame in keyFrames {
      let (video, second) = (frame.keyFrame.video, frame.keyFrame.time.description)
      if let last = groups.last, last.video == video, last.cause == frame.cause {
        groups[groups.count - 1].seconds.append(second)
      } else {
        groups.append((video, frame.cause, [second]))
      }
    }
    var lines = groups.prefix(limit).map { group in
      "\(group.video), \(group.seconds.count == 1 ? "second" : "seconds") \(listed(group.seconds)): \(group.cause)"
    }
    let rest = groups.dropFirst(limit)
    if !rest.isEmpty {
      let count = rest.reduce(0) { $0 + $1.seconds.count }
      lines.append("and \(counted(count, "more key frame")) in \(counted(Set(rest.map(\.video)).count, "video"))")
    }
    return lines
  }
}

extension DamageReport {
  /// The same for a run directory to keep.
  public var kept: [RunStatus.Damage] {
    keyFrames.map {
      RunStatus.Damage(video: $0.keyFrame.video, time: $0.keyFrame.time.microseconds, cause: $0.cause)
    }
  }
}
