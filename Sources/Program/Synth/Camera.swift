internal import Geometry
internal import Glibc
internal import Overlay
internal import Tensors

/// A camera in somebody's hand: it drifts, and zooms slowly.
struct Camera {
  /// A moment's view: a place of the scene times the zoom, plus the offset, is its place in the image.
  struct View {
    var zoom: Double
    var offset: Point

    func image(_ box: PixelBox) -> PixelBox {
      PixelBox(
        x1: box.x1 * zoom + offset.x, y1: box.y1 * zoom + offset.y, x2: box.x2 * zoom + offset.x,
        y2: box.y2 * zoom + offset.y)
    }

    func image(_ point: Point) -> Point { Point(point.x * zoom + offset.x, point.y * zoom + offset.y) }
  }

  private let size: SceneSize
  private let drift: Point
  private let pace: Double
  private let phase: Double
  /// How much the zoom changes; half of all cameras keep theirs.
  private let zoom: Double

  init(_ generator: inout SeededGenerator, size: SceneSize) {
    self.size = size
    drift = Point(generator.uniform(0.008, 0.035) * size.width, generator.uniform(0.003, 0.01) * size.height)
    pace = generator.uniform(0.35, 0.7)
    phase = generator.uniform(0, 6)
    zoom = generator.chance(0.5) ? generator.uniform(0.02, 0.05) : 0
  }

  func view(at time: Double) -> View {
    let factor = 1 + zoom * (1 + sin(0.25 * pace * time + 2 * phase))
    let x = drift.x * sin(pace * time + phase)
    let y = drift.y * sin(1.6 * pace * time + phase)
    // The middle of the ground stays where it is.
    return View(
      zoom: factor,
      offset: Point((1 - factor) * size.width / 2 + x, (1 - factor) * size.height * 0.85 + y))
  }
}
