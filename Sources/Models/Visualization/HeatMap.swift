public import Tensors

/// Numbers over a clip: T frames of H x W, where the network looks.
public struct HeatMap: Sendable, Equatable {
  public let extent: Extent3
  /// T x H x W, w fastest.
  public var values: [Float]

  public init(_ extent: Extent3, _ values: [Float]) {
    precondition(values.count == extent.count, "a heat map fills its extent")
    (self.extent, self.values) = (extent, values)
  }

  /// The weights with which a map's channels are summed.
  public enum Weights: Sendable {
    /// Grad-CAM: of every channel and frame one, the mean of the gradient over its places.
    ///
    /// Source: Selvaraju et al., "Grad-CAM", 2017; PySlowFast weights every frame by itself.
    case means
    /// HiResCAM: of every place its own gradient, so that places on which the score does not depend have 0.
    ///
    /// Source: Draelos and Carin, "Use HiResCAM instead of Grad-CAM for faithful explanations of convolutional neural
    /// networks", 2020.
    case places
  }

  /// For every frame of a layer's map, the channels' sum with weights from their gradients, without what is negative.
  ///
  /// - Parameters:
  ///   - gradient: The score's, by the map; of its extent.
  ///   - item: Of the batch.
  public init(map: FeatureMap, gradient: FeatureMap, item: Int = 0, _ kind: Weights = .means) {
    let extent = map.extent
    let plane = extent.h * extent.w
    var values: [Float] = []
    values.reserveCapacity(extent.count)
    var weights = [Double](repeating: 0, count: map.channels)
    for frame in 0..<extent.t {
      let first = (item * extent.t + frame) * plane
      for c in weights.indices { weights[c] = 0 }
      for position in first..<first + plane where kind == .means {
        let from = gradient.start + position * gradient.pitch
        for c in weights.indices { weights[c] += Double(from[c]) / Double(plane) }
      }
      for position in first..<first + plane {
        let (from, slopes) = (map.start + position * map.pitch, gradient.start + position * gradient.pitch)
        var sum = 0.0
        for c in weights.indices { sum += (kind == .means ? weights[c] : Double(slopes[c])) * Double(from[c]) }
        values.append(Float(max(0, sum)))
      }
    }
    self.init(extent, values)
  }

  /// Trilinear, pixels being squares (PyTorch's `interpolate` with `align_corners=False`).
  public func resized(to target: Extent3) -> HeatMap {
    let (t, y, x) = (
      Self.taps(extent.t, target.t), Self.taps(extent.h, target.h), Self.taps(extent.w, target.w)
    )
    var result: [Float] = []
    result.reserveCapacity(target.count)
    for a in t {
      for b in y {
        let rows = [(a.0, b.0), (a.0, b.1), (a.1, b.0), (a.1, b.1)].map { ($0 * extent.h + $1) * extent.w }
        let shares = [(1 - a.2) * (1 - b.2), (1 - a.2) * b.2, a.2 * (1 - b.2), a.2 * b.2]
        for c in x {
          var sum: Float = 0
          for (row, share) in zip(rows, shares) {
            sum += share * ((1 - c.2) * values[row + c.0] + c.2 * values[row + c.1])
          }
          result.append(sum)
        }
      }
    }
    return HeatMap(target, result)
  }

  /// For every place of an axis the two that it lies between, and how far it is from the first.
  private static func taps(_ count: Int, _ target: Int) -> [(Int, Int, Float)] {
    (0..<target).map { place in
      let at = max(0, (Double(place) + 0.5) * Double(count) / Double(target) - 0.5)
      let first = min(Int(at), count - 1)
      return (first, min(first + 1, count - 1), Float(at - Double(first)))
    }
  }

  /// The same from 0 at the least to 1 at the largest; all 0 where all are equal.
  public var normalized: HeatMap {
    let (least, most) = (values.min() ?? 0, values.max() ?? 0)
    let range = most - least
    guard range > 0, range.isFinite else { return HeatMap(extent, values.map { _ in 0 }) }
    return HeatMap(extent, values.map { ($0 - least) / range })
  }
}
