internal import Imaging

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
