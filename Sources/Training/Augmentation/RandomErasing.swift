public import Imaging
internal import Geometry
internal import Glibc

/// Overwrites a rectangle of a normalised clip, the same in all frames, with zeros or noise (`AUG.RE_PROB`, `RE_MODE`,
/// `RE_COUNT`).
///
/// Source: Zhong et al., "Random Erasing Data Augmentation", 2017.
public struct RandomErasing: FloatAugmentation {
  /// What is written.
  public enum Filling: String, Sendable, CaseIterable {
    /// Zeros.
    case const
    /// Normal noise, one number a channel and frame.
    case rand
    /// Normal noise, a number for each value.
    case pixel
  }

  public var probability: Double
  public var filling: Filling
  /// The most rectangles; each is smaller by their number.
  ///
  /// Above 1 the first frames stay as they are, one in `count` of all: PySlowFast takes the same number for the parts of
  /// the clip of which the first is spared.
  public var count: Int
  /// Of the rectangle's area to the frame's.
  public var areas = 0.02...1.0 / 3
  /// Of the rectangle's height to its width; its logarithm is uniformly distributed.
  public var aspects = 0.3...1 / 0.3

  /// - Throws: `AugmentationError` for what is no probability, or less than one rectangle.
  public init(probability: Double, filling: Filling = .pixel, count: Int = 1) throws(AugmentationError) {
    try checkProbability(probability, "AUG.RE_PROB")
    if count < 1 {
      throw AugmentationError(
        doing: "setting up augmentation", found: "AUG.RE_COUNT is \(count), expected at least 1",
        advice: "set AUG.RE_COUNT 1, or AUG.RE_PROB 0 to erase nothing")
    }
    self.probability = probability
    self.filling = filling
    self.count = count
  }

  /// How often a rectangle is drawn that does not fit before it is given up.
  private static let attempts = 100

  /// Draws: whether; how many, where several may be; then for each area and aspect until it fits, top and left, and the
  /// noise of each frame, channel by channel.
  public func apply(to clip: inout Clip<FloatImage>, _ draws: inout some Draws) {
    if draws.uniform() > probability { return }
    let count = count == 1 ? 1 : draws.integer(in: 1...self.count)
    for _ in 0..<count {
      guard let part = rectangle(in: clip.size, count, &draws) else { continue }
      let first = self.count > 1 ? clip.frames.count / self.count : 0
      for index in first..<clip.frames.count { fill(&clip.frames[index], part, &draws) }
    }
  }

  /// Both sides are shorter than the frame's.
  private func rectangle(in size: ImageSize, _ count: Int, _ draws: inout some Draws) -> PixelRectangle? {
    for _ in 0..<Self.attempts {
      let area = draws.uniform(areas.lowerBound, areas.upperBound) * Double(size.width * size.height) / Double(count)
      let aspect = exp(draws.uniform(log(aspects.lowerBound), log(aspects.upperBound)))
      let height = Int((area * aspect).squareRoot().rounded(.toNearestOrEven))
      let width = Int((area / aspect).squareRoot().rounded(.toNearestOrEven))
      if width < size.width && height < size.height {
        let top = draws.integer(in: 0...size.height - height)
        let left = draws.integer(in: 0...size.width - width)
        return PixelRectangle(left: left, top: top, width: width, height: height)
      }
    }
    return nil
  }

  private func fill(_ frame: inout FloatImage, _ part: PixelRectangle, _ draws: inout some Draws) {
    let (width, height) = (part.size.width, part.size.height)
    let noise =
      switch filling {
      case .const: [Float](repeating: 0, count: 3)
      case .rand: draws.noise(3)
      case .pixel: draws.noise(3 * width * height)
      }
    let isByPixel = filling == .pixel
    for y in 0..<height {
      for x in 0..<width {
        let place = ((part.top + y) * frame.width + part.left + x) * 3
        for channel in 0..<3 {
          frame.pixels[place + channel] = noise[isByPixel ? (channel * height + y) * width + x : channel]
        }
      }
    }
  }
}
