internal import Kernels
internal import Tensors

/// How large the values of a network are in practice: what integers of 8 bits are made to stand for.
///
/// It holds for the network whose values were observed, on clips like those.
public struct Calibration: Sendable, Equatable {
  /// What was seen of a value.
  public struct Range: Sendable, Equatable {
    /// The operator that makes it, ``Operator/name``.
    public var operation: String
    /// By channel, the largest size of a number that is to be told from larger ones; 0 where there were only zeros.
    public var largest: [Float]
    /// By channel.
    public var means: [Float]

    public init(operation: String, largest: [Float], means: [Float]) {
      self.operation = operation
      self.largest = largest
      self.means = means
    }
  }

  /// Of every value that may be integers, in the order of the operators that make them: ``Network/quantizable``.
  public var ranges: [Range]
  /// Of the weights that it is for: ``Network/weightsMark``; nil for those of the network that was just observed, which
  /// are not compared.
  public var weightsMark: String?

  public init(ranges: [Range], weightsMark: String? = nil) {
    self.ranges = ranges
    self.weightsMark = weightsMark
  }
}

/// Why a network cannot be quantized.
public enum CalibrationError: Error, Equatable, CustomStringConvertible {
  case wrongCount(expected: Int, found: Int)
  case wrongOperation(number: Int, expected: String, found: String)
  case wrongChannels(operation: String, expected: Int, found: Int)
  case otherWeights
  /// Weights are damaged: what they make need not show it, as integers are finite whatever they stand for.
  case notFinite(operation: String)

  public var description: String {
    switch self {
    case .wrongCount(let expected, let found):
      "it has the ranges of \(found) layers, the network has \(expected)"
    case .wrongOperation(let number, let expected, let found):
      "its layer \(number) is '\(found)', the network's is '\(expected)'"
    case .wrongChannels(let operation, let expected, let found):
      "of '\(operation)' it has \(found) channels, the network has \(expected)"
    case .otherWeights: "it was made with other weights"
    case .notFinite(let operation): "the weights of '\(operation)' are not finite"
    }
  }
}

extension ChannelScales {
  /// Scales by which integers reach as far as a range.
  ///
  /// - Parameters:
  ///   - range: Of the value's channels.
  ///   - isNonNegative: Whether no number is negative: integers are from 0 on, else from -128 on, moved by 128.
  init(_ range: Calibration.Range, isNonNegative: Bool) {
    let largest = range.largest.max() ?? 0
    // A channel that was hardly seen keeps some of what others reach, so that it is not cut off when it is seen; and a value of
    // zeros alone has scales, too.
    let least = max(largest / 32, Float.leastNormalMagnitude * 1024)
    self.init(range.largest.map { max($0, least) / (isNonNegative ? 255 : 127) }, zero: isNonNegative ? 0 : 128)
  }
}
