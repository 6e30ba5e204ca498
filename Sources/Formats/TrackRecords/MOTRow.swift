public import Geometry
internal import Wording

/// A row of a text of the MOT Challenge, as the challenge wants it of a tracker: `frame, id, left, top, width, height,
/// score`, and three columns of -1. Frames count from 1, coordinates are in pixels. `BoxFile` reads such texts.
public struct MOTRow: Sendable, Equatable {
  public let frame: Int
  public let id: Int
  public let box: PixelBox
  public let score: Double

  public init(frame: Int, id: Int, box: PixelBox, score: Double) {
    self.frame = frame
    self.id = id
    self.box = box
    self.score = score
  }

  public var text: String {
    let place = [box.x1, box.y1, box.x2 - box.x1, box.y2 - box.y1].map { fixed($0, 2) }
    return (["\(frame)", "\(id)"] + place + [fixed(score, 4), "-1", "-1", "-1"]).joined(separator: ",")
  }
}
