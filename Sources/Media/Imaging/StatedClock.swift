/// What a video file states of its clock, which need not be what is in it: PySlowFast lays its clips by it.
public struct StatedClock: Sendable {
  /// The average rate by the header, or by libav's estimate.
  public let framesPerSecond: Double
  /// How many frames the header announces; nil where it does not.
  public let frameCount: Int?
  /// The length of the stream in ticks of its clock; nil where the header leaves it open.
  public let ticks: Int?
  /// A tick is so many seconds, as a fraction.
  public let tick: (numerator: Int, denominator: Int)
  /// When the first frame appears, in ticks.
  public let firstTick: Int

  public init(
    framesPerSecond: Double, frameCount: Int?, ticks: Int?, tick: (numerator: Int, denominator: Int), firstTick: Int
  ) {
    self.framesPerSecond = framesPerSecond
    self.frameCount = frameCount
    self.ticks = ticks
    self.tick = tick
    self.firstTick = firstTick
  }

  /// The length in seconds, where the header states it.
  public var seconds: Double? { ticks.map { Double($0) * tickSeconds } }

  public var tickSeconds: Double { Double(tick.numerator) / Double(max(1, tick.denominator)) }
}
