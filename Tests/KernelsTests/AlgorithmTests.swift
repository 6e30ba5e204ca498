import Kernels
import Tensors
import TestSupport
import Testing

/// Every algorithm on every instruction set of this machine against the plain reference.
struct AlgorithmTests {
  @Test("seeded shapes on slices of wider maps", arguments: fastAlgorithms)
  func agreesWithReference(algorithm: ConvolutionAlgorithm) throws {
    let engines = try engines(algorithm)
    for seed in 0..<40 as Range<UInt64> {
      let kind = StoreKind(residual: seed % 3 == 0 ? nil : .float32, epilogue: seed % 2 == 0 ? .relu : .none)
      let run = AlgorithmRun(.drawn(for: algorithm, seed: seed, kind), algorithm, kind)
      let expected = run.expected()
      for engine in engines {
        let gap = run.difference(engine, expected)
        #expect(gap == nil, "\(gap ?? "")")
      }
    }
  }
}
