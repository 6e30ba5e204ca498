import Geometry
import Kernels
import RoIAlign
import Tensors
import TestSupport
import Testing

struct DegenerateTests {
  let plane = seededFeatures(8, 10, 14, 20)

  @Test("no boxes give an empty result", arguments: everyTable)
  func noBoxes(kernels: KernelTable) throws {
    let align = try RoIAligner(resolution: 7, spatialScale: 1 / 16, grid: .halfPixel)
    #expect(try align(plane, [], pool: onePool, kernels: kernels).shape == [0, 7, 7, 20])
    #expect(try align.maxPooled(plane, [], pool: onePool, kernels: kernels).shape == [0, 20])
  }

  @Test(
    "a box that touches nothing gives zeros",
    arguments: [box(500, 20, 600, 90), box(20, -400, 90, -50), box(1e6, 1e6, 2e6, 2e6), box(-3e7, 0, -1e7, 9)])
  func outside(region: Region) throws {
    for (grid, kernels) in everyTable.flatMap({ [(SamplingGrid.legacy, $0), (.halfPixel, $0)] }) {
      let align = try RoIAligner(resolution: 3, spatialScale: 1 / 16, grid: grid)
      let bins = try align(plane, [region], pool: onePool, kernels: kernels)
      #expect(bins.array == [Float](repeating: 0, count: 180))
      let maxima = try align.maxPooled(plane, [region], pool: onePool, kernels: kernels)
      #expect(maxima.array == [Float](repeating: 0, count: 20))
    }
  }

  @Test(
    "an empty or inverted box gives zeros on the half-pixel grid under adaptive sampling",
    arguments: [
      box(50, 50, 50, 50), box(50, 20, 50, 90), box(90, 20, 50, 90), box(90, 90, 50, 20), box(1e30, 9, -1e30, 0),
    ])
  func empty(region: Region) throws {
    let align = try RoIAligner(resolution: 3, spatialScale: 1 / 16, grid: .halfPixel)
    for kernels in everyTable {
      let bins = try align(plane, [region], pool: onePool, kernels: kernels)
      #expect(bins.array == [Float](repeating: 0, count: 180))
    }
  }

  @Test("features of one pixel, or of none")
  func tiny() throws {
    let align = try RoIAligner(resolution: 2, spatialScale: 1, grid: .halfPixel)
    for kernels in everyTable {
      let one = features(1, 1, 3) { c, _, _ in Float(c) }
      let bins = try align(one, [box(0, 0, 1, 1)], pool: onePool, kernels: kernels).array
      #expect(bins == [0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2])
      let none = FeaturePlane(Tensor(zeros: [1, 0, 5, 3]))
      #expect(
        try align(none, [box(0, 0, 1, 1)], pool: onePool, kernels: kernels).array == [Float](repeating: 0, count: 12))
    }
  }

  @Test("what lies outside is not visited: boxes of millions of cells take no time and stay right")
  func enormous() throws {
    let row = seededFeatures(9, 1, 30, 2)
    let align = try RoIAligner(resolution: 3, spatialScale: 1 / 16, grid: .halfPixel)
    // In the last, neighbouring samples round to the same float.
    let boxes = [box(-1e5, 0, 2e5, 16), box(-5e6, 0, 5.1e6, 16), box(-2.5e8, 0, 2.2e8, 16)]
    let expected = try align.reference(row, boxes).array
    for kernels in everyTable {
      let found = try align(row, boxes, pool: onePool, kernels: kernels).array
      let largest = expected.map(abs).max()!
      #expect(largest > 0)
      for (a, b) in zip(found, expected) { #expect(abs(a - b) <= 1e-5 * largest, "\(found) \(expected)") }
      // 1e17 samples by the definition.
      let square = try align.maxPooled(plane, [box(-1e10, -1e10, 1e10, 1e10)], pool: onePool, kernels: kernels)
      #expect(square.array.allSatisfy { abs($0) < 1e-10 })
    }
  }

  @Test("NaN features win the maximum, in the first bin as in the last", arguments: everyTable)
  func notANumber(kernels: KernelTable) throws {
    let spoilt = features(4, 4, 45) { c, y, x in y == x && (c % 3 == 0 && y == 1 || c % 3 == 1 && y == 2) ? .nan : 1 }
    let align = try RoIAligner(resolution: 2, spatialScale: 1, grid: .halfPixel)
    let maxima = try align.maxPooled(spoilt, [box(1, 1, 3, 3)], pool: onePool, kernels: kernels).array
    #expect(maxima.enumerated().allSatisfy { $0 % 3 < 2 ? $1.isNaN : $1 == 1 })
  }
}

struct BadInputTests {
  let plane = seededFeatures(8, 10, 14, 20)
  let align: RoIAligner

  init() throws { align = try RoIAligner(resolution: 7, spatialScale: 1 / 16, grid: .legacy) }

  /// The text of what is thrown by all three ways to pool.
  private func complaint(_ regions: [Region]) throws -> String {
    var texts: Set<String> = []
    func note(_ body: () throws -> Tensor) {
      do { _ = try body() } catch { texts.insert("\(error)") }
    }
    note { try align(plane, regions, pool: onePool, kernels: .best) }
    note { try align.maxPooled(plane, regions, pool: onePool, kernels: .best) }
    note { try align.reference(plane, regions) }
    try #require(texts.count == 1)
    return texts.first!
  }

  @Test("a box that is not finite is named", arguments: [Float.nan, .infinity, -.infinity])
  func notFinite(value: Float) throws {
    for corner in 0..<4 {
      var numbers: [Float] = [0, 0, 9, 9]
      numbers[corner] = value
      let text = try complaint([box(0, 0, 9, 9), box(numbers[0], numbers[1], numbers[2], numbers[3])])
      #expect(text.contains("box 1") && text.contains("not finite") && text.contains("\(value)"))
    }
  }

  @Test("a box whose samples cannot be counted is named", arguments: [Float(1e12), 3e38])
  func tooLarge(size: Float) throws {
    let text = try complaint([box(-size, 0, size, 9)])
    #expect(text.contains("box 0") && text.contains("too large") && text.contains("clip"))
  }

  @Test("a batch index outside the batch is named", arguments: [-1, 1, Int.max])
  func batchIndex(index: Int) throws {
    let text = try complaint([Region(batchIndex: index, x1: 0, y1: 0, x2: 9, y2: 9)])
    #expect(text.contains("batch index is \(index)") && text.contains("0 to 0"))
  }

  @Test("rows of boxes are read, and refused when they are none")
  func rows() throws {
    let good = Tensor([2, 5], [0, 1, 2, 3, 4, 7, 5, 6, 7, 8])
    #expect(
      try Region.rows(of: good) == [box(1, 2, 3, 4), Region(batchIndex: 7, x1: 5, y1: 6, x2: 7, y2: 8)])
    #expect(try Region.rows(of: Tensor(zeros: [0, 5])).isEmpty)
    for index in [Float(0.5), -1, .nan, .infinity, 1e20] {
      let error = try #require(throws: RoIAlignError.self) {
        _ = try Region.rows(of: Tensor([1, 5], [index, 1, 2, 3, 4]))
      }
      #expect("\(error)".contains("box 0") && "\(error)".contains("\(index)"))
    }
    for shape in [[5], [2, 4], [1, 1, 5]] {
      let error = try #require(throws: RoIAlignError.self) { _ = try Region.rows(of: Tensor(zeros: shape)) }
      #expect("\(error)".contains("Rx5"))
    }
  }

  @Test("parameters out of range are named")
  func parameters() throws {
    func complaint(_ resolution: Int, _ scale: Float, _ ratio: SamplingRatio) throws -> String {
      let error = try #require(throws: RoIAlignError.self) {
        _ = try RoIAligner(resolution: resolution, spatialScale: scale, grid: .legacy, samplingRatio: ratio)
      }
      return "\(error)"
    }
    #expect(try complaint(0, 1, .adaptive).contains("resolution is 0"))
    #expect(try complaint(.max, 1, .adaptive).contains("resolution is"))
    #expect(try complaint(7, 0, .adaptive).contains("spatial scale is 0.0"))
    #expect(try complaint(7, .nan, .adaptive).contains("spatial scale is nan"))
    #expect(try complaint(7, 1, .fixed(0)).contains("sampling ratio is 0"))
    #expect(try complaint(7, 1, .fixed(.max)).contains("sampling ratio is"))
  }

  @Test("a box of pixels becomes float32")
  func pixelBox() {
    let region = Region(batchIndex: 2, box: PixelBox(x1: 0.1, y1: 0.2, x2: 0.3, y2: 1e-60))
    #expect(region == Region(batchIndex: 2, x1: 0.1, y1: 0.2, x2: 0.3, y2: 0))
  }
}
