internal import Geometry

/// The plain way, to compare others with: a box belongs to the person whose last box it overlaps most.
///
/// Pairs are taken by falling IoU. Nothing is predicted, given ids are not heeded, and every track counts as confirmed.
public struct OverlapLinker: BoxLinker, Sendable {
  /// The least IoU of a person's boxes, one after the other.
  public let overlap: Double
  /// The least score of a box.
  public let score: Double
  /// How long somebody may be unseen, in seconds: a track that was not seen for longer ends.
  public let longestGap: Double

  private var live: [(id: Int, last: Track.Sighting)] = []
  private var nextID = 1
  private var lastTime: Double?

  public init(overlap: Double = 0.1, score: Double = 0.6, longestGap: Double = 1) {
    self.overlap = overlap
    self.score = score
    self.longestGap = longestGap
  }

  public mutating func link(_ frame: SeenFrame) throws(TrackError) -> [Link?] {
    try frame.check(after: lastTime)
    lastTime = frame.time
    live.removeAll { frame.time - $0.last.time > longestGap }
    var pairs: [(track: Int, box: Int, overlap: Double)] = []
    for track in live.indices {
      for (box, seen) in frame.boxes.enumerated() where seen.score >= score {
        let overlap = intersectionOverUnion(live[track].last.box, seen.box)
        if overlap >= self.overlap { pairs.append((track, box, overlap)) }
      }
    }
    // The sort is stable: equal overlaps go by age, then by place in the frame.
    pairs.sort { $0.overlap > $1.overlap }
    var links = [Link?](repeating: nil, count: frame.boxes.count)
    var taken: Set<Int> = []
    for pair in pairs where links[pair.box] == nil && taken.insert(pair.track).inserted {
      links[pair.box] = Link(id: live[pair.track].id, isConfirmed: true)
      let seen = frame.boxes[pair.box]
      live[pair.track].last = Track.Sighting(time: frame.time, box: seen.box, score: seen.score)
    }
    for (number, seen) in frame.boxes.enumerated()
    where links[number] == nil && seen.score >= score && seen.box.isProper {
      links[number] = Link(id: nextID, isConfirmed: true)
      live.append((nextID, Track.Sighting(time: frame.time, box: seen.box, score: seen.score)))
      nextID += 1
    }
    return links
  }
}
