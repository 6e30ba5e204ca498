public import Geometry
internal import Glibc

/// How many decimals boxes and scores get in a file.
public struct Decimals: Equatable, Sendable {
  /// Of coordinates.
  public var box: Int
  /// Of scores.
  public var score: Int

  /// Makes a form of so many decimals of coordinates, and of scores.
  public init(box: Int, score: Int) {
    self.box = box
    self.score = score
  }

  /// PySlowFast's rounding.
  public static let pySlowFast = Decimals(box: 3, score: 4)
  /// Finer than any annotator draws, and fine enough that few scores become equal.
  public static let submission = Decimals(box: 4, score: 6)

  /// The same for scores of any size: as many digits of small ones.
  public static func submission(largestScore: Double) -> Decimals {
    func decimals(_ largest: Double) -> Int {
      largest > 0 ? min(max(submission.score, submission.score - 1 - Int(log10(largest).rounded(.down))), 15) : 6
    }
    let first = decimals(largestScore)
    // What rounds up to a power of ten is written with a decimal less, so that writing twice changes nothing.
    let written = AVARecords.rounded(largestScore, decimals: first)
    return Decimals(box: submission.box, score: written > 0 ? decimals(written) : first)
  }

  /// The box that a reader finds where this one was written.
  public func rounded(_ value: UnitBox) -> UnitBox {
    UnitBox(
      x1: AVARecords.rounded(value.x1, decimals: box), y1: AVARecords.rounded(value.y1, decimals: box),
      x2: AVARecords.rounded(value.x2, decimals: box), y2: AVARecords.rounded(value.y2, decimals: box))
  }

  /// The score that a reader finds where this one was written.
  public func rounded(score value: Double) -> Double { AVARecords.rounded(value, decimals: score) }
}
