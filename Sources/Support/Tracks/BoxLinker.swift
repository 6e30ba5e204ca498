public import Geometry

/// A box that was seen in a frame.
public struct SeenBox: Sendable, Equatable {
  public var box: UnitBox
  /// How sure it is that somebody is there, 0 to 1.
  public var score: Double
  /// Who it is, where that is known already.
  public var id: Int?

  public init(_ box: UnitBox, score: Double = 1, id: Int? = nil) {
    self.box = box
    self.score = score
    self.id = id
  }
}

/// The boxes of a moment.
public struct SeenFrame: Sendable, Equatable {
  /// In seconds.
  public var time: Double
  public var boxes: [SeenBox]

  public init(time: Double, boxes: [SeenBox]) {
    self.time = time
    self.boxes = boxes
  }
}

/// Whose a box is.
public struct Link: Sendable, Equatable {
  public var id: Int
  /// Whether the track has been seen often enough to be believed.
  public var isConfirmed: Bool

  public init(id: Int, isConfirmed: Bool) {
    self.id = id
    self.isConfirmed = isConfirmed
  }
}

/// Says frame by frame which boxes are one person's, from the boxes so far alone.
public protocol BoxLinker {
  /// Takes the next frame.
  ///
  /// - Returns: For each box whose it is; nil for one that belongs to nobody.
  /// - Throws: `TrackError`, and nothing has changed then.
  mutating func link(_ frame: SeenFrame) throws(TrackError) -> [Link?]
}

extension Track {
  /// Gathers the boxes of each person.
  ///
  /// - Parameter links: For each frame what a linker said of it.
  /// - Returns: The tracks that were confirmed at some time, with the boxes that they had before, by the first box.
  public static func tracks(of frames: [SeenFrame], _ links: [[Link?]]) -> [Track] {
    var tracks: [Track] = []
    var places: [Int: Int] = [:]
    var confirmed: Set<Int> = []
    for (frame, links) in zip(frames, links) {
      for (seen, link) in zip(frame.boxes, links) {
        guard let link else { continue }
        let place = places[link.id] ?? tracks.count
        if place == tracks.count {
          places[link.id] = place
          tracks.append(Track(id: link.id))
        }
        tracks[place].sightings.append(Sighting(time: frame.time, box: seen.box, score: seen.score))
        if link.isConfirmed { confirmed.insert(link.id) }
      }
    }
    return tracks.filter { confirmed.contains($0.id) }
  }
}

extension SeenFrame {
  /// Checks what every linker asks of a frame.
  func check(after last: Double?) throws(TrackError) {
    if let last, !(time > last) { throw .timeStandsStill(found: time, last: last) }
    if !time.isFinite { throw .timeStandsStill(found: time, last: last ?? 0) }
    for (number, seen) in boxes.enumerated() {
      let values = [seen.box.x1, seen.box.y1, seen.box.x2, seen.box.y2, seen.score]
      if !values.allSatisfy(\.isFinite) { throw .notFinite(time: time, box: number) }
    }
  }
}
