/// What can go wrong with an image: what was being done, with which file, what was found, what to do.
public struct ImagingError: Error, Equatable, CustomStringConvertible {
  /// What was being done ("reading a JPEG").
  public let doing: String
  /// The file, or what else the image is called; nil where bytes have no name.
  public let source: String?
  /// What was expected and found, and what to do.
  public let reason: String

  public init(doing: String, source: String? = nil, reason: String) {
    self.doing = doing
    self.source = source
    self.reason = reason
  }

  public var description: String {
    "\(doing): " + (source.map { "'\($0)': " } ?? "") + reason
  }
}
