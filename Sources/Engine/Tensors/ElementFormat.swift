/// How the numbers of a map lie in memory.
public enum ElementFormat: Sendable {
  /// Numbers of 32 bits, as they are computed with.
  case float32
  /// The upper half of a float32, rounded to the nearest, ties to even.
  case bfloat16
  /// Integers from 0 to 255, which stand for numbers by a scale for every channel: ``ChannelScales``.
  case uint8

  /// Bytes of a number.
  public var bytes: Int {
    switch self {
    case .float32: 4
    case .bfloat16: 2
    case .uint8: 1
    }
  }

  /// The floats that a position's channels take.
  public func floats(_ channels: Int) -> Int { channels * bytes / 4 }

  /// Whether as many channels end on a whole float.
  public func divides(_ channels: Int) -> Bool { channels * bytes % 4 == 0 }
}

/// What the integers of a map stand for: in channel c, `(integer - zero) x values[c]`.
public struct ChannelScales: Sendable, Equatable {
  /// Above 0.
  public let values: [Float]
  /// The integer that stands for 0: 0 where no number is negative, else 128.
  public let zero: Int

  /// Makes scales, one positive number for each channel, with the integer that stands for 0.
  public init(_ values: [Float], zero: Int = 0) {
    precondition(values.allSatisfy { $0 > 0 && $0.isFinite } && 0...255 ~= zero, "scales are positive numbers")
    self.values = values
    self.zero = zero
  }

  /// The integer next to a number, ties to even; 0 for a NaN.
  public func integer(_ value: Float, channel: Int) -> UInt8 {
    let scaled = (value / values[channel] + Float(zero)).rounded(.toNearestOrEven)
    return scaled.isNaN ? 0 : UInt8(min(max(scaled, 0), 255))
  }

  /// The number that an integer stands for.
  public func number(_ integer: UInt8, channel: Int) -> Float { Float(Int(integer) - zero) * values[channel] }
}
