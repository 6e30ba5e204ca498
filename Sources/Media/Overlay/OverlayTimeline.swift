internal import Geometry
public import Tracks

/// The scenes of a video's key frames, asked for at any moment: what an overlay video shows between key frames.
///
/// People are who their ids say; those without one are seen in their key frame alone. Between two boxes of one person the box moves
/// evenly. Actions are those of the person's nearest key frame, and end a second from it. A box whose person has no other, or
/// none within two seconds, is shown for half the time to the next moment at which people were looked for, at most a second.
public struct OverlayTimeline: Sendable {
  /// How far from its key frame an action is shown, and how far from a box somebody, in seconds.
  private static let reach = 1.0

  private struct KeyFrame {
    var time: Double
    var scene: OverlayScene
  }

  /// Somebody through time.
  private struct Person {
    let id: Int?
    var sightings: [Track.Sighting] = []
    /// The key frames that know them: their place, and theirs in it.
    var known: [(keyFrame: Int, place: Int)] = []
    var color = 0

    var start: Double { sightings.first?.time ?? .infinity }
    var end: Double { sightings.last?.time ?? -.infinity }
  }

  private var keyFrames: [KeyFrame] = []
  /// By their first box.
  private var people: [Person] = []
  /// For each of the people the latest end of all up to them.
  private var latestEnds: [Double] = []
  /// When people were looked for, ascending.
  private var moments: [Double] = []
  /// How long a box at the edge of all that is known stands still, in seconds.
  private let edge: Double

  /// - Parameters:
  ///   - keyFrames: With their times in seconds, in any order; in each an id stands once.
  ///   - tracks: Where people were between key frames, too; those who are not in them have their boxes of the key frames.
  public init(_ keyFrames: [(time: Double, scene: OverlayScene)], tracks: [Track] = []) {
    self.keyFrames = keyFrames.map { KeyFrame(time: $0.time, scene: $0.scene) }.sorted { $0.time < $1.time }
    let gaps = zip(self.keyFrames.dropFirst(), self.keyFrames).map { $0.time - $1.time }.sorted()
    edge = min(Self.reach, (gaps.isEmpty ? 1 : gaps[(gaps.count - 1) / 2]) / 2)
    let times = self.keyFrames.map(\.time) + tracks.flatMap { $0.sightings.map(\.time) }
    for time in times.sorted() where time != moments.last { moments.append(time) }
    gather(tracks)
    latestEnds = people.indices.map { _ in -.infinity }
    var latest = -Double.infinity
    for index in people.indices {
      latest = max(latest, people[index].end)
      latestEnds[index] = latest
    }
    color()
  }

  private mutating func gather(_ tracks: [Track]) {
    var places: [Int: Int] = [:]
    for track in tracks where !track.sightings.isEmpty && places[track.id] == nil {
      places[track.id] = people.count
      people.append(Person(id: track.id, sightings: track.sightings))
    }
    let tracked = people.count
    for (number, keyFrame) in keyFrames.enumerated() {
      for (place, shown) in keyFrame.scene.people.enumerated() {
        let own = shown.id.flatMap { places[$0] } ?? people.count
        if own == people.count {
          if let id = shown.id { places[id] = own }
          people.append(Person(id: shown.id))
        }
        people[own].known.append((number, place))
        if own >= tracked {
          people[own].sightings.append(Track.Sighting(time: keyFrame.time, box: shown.box, score: 1))
        }
      }
    }
    // The sort is stable: who begins together stands in the order of the key frame.
    people.sort { $0.start < $1.start }
  }

  /// Gives everybody the first colour that nobody has who is seen at the same time.
  private mutating func color() {
    let colors = Self.colors(people.map { ($0.start, $0.end) })
    for index in people.indices { people[index].color = colors[index] }
  }

  /// - Parameter spans: By their starts.
  private static func colors(_ spans: [(start: Double, end: Double)]) -> [Int] {
    var taken: [(end: Double, color: Int)] = []
    return spans.map { start, end in
      taken.removeAll { $0.end < start }
      let colors = Set(taken.map(\.color))
      let color = (0...).first { !colors.contains($0) } ?? 0
      taken.append((end, color))
      return color
    }
  }

  /// The numbers of the colours that people of tracks have in a film of them, by their ids.
  public static func colors(of tracks: [Track]) -> [Int: Int] {
    let seen = tracks.compactMap { track in track.span.map { (id: track.id, start: $0.lowerBound, end: $0.upperBound) }
    }
    .sorted { $0.start < $1.start }
    return Dictionary(
      zip(seen.map(\.id), colors(seen.map { ($0.start, $0.end) })), uniquingKeysWith: { first, _ in first })
  }

  /// The scene at a moment: everybody who is seen there, with the actions of their nearest key frame.
  public func scene(at time: Double, title: String, timeText: String) -> OverlayScene {
    var scene = OverlayScene(people: [], title: title, time: timeText)
    for index in near(time) {
      let person = people[index]
      guard let box = box(of: person, at: time) else { continue }
      var shown = DetectedPerson(box: box, actions: [], id: person.id)
      let nearest = Self.nearest(to: time, person.known.count) { keyFrames[person.known[$0].keyFrame].time }
      if let nearest, abs(keyFrames[person.known[nearest].keyFrame].time - time) <= Self.reach {
        let (keyFrame, place) = person.known[nearest]
        shown = keyFrames[keyFrame].scene.people[place]
        shown.box = box
      }
      shown.color = person.color
      scene.people.append(shown)
    }
    let nearest = Self.nearest(to: time, keyFrames.count) { keyFrames[$0].time }
    let distance = nearest.map { abs(keyFrames[$0].time - time) } ?? .infinity
    guard let nearest, distance <= (scene.people.isEmpty ? edge * 1.0001 : Self.reach) else {
      scene.isBetweenKeyFrames = true
      return scene
    }
    let keyFrame = keyFrames[nearest]
    scene.isChosen = keyFrame.scene.isChosen
    // True boxes belong to their moment only: moved ones would not be the truth.
    if abs(keyFrame.time - time) < 0.2 * edge { scene.groundTruth = keyFrame.scene.groundTruth }
    return scene
  }

  /// The people who may be seen at a time, by their numbers.
  private func near(_ time: Double) -> [Int] {
    var (low, high) = (0, people.count)
    while low < high {
      let middle = (low + high) / 2
      if people[middle].start <= time + Self.reach { low = middle + 1 } else { high = middle }
    }
    var found: [Int] = []
    for index in stride(from: low - 1, through: 0, by: -1) {
      if latestEnds[index] < time - Self.reach { break }
      if people[index].end >= time - Self.reach { found.append(index) }
    }
    return found.reversed()
  }

  /// Where somebody is; nil where nobody knows.
  private func box(of person: Person, at time: Double) -> UnitBox? {
    let sightings = person.sightings
    let next = Self.first(sightings.count) { sightings[$0].time >= time }
    guard next > 0, next < sightings.count else {
      let only = sightings[next > 0 ? next - 1 : next]
      return isShown(only.time, at: time) ? only.box : nil
    }
    let (before, after) = (sightings[next - 1], sightings[next])
    // Who was missed for a moment was there; for longer they may have been away.
    if after.time - before.time > 2 * Self.reach, !isShown(before.time, at: time), !isShown(after.time, at: time) {
      return nil
    }
    let share = (time - before.time) / (after.time - before.time)
    func mix(_ a: Double, _ b: Double) -> Double { a + (b - a) * share }
    return UnitBox(
      x1: mix(before.box.x1, after.box.x1), y1: mix(before.box.y1, after.box.y1),
      x2: mix(before.box.x2, after.box.x2), y2: mix(before.box.y2, after.box.y2))
  }

  /// Whether what was seen at a moment, and no later or no earlier, is still or already shown.
  private func isShown(_ moment: Double, at time: Double) -> Bool {
    let place = Self.first(moments.count) { moments[$0] >= moment }
    let other = time > moment ? place + 1 : place - 1
    let limit = moments.indices.contains(other) ? min(Self.reach, abs(moments[other] - moment) / 2) : edge
    return abs(time - moment) <= limit * 1.0001
  }

  /// The first number below `count` that something holds for, and for all after it.
  private static func first(_ count: Int, _ holds: (Int) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if holds(middle) { high = middle } else { low = middle + 1 }
    }
    return low
  }

  /// The number of the nearest of ascending times; of two equally near ones the earlier.
  private static func nearest(to time: Double, _ count: Int, _ timeOf: (Int) -> Double) -> Int? {
    let next = first(count) { timeOf($0) >= time }
    if next == 0 || next == count { return count == 0 ? nil : min(next, count - 1) }
    return time - timeOf(next - 1) <= timeOf(next) - time ? next - 1 : next
  }
}
