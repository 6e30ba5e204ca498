import Kernels
import RoIAlign
import Tensors
import TestSupport
import Testing

/// What pooled boxes' gradients are by the features.
struct GradientTests {
  /// Boxes that overlap, reach out of the features, are empty, and lie in both items.
  private static let boxes = [
    box(20, 16, 120, 90), box(-30, 40, 60, 300), box(70, 70, 70, 100),
    Region(batchIndex: 1, x1: 10, y1: 5, x2: 140, y2: 110),
  ]

  private static func drawn(_ count: Int, _ seed: UInt64) -> [Float] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { _ in Float.random(in: -1...1, using: &generator) }
  }

  /// Along random directions; where a bin overtakes another on the way, so that the pooled numbers bend, other features are
  /// taken. They have three frames.
  @Test(arguments: [SamplingGrid.legacy, .halfPixel]) func foretellsDifferences(_ grid: SamplingGrid) throws {
    let slopes = try #require(try (1..<20).lazy.compactMap { try Self.slopes(grid, seed: $0) }.first)
    #expect(
      abs(slopes.foretold) > 0.01 && abs(slopes.foretold - slopes.found) < 2e-3 * max(1, abs(slopes.foretold)),
      "\(slopes)")
  }

  private static func slopes(_ grid: SamplingGrid, seed: UInt64) throws -> (foretold: Double, found: Double)? {
    let aligner = try RoIAligner(resolution: 7, spatialScale: 1 / 16, grid: grid)
    let (extent, channels) = (Extent3(3, 8, 9), 5)
    let shape = [2, channels, extent.t, extent.h, extent.w]
    let (own, direction) = (drawn(shape.reduce(1, *), seed), drawn(shape.reduce(1, *), 100 + seed))
    let factors = drawn(boxes.count * channels, 200)
    func pooled(_ step: Float) throws -> LargestBins {
      let map = FeatureMap(channelsFirst: Tensor(shape, zip(own, direction).map { $0 + step * $1 }))
      return try aligner.largestBins(FeaturePlane(map), boxes, pool: onePool, kernels: .best)
    }
    let step: Float = 1e-3
    let losses = try [-step, 0, step].map { step in
      zip(try pooled(step).values.array, factors).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    let (before, after) = ((losses[1] - losses[0]) / Double(step), (losses[2] - losses[1]) / Double(step))
    if abs(after - before) > 2e-3 { return nil }
    let target = FeatureMap(zeros: 2, extent, channels: channels)
    try factors.withUnsafeBufferPointer { factors in
      aligner.gradient(
        of: try pooled(0), factors.baseAddress!, pitch: channels, into: target, adds: false, pool: onePool)
    }
    let foretold = zip(target.channelsFirst().array, direction).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    return (foretold, (before + after) / 2)
  }

  /// Features that are all alike: every bin is the largest, and the first one takes the gradient; the whole of it is passed on.
  @Test func theFirstOfEqualBinsTakesIt() throws {
    let aligner = try RoIAligner(resolution: 2, spatialScale: 1, grid: .halfPixel)
    let map = FeatureMap(zeros: 1, Extent3(1, 4, 4), channels: 1)
    for position in 0..<16 { map.start[position] = 7 }
    let largest = try aligner.largestBins(FeaturePlane(map), [box(0, 0, 4, 4)], pool: onePool, kernels: .best)
    #expect(largest.values.array == [7])
    let target = FeatureMap(zeros: 1, Extent3(1, 4, 4), channels: 1)
    aligner.gradient(of: largest, [10], pitch: 1, into: target, adds: false, pool: onePool)
    #expect(target.channelsFirst().array == [2.5, 2.5, 0, 0, 2.5, 2.5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
    aligner.gradient(of: largest, [10], pitch: 1, into: target, adds: true, pool: onePool)
    #expect(target.channelsFirst().array.reduce(0, +) == 20)
  }

  @Test func badBoxesAreRefused() throws {
    let aligner = try RoIAligner(resolution: 2, spatialScale: 1, grid: .halfPixel)
    try aligner.check(Self.boxes, batch: 2)
    #expect(throws: RoIAlignError.self) { try aligner.check(Self.boxes, batch: 1) }
    #expect(throws: RoIAlignError.self) { try aligner.check([box(.nan, 0, 1, 1)], batch: 1) }
  }
}
