internal import Geometry
internal import Overlay
internal import Tensors

/// Where the figures are: drawn larger than the image, so that the camera can drift.
struct Backdrop {
  enum Place: CaseIterable {
    case park
    case street
    case beach
    case gym
    case room
    case stage
  }

  let place: Place
  /// The scene's size.
  let size: SceneSize
  /// Where the ground begins, from the top.
  let horizon: Double
  private let seed: UInt64

  init(place: Place, size: SceneSize, seed: UInt64) {
    self.place = place
    self.size = size
    self.seed = seed
    horizon = size.height * (place == .park || place == .beach ? 0.5 : 0.6)
  }

  var width: Double { size.width }
  var height: Double { size.height }
  /// How far the drawing goes beyond the image's borders.
  static let margin = 0.09
  /// All that is drawn.
  var extent: PixelBox {
    let (x, y) = (width * Backdrop.margin, height * Backdrop.margin)
    return PixelBox(x1: -x, y1: -y, x2: width + x, y2: height + y)
  }

  func draw(on canvas: Canvas) {
    var generator = SeededGenerator(seed: seed)
    switch place {
    case .park: drawPark(canvas, &generator)
    case .street: drawStreet(canvas, &generator)
    case .beach: drawBeach(canvas, &generator)
    case .gym: drawGym(canvas, &generator)
    case .room: drawRoom(canvas, &generator)
    case .stage: drawStage(canvas, &generator)
    }
  }

  /// All of the drawing's width between two heights; the top and the bottom reach its ends.
  func band(_ y1: Double, _ y2: Double) -> PixelBox {
    PixelBox(x1: extent.x1, y1: y1 <= 0 ? extent.y1 : y1, x2: extent.x2, y2: y2 >= height ? extent.y2 : y2)
  }
}
