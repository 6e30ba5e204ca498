public import Geometry
public import Imaging
internal import Overlay
internal import Tensors

/// A little world of drawn people, the same for the same seed.
///
/// Time is in seconds from the beginning. People differ in looks, size and what they do; they hide one another, and
/// things hide them. The camera drifts. A world has a shape (width to height) but no size: ``Film`` has.
public struct World: Sendable {
  /// Width to height.
  public let aspect: Double
  let size: SceneSize
  let backdrop: Backdrop
  /// From the back of the scene to the front.
  let actors: [Actor]
  let stools: [Stool]
  private(set) var foreground: [Shape]
  let camera: Camera

  /// A person of one frame.
  public struct VisiblePerson: Sendable {
    /// The number of the person, the same in all frames.
    public let id: Int
    /// Around all of the figure, cut at the image's borders.
    public let box: UnitBox
    public var activity: Activity { motion.activity }
    /// What exactly is done; labels name the activity alone.
    public let motion: Motion
    /// The share of the figure that is in the image and not hidden, 0 to 1.
    public let visibleShare: Double
    /// Whether an annotator would label the person: at least half of the figure is visible.
    public var isLabelled: Bool { visibleShare >= 0.5 }
  }

  /// Makes up a world.
  ///
  /// - Parameters:
  ///   - seed: Two worlds of one seed and shape are equal.
  ///   - aspect: The images' width to their height.
  ///   - seconds: How long it will be filmed: scripts are that long.
  ///   - activity: What the only person of the world does; nil for one to five people with scripts of their own. That one
  ///     person is labelled at any moment: nothing stands in the way that would hide more than half.
  public init(seed: UInt64, aspect: Double = 4.0 / 3, seconds: Double = 8, showing activity: Activity? = nil) {
    self.aspect = aspect
    size = SceneSize(aspect: aspect)
    var generator = SeededGenerator(seed: seed)
    backdrop = Backdrop(place: generator.pick(Backdrop.Place.allCases), size: size, seed: generator.next())
    camera = Camera(&generator, size: size)
    foreground =
      generator.chance(0.35) ? generator.pick(Foreground.allCases).shapes(in: size, &generator) : []
    actors =
      if let activity {
        [Cast.performer(of: activity, &generator, size: size, seconds: seconds)]
      } else {
        Cast.actors(&generator, size: size, seconds: seconds)
      }
    let wood = [0x80562F, 0xB5853F, 0x5F6B73, 0xA63F3F].map { RGBColor(hex: $0) }
    stools = actors.flatMap { actor in
      actor.seats.map { Stool(foot: $0, stature: actor.stature, color: generator.pick(wood)) }
    }
    if activity != nil, stride(from: 0, through: seconds, by: 0.25).contains(where: { people(at: $0).isEmpty }) {
      foreground = []
    }
  }

  /// Whether something stands between the camera and the people.
  public var hasForeground: Bool { !foreground.isEmpty }

  /// Everybody who is labelled.
  public func people(at time: Double) -> [VisiblePerson] { sightings(at: time).filter(\.isLabelled) }

  /// Everybody of whom something is in the image.
  public func sightings(at time: Double) -> [VisiblePerson] {
    let view = camera.view(at: time)
    let figures = actors.map { actor in
      let (pose, bones) = actor.state(at: time)
      return Silhouette(actor.figure.shapes(bones, pose: pose))
    }
    let things = Silhouette(foreground)
    return figures.indices.compactMap { index in
      let extent = figures[index].extent
      let box = view.image(extent).clipped(maxX: size.width, maxY: size.height)
      if box.x2 - box.x1 < 1 || box.y2 - box.y1 < 1 { return nil }
      return VisiblePerson(
        id: index,
        box: UnitBox(
          x1: box.x1 / size.width, y1: box.y1 / size.height, x2: box.x2 / size.width, y2: box.y2 / size.height),
        motion: actors[index].motion(at: time),
        visibleShare: visibleShare(
          of: figures[index], behind: figures[(index + 1)...].filter { $0.meets(figures[index]) } + [things], view))
    }
  }

  /// Counts points of a grid over a figure.
  private func visibleShare(
    of figure: Silhouette, behind others: [Silhouette], _ view: Camera.View
  ) -> Double {
    let steps = 28
    let extent = figure.extent
    var (all, seen) = (0, 0)
    for row in 0..<steps {
      for column in 0..<steps {
        let point = Point(
          extent.x1 + (extent.x2 - extent.x1) * (Double(column) + 0.5) / Double(steps),
          extent.y1 + (extent.y2 - extent.y1) * (Double(row) + 0.5) / Double(steps))
        if !figure.contains(point) { continue }
        all += 1
        let shown = view.image(point)
        if shown.x < 0 || shown.x > size.width || shown.y < 0 || shown.y > size.height { continue }
        if !others.contains(where: { $0.contains(point) }) { seen += 1 }
      }
    }
    return all > 0 ? Double(seen) / Double(all) : 0
  }

  /// Draws the image of a moment; ``Film`` does that faster for many.
  ///
  /// - Throws: The drawing's error, when there is no memory for an image of this size.
  public func image(at time: Double, height: Int = 256) throws -> Image {
    let width = Int((Double(height) * aspect).rounded())
    return try Film(of: self, size: ImageSize(width: width, height: height)).image(at: time)
  }
}
