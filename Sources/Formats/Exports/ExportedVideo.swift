public import Datasets
public import TrackRecords
public import Tracks

/// A video with its people, as it is exported: all times in seconds after the file's first frame.
public struct ExportedVideo: Sendable {
  /// A person: boxes, and what is done from when to when.
  public struct Person: Sendable, Equatable {
    public let id: Int
    /// In the order of time, within the video.
    public let sightings: [Track.Sighting]
    /// By their start, then by action; those of one action do not overlap. None is empty.
    public let actions: [ActionInterval]

    /// What others call the person.
    var name: String { "person \(id)" }

    /// The actions that are on at a time.
    func actions(at time: Double) -> [ActionInterval] { actions.filter { $0.start <= time && time <= $0.end } }
  }

  /// As rows call it.
  public let name: String
  /// Its file or folder of pictures; nil where none was given.
  public let path: String?
  /// Its frames; nil where nothing is known of them.
  public let clock: FrameClock?
  /// What rows call the second of the first frame.
  public let startingSecond: Double
  /// By id.
  public let people: [Person]
  /// How many boxes were left out because they lie before the video's beginning or after its end.
  public let outside: Int

  /// - Parameter startingSecond: The second that the tracks call the first frame's.
  public init(_ tracks: VideoTracks, path: String? = nil, clock: FrameClock?, startingSecond: Double) {
    (name, self.path, self.clock, self.startingSecond) = (tracks.video, path, clock, startingSecond)
    var seen: [Int: [Track.Sighting]] = [:]
    for track in tracks.tracks { seen[track.id, default: []] += track.sightings }
    let tracked = Set(seen.keys)
    // Tubes whose track is in no file bring its boxes along, those of several actions more than once.
    var known: Set<Moment> = []
    for tube in tracks.tubes where !tracked.contains(tube.track) {
      seen[tube.track, default: []] += tube.sightings.filter { known.insert(Moment(tube.track, $0.time)).inserted }
    }
    let end = clock?.duration ?? .infinity
    var actions: [Int: [ActionInterval]] = [:]
    for tube in tracks.tubes {
      var interval = tube.interval
      interval.start = max(interval.start - startingSecond, 0)
      interval.end = min(interval.end - startingSecond, end)
      if interval.end > interval.start { actions[tube.track, default: []].append(interval) }
    }
    var outside = 0
    people = Set(seen.keys).union(actions.keys).sorted().map { id in
      let own = (seen[id] ?? []).compactMap { sighting -> Track.Sighting? in
        var sighting = sighting
        // What rounded times may lie before the first frame.
        let time = sighting.time - startingSecond
        guard time > -1e-5, time < end else {
          outside += 1
          return nil
        }
        sighting.time = max(time, 0)
        return sighting
      }
      return Person(id: id, sightings: own.sorted { $0.time < $1.time }, actions: joined(actions[id] ?? []))
    }.filter { !$0.sightings.isEmpty || !$0.actions.isEmpty }
    self.outside = outside
  }

  /// The second that rows call the first frame's, where nobody says it: 0, or the data set's where more of the times lie in
  /// the video when they are counted from there; of a video of which nothing is known where all of them lie in a clip of the
  /// data set.
  ///
  /// - Parameters:
  ///   - duration: Of the video, in seconds; nil where it is not known.
  public static func startingSecond(
    of tracks: VideoTracks, duration: Double?, dataset: ActionDataset = .ava
  ) -> Double {
    let times = (tracks.tracks.map(\.sightings) + tracks.tubes.map(\.sightings)).joined().map(\.time)
    let other = Double(dataset.clock.firstSecond)
    if let duration {
      func inside(_ start: Double) -> Int { times.count { $0 >= start && $0 < start + duration } }
      return inside(other) > inside(0) ? other : 0
    }
    // What of a clip follows its last labelled second.
    guard let last = dataset.labelledSeconds.map({ Double($0.upperBound + 3) }) else { return 0 }
    return !times.isEmpty && times.allSatisfy { $0 >= other && $0 <= last } ? other : 0
  }

  private struct Moment: Hashable {
    let track: Int
    let time: Double

    init(_ track: Int, _ time: Double) { (self.track, self.time) = (track, time) }
  }
}

/// Intervals by their start, then by action; those of one action that overlap become one, of the higher score.
private func joined(_ intervals: [ActionInterval]) -> [ActionInterval] {
  var joined: [ActionInterval] = []
  for interval in intervals.sorted(by: { ($0.action, $0.start) < ($1.action, $1.start) }) {
    if let last = joined.last, last.action == interval.action, interval.start < last.end {
      joined[joined.count - 1].end = max(last.end, interval.end)
      joined[joined.count - 1].score = max(last.score, interval.score)
    } else {
      joined.append(interval)
    }
  }
  return joined.sorted { ($0.start, $0.action) < ($1.start, $1.action) }
}
