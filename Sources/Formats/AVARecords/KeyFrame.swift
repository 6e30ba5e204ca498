/// A moment of a video at which people are looked at: what rows, tasks and images are known by.
public struct KeyFrame: Hashable, Sendable, CustomStringConvertible {
  /// The video's name.
  public let video: String
  /// The moment in it.
  public let time: Timestamp

  /// Makes a key frame of its video's name and its time.
  public init(video: String, time: Timestamp) {
    self.video = video
    self.time = time
  }

  /// As the first two columns of a row: "1j20qq1JyX4,0902".
  public var description: String { "\(video),\(time)" }
}
