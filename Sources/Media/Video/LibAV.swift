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

/// The version of libav that is in use, such as "5.1.6-0+deb12u1 (libavcodec 59.37.100)", and why there is none where its
/// libraries are missing. It loads them.
public func libAVVersion() -> (version: String?, fault: String?) {
  if let fault = slowfast_libav_fault() { return (nil, String(cString: fault)) }
  let codec = avcodec_version()
  let number = "libavcodec \(codec >> 16).\(codec >> 8 & 255).\(codec & 255)"
  return (av_version_info().map { "\(String(cString: $0)) (\(number))" } ?? number, nil)
}
