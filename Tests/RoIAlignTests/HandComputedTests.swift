import Kernels
import RoIAlign
import Tensors
import TestSupport
import Testing

struct HandComputedTests {
  /// Row y, column x holds 4y + x.
  let ramp = features(4, 4) { _, y, x in Float(4 * y + x) }

  @Test("on the half-pixel grid a 2x2 box over whole cells takes those cells", arguments: everyTable)
  func halfPixel(kernels: KernelTable) throws {
    let align = try RoIAligner(resolution: 2, spatialScale: 1, grid: .halfPixel)
    #expect(try align(ramp, [box(1, 1, 3, 3)], pool: onePool, kernels: kernels).array == [5, 6, 9, 10])
    #expect(try align.reference(ramp, [box(1, 1, 3, 3)]).array == [5, 6, 9, 10])
  }

  @Test("on the legacy grid the same box lies half a cell further", arguments: everyTable)
  func legacy(kernels: KernelTable) throws {
    let align = try RoIAligner(resolution: 2, spatialScale: 1, grid: .legacy)
    #expect(try align(ramp, [box(1, 1, 3, 3)], pool: onePool, kernels: kernels).array == [7.5, 8.5, 11.5, 12.5])
    #expect(try align.reference(ramp, [box(1, 1, 3, 3)]).array == [7.5, 8.5, 11.5, 12.5])
  }

  @Test("the legacy grid stretches a point to one cell, the half-pixel grid gives zeros", arguments: everyTable)
  func point(kernels: KernelTable) throws {
    let legacy = try RoIAligner(resolution: 1, spatialScale: 1, grid: .legacy)
    #expect(try legacy(ramp, [box(1, 1, 1, 1)], pool: onePool, kernels: kernels).array == [7.5])
    let half = try RoIAligner(resolution: 1, spatialScale: 1, grid: .halfPixel)
    #expect(try half(ramp, [box(1, 1, 1, 1)], pool: onePool, kernels: kernels).array == [0])
  }

  @Test(
    "one cell outside counts as the border, further out as zero",
    arguments: [
      (box(0, -1, 1, 0), 1), (box(0, -1.25, 1, -0.25), 0), (box(0, 2, 1, 3), 3), (box(0, 2.25, 1, 3.25), 0),
      (box(-1, 0, 0, 1), 1), (box(-1.25, 0, -0.25, 1), 0), (box(2, 0, 3, 1), 2), (box(2.25, 0, 3.25, 1), 0),
    ] as [(Region, Float)])
  func border(region: Region, expected: Float) throws {
    let cells = features(2, 2) { _, y, x in Float(2 * y + x + 1) }
    let align = try RoIAligner(resolution: 1, spatialScale: 1, grid: .halfPixel, samplingRatio: .fixed(1))
    for kernels in everyTable {
      #expect(try align(cells, [region], pool: onePool, kernels: kernels).array == [expected])
    }
    #expect(try align.reference(cells, [region]).array == [expected])
  }

  @Test("a sample that counts as zero still counts", arguments: everyTable)
  func average(kernels: KernelTable) throws {
    let cells = features(2, 2) { _, _, _ in 1 }
    // Rows at -2.5 (zero) and -0.5 (the border).
    let align = try RoIAligner(resolution: 1, spatialScale: 1, grid: .halfPixel, samplingRatio: .fixed(2))
    #expect(try align(cells, [box(0, -3, 1, 1)], pool: onePool, kernels: kernels).array == [0.5])
  }

  @Test("the maximum of all bins may be negative", arguments: everyTable)
  func negativeMaximum(kernels: KernelTable) throws {
    let cells = features(4, 4, 3) { c, y, x in -1 - Float(4 * y + x + c) }
    let align = try RoIAligner(resolution: 2, spatialScale: 1, grid: .halfPixel)
    #expect(try align.maxPooled(cells, [box(1, 1, 3, 3)], pool: onePool, kernels: kernels).array == [-6, -7, -8])
  }
}
