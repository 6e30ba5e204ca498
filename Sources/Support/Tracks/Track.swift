public import Geometry

/// A person through time.
public struct Track: Sendable, Equatable {
  /// A box in which the person was seen.
  public struct Sighting: Sendable, Equatable {
    /// In seconds.
    public var time: Double
    public var box: UnitBox
    /// The box's own, 0 to 1.
    public var score: Double

    public init(time: Double, box: UnitBox, score: Double) {
      self.time = time
      self.box = box
      self.score = score
    }
  }

  public let id: Int
  /// In the order of time.
  public var sightings: [Sighting]

  public init(id: Int, sightings: [Sighting] = []) {
    self.id = id
    self.sightings = sightings
  }

  /// From the first to the last time in seconds; nil for a track without sightings.
  public var span: ClosedRange<Double>? {
    guard let first = sightings.first, let last = sightings.last else { return nil }
    return first.time...last.time
  }

  /// The box at a time in seconds: between two sightings on the straight line; nil before the first and after the last.
  public func box(at time: Double) -> UnitBox? {
    guard let span, span.contains(time) else { return nil }
    let next = first(from: time)
    let after = sightings[next]
    if next == 0 || after.time == time { return after.box }
    let before = sightings[next - 1]
    let share = (time - before.time) / (after.time - before.time)
    func between(_ a: Double, _ b: Double) -> Double { a + (b - a) * share }
    return UnitBox(
      x1: between(before.box.x1, after.box.x1), y1: between(before.box.y1, after.box.y1),
      x2: between(before.box.x2, after.box.x2), y2: between(before.box.y2, after.box.y2))
  }

  /// The number of the first sighting at a time or after it; that of all where none is.
  func first(from time: Double) -> Int {
    var (next, end) = (0, sightings.count)
    while next < end {
      let middle = (next + end) / 2
      if sightings[middle].time >= time { end = middle } else { next = middle + 1 }
    }
    return next
  }
}
