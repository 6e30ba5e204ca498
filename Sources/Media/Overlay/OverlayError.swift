/// What can go wrong with a drawing.
public enum OverlayError: Error, Equatable, CustomStringConvertible {
  /// Cairo gave up, for this reason.
  case drawing(doing: String, reason: String)
  /// Text has no extent: no font is installed.
  case noFont(family: String)
  /// A box has a coordinate that is not a number.
  case badBox(place: String, box: String)
  /// The image is too large for a drawing of it.
  case tooLarge(width: Int, height: Int, limit: Int)
  /// A film of this size has no room for a frame beside what stands under it.
  case noRoom(width: Int, height: Int)

  public var description: String {
    switch self {
    case .drawing(let doing, let reason): return "\(doing): Cairo says '\(reason)'"
    case .noFont(let family):
      return "drawing labels: no font for '\(family)': text comes out with no width"
        + " -> install one (Debian: apt install fonts-dejavu-core)"
    case .badBox(let place, let box):
      return "drawing \(place): expected four finite numbers as a box, found \(box) -> correct the row"
    case .tooLarge(let width, let height, let limit):
      return "drawing on a picture of \(width)x\(height): expected sides from 1 to \(limit) pixels"
        + " -> choose a smaller scale or scale the picture down"
    case .noRoom(let width, let height):
      return
        "drawing a film of at most \(width)x\(height): the frames would have less than 16 pixels a side beside the text "
        + "under them -> give a larger size"
    }
  }
}
