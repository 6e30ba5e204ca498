public import Geometry

extension Preprocessing {
  /// The boxes of people in pixels of the view's clip; nil for those who do not count in this view.
  ///
  /// A square has the boxes that lie in it with at least half of their area, clipped to it; a square that lies where one
  /// before it does has none. The rest has the boxes that no square has. In the whole frame all count.
  public func counted(_ boxes: [UnitBox], in size: ImageSize) -> [PixelBox?] {
    if view.crop == .whole { return self.boxes(boxes, in: size) }
    let squares = FrameSquares(inputSize(for: size))
    let framed = boxesInFrame(boxes, in: size)
    if case .square(let index) = view.crop { return framed.map { squares.box($0, in: index) } }
    return zip(framed, self.boxes(boxes, in: size)).map { framed, whole in
      (0..<3).contains { squares.box(framed, in: $0) != nil } ? nil : whole
    }
  }
}
