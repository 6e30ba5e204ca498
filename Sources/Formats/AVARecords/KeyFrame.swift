/// A moment of a video at which people are looked at: what rows, tasks and images are known by.
public struct KeyFrame: Hashable, Sendable, CustomStringConvertible {
  public let video: String
  public let time: Timestamp

  public init(video: String, time: Timestamp) {
    self.video = video
    self.time = time
  }

  /// As the first two columns of a row: "1j20qq1JyX4,0902".
  public var description: String { "\(video),\(time)" }
}
