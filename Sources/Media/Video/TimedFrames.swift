public import Imaging

/// The frames of one video, asked for by time: from a list of pictures or from a video file.
public enum TimedFrames {
  case images(ImageFrames, framesPerSecond: Double)
  case video(VideoReader)

  /// Seconds from the first frame to the end of the last.
  public var duration: Double {
    switch self {
    case .images(let frames, let rate): Double(frames.frameCount) / rate
    case .video(let reader): reader.duration
    }
  }

  public var frameCount: Int {
    switch self {
    case .images(let frames, _): frames.frameCount
    case .video(let reader): reader.frameCount
    }
  }

  /// Frames a second, of a video on average.
  public var framesPerSecond: Double {
    switch self {
    case .images(_, let rate): rate
    case .video(let reader): Double(reader.frameCount) / max(1e-6, reader.duration)
    }
  }

  /// The time at which a frame appears, in seconds after the first frame.
  public func time(ofFrame number: Int) -> Double {
    switch self {
    case .images(_, let rate): Double(number) / rate
    case .video(let reader): reader.time(ofFrame: number)
    }
  }

  /// The frame nearest to a time in seconds after the first frame; nil before the beginning and after the end.
  public func frameNumber(at time: Double) -> Int? {
    switch self {
    case .images(let frames, let rate):
      let number = (time * rate).rounded()
      return number >= 0 && number < Double(frames.frameCount) ? Int(number) : nil
    case .video(let reader):
      return time >= 0 && time < reader.duration ? reader.nearestFrame(to: time) : nil
    }
  }

  /// A frame by its number, upright.
  public func frame(_ number: Int) throws -> Image {
    switch self {
    case .images(let frames, _): try frames.frame(at: number)
    case .video(let reader): try reader.frame(number)
    }
  }

  /// The second that the rows call the first frame's: 0, unless more of the times lie inside when they are counted
  /// from another one, where the clips of a data set begin.
  public func startingSecond(for times: [Double], orFrom other: Double) -> Double {
    func inside(_ start: Double) -> Int { times.count { $0 >= start && $0 < start + duration } }
    return inside(other) > inside(0) ? other : 0
  }
}
