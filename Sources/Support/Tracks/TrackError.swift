/// Why boxes cannot be linked.
public enum TrackError: Error, Equatable, CustomStringConvertible {
  /// A frame is not later than the one before it; times in seconds.
  case timeStandsStill(found: Double, last: Double)
  /// A coordinate or score is no finite number.
  ///
  /// - Parameter box: Its place in the frame, from 0.
  case notFinite(time: Double, box: Int)
  /// Two boxes of a frame have one id.
  case twice(id: Int, time: Double)
  /// An id that was given to a box after the linker had made the same one for somebody else.
  case taken(id: Int, time: Double)

  public var description: String {
    switch self {
    case .timeStandsStill(let found, let last):
      "linking boxes: expected a time after \(last) s, found \(found) s -> hand frames over in the order of time, all boxes "
        + "of a frame at once"
    case .notFinite(let time, let box):
      "linking boxes: at \(time) s box \(box + 1) of the frame: expected finite coordinates and score, found others -> leave "
        + "the box out"
    case .twice(let id, let time):
      "linking boxes: at \(time) s: expected each id once in a frame, found \(id) twice -> remove one of the boxes, or leave "
        + "the ids away"
    case .taken(let id, let time):
      "linking boxes: at \(time) s: expected ids that the linker has not made itself, found \(id) -> let the linker count "
        + "from a number above all ids that are given"
    }
  }
}
