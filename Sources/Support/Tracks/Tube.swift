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
}
