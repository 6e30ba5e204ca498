/// What can go wrong with an image: what was being done, with which file, what was found, what to do.
public struct ImagingError: Error, Equatable, CustomStringConvertible {
  /// What was being done ("reading a JPEG").
  public let doing: String
  /// The file, or what else the image is called; nil where bytes have no name.
  public let source: String?
  /// What was expected and found, and what to do.
  public let reason: String

  public init(doing: String, source: String? = nil, reason: String) {
    self.doing = doing
    self.source = source
    self.reason = reason
  }

  public var description: String {
    "\(doing): " + (source.map { "'\($0)': " } ?? "") + reason
  }
}

/// The most pixels an image may have: a header that promises more is not believed, and nothing is allocated.
///
/// Twice as many as 8K video has. A progressive JPEG of so many takes two thirds of a gigabyte to decode and turn, though
/// its file may have less than one megabyte.
let largestPixelCount = 1 << 26

/// Checks a size that a header promises before memory is taken for it.
func checkSize(width: Int, height: Int, doing: String, source: String?) throws(ImagingError) {
  if width < 1 || height < 1 {
    throw ImagingError(
      doing: doing, source: source, reason: "the header says \(width) x \(height) pixels -> the file is damaged")
  }
  let (count, overflow) = width.multipliedReportingOverflow(by: height)
  if overflow || count > largestPixelCount {
    throw ImagingError(
      doing: doing, source: source,
      reason: "the header says \(width) x \(height) pixels, more than the \(largestPixelCount) allowed "
        + "-> the file is damaged, or shrink the picture")
  }
}
