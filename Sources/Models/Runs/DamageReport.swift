public import AVARecords
public import Configuration
internal import Wording

/// What a run counts: what has scores, or has none because it is damaged.
public enum RunUnit: String, Sendable, CaseIterable {
  case keyFrame = "key frame"
  /// As a whole.
  case video
  /// Of a list of them, as ImageNet's.
  case picture
  /// Of one length, over a video.
  case window

  /// Of a configuration's test.
  public init(_ config: Configuration) {
    let isOfPictures = config[.testDataset].lowercased() == "imagenet"
    self = config[.detectionEnable] ? .keyFrame : isOfPictures ? .picture : .video
  }

  /// Whether it is a listed thing, and no part of one.
  public var isWhole: Bool { self == .video || self == .picture }
}

/// A key frame without scores, because a frame that its clip takes is damaged.
public struct DamagedKeyFrame: Sendable, Equatable {
  public let keyFrame: KeyFrame
  /// What is damaged, and where.
  public let cause: String
}

/// What a run passed over: the key frames without scores, or the videos, in the order of the run.
public struct DamageReport: Sendable {
  public private(set) var keyFrames: [DamagedKeyFrame]
  public let unit: RunUnit

  public init(_ unit: RunUnit = .keyFrame, keyFrames: [DamagedKeyFrame] = []) {
    self.unit = unit
    self.keyFrames = keyFrames
  }

  public var isEmpty: Bool { keyFrames.isEmpty }

  public mutating func append(_ keyFrame: KeyFrame, cause: String) {
    keyFrames.append(DamagedKeyFrame(keyFrame: keyFrame, cause: cause))
  }

  /// The same without some key frames.
  public func without(_ isLeftOut: (KeyFrame) -> Bool) -> DamageReport {
    DamageReport(unit, keyFrames: keyFrames.filter { !isLeftOut($0.keyFrame) })
  }

  /// One line for each damage with the key frames it takes away, at most `limit` of them, and one for the rest, which names
  /// its videos.
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
    let rest = groups.dropFirst(limit)
    var seen: Set<String> = []
    let others = rest.map(\.video).filter { seen.insert($0).inserted }
    let named = listed(others, limit: 1000)
    if unit.isWhole {
      return groups.prefix(limit).map { "\($0.video): \($0.cause)" }
        + (rest.isEmpty ? [] : ["and \(counted(rest.count, "more \(unit.rawValue)")): \(named)"])
    }
    var lines = groups.prefix(limit).map { group in
      "\(group.video), \(group.seconds.count == 1 ? "second" : "seconds") \(listed(group.seconds)): \(group.cause)"
    }
    if !rest.isEmpty {
      let count = rest.reduce(0) { $0 + $1.seconds.count }
      lines.append("and \(counted(count, "more \(unit.rawValue)")) in \(counted(others.count, "video")): \(named)")
    }
    return lines
  }
}

extension DamageReport {
  /// What a run directory keeps.
  public init(_ unit: RunUnit, kept: [RunStatus.Damage]) {
    self.init(unit)
    for damage in kept {
      append(KeyFrame(video: damage.video, time: Timestamp(microseconds: damage.time)), cause: damage.cause)
    }
  }

  /// The same for a run directory to keep.
  public var kept: [RunStatus.Damage] {
    keyFrames.map {
      RunStatus.Damage(video: $0.keyFrame.video, time: $0.keyFrame.time.microseconds, cause: $0.cause)
    }
  }
}
