internal import AVARecords
internal import Geometry
internal import JSON
internal import Overlay
internal import TrackRecords
internal import Tracks

/// A video of a gallery: who does what in its key frames, and its people through time.
struct GalleryVideo {
  /// A box of a key frame.
  struct Person {
    /// The track that it belongs to, if any.
    var track: Int?
    var box: UnitBox
    /// The best actions, falling; ids.
    var actions: [(action: Int, score: Double)]
  }

  struct Frame {
    var time: Timestamp
    /// After the video's first frame; nil outside of the video.
    var seconds: Double?
    /// The address of the picture; nil where there is none.
    var picture: String?
    var size: ImageSize?
    var people: [Person]
  }

  var name: String
  /// The second that rows call the first frame's.
  var start = 0.0
  /// In seconds; of what is known of the rows where the frames are not.
  var duration: Double
  var size: ImageSize?
  var frames: [Frame]
  var tracks: VideoTracks
  var film: GalleryFilm?
  /// Why browsers may not play the film.
  var unplayable: String?
  /// What is missing, in words.
  var notes: [String] = []

  /// - Parameters:
  ///   - leastScore: Actions below are left out of key frames.
  ///   - topK: At most so many of a box.
  init(_ people: PeopleOverTime, _ tracks: VideoTracks, leastScore: Double, topK: Int) {
    name = people.video
    self.tracks = tracks
    duration = people.frames.last?.time ?? 0
    frames = zip(people.frames, people.scores).compactMap { frame, scores in
      guard let time = Timestamp(seconds: frame.time) else { return nil }
      let owners = Track.owners(of: frame.boxes.map(\.box), at: frame.time, among: tracks.tracks)
      let own = frame.boxes.indices.map { place in
        let best = scores[place].filter { $0.value >= leastScore }.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        return Person(
          track: owners[place], box: frame.boxes[place].box,
          actions: best.prefix(topK).map { (action: $0.key, score: $0.value) })
      }
      return Frame(time: time, people: own)
    }
  }

  /// Every action that is shown somewhere, by id.
  var actions: [Int] {
    let inFrames = frames.lazy.flatMap { $0.people.lazy.flatMap { $0.actions.lazy.map(\.action) } }
    return Set(inFrames).union(tracks.tubes.map(\.interval.action)).sorted()
  }

  /// What the page's script reads. Numbers are short: a page of a long video has hundreds of thousands.
  func json(naming name: (Int) -> String, leastScore: Double) -> JSONValue {
    let tubes = Dictionary(grouping: tracks.tubes, by: \.track)
    return .object([
      ("video", JSONValue(self.name)), ("start", JSONValue(start)), ("duration", short(duration, 3)),
      ("ratio", short(size.map { Double($0.width) / Double(max(1, $0.height)) } ?? 16.0 / 9, 4)),
      ("least", JSONValue(leastScore)), ("film", film?.address.map { JSONValue($0) } ?? .null),
      ("colours", .array(personPalette.map { .array([JSONValue($0.hex), JSONValue($0.contrasting.hex)]) })),
      ("actions", .array(actions.map { .array([JSONValue($0), JSONValue(name($0))]) })),
      ("frames", .array(frames.map(json))),
      ("people", .array(tracks.tracks.map { json($0, tubes[$0.id] ?? []) })),
    ])
  }

  private func json(_ frame: Frame) -> JSONValue {
    .object([
      ("s", JSONValue("\(frame.time)")), ("t", frame.seconds.map { short($0, 4) } ?? .null),
      ("p", frame.picture.map { JSONValue($0) } ?? .null), ("w", JSONValue(frame.size?.width ?? 0)),
      ("h", JSONValue(frame.size?.height ?? 0)),
      (
        "people",
        .array(
          frame.people.map { person in
            let box = [person.box.x1, person.box.y1, person.box.x2, person.box.y2]
            return .object([
              ("p", person.track.map { JSONValue($0) } ?? .null), ("b", .array(box.map { short($0, 4) })),
              ("a", .array(person.actions.map { .array([JSONValue($0.action), short($0.score, 4)]) })),
            ])
          })
      ),
    ])
  }

  private func json(_ track: Track, _ tubes: [Tube]) -> JSONValue {
    .object([
      ("p", JSONValue(track.id)), ("from", short((track.span?.lowerBound ?? start) - start, 3)),
      ("to", short((track.span?.upperBound ?? start) - start, 3)),
      (
        "spans",
        .array(
          tubes.map(\.interval).map {
            .array([JSONValue($0.action), short($0.start - start, 3), short($0.end - start, 3), short($0.score, 4)])
          })
      ),
    ])
  }
}

/// A number with so many decimals at most.
private func short(_ value: Double, _ decimals: Int) -> JSONValue {
  let unit = decimals == 3 ? 1e3 : 1e4
  return JSONValue((value * unit).rounded() / unit)
}

extension RGBColor {
  /// "#e69f00".
  fileprivate var hex: String {
    "#"
      + [red, green, blue].map { component in
        let byte = Int((min(max(component, 0), 1) * 255).rounded())
        return (byte < 16 ? "0" : "") + String(byte, radix: 16)
      }.joined()
  }
}
