internal import CLibAV

/// Loads libav if it is not loaded yet. Readers and writers of videos do so themselves.
///
/// - Throws: Where its libraries are missing.
public func loadLibAV(doing: String, path: String) throws(VideoError) {
  guard let fault = slowfast_libav_fault() else { return }
  throw VideoError(
    doing: doing, path: path,
    reason:
      "libav, which reads and writes videos, cannot be loaded: \(String(cString: fault)) -> install Debian's ffmpeg, "
      + "which brings its libraries")
}
