internal import Glibc

/// The boxes that an SSD's maps speak of, and what their numbers mean. All in fractions of the picture.
///
/// Source: TensorFlow's object detection API, `multiple_grid_anchor_generator` and `faster_rcnn_box_coder`.
struct SSDAnchors {
  struct Anchor: Equatable {
    var centreY: Float
    var centreX: Float
    var height: Float
    var width: Float
  }

  /// Map by map, row by row, column by column, shape by shape.
  let anchors: [Anchor]
  /// How many the maps have at each place.
  let perPlace: [Int]

  /// - Parameter sides: Height and width of every map.
  init(sides: [(height: Int, width: Int)]) {
    var anchors: [Anchor] = []
    var perPlace: [Int] = []
    let maps = sides.count
    func scale(_ map: Int) -> Float { map == maps ? 1 : 0.2 + 0.75 * Float(map) / Float(max(1, maps - 1)) }
    for (map, side) in sides.enumerated() {
      // The scale, and width to height.
      var shapes: [(Float, Float)] = [(0.1, 1), (0.2, 2), (0.2, 0.5)]
      if map > 0 {
        shapes = ([1, 2, 0.5, 3, 0.3333] as [Float]).map { (scale(map), $0) }
        shapes.append(((scale(map) * scale(map + 1)).squareRoot(), 1))
      }
      perPlace.append(shapes.count)
      for y in 0..<side.height {
        for x in 0..<side.width {
          for (scale, ratio) in shapes {
            anchors.append(
              Anchor(
                centreY: (Float(y) + 0.5) / Float(side.height), centreX: (Float(x) + 0.5) / Float(side.width),
                height: scale / ratio.squareRoot(), width: scale * ratio.squareRoot()))
          }
        }
      }
    }
    self.anchors = anchors
    self.perPlace = perPlace
  }

  /// The anchors of each place of a map.
  static func perPlace(map: Int) -> Int { map == 0 ? 3 : 6 }
}

extension SSDAnchors.Anchor {
  /// The box that a map means by its four numbers; it may reach beyond the picture.
  func box(_ offsetY: Float, _ offsetX: Float, _ logHeight: Float, _ logWidth: Float) -> DetectorBox {
    let (y, x) = (offsetY / 10 * height + centreY, offsetX / 10 * width + centreX)
    let (halfHeight, halfWidth) = (exp(logHeight / 5) * height / 2, exp(logWidth / 5) * width / 2)
    return DetectorBox(x1: x - halfWidth, y1: y - halfHeight, x2: x + halfWidth, y2: y + halfHeight)
  }
}
