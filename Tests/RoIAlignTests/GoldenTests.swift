import Foundation
import Kernels
import RoIAlign
import Tensors
import TestSupport
import Testing

/// Agreement with torchvision's roi_align: its numbers, not its code.
struct GoldenTests {
  static let wave = features(16, 22, 2) { c, y, x in
    let (c, y, x) = (Double(c), Double(y), Double(x))
    return Float(sin(0.3 * x + 0.7 * y + c) + 0.01 * x * y - c)
  }

  @Test("the first row of bins over a wave, both grids: the reference to the last bit, the kernels nearly")
  func wave() throws {
    let cases: [(SamplingGrid, Region, [Float])] = [
      (
        .halfPixel, box(10.3, 20.1, 200.7, 180.2),
        [
          0.9090961217880249, 0.9327247142791748, 0.7270599603652954, 0.34849104285240173, -0.09155750274658203,
          -0.4835793375968933, -0.7102437615394592,
        ]
      ),
      (
        .halfPixel, box(300, 200, 420, 300),
        [3.2485036849975586, 3.273160457611084, 3.227700710296631, 1.6086260080337524, 0, 0, 0]
      ),
      (
        .legacy, box(10.3, 20.1, 200.7, 180.2),
        [
          0.90557861328125, 0.7110947966575623, 0.35702964663505554, -0.06430446356534958, -0.43571263551712036,
          -0.6519225835800171, -0.6582790613174438,
        ]
      ),
      (
        .legacy, box(100, 100, 100, 100),
        [
          0.43079283833503723, 0.4801172614097595, 0.5294417142868042, 0.5787662267684937, 0.6280906796455383,
          0.676705002784729, 0.7231889963150024,
        ]
      ),
    ]
    for (grid, region, expected) in cases {
      let align = try RoIAligner(resolution: 7, spatialScale: 1 / 16, grid: grid)
      let reference = try align.reference(Self.wave, [region])
      #expect(difference(firstRow(reference.array), expected, .exact, "\(grid) \(region)") == nil)
      for kernels in everyTable {
        let found = try align(Self.wave, [region], pool: onePool, kernels: kernels)
        #expect(difference(firstRow(found.array), expected, .reassociated, "\(kernels.instructionSet)") == nil)
      }
    }
  }

  @Test("torchvision's bins of nine boxes over two pictures, fixed and adaptive sampling")
  func fixtures() throws {
    let folder = projectRoot + "/Tests/Fixtures/RoIAlign/"
    let regions = try Region.rows(of: Tensor(npy: folder + "boxes.npy"))
    let tensor = Tensor(zeros: [2, 9, 13, 2])
    for index in 0..<tensor.count {
      let (c, x, y, n) = (index % 2, index / 2 % 13, index / 26 % 9, index / 234)
      tensor.mutableValues[index] =
        Float((7 * x + 13 * y + 29 * c + 41 * n) % 64 - 31) / 64 + Float(x * y) / 128
    }
    for (grid, gridName) in [(SamplingGrid.legacy, "legacy"), (.halfPixel, "halfpixel")] {
      for (ratio, ratioName) in [(SamplingRatio.adaptive, "adaptive"), (.fixed(3), "fixed3")] {
        let name = "\(gridName)_\(ratioName)"
        let expected = try Tensor(npy: folder + name + ".npy").array
        let align = try RoIAligner(resolution: 5, spatialScale: 1 / 16, grid: grid, samplingRatio: ratio)
        let reference = try align.reference(FeaturePlane(tensor), regions).array
        #expect(difference(reference, expected, .exact, name) == nil)
        for kernels in everyTable {
          let found = try align(FeaturePlane(tensor), regions, pool: onePool, kernels: kernels).array
          #expect(difference(found, expected, .reassociated, "\(name) \(kernels.instructionSet)") == nil)
        }
      }
    }
  }

  struct File: Decodable {
    struct Row: Decodable {
      let roi: [Float]
      let max: [Float]
      let mean: [Float]
      let firstRow: [Float]

      enum CodingKeys: String, CodingKey {
        case roi, max, mean
        case firstRow = "c0_row0"
      }
    }
    struct Grids: Decodable {
      let aligned: [Row]
      let legacy: [Row]
    }
    let roiAlign: Grids

    enum CodingKeys: String, CodingKey { case roiAlign = "roi_align" }
  }

  @Test("the shared golden cases", .enabled(if: sharedFolder != nil, "needs ../shared/golden"))
  func shared() throws {
    let data = try Data(contentsOf: URL(fileURLWithPath: sharedFolder! + "/spec/golden_ops.json"))
    let golden = try JSONDecoder().decode(File.self, from: data).roiAlign
    for (grid, rows) in [(SamplingGrid.halfPixel, golden.aligned), (.legacy, golden.legacy)] {
      let align = try RoIAligner(resolution: 7, spatialScale: 1 / 16, grid: grid)
      let regions = rows.map { box($0.roi[1], $0.roi[2], $0.roi[3], $0.roi[4]) }
      let reference = try align.reference(Self.wave, regions).array
      for kernels in everyTable {
        let about = "\(grid) \(kernels.instructionSet)"
        let bins = try align(Self.wave, regions, pool: onePool, kernels: kernels).array
        let maxima = try align.maxPooled(Self.wave, regions, pool: onePool, kernels: kernels).array
        #expect(difference(maxima, rows.flatMap(\.max), .reassociated, about) == nil)
        for (index, row) in rows.enumerated() {
          let part = Array(bins[index * 98..<(index + 1) * 98])
          #expect(difference(firstRow(part), row.firstRow, .reassociated, "\(about) box \(index)") == nil)
          let means = (0..<2).map { c in stride(from: c, to: 98, by: 2).reduce(0) { $0 + part[$1] } / 49 }
          #expect(difference(means, row.mean, .reassociated, "\(about) box \(index)") == nil)
          let exact = Array(reference[index * 98..<(index + 1) * 98])
          #expect(difference(firstRow(exact), row.firstRow, .exact, "\(grid) box \(index)") == nil)
        }
      }
    }
  }

  /// Channel 0 of the first seven bins of two channels.
  private func firstRow(_ bins: [Float]) -> [Float] { stride(from: 0, to: 14, by: 2).map { bins[$0] } }
}
