internal import Geometry
public import Tracks
internal import Wording

/// Tracks on the clock of the boxes that they are to be of.
extension VideoTracks {
  /// The same on the clock of some boxes.
  ///
  /// What both say of the first frame's second decides. Where one of them does not say it, they count alike, or the one from 0
  /// and the other from where boxes or tracks are said to begin, or from `other`: whichever makes most boxes somebody's, of
  /// equally good ones the first of these.
  ///
  /// - Parameters:
  ///   - frames: The boxes, in seconds of their clock.
  ///   - second: What that clock calls the first frame; nil where nobody says it.
  ///   - other: Where a clock may count from beside 0, as AVA's from 900.
  public func onClock(of frames: [SeenFrame], start second: Double?, orFrom other: Double) -> VideoTracks {
    let offsets: [Double] =
      switch (start, second) {
      case (let own?, let second?): [second - own]
      case (nil, let second?): [0, second]
      case (let own?, nil): [0, other - own, -own]
      case (nil, nil): [0, other, -other]
      }
    var best: (moved: VideoTracks, strangers: Int)?
    for (place, offset) in offsets.enumerated() where !offsets[..<place].contains(offset) {
      var moved = moved(by: offset)
      // Who counts from 0 what others count from elsewhere begins there.
      moved.start = second ?? moved.start ?? (offset == 0 ? nil : max(offset, 0))
      if offsets.count == 1 { return moved }
      let strangers = frames.strangers(to: moved.tracks)
      if best.map({ strangers < $0.strangers }) ?? true { best = (moved, strangers) }
    }
    return best?.moved ?? self
  }

  /// The same with all times so many seconds later.
  public func moved(by seconds: Double) -> VideoTracks {
    if seconds == 0 { return self }
    func later(_ sightings: [Track.Sighting]) -> [Track.Sighting] {
      sightings.map { Track.Sighting(time: $0.time + seconds, box: $0.box, score: $0.score) }
    }
    var moved = self
    moved.start = start.map { $0 + seconds }
    moved.tracks = tracks.map { Track(id: $0.id, sightings: later($0.sightings)) }
    for place in moved.tubes.indices {
      moved.tubes[place].interval.start += seconds
      moved.tubes[place].interval.end += seconds
      moved.tubes[place].sightings = later(tubes[place].sightings)
    }
    return moved
  }
}

/// What is odd about tracks that are to be of some boxes: that most of these are nobody's.
public struct StrangeBoxes: CustomStringConvertible, Sendable, Equatable {
  public let description: String

  /// - Parameters:
  ///   - frames: The boxes, on the clock of the tracks.
  ///   - owner: Whose they are in words, "the rows".
  ///   - path: Of the tracks.
  /// - Returns: Nil where at least half of the boxes are somebody's.
  public init?(_ frames: [SeenFrame], of owner: String, in tracks: VideoTracks, from path: String) {
    let (strangers, count) = (frames.strangers(to: tracks.tracks), frames.reduce(0) { $0 + $1.boxes.count })
    if strangers * 2 <= count { return nil }
    description =
      "'\(tracks.video)': \(strangers) of \(counted(count, "box", plural: "boxes")) of \(owner) are nobody's in '\(path)' -> is "
      + "it of \(owner == "the rows" ? "these rows" : "this video"), and of their clock?"
  }
}

extension [SeenFrame] {
  /// How many of the boxes belong to nobody of some tracks.
  fileprivate func strangers(to tracks: [Track]) -> Int {
    reduce(0) { sum, frame in
      sum + Track.owners(of: frame.boxes.map(\.box), at: frame.time, among: tracks).count { $0 == nil }
    }
  }
}
