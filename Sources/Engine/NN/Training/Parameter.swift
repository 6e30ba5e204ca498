public import Tensors

/// Weights that are trained: their numbers, and the gradient of a loss by them.
///
/// Operators and whoever changes the numbers share them; not to be used by two threads at once.
public final class Parameter: @unchecked Sendable {
  /// What an optimizer treats alike.
  public enum Kind: Sendable {
    case weight, bias
    /// Weight and bias of a normalisation by the batch.
    case batchNorm
    /// The same whose statistics are those of parts of a batch, which PySlowFast does not tell from other weights.
    case subBatchNorm
    /// Weight and bias of a normalisation of every position.
    case layerNorm
  }

  /// The tensor's name in a checkpoint.
  public let name: String
  public let kind: Kind
  public let value: Tensor
  /// As the value; what the last backward pass found.
  public let gradient: Tensor
  /// Whether it is to have a gradient.
  public var isTrained = true
  /// How often the value has been changed: what is made of it is to be made again.
  public private(set) var version = 0

  public init(name: String, kind: Kind, value: Tensor) {
    self.name = name
    self.kind = kind
    self.value = value
    gradient = Tensor(zeros: value.shape)
  }

  /// To be told after every change of the value.
  public func hasChanged() { version += 1 }
}

/// The statistics of a normalisation by the batch, as they run.
public final class RunningStatistics: @unchecked Sendable {
  /// The module's name in a checkpoint.
  public let name: String
  /// [splits x channels], split outermost
  public let mean: Tensor
  public let variance: Tensor
  public let splits: Int
  public var batches = 0
  /// By split: what the last batch had, its variance that of the population, over so many positions.
  public internal(set) var latest: [(mean: [Double], variance: [Double], count: Int)] = []
  /// The weight of a new batch.
  public var momentum = 0.1
  /// Averages numbers over processes that train together, each with as many positions (`BN.NORM_TYPE sync_batchnorm`); nil
  /// where each process has statistics of its own.
  public var average: (([Double]) -> [Double])?
  /// How many processes share the statistics.
  public var processes = 1
  /// Whether these statistics normalise, and stay as they are, rather than those of the batch.
  public var isFrozen = false

  /// - Parameters:
  ///   - mean: [channels], as the variance.
  ///   - splits: The parts of a batch that have statistics of their own.
  public init(name: String, mean: Tensor, variance: Tensor, splits: Int = 1) {
    self.name = name
    self.splits = splits
    func repeated(_ tensor: Tensor) -> Tensor {
      Tensor([splits * tensor.count], (0..<splits).flatMap { _ in tensor.array })
    }
    self.mean = splits == 1 ? mean : repeated(mean)
    self.variance = splits == 1 ? variance : repeated(variance)
  }

  /// The channels that are normalised.
  public var channels: Int { mean.count / splits }

  /// The statistics of all splits together, as PySlowFast aggregates them: the mean of the means, and of the variances the
  /// mean with that of the means around theirs.
  public var aggregated: (mean: Tensor, variance: Tensor) {
    if splits == 1 { return (mean, variance) }
    let (means, variances) = (Tensor(zeros: [channels]), Tensor(zeros: [channels]))
    for c in 0..<channels {
      let own = (0..<splits).map {
        (Double(mean.values[$0 * channels + c]), Double(variance.values[$0 * channels + c]))
      }
      let center = own.reduce(0) { $0 + $1.0 } / Double(splits)
      means.mutableValues[c] = Float(center)
      variances.mutableValues[c] = Float(
        own.reduce(0) { $0 + $1.1 + ($1.0 - center) * ($1.0 - center) } / Double(splits))
    }
    return (means, variances)
  }
}
