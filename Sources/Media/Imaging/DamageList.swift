/// The damaged frames of a source, those one after the other that one fault takes away together.
public struct DamageList: Sendable {
  public struct Stretch: Sendable, Equatable {
    public fileprivate(set) var frames: Range<Int>
    public let cause: String
  }

  public private(set) var stretches: [Stretch] = []

  public init() {}

  /// How many frames are damaged.
  public var frameCount: Int { stretches.reduce(0) { $0 + $1.frames.count } }

  /// Adds a frame; numbers ascend.
  public mutating func append(_ frame: Int, cause: String) {
    guard let last = stretches.last, last.cause == cause, last.frames.upperBound == frame else {
      stretches.append(Stretch(frames: frame..<frame + 1, cause: cause))
      return
    }
    stretches[stretches.count - 1].frames = last.frames.lowerBound..<frame + 1
  }
}
