public import Geometry
public import Imaging
internal import Overlay

/// Draws a world's images in one size; the backdrop is drawn once. One thread at a time may use a film.
public final class Film {
  public let world: World
  public let size: ImageSize
  private let backdrop: Canvas
  /// Pixels a unit of the scene, along both axes: sizes are whole, so they may differ a little.
  private let scale: Point

  /// - Parameter size: Of about the world's shape.
  /// - Throws: The drawing's error, when there is no memory for an image of this size.
  public init(of world: World, size: ImageSize) throws {
    self.world = world
    self.size = size
    scale = Point(Double(size.width) / world.size.width, Double(size.height) / world.size.height)
    let extent = world.backdrop.extent
    backdrop = try Canvas(
      size: ImageSize(
        width: Int(((extent.x2 - extent.x1) * scale.x).rounded(.up)),
        height: Int(((extent.y2 - extent.y1) * scale.y).rounded(.up))))
    backdrop.transformed(scale: scale, offset: Point(-extent.x1 * scale.x, -extent.y1 * scale.y)) {
      world.backdrop.draw(on: backdrop)
    }
  }

  /// Draws the image of a moment.
  public func image(at time: Double) throws -> Image {
    let canvas = try Canvas(size: size)
    let view = world.camera.view(at: time)
    canvas.transformed(
      scale: Point(scale.x * view.zoom, scale.y * view.zoom),
      offset: Point(view.offset.x * scale.x, view.offset.y * scale.y)
    ) {
      canvas.put(backdrop, in: world.backdrop.extent)
      drawPeople(at: time, on: canvas)
      for shape in world.foreground { shape.draw(on: canvas) }
    }
    return try canvas.image()
  }

  /// Draws stools and people from the back of the scene to the front, a stool behind who sits on it.
  private func drawPeople(at time: Double, on canvas: Canvas) {
    for actor in world.actors {
      for stool in world.stools where stool.foot.y == actor.start.y {
        shadow(under: stool.shapes.extent, stool.foot.y, 0, stool.stature, canvas)
        for shape in stool.shapes { shape.draw(on: canvas) }
      }
      let (pose, bones) = actor.state(at: time)
      let joints = bones.nearLeg.dropLast() + bones.farLeg.dropLast() + [bones.hip, bones.neck, bones.head]
      let shapes = actor.figure.shapes(bones, pose: pose)
      let body = [Shape.line(Array(joints), 0.12 * actor.stature, .black)].extent
      shadow(under: body, actor.start.y, pose.lift, actor.stature, canvas)
      for shape in shapes { shape.draw(on: canvas) }
    }
  }

  private func shadow(under box: PixelBox, _ ground: Double, _ lift: Double, _ stature: Double, _ canvas: Canvas) {
    let center = Point((box.x1 + box.x2) / 2, ground - 0.008 * stature)
    let half = (box.x2 - box.x1) / 2 * (1.15 - lift)
    canvas.fillEllipse(at: center, radiusX: half, radiusY: stature * 0.035, .black, opacity: 0.14)
    canvas.fillEllipse(at: center, radiusX: half * 0.8, radiusY: stature * 0.024, .black, opacity: 0.14)
  }
}
