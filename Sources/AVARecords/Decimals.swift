public import Geometry

/// How many decimals boxes and scores get in a file.
public struct Decimals: Equatable, Sendable {
  public var box: Int
  public var score: Int

  public init(box: Int, score: Int) {
    self.box = box
    self.score = score
  }

  /// PySlowFast's rounding.
  public static let pySlowFast = Decimals(box: 3, score: 4)
  /// Finer than any annotator draws, and fine enough that few scores become equal.
  public static let submission = Decimals(box: 4, score: 6)

  /// The box that a reader finds where this one was written.
  public func rounded(_ value: UnitBox) -> UnitBox {
    UnitBox(
      x1: AVARecords.rounded(value.x1, decimals: box), y1: AVARecords.rounded(value.y1, decimals: box),
      x2: AVARecords.rounded(value.x2, decimals: box), y2: AVARecords.rounded(value.y2, decimals: box))
  }

  /// The score that a reader finds where this one was written.
  public func rounded(score value: Double) -> Double { AVARecords.rounded(value, decimals: score) }
}
