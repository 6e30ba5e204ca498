public import Geometry

/// How boxes are linked that somebody has accepted already, as those of detections: who is seen once was there, however sure a
/// detector was of it. The one rule of `detect`, `watch`, and all that read their rows.
extension MotionLinker.Settings {
  /// From this many seconds between frames on, boxes of somebody who walks need not meet.
  private static let sparseSpacing = 0.4

  /// How long somebody may be unseen where nobody says it, in seconds: a box or two may be missing, so 2.5 times between frames;
  /// a second is nothing even where frames are close, and after five nobody knows any more who somebody is, however far
  /// apart frames lie.
  ///
  /// - Parameter spacing: Usual seconds between frames; nil for a single one.
  public static func usualGap(spacing: Double?) -> Double { min(max(1, 2.5 * (spacing ?? 1)), 5) }

  /// The shape of frames; 16:9 where it is not known.
  public static func aspect(of size: ImageSize?) -> Double {
    size.map { Double($0.width) / Double($0.height) } ?? 16.0 / 9
  }

  /// - Parameters:
  ///   - spacing: Usual seconds between frames; nil for a single one.
  ///   - size: Of the frames; nil where it is not known.
  ///   - gap: How long somebody may be unseen, in seconds; nil for the usual time.
  public static func accepted(spacing: Double?, size: ImageSize?, gap: Double? = nil) -> MotionLinker.Settings {
    var settings = MotionLinker.Settings()
    settings.aspect = aspect(of: size)
    settings.longestGap = gap ?? usualGap(spacing: spacing)
    settings.confirmations = 1
    settings.heedsScores = false
    settings.linksNear = (spacing ?? 0) >= sparseSpacing
    return settings
  }
}

extension [SeenFrame] {
  /// The usual time between two frames, in seconds: the median; nil where there are fewer than two.
  public var spacing: Double? {
    let steps = zip(self, dropFirst()).map { $1.time - $0.time }.sorted()
    return steps.isEmpty ? nil : steps[steps.count / 2]
  }

  /// The first id that is above all that are given.
  public var firstFreeID: Int { 1 + (lazy.flatMap(\.boxes).compactMap(\.id).max() ?? 0) }

  /// In the order of time, frames of one time as one, and each given id once in it: the first one's.
  public var ordered: [SeenFrame] {
    var ordered: [SeenFrame] = []
    for frame in sorted(by: { $0.time < $1.time }) {
      if ordered.last?.time == frame.time {
        ordered[ordered.count - 1].boxes += frame.boxes
      } else {
        ordered.append(frame)
      }
    }
    for frame in ordered.indices {
      var ids: Set<Int> = []
      for box in ordered[frame].boxes.indices {
        if let id = ordered[frame].boxes[box].id, !ids.insert(id).inserted { ordered[frame].boxes[box].id = nil }
      }
    }
    return ordered
  }

  /// Links boxes that have been accepted already; given ids are kept.
  ///
  /// - Parameters:
  ///   - size: Of the frames; nil where it is not known.
  ///   - gap: How long somebody may be unseen, in seconds; nil for the usual time.
  /// - Returns: For each frame and box whose it is.
  /// - Throws: `TrackError` for frames that are not ordered.
  public func acceptedLinks(size: ImageSize?, gap: Double? = nil) throws(TrackError) -> [[Link?]] {
    var settings = MotionLinker.Settings.accepted(spacing: spacing, size: size, gap: gap)
    settings.firstID = firstFreeID
    var linker = MotionLinker(settings)
    var links: [[Link?]] = []
    for frame in self { links.append(try linker.link(frame)) }
    return links
  }
}
