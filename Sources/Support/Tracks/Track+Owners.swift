public import Geometry

extension Track {
  /// The least IoU of a box and a track's at that time that are one person's.
  private static let leastOverlap = 0.5
  /// What files of rows may have rounded a coordinate by.
  private static let rounding = 1e-5

  /// Whose the boxes of a moment are. A box that a track has then, or just before or after, is that track's, the nearest in time:
  /// a key frame may have the boxes of a moment beside it. Else it is the one's whose box at that time overlaps it by half and
  /// more. All are decided at once.
  ///
  /// - Parameter time: In seconds, of the tracks' clock.
  /// - Returns: For each box the id of its track, each id once; nil where none is there.
  public static func owners(of boxes: [UnitBox], at time: Double, among tracks: [Track]) -> [Int?] {
    let near = tracks.compactMap { track -> (id: Int, own: [Track.Sighting], there: UnitBox?)? in
      let next = track.first(from: time)
      let own = [next - 1, next].filter(track.sightings.indices.contains).map { track.sightings[$0] }
      let there = track.box(at: time)
      if there == nil && !boxes.contains(where: { box in own.contains { isSame($0.box, box) } }) { return nil }
      return (track.id, own, there)
    }
    let found = bestAssignment(rows: boxes.count, columns: near.count) { row, column in
      let own = near[column].own.filter { isSame($0.box, boxes[row]) }
      // Of two that are equally near the earlier, as a key frame's boxes are chosen.
      let nearest = own.map { abs($0.time - time) + ($0.time > time ? 1e-6 : 0) }.min()
      if let nearest { return 2 + 1 / (1 + nearest) }
      let overlap = near[column].there.map { intersectionOverUnion(boxes[row], $0) } ?? 0
      return overlap >= leastOverlap ? overlap : 0
    }
    return found.map { $0.map { near[$0].id } }
  }

  private static func isSame(_ a: UnitBox, _ b: UnitBox) -> Bool {
    abs(a.x1 - b.x1) <= rounding && abs(a.y1 - b.y1) <= rounding && abs(a.x2 - b.x2) <= rounding
      && abs(a.y2 - b.y2) <= rounding
  }
}
