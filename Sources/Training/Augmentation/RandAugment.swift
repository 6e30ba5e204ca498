public import Imaging
internal import Geometry

/// Some of many operations on pictures, drawn for each clip and the same for all of its frames (`AUG.AA_TYPE`).
///
/// Source: Cubuk et al., "RandAugment: Practical automated data augmentation with a reduced search space", 2019, as timm
/// changed it: magnitudes are noisy, and every operation happens half of the time only.
public struct RandAugment: ByteAugmentation {
  static let largestMagnitude = 10.0

  /// How pixels that move are interpolated (`AUG.INTERPOLATION`).
  public enum Interpolation: String, Sendable, CaseIterable {
    case bilinear
    case bicubic
    /// One of the two, drawn for every frame.
    case random
  }

  /// Those that are drawn from.
  public var operations: [PictureOperation]
  /// The probability of each; nil: all the same, and they may come again.
  public var weights: [Double]?
  /// How many are drawn.
  public var count: Int
  /// The mean strength, 0 to 10.
  public var magnitude: Double
  /// The standard deviation of the strength; 0 takes no draw.
  public var deviation: Double
  /// Of an operation that was drawn; 1 takes no draw.
  public var probability = 0.5
  public var interpolation: Interpolation
  /// The farthest that TranslateX and TranslateY shift in pixels; nil: 0.45 of the short side, rounded down.
  public var distance: Double?

  public init(
    operations: [PictureOperation], weights: [Double]? = nil, count: Int = 2, magnitude: Double = 10,
    deviation: Double = 0, interpolation: Interpolation = .bicubic
  ) {
    precondition(!operations.isEmpty && weights.map { $0.count == operations.count } ?? true, "a weight an operation")
    self.operations = operations
    self.weights = weights
    self.count = count
    self.magnitude = magnitude
    self.deviation = deviation
    self.interpolation = interpolation
  }

  /// Draws: the operations; for each whether, its magnitude, its sign where it has one; for each frame the interpolation
  /// where it is random.
  public func apply(to clip: inout Clip<Image>, _ draws: inout some Draws) {
    let distance = distance ?? (Double(clip.size.shortSide) * 0.45).rounded(.down)
    for place in draws.choice(count, of: operations.count, weights: weights) {
      if probability < 1 && draws.uniform() > probability { continue }
      let operation = operations[place]
      let drawn = deviation > 0 ? draws.normal(mean: magnitude, deviation: deviation) : magnitude
      let argument = operation.argument.value(
        max(0, min(Self.largestMagnitude, drawn)), distance: distance, &draws)
      for index in clip.frames.indices {
        let filter = operation.movesPixels ? filter(&draws) : .linear
        clip.frames[index] = operation.apply(clip.frames[index], argument, filter)
      }
    }
  }

  private func filter(_ draws: inout some Draws) -> PillowFilter {
    switch interpolation {
    case .bilinear: .linear
    case .bicubic: .cubic
    case .random: draws.integer(in: 0..<2) == 0 ? .linear : .cubic
    }
  }
}
