/// Where frames come from: the seam between a list of picture files and a video.
///
/// Frames are numbered from 0 at the source's own rate. Pictures are BGR, as the reference reads them, and
/// upright: orientation and rotation metadata are applied. Calls may come from any one thread at a time;
/// ascending numbers are fastest.
public protocol FrameSource: AnyObject {
  /// What messages call this source: the video's name or file.
  var name: String { get }
  /// The number of frames, at least 1.
  var frameCount: Int { get }
  /// Decodes one frame.
  ///
  /// - Throws: ``FrameDamage`` when this frame cannot be had but others may; the module's error when the source as a
  ///   whole is at fault. Both name the file, the frame and the reason.
  func frame(at index: Int) throws -> Image
}
