internal import Geometry

/// What can be asked of the generator that it cannot do.
public enum SynthError: Error, Equatable, CustomStringConvertible {
  /// A value outside its range.
  case outOfRange(what: String, expected: String, found: Int)
  /// A folder holds more images of a video than are to be drawn: the rest would be taken for frames of the new one.
  case longerVideo(folder: String, frames: Int)

  public var description: String {
    switch self {
    case .outOfRange(let what, let expected, let found):
      return "making a data set: \(what) must be \(expected), found \(found)"
    case .longerVideo(let folder, let frames):
      return "making a data set: '\(folder)' holds more than the \(frames) frames to draw, of a longer video -> an "
        + "empty output folder"
    }
  }
}

extension SynthError {
  static func require(_ value: Int, _ range: ClosedRange<Int>, _ what: String) throws(SynthError) {
    if range.contains(value) { return }
    throw .outOfRange(what: what, expected: "from \(range.lowerBound) to \(range.upperBound)", found: value)
  }

  /// Requires an images' size that has room for people.
  static func require(_ size: ImageSize) throws(SynthError) {
    try require(size.width, 64...4096, "the width")
    try require(size.height, 64...4096, "the height")
    let (short, long) = (size.shortSide, max(size.width, size.height))
    try require(long, short...(short * 5 / 2), "the longer side (the shorter one is \(short))")
  }
}
