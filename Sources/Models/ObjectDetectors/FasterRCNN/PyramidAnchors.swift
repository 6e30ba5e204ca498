internal import Geometry

/// The boxes that a region proposal network starts from: at every cell of every level one for each ratio of height to width.
struct PyramidAnchors: Sendable {
  /// How a library makes the anchors of a cell.
  enum Convention: Hashable, Sendable {
    /// Detectron2 and MMDetection: of exactly the wanted area, about the cell's corner.
    case exact
    /// torchvision: corners rounded, halves to even; the stride is that of the padded image over the map.
    case rounded
    /// Detectron: inclusive pixels, made of a rounded box of the stride's size about that box's middle.
    case inclusivePixels
  }

  /// Height over width of the anchors of a cell, in their order.
  static let ratios: [Double] = [0.5, 1, 2]

  /// Of the cell at the top left.
  let cell: [DetectorBox]
  let strideX: Float
  let strideY: Float
  /// Cells in a row.
  let columns: Int

  /// - Parameters:
  ///   - level: 2 for p2, whose stride is 4.
  ///   - map: Width and height of the level's map.
  init(_ convention: Convention, level: Int, map: ImageSize, padded: ImageSize) {
    let stride = 1 << level
    let size = Double(stride * 8)
    columns = map.width
    let isOfMap = convention == .rounded
    strideX = Float(isOfMap ? padded.width / map.width : stride)
    strideY = Float(isOfMap ? padded.height / map.height : stride)
    switch convention {
    case .exact:
      cell = Self.ratios.map { ratio in
        let width = (size * size / ratio).squareRoot()
        let (x, y) = (Float(width / 2), Float(ratio * width / 2))
        return DetectorBox(x1: -x, y1: -y, x2: x, y2: y)
      }
    case .rounded:
      cell = Self.ratios.map { ratio in
        let tall = Float(ratio).squareRoot()
        let (width, height) = (1 / tall * Float(size), tall * Float(size))
        let x = (width / 2).rounded(.toNearestOrEven)
        let y = (height / 2).rounded(.toNearestOrEven)
        return DetectorBox(x1: -x, y1: -y, x2: x, y2: y)
      }
    case .inclusivePixels:
      let middle = Float(stride - 1) / 2
      cell = Self.ratios.map { ratio in
        let width = (Double(stride * stride) / ratio).squareRoot().rounded(.toNearestOrEven)
        let height = (width * ratio).rounded(.toNearestOrEven)
        let (x, y) = (Float((width * 8 - 1) / 2), Float((height * 8 - 1) / 2))
        return DetectorBox(x1: middle - x, y1: middle - y, x2: middle + x, y2: middle + y)
      }
    }
  }

  /// The anchor of a number: row after row, cell after cell, ratio after ratio.
  subscript(_ number: Int) -> DetectorBox {
    let (place, ratio) = number.quotientAndRemainder(dividingBy: cell.count)
    let (x, y) = (Float(place % columns) * strideX, Float(place / columns) * strideY)
    let box = cell[ratio]
    return DetectorBox(x1: box.x1 + x, y1: box.y1 + y, x2: box.x2 + x, y2: box.y2 + y)
  }
}
