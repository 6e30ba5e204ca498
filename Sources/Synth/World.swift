public import Geometry
public import Imaging
internal import Glibc
internal import Overlay
internal import Tensors

/// A little world of drawn people, the same for the same seed.
///
/// Time is in seconds from the beginning. People differ in looks, size and what they do; some change what
/// they do half-way. The camera drifts a little.
public struct World {
  public let size: ImageSize
  let backdrop: Backdrop
  /// From the back of the scene to the front.
  let actors: [Actor]
  private let drift: (x: Double, y: Double, phase: Double)

  /// A person of one frame.
  public struct VisiblePerson: Sendable {
    /// The number of the person, the same in all frames.
    public let id: Int
    /// Around all of the figure, cut at the picture's borders.
    public let box: UnitBox
    public let activity: Activity
  }

  /// Makes up a world.
  ///
  /// - Parameters:
  ///   - seed: Two worlds of one seed and size are equal.
  ///   - size: The pictures' size.
  ///   - seconds: How long it will be filmed: changes of activity fall into this time.
  public init(seed: UInt64, size: ImageSize = ImageSize(width: 340, height: 256), seconds: Double = 8) {
    self.size = size
    var generator = SeededGenerator(seed: seed)
    let places = Backdrop.Place.allCases
    let place = places[Int(generator.next() % UInt64(places.count))]
    backdrop = Backdrop(place: place, size: size, seed: generator.next())
    drift = (
      generator.uniform(0.008, 0.02) * Double(size.width), generator.uniform(0.003, 0.008) * Double(size.height),
      generator.uniform(0, 6)
    )
    actors = World.cast(&generator, size: size, seconds: seconds)
  }

  /// Chooses two or three people, at least one of whom walks or runs and one of whom stays in place.
  private static func cast(_ generator: inout SeededGenerator, size: ImageSize, seconds: Double) -> [Actor] {
    let count = 2 + Int(generator.next() % 2)
    let moving: [Activity] = [.walk, .run].shuffled(using: &generator)
    let staying = Activity.allCases.filter { !$0.travels }.shuffled(using: &generator)
    let shirts = Int(generator.next() % UInt64(Figure.shirts.count))
    let (width, height) = (Double(size.width), Double(size.height))
    var actors: [Actor] = []
    for index in 0..<count {
      let isMover = index == 0
      // Movers pass behind or in front of the others; those have a slot of the width each.
      let depth = isMover ? generator.uniform(0, 0.35) : generator.uniform(0.45, 1)
      let stature = height * (0.44 + 0.16 * depth) * generator.uniform(0.94, 1.06)
      let y = height * (0.76 + 0.17 * depth)
      let slots = Double(count - 1)
      let x = isMover ? generator.uniform(0.2, 0.8) : (Double(index - 1) + generator.uniform(0.35, 0.65)) / slots
      let first = isMover ? moving[0] : staying[index - 1]
      let second = isMover ? moving[1] : staying[staying.count - index]
      var script = [Actor.Part(start: 0, activity: first)]
      if generator.uniform() < 0.7 {
        // Between two key frames: no frame that is labelled shows the change itself.
        let middle = (seconds / 2).rounded(.down) + 0.4
        script.append(Actor.Part(start: middle, activity: second))
      }
      actors.append(
        Actor(
          figure: Figure(index: index, &generator, shirtOffset: shirts), stature: stature, feet: Point(x * width, y),
          facing: generator.next() % 2 == 0 ? 1 : -1, turnsAt: (width * 0.12)...(width * 0.88), script: script,
          phase: generator.uniform(0, 3)))
    }
    return actors.sorted { $0.feet.y < $1.feet.y }
  }

  /// Draws the picture of a moment and tells who is in it.
  ///
  /// - Throws: The drawing's error, when there is no memory for a picture of this size.
  public func render(at time: Double) throws -> (picture: Image, people: [VisiblePerson]) {
    let canvas = try Canvas(size: size)
    let camera = Point(drift.x * sin(0.5 * time + drift.phase), drift.y * sin(0.8 * time + drift.phase))
    var people: [VisiblePerson] = []
    canvas.moved(by: camera) {
      backdrop.draw(on: canvas)
      for (id, actor) in actors.enumerated() {
        let box = draw(actor, at: time, on: canvas)
        if let visible = visible(box, camera) {
          people.append(VisiblePerson(id: id, box: visible, activity: actor.activity(at: time)))
        }
      }
    }
    return (try canvas.image(), people)
  }

  private func draw(_ actor: Actor, at time: Double, on canvas: Canvas) -> PixelBox {
    let (pose, feet, facing) = actor.state(at: time)
    let s = actor.stature
    let bones = Skeleton(pose, feet: feet, stature: s, facing: facing)
    let middle = (bones.nearLeg[2].x + bones.farLeg[2].x + bones.hip.x) / 3
    canvas.fillEllipse(
      at: Point(middle, feet.y), radiusX: s * (0.2 - 0.2 * pose.lift), radiusY: s * 0.035, .black,
      opacity: 0.22)
    if pose.seated > 0 { drawStool(bones, feet, pose, canvas) }
    return actor.figure.draw(bones, pose: pose, on: canvas)
  }

  /// Draws the stool that a sitting figure sits on; it grows out of the ground while the figure sits down.
  private func drawStool(_ bones: Skeleton, _ feet: Point, _ pose: Pose, _ canvas: Canvas) {
    let s = bones.stature
    let top = feet.y - (feet.y - bones.hip.y - 0.035 * s) * pose.seated
    let wood = RGBColor(hex: 0x80562F)
    let half = 0.11 * s
    for x in [-0.8, 0.8] {
      canvas.stroke(
        [Point(feet.x + x * half, top), Point(feet.x + x * half * 1.15, feet.y)],
        Pen(wood.mixed(with: .black, 0.25), width: 0.025 * s))
    }
    let seat = PixelBox(x1: feet.x - half, y1: top, x2: feet.x + half, y2: top + 0.04 * s)
    canvas.fill(seat, wood, radius: 0.015 * s)
  }

  /// The part of a box that is in the picture; nil when less than half of it is.
  private func visible(_ box: PixelBox, _ camera: Point) -> UnitBox? {
    let moved = PixelBox(
      x1: box.x1 + camera.x, y1: box.y1 + camera.y, x2: box.x2 + camera.x, y2: box.y2 + camera.y)
    let (width, height) = (Double(size.width), Double(size.height))
    let shown = moved.clipped(maxX: width, maxY: height)
    let area = (shown.x2 - shown.x1) * (shown.y2 - shown.y1)
    if area < 0.5 * (moved.x2 - moved.x1) * (moved.y2 - moved.y1) { return nil }
    return UnitBox(x1: shown.x1 / width, y1: shown.y1 / height, x2: shown.x2 / width, y2: shown.y2 / height)
  }
}
