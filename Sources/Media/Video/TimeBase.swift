internal import CLibAV

/// A ratio of whole numbers: seconds a tick, or frames a second.
public struct Ratio: Hashable, Sendable, CustomStringConvertible {
  public let numerator: Int
  public let denominator: Int

  public init(_ numerator: Int, _ denominator: Int) {
    self.numerator = numerator
    self.denominator = denominator
  }

  init(_ value: AVRational) { self.init(Int(value.num), Int(value.den)) }

  /// The value; 0 when the file leaves it open.
  public var value: Double { denominator == 0 ? 0 : Double(numerator) / Double(denominator) }

  public var description: String { "\(numerator)/\(denominator)" }
}

/// A timestamp, nil where libav has none.
func timestamp(_ value: Int64) -> Int64? { value == slowfast_av_nopts_value() ? nil : value }
