import Kernels
import RoIAlign
import Tensors
import TestSupport
import Testing

/// What must hold whatever the numbers are.
struct PropertyTests {
  static let boxes = [
    box(40, 33, 170, 120), box(65.5, 20.25, 66, 140), box(16, 16, 240, 176), box(100, 90, 101, 91),
  ]

  @Test("pooling is linear in the features", arguments: [SamplingGrid.legacy, .halfPixel])
  func linearity(grid: SamplingGrid) throws {
    let align = try RoIAligner(resolution: 7, spatialScale: 1 / 16, grid: grid)
    let (a, b) = (seededFeatures(1, 12, 16, 21), seededFeatures(2, 12, 16, 21))
    let sum = features(12, 16, 21) { c, y, x in
      let index = (y * 16 + x) * 21 + c
      return 3 * a.storage.pointer[index] - b.storage.pointer[index]
    }
    for kernels in everyTable {
      func pooled(_ plane: FeaturePlane) throws -> [Float] {
        try align(plane, Self.boxes, pool: onePool, kernels: kernels).array
      }
      let expected = zip(try pooled(a), try pooled(b)).map { 3 * $0 - $1 }
      #expect(difference(try pooled(sum), expected, .reassociated, "\(kernels.instructionSet)") == nil)
    }
  }

  @Test("moving features and boxes by whole cells changes nothing", arguments: [SamplingGrid.legacy, .halfPixel])
  func translation(grid: SamplingGrid) throws {
    let align = try RoIAligner(resolution: 7, spatialScale: 1 / 16, grid: grid)
    let plane = seededFeatures(3, 14, 18, 5)
    let moved = features(17, 23, 5) { c, y, x in
      y < 3 || x < 5 ? 9 : plane.storage.pointer[((y - 3) * 18 + x - 5) * 5 + c]
    }
    let boxes = Self.boxes.map { box($0.x1 + 80, $0.y1 + 48, $0.x2 + 80, $0.y2 + 48) }
    for kernels in everyTable {
      let here = try align(plane, Self.boxes, pool: onePool, kernels: kernels).array
      let there = try align(moved, boxes, pool: onePool, kernels: kernels).array
      #expect(difference(there, here, .absolute(2e-5), "\(kernels.instructionSet)") == nil)
    }
  }

  @Test("permuting channels permutes the result, to the last bit", arguments: everyTable)
  func permutation(kernels: KernelTable) throws {
    let align = try RoIAligner(resolution: 5, spatialScale: 1 / 16, grid: .halfPixel)
    let channels = 147
    let plane = seededFeatures(4, 12, 16, channels)
    // 25 and 147 have no common divisor: a permutation.
    let shuffled = features(12, 16, channels) { c, y, x in
      plane.storage.pointer[(y * 16 + x) * channels + c * 25 % channels]
    }
    let expected = try align(plane, Self.boxes, pool: onePool, kernels: kernels).array
    let found = try align(shuffled, Self.boxes, pool: onePool, kernels: kernels).array
    let permuted = expected.indices.map { expected[$0 / channels * channels + $0 % channels * 25 % channels] }
    #expect(difference(found, permuted, .exact) == nil)
  }

  @Test("constant features give the constant inside", arguments: everyTable)
  func constant(kernels: KernelTable) throws {
    let plane = features(12, 16, 9) { _, _, _ in 2.5 }
    for grid in [SamplingGrid.legacy, .halfPixel] {
      let align = try RoIAligner(resolution: 7, spatialScale: 1 / 16, grid: grid)
      let found = try align(plane, Self.boxes, pool: onePool, kernels: kernels).array
      #expect(difference(found, found.map { _ in 2.5 }, .rounding, "\(grid)") == nil)
    }
  }

  @Test("a plane's average over a bin is its value at the bin's centre", arguments: everyTable)
  func ramp(kernels: KernelTable) throws {
    let plane = features(12, 16, 2) { c, y, x in c == 0 ? Float(x) : Float(y) }
    for (grid, offset) in [(SamplingGrid.legacy, Float(0)), (.halfPixel, 0.5)] {
      let align = try RoIAligner(resolution: 4, spatialScale: 1 / 16, grid: grid)
      let region = box(35, 30, 165, 111)
      let found = try align(plane, [region], pool: onePool, kernels: kernels).array
      func centre(_ low: Float, _ high: Float, _ bin: Int) -> Float {
        let pixel = low + (high - low) * (Float(bin) + 0.5) / 4
        return pixel / 16 - offset
      }
      var expected: [Float] = []
      for bin in 0..<16 {
        expected.append(centre(region.x1, region.x2, bin % 4))
        expected.append(centre(region.y1, region.y2, bin / 4))
      }
      #expect(difference(found, expected, .reassociated, "\(grid)") == nil)
    }
  }

  @Test("exchanging rows and columns exchanges the bins", arguments: everyTable)
  func transposition(kernels: KernelTable) throws {
    let align = try RoIAligner(resolution: 6, spatialScale: 1 / 16, grid: .halfPixel)
    let plane = seededFeatures(5, 12, 16, 3)
    let turned = features(16, 12, 3) { c, y, x in plane.storage.pointer[(x * 16 + y) * 3 + c] }
    let boxes = [box(-20, 30, 170, 250), box(100, -90, 300, 40), box(60, 60, 70, 100)]
    let found = try align(
      turned, boxes.map { box($0.y1, $0.x1, $0.y2, $0.x2) }, pool: onePool, kernels: kernels
    ).array
    let bins = try align(plane, boxes, pool: onePool, kernels: kernels).array
    let expected = bins.indices.map { index in
      let (c, bin, r) = (index % 3, index / 3 % 36, index / 108)
      return bins[(r * 36 + bin % 6 * 6 + bin / 6) * 3 + c]
    }
    #expect(difference(found, expected, .reassociated) == nil)
  }

  @Test("doubling the boxes and halving the scale changes nothing, to the last bit", arguments: everyTable)
  func scale(kernels: KernelTable) throws {
    let plane = seededFeatures(6, 12, 16, 19)
    for grid in [SamplingGrid.legacy, .halfPixel] {
      let align = try RoIAligner(resolution: 7, spatialScale: 1 / 16, grid: grid)
      let half = try RoIAligner(resolution: 7, spatialScale: 1 / 32, grid: grid)
      let doubled = Self.boxes.map { box(2 * $0.x1, 2 * $0.y1, 2 * $0.x2, 2 * $0.y2) }
      let expected = try align(plane, Self.boxes, pool: onePool, kernels: kernels).array
      #expect(difference(try half(plane, doubled, pool: onePool, kernels: kernels).array, expected, .exact) == nil)
    }
  }

  @Test("the two grids are half a cell apart", arguments: everyTable)
  func grids(kernels: KernelTable) throws {
    let plane = seededFeatures(7, 12, 16, 4)
    let legacy = try RoIAligner(resolution: 7, spatialScale: 1 / 16, grid: .legacy)
    let half = try RoIAligner(resolution: 7, spatialScale: 1 / 16, grid: .halfPixel)
    let region = box(40, 33, 170, 120)
    let moved = box(48, 41, 178, 128)
    let expected = try legacy(plane, [region], pool: onePool, kernels: kernels).array
    #expect(difference(try half(plane, [moved], pool: onePool, kernels: kernels).array, expected, .rounding) == nil)
  }
}
