internal import Geometry
public import Overlay
public import Tracks

/// Who is who in the key frames of a video, and where everybody is between them.
public struct FilmPeople: Sendable {
  /// With the ids of those who are known through time.
  public private(set) var keyFrames: [(time: Double, scene: OverlayScene)]
  public private(set) var tracks: [Track]

  /// The least IoU of a box of a key frame and a track's at that time that are one person's.
  private static let leastOverlap = 0.5
  /// Nobody is the same after more seconds than this, however far apart key frames lie.
  private static let longestGap = 5.0

  /// Takes tracks that are known.
  ///
  /// - Parameters:
  ///   - keyFrames: With their times in seconds.
  ///   - tracks: Seconds of the same clock.
  public init(_ keyFrames: [(time: Double, scene: OverlayScene)], of tracks: [Track]) {
    self.keyFrames = keyFrames
    self.tracks = tracks
    for (number, keyFrame) in keyFrames.enumerated() {
      let near = tracks.compactMap { track in track.box(at: keyFrame.time).map { (track.id, $0) } }
      identify(number, as: near)
    }
  }

  /// Links boxes as `slowfast tracks` does, those of key frames without any others too.
  ///
  /// What stands between key frames is as good as they are. Where boxes are far apart in time, two that the linker takes for
  /// nobody's and that stand close to each other, one box after the other, are one person's, too.
  ///
  /// - Parameters:
  ///   - keyFrames: With their times in seconds.
  ///   - seen: All boxes that are known, at any times; empty for those of the key frames alone.
  ///   - aspect: The frames' width to their height.
  ///   - gap: How long somebody may be unseen and be the same afterwards, in seconds; nil for 2.5 times between boxes, 1 to 5 s.
  /// - Throws: `TrackError`.
  public init(
    _ keyFrames: [(time: Double, scene: OverlayScene)], seen: [SeenFrame], aspect: Double, gap: Double?
  ) throws(TrackError) {
    self.keyFrames = keyFrames
    let own = keyFrames.map { SeenFrame(time: $0.time, boxes: $0.scene.people.map { SeenBox($0.box, id: $0.id) }) }
    let frames = Self.ordered(seen.isEmpty ? own : seen)
    let steps = zip(frames.dropFirst(), frames).map { $0.time - $1.time }.sorted()
    let spacing = steps.isEmpty ? 1 : steps[steps.count / 2]
    var settings = MotionLinker.Settings()
    settings.aspect = aspect
    settings.longestGap = gap ?? min(max(1, 2.5 * spacing), Self.longestGap)
    settings.firstID = 1 + (frames.lazy.flatMap(\.boxes).compactMap(\.id).max() ?? 0)
    // Boxes have been accepted already: who is seen once was there.
    settings.confirmations = 1
    var linker = MotionLinker(settings)
    var links: [[Link?]] = []
    for frame in frames { links.append(try linker.link(frame)) }
    if spacing >= 0.4 { links = Self.joined(frames, links, longest: settings.longestGap) }
    tracks = Track.tracks(of: frames, links)
    for (number, keyFrame) in keyFrames.enumerated() {
      guard let near = Self.nearest(to: keyFrame.time, frames) else { continue }
      identify(
        number,
        as: zip(frames[near].boxes, links[near]).compactMap { seen, link in link.map { ($0.id, seen.box) } })
    }
  }

  /// Gives the people of a key frame the ids of boxes that are theirs, each once.
  private mutating func identify(_ keyFrame: Int, as boxes: [(id: Int, box: UnitBox)]) {
    let people = keyFrames[keyFrame].scene.people
    let found = bestAssignment(rows: people.count, columns: boxes.count) { row, column in
      if people[row].box == boxes[column].box { return 2 }
      let overlap = intersectionOverUnion(people[row].box, boxes[column].box)
      return overlap >= Self.leastOverlap ? overlap : 0
    }
    for (row, column) in found.enumerated() {
      keyFrames[keyFrame].scene.people[row].id = column.map { boxes[$0].id }
    }
  }

  /// In the order of time, frames of one time as one, and each id once in it.
  private static func ordered(_ frames: [SeenFrame]) -> [SeenFrame] {
    var ordered: [SeenFrame] = []
    for frame in frames.sorted(by: { $0.time < $1.time }) {
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

  private static func nearest(to time: Double, _ frames: [SeenFrame]) -> Int? {
    var (low, high) = (0, frames.count)
    while low < high {
      let middle = (low + high) / 2
      if frames[middle].time >= time { high = middle } else { low = middle + 1 }
    }
    if low == frames.count || low > 0 && time - frames[low - 1].time <= frames[low].time - time { low -= 1 }
    return frames.indices.contains(low) ? low : nil
  }

  /// Makes one of two tracks of which one ends where the other begins, a frame later and close by.
  private static func joined(_ frames: [SeenFrame], _ links: [[Link?]], longest: Double) -> [[Link?]] {
    var links = links
    var first: [Int: Int] = [:]
    var last: [Int: Int] = [:]
    for (frame, own) in links.enumerated() {
      for link in own.compactMap(\.self) {
        first[link.id] = first[link.id] ?? frame
        last[link.id] = frame
      }
    }
    let given = Set(frames.lazy.flatMap(\.boxes).compactMap(\.id))
    var names: [Int: Int] = [:]
    for frame in frames.indices.dropLast() where frames[frame + 1].time - frames[frame].time <= longest {
      func open(_ number: Int, _ isOpen: (Int) -> Bool) -> [(id: Int, box: UnitBox)] {
        zip(frames[number].boxes, links[number]).compactMap { seen, link in
          link.flatMap { !given.contains($0.id) && isOpen($0.id) ? ($0.id, seen.box) : nil }
        }
      }
      let ending = open(frame) { last[$0] == frame }
      let beginning = open(frame + 1) { first[$0] == frame + 1 }
      let pairs = bestAssignment(rows: ending.count, columns: beginning.count) {
        1 - difference(ending[$0].box, beginning[$1].box)
      }
      for (row, column) in pairs.enumerated() {
        if let column { names[beginning[column].id] = names[ending[row].id] ?? ending[row].id }
      }
    }
    for frame in links.indices {
      for box in links[frame].indices {
        if let link = links[frame][box], let name = names[link.id] { links[frame][box]?.id = name }
      }
    }
    return links
  }

  /// How unlike two boxes are: 0 for equal ones, 1 where the centres are a height apart or the heights differ by half.
  private static func difference(_ a: UnitBox, _ b: UnitBox) -> Double {
    let height = max(a.y2 - a.y1, b.y2 - b.y1)
    if !(height > 0) { return .infinity }
    let x = (a.x1 + a.x2 - b.x1 - b.x2) / 2
    let y = (a.y1 + a.y2 - b.y1 - b.y2) / 2
    let size = abs((a.y2 - a.y1) - (b.y2 - b.y1))
    return min(1, (x * x + y * y).squareRoot() / height + 2 * size / height)
  }
}
