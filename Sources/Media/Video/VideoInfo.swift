public import Imaging
internal import CLibAV
internal import Geometry
internal import Wording

/// What a video file says about itself, and what was counted in it.
public struct VideoInfo: Sendable {
  /// One stream of the file.
  public struct Stream: Sendable {
    public var index: Int
    /// "video", "audio", "subtitle", "attached picture", "data" or "attachment".
    public var kind: String
    public var codec: String
    public var profile: String?
    /// Stored pixels, before rotation; 0 where there are none.
    public var width: Int
    public var height: Int
    public var pixelFormat: String?
    public var sampleAspectRatio: Ratio
    public var averageFrameRate: Ratio
    public var realFrameRate: Ratio
    public var timeBase: Ratio
    /// Seconds of the file's clock, nil where the file leaves it open.
    public var startTime: Double?
    public var duration: Double?
    /// The number of frames that the header states, 0 where it does not.
    public var statedFrameCount: Int
    public var colourRange: String?
    public var colourMatrix: String?
    public var colourPrimaries: String?
    public var colourTransfer: String?
    public var language: String?
  }

  public var container: String
  /// Seconds, nil where the file leaves it open.
  public var duration: Double?
  public var bitRate: Int
  public var streams: [Stream]
  /// The index of the stream that is read.
  public var chosenStream: Int
  /// How stored frames are turned upright.
  public var orientation: Orientation
  /// The upright size.
  public var width: Int
  public var height: Int
  /// What was counted: frames, key frames, shortest and longest time between two frames in seconds.
  public var frameCount: Int
  public var iFrameCount: Int
  public var shortestInterval: Double
  public var longestInterval: Double
  /// The first frame's time on the file's clock, in seconds.
  public var firstFrameTime: Double
}

extension VideoInfo {
  /// The file and its streams, for people: one fact a line.
  public var describe: String {
    var lines = ["container: \(container)"]
    if let duration { lines.append("duration: \(fixed(duration, 3)) s") }
    if bitRate > 0 { lines.append("bit rate: \(bitRate / 1000) kbit/s") }
    for stream in streams {
      lines.append("stream \(stream.index)\(stream.index == chosenStream ? " (read)" : ""): \(stream.describe)")
    }
    lines.append(
      "upright size: \(width) x \(height)\(orientation == .upright ? "" : " (the stored picture \(orientation.inWords))")"
    )
    var counts = "frames: \(frameCount)"
    if iFrameCount > 0 { counts += ", key frames: \(iFrameCount)" }
    lines.append(counts + ", first at \(fixed(firstFrameTime, 3)) s of the file's clock")
    if frameCount > 1 {
      lines.append("frame intervals: \(fixed(shortestInterval, 4)) to \(fixed(longestInterval, 4)) s")
    }
    return lines.joined(separator: "\n") + "\n"
  }
}

extension VideoInfo {
  /// What the header states of the clock of the stream that is read.
  public var statedClock: StatedClock? {
    guard let stream = streams.first(where: { $0.index == chosenStream }) else { return nil }
    let tick = stream.timeBase
    func ticks(_ seconds: Double) -> Int {
      tick.value > 0 ? Int(clamping: Int64((seconds / tick.value).rounded())) : 0
    }
    let rates = [stream.averageFrameRate.value, stream.realFrameRate.value].filter { $0 > 0 }
    let counted = shortestInterval > 0 ? 1 / shortestInterval : 1
    return StatedClock(
      framesPerSecond: rates.first ?? counted,
      frameCount: stream.statedFrameCount > 0 ? stream.statedFrameCount : nil,
      ticks: stream.duration.flatMap { $0 > 0 && $0 < 1e9 ? ticks($0) : nil },
      tick: (tick.numerator, tick.denominator), firstTick: abs(firstFrameTime) < 1e9 ? ticks(firstFrameTime) : 0)
  }
}

extension VideoInfo.Stream {
  var describe: String {
    var parts = ["\(kind), \(codec)" + (profile.map { " (\($0))" } ?? "")]
    if width > 0 { parts.append("\(width) x \(height)") }
    if let pixelFormat { parts.append(pixelFormat) }
    if kind == "video" {
      if sampleAspectRatio.numerator > 0, sampleAspectRatio != Ratio(1, 1) {
        parts.append("pixel aspect \(sampleAspectRatio)")
      }
      parts.append("\(fixed(averageFrameRate.value, 3)) fps (average \(averageFrameRate), real \(realFrameRate))")
      let colours = [colourRange, colourMatrix, colourPrimaries, colourTransfer].compactMap { $0 }
      if !colours.isEmpty { parts.append("colour \(colours.joined(separator: ", "))") }
    }
    parts.append("time base \(timeBase)")
    if let startTime { parts.append("start \(fixed(startTime, 3)) s") }
    if let duration { parts.append("\(fixed(duration, 3)) s") }
    if statedFrameCount > 0 { parts.append("\(statedFrameCount) frames stated") }
    if let language { parts.append("language \(language)") }
    return parts.joined(separator: ", ")
  }
}

extension Orientation {
  /// What must be done to the stored frame.
  fileprivate var inWords: String {
    switch self {
    case .upright: "as it is"
    case .flippedHorizontally: "mirrored left to right"
    case .rotated180: "turned by 180 degrees"
    case .flippedVertically: "mirrored top to bottom"
    case .transposed: "mirrored at the main diagonal"
    case .rotated90: "turned by 90 degrees clockwise"
    case .transversed: "mirrored at the other diagonal"
    case .rotated270: "turned by 90 degrees counterclockwise"
    }
  }
}
