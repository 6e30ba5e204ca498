public import Geometry

/// An action with where it happens: the boxes of a person while it lasts.
public struct Tube: Sendable, Equatable {
  /// The track's id.
  public var track: Int
  public var interval: ActionInterval
  /// Those of the track within the interval, in the order of time.
  public var sightings: [Track.Sighting]

  /// Cuts a track to an action's interval.
  public init(_ track: Track, _ interval: ActionInterval) {
    self.track = track.id
    self.interval = interval
    sightings = track.sightings.filter { $0.time >= interval.start && $0.time <= interval.end }
  }

  /// Its box in every frame from the first sighting's to the last one's; between two sightings it moves straight.
  ///
  /// - Parameters:
  ///   - framesPerSecond: Above 0.
  ///   - firstTime: Of frame 0, in seconds.
  public func boxes(framesPerSecond: Double, firstTime: Double = 0) -> [(frame: Int, box: UnitBox)] {
    let seen = sightings.map { (frame: Int((($0.time - firstTime) * framesPerSecond).rounded()), box: $0.box) }
    var boxes: [(frame: Int, box: UnitBox)] = []
    for (index, sighting) in seen.enumerated() {
      // Of two sightings in one frame the later counts.
      if boxes.last?.frame == sighting.frame { boxes.removeLast() }
      boxes.append(sighting)
      guard index + 1 < seen.count else { break }
      let next = seen[index + 1]
      for frame in stride(from: sighting.frame + 1, to: next.frame, by: 1) {
        let share = Double(frame - sighting.frame) / Double(next.frame - sighting.frame)
        func mix(_ side: KeyPath<UnitBox, Double>) -> Double {
          sighting.box[keyPath: side] + share * (next.box[keyPath: side] - sighting.box[keyPath: side])
        }
        boxes.append((frame, UnitBox(x1: mix(\.x1), y1: mix(\.y1), x2: mix(\.x2), y2: mix(\.y2))))
      }
    }
    return boxes
  }
}
