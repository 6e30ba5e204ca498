internal import Geometry
internal import Overlay

/// Shapes to be asked for many points whether they cover them: each with the box around it, which answers for most.
struct Silhouette {
  private let parts: [(shape: Shape, box: PixelBox)]
  /// The smallest box around all shapes.
  let extent: PixelBox

  init(_ shapes: [Shape]) {
    parts = shapes.map { ($0, [$0].extent) }
    extent = shapes.extent
  }

  func contains(_ point: Point) -> Bool {
    parts.contains { shape, box in
      point.x >= box.x1 && point.x <= box.x2 && point.y >= box.y1 && point.y <= box.y2 && shape.contains(point)
    }
  }

  func meets(_ other: Silhouette) -> Bool {
    extent.x1 < other.extent.x2 && other.extent.x1 < extent.x2 && extent.y1 < other.extent.y2
      && other.extent.y1 < extent.y2
  }
}
