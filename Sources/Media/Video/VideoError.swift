/// What can go wrong with a video: what was being done, with which file, what was found, what to do.
public struct VideoError: Error, Equatable, CustomStringConvertible {
  /// What was being done ("opening a video").
  public let doing: String
  /// The file.
  public let path: String
  /// What was expected and found, and what to do.
  public let reason: String

  public init(doing: String, path: String, reason: String) {
    self.doing = doing
    self.path = path
    self.reason = reason
  }

  /// What was found, without the advice.
  public var found: String { reason.firstRange(of: " -> ").map { String(reason[..<$0.lowerBound]) } ?? reason }

  public var description: String { "\(doing): '\(path)': \(reason)" }
}
