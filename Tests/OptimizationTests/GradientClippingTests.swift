import Optimization
import Parallel
import Tensors
import TestSupport
import Testing

@Suite struct GradientClippingTests {
  private func clipped(_ clipping: GradientClipping, _ gradients: [[Float]]) -> (norm: Double, [[Float]]) {
    let tensors = gradients.map { Tensor([$0.count], $0) }
    return (clipping.apply(to: tensors, pool: onePool), tensors.map(\.array))
  }

  @Test func byHand() {
    let gradients: [[Float]] = [[2, -4], [], [4]]
    for clipping in [GradientClipping.none, .norm(6.1), .value(4)] {
      let (norm, result) = clipped(clipping, gradients)
      #expect(norm == 6 && result == gradients)
    }
    let (norm, byValue) = clipped(.value(3), gradients)
    #expect(norm == 6 && byValue == [[2, -3], [], [3]])
    let (_, byNorm) = clipped(.norm(3), gradients)
    #expect(difference(byNorm[0] + byNorm[2], [1, -2, 2], .rounding) == nil)
    #expect(clipped(.norm(1), []).norm == 0)
  }

  /// The factor has 1e-6 beside the norm: a norm at the limit is made a little smaller.
  @Test func theLimitIsNotReached() {
    let (_, atLimit) = clipped(.norm(1), [[1]])
    #expect(atLimit == [[Float(1 / 1.000001)]] && atLimit[0][0] < 1)
    let (_, tiny) = clipped(.norm(1e-6), [[1e-6]])
    #expect(difference(tiny[0], [5e-7], .absolute(1e-12)) == nil)
    let many = [drawn([50_000], seed: 1), drawn([3], seed: 2)]
    GradientClipping.norm(0.5).apply(to: many, pool: onePool)
    let norm = globalNorm(many, pool: onePool)
    #expect(norm < 0.5 && norm > 0.499_999)
  }

  @Test func normsDoNotDependOnThreads() {
    let tensors = [drawn([70_001], seed: 1), drawn([1], seed: 2), drawn([33, 1000], seed: 3)]
    let norms = [1, 2, 3].map { globalNorm(tensors, pool: WorkerPool(threads: $0)) }
    #expect(Set(norms).count == 1)
    let exact = tensors.flatMap(\.array).reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
    #expect(abs(norms[0] - exact) < 1e-9)
  }

  /// float32 could not hold the squares.
  @Test func largeAndSmallNumbersHaveNorms() {
    #expect(abs(clipped(.none, [[3e30, 4e30]]).norm / 5e30 - 1) < 1e-6)
    #expect(abs(clipped(.none, [[3e-30], [4e-30]]).norm / 5e-30 - 1) < 1e-6)
  }

  @Test func notANumber() {
    let (norm, all) = clipped(.norm(1), [[1, .nan], [2]])
    #expect(norm.isNaN && all.joined().allSatisfy(\.isNaN))
    let (_, some) = clipped(.value(1), [[3, .nan], [-.infinity]])
    #expect(some[0][0] == 1 && some[0][1].isNaN && some[1] == [-1])
    let (infinite, zeros) = clipped(.norm(1), [[.infinity, 1]])
    #expect(infinite == .infinity && zeros[0][0].isNaN && zeros[0][1] == 0)
  }

  @Test func settings() throws {
    #expect(try GradientClipping(value: nil, norm: nil) == .none)
    #expect(try GradientClipping(value: 0, norm: 0) == .none)
    #expect(try GradientClipping(value: nil, norm: 1) == .norm(1))
    #expect(try GradientClipping(value: 0, norm: 1) == .norm(1))
    #expect(try GradientClipping(value: 2, norm: 1) == .value(2))
    #expect(
      refusal { _ = try GradientClipping(value: -1, norm: nil) }
        == "SOLVER.CLIP_GRAD_VAL is -1.0, expected a number above 0 -> set None for gradients as they are")
    #expect(
      refusal { _ = try GradientClipping(value: 1, norm: .nan) }
        == "SOLVER.CLIP_GRAD_L2NORM is nan, expected a number above 0 -> set None for gradients as they are")
  }
}
