internal import Glibc

/// How surely a guess about a file holds: how often chance would support it as well.
///
/// Witnesses that know nothing of each other (people in different places, different action ids) fit clearly better
/// either with the guess or without it. In a file that is as it should be, each is for the guess with a probability of
/// one half at most: a sign test. Every guess that was tried gave chance another try, so the probability is counted
/// once for each (Bonferroni).
public struct Evidence: Equatable, Sendable {
  /// The probability that chance alone would speak for one of the guesses that were tried as clearly; 1 at most.
  public let chance: Double
  /// The same for this guess alone.
  private let chanceOfThis: Double

  /// How often a correct file may be called a mistake, for each kind of guess.
  static let errorRate = 0.001
  /// How often a guess alone may be mentioned where it is none.
  private static let mentionRate = 0.125

  /// No guess: what is said stands in the file.
  static let certain = Evidence(chance: 0)
  /// Nothing that would tell.
  static let none = Evidence(chance: 1)

  /// Evidence of a known probability.
  init(chance: Double, guesses: Int = 1) {
    chanceOfThis = min(1, chance)
    self.chance = min(1, chance * Double(guesses))
  }

  /// Evidence of witnesses.
  ///
  /// - Parameters:
  ///   - supporting: Those that fit better with the guess.
  ///   - opposing: Those that fit better without it.
  ///   - rate: How often a witness is for the guess by chance, at most.
  ///   - guesses: How many guesses of the kind were tried.
  init(supporting: Int, opposing: Int, rate: Double = 0.5, guesses: Int = 1) {
    self.init(chance: chanceOfAtLeast(supporting, of: supporting + opposing, rate), guesses: guesses)
  }

  /// Whether it is enough to call something a mistake.
  public var isConclusive: Bool { chance <= Self.errorRate }

  /// Whether it is enough to mention something.
  var isWorthMentioning: Bool { chanceOfThis <= Self.mentionRate }

  /// Both must hold.
  func and(_ other: Evidence) -> Evidence { chance >= other.chance ? self : other }

  /// Either is enough.
  func or(_ other: Evidence) -> Evidence { chance <= other.chance ? self : other }
}

/// The probability of at least so many hits, each coming at the same rate.
private func chanceOfAtLeast(_ hits: Int, of count: Int, _ rate: Double) -> Double {
  if Double(hits) <= Double(count) * rate { return 1 }
  var logarithm = Double(hits) * log(rate) + Double(count - hits) * log(1 - rate)
  for step in 0..<(count - hits) { logarithm += log(Double(hits + step + 1) / Double(step + 1)) }
  var (term, sum) = (exp(logarithm), 0.0)
  for number in hits...count {
    sum += term
    term *= Double(count - number) / Double(number + 1) * rate / (1 - rate)
  }
  return min(1, sum)
}
