internal import CCairo
public import Geometry
public import Imaging

/// A transparent canvas that knows where it was drawn on.
public final class Layer: PictureLayer {
  /// What is drawn on.
  public let canvas: Canvas
  private let marks: DrawnTiles

  public init(size: ImageSize) throws(OverlayError) {
    marks = DrawnTiles(size)
    canvas = try Canvas(size: size, marks: marks)
  }

  public var size: ImageSize { canvas.size }

  /// Makes everything transparent again.
  public func clear() {
    canvas.withPixels { pixels, stride in
      marks.forEach { x, y, width, height in
        for row in y..<y + height { (pixels + row * stride + x).update(repeating: 0, count: width) }
      }
    }
    marks.clear()
  }

  public func forEachTile(_ body: (LayerTile) -> Void) {
    canvas.withPixels { pixels, stride in
      marks.forEach { x, y, width, height in
        body(
          LayerTile(
            x: x, y: y, width: width, height: height, pixels: UnsafePointer(pixels + y * stride + x), stride: stride))
      }
    }
  }
}

/// Which parts of a canvas were drawn on.
final class DrawnTiles {
  private static let width = 64
  private static let height = 16
  private let size: ImageSize
  private let columns: Int
  private var isDrawn: [Bool]

  init(_ size: ImageSize) {
    self.size = size
    columns = (size.width + Self.width - 1) / Self.width
    isDrawn = Array(repeating: false, count: columns * ((size.height + Self.height - 1) / Self.height))
  }

  /// Marks all that a box may have touched, in pixels of the canvas.
  func add(_ box: PixelBox) {
    // A pixel more on each side: edges are antialiased.
    let (left, right) = (max(0, box.x1 - 1), min(Double(size.width), box.x2 + 1))
    let (top, bottom) = (max(0, box.y1 - 1), min(Double(size.height), box.y2 + 1))
    if !(left < right && top < bottom) { return }
    let (first, last) = (Int(left) / Self.width, (Int(right.rounded(.up)) - 1) / Self.width)
    for row in Int(top) / Self.height...(Int(bottom.rounded(.up)) - 1) / Self.height {
      for column in first...last { isDrawn[row * columns + column] = true }
    }
  }

  func forEach(_ body: (_ x: Int, _ y: Int, _ width: Int, _ height: Int) -> Void) {
    for (index, drawn) in isDrawn.enumerated() where drawn {
      let (x, y) = (index % columns * Self.width, index / columns * Self.height)
      body(x, y, min(Self.width, size.width - x), min(Self.height, size.height - y))
    }
  }

  func clear() { for index in isDrawn.indices { isDrawn[index] = false } }
}
