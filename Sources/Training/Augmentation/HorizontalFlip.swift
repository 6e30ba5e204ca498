internal import Geometry

/// Mirrors a clip left to right with a probability; x becomes width - x - 1. One draw.
public struct HorizontalFlip: ByteAugmentation, FloatAugmentation {
  public var probability: Double

  public init(probability: Double = 0.5) { self.probability = probability }

  public func apply<Frame>(to clip: inout Clip<Frame>, _ draws: inout some Draws) {
    if draws.uniform() >= probability { return }
    let width = Double(clip.size.width)
    for index in clip.frames.indices { clip.frames[index] = clip.frames[index].mirrored() }
    clip.boxes = clip.boxes.map { PixelBox(x1: width - $0.x2 - 1, y1: $0.y1, x2: width - $0.x1 - 1, y2: $0.y2) }
  }
}
