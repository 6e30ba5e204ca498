public import Geometry

/// Where frames come from, and when they are shown: the seam between lists of image files, videos, and whatever comes.
///
/// Frames are numbered from 0 at the source's own rate. Images are BGR, as the reference reads them, and upright:
/// orientation and rotation metadata are applied. All have one size; a frame of another one is damaged. Times are seconds
/// after the first frame's appearance. Calls may come from any one thread at a time; ascending numbers are fastest.
public protocol FrameSource: AnyObject {
  /// What messages call this source: the video's name or file.
  var name: String { get }
  /// The upright size of every frame.
  ///
  /// - Throws: The error of the first frame where no frame's size can be had.
  var size: ImageSize { get throws }
  /// The number of frames, at least 1.
  var frameCount: Int { get }
  /// Frames a second, on average where frames come irregularly.
  var framesPerSecond: Double { get }
  /// The time at which the last frame ends.
  var duration: Double { get }
  /// The time at which a frame appears.
  func time(of index: Int) -> Double
  /// The frame whose time is nearest; of two equally near ones the earlier.
  func nearest(to seconds: Double) -> Int
  /// Whether frames after the last one are missing: of a file that was cut short, so that more were to come.
  var isOpenEnded: Bool { get }
  /// What the file states of its clock; nil for what has no header, such as a list of images.
  var statedClock: StatedClock? { get }
  /// Decodes one frame.
  ///
  /// - Throws: ``FrameDamage`` when this frame cannot be had but others may; the module's error when the source as a
  ///   whole is at fault. Both name the file, the frame and the reason.
  func frame(at index: Int) throws -> Image
}

extension FrameSource {
  public var statedClock: StatedClock? { nil }
  public var isOpenEnded: Bool { false }
}

/// The times of a source of a constant rate.
extension FrameSource {
  public var duration: Double { Double(frameCount) / framesPerSecond }

  public func time(of index: Int) -> Double { Double(index) / framesPerSecond }

  public func nearest(to seconds: Double) -> Int {
    let position = seconds * framesPerSecond
    // The tolerance leaves exact halves, which binary fractions cannot hold, with the earlier frame.
    let number = (position - 0.5 - 1e-6).rounded(.up)
    return Int(min(max(number, 0), Double(frameCount - 1)))
  }
}

extension FrameSource {
  /// The frame nearest to a time; nil before the beginning and after the end.
  public func frameNumber(at seconds: Double) -> Int? {
    seconds >= 0 && seconds < duration ? nearest(to: seconds) : nil
  }

  /// The frame that is seen at a time: the nearest one, or the one before where that appears later than by a tolerance.
  public func shown(at seconds: Double, within tolerance: Double) -> Int {
    let near = nearest(to: seconds)
    return near > 0 && time(of: near) > seconds + tolerance ? near - 1 : near
  }

  /// The second that rows call the first frame's: 0, unless more of their times lie inside when they are counted from
  /// another one, where the clips of a data set begin.
  public func startingSecond(for times: [Double], orFrom other: Double) -> Double {
    func inside(_ start: Double) -> Int { times.count { $0 >= start && $0 < start + duration } }
    return inside(other) > inside(0) ? other : 0
  }
}
