/// A frame that its source has but cannot show as it was recorded: cut off, garbled, lost on the way, of another size.
///
/// The source itself stays usable: its other frames can be asked for.
public struct FrameDamage: Error, Equatable, CustomStringConvertible {
  /// The frame's number in the source's own counting.
  public let frame: Int
  /// What is wrong, in which file or where in it; the same text for all frames that one fault takes away.
  public let cause: String
  /// What was being done, what was found, and what to do.
  public let description: String
  /// From the first to the last frame of the clip that needed it, in whose others damage may be, too; nil where no clip is
  /// known.
  public var clip: ClosedRange<Int>?

  public init(frame: Int, cause: String, description: String) {
    self.frame = frame
    self.cause = cause
    self.description = description
  }
}
