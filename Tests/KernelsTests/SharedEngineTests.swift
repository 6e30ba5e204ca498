import Kernels
import Tensors
import TestSupport
import Testing

/// Several threads on one engine, whose scratch memory serves one run at a time.
@Suite struct SharedEngineTests {
  /// What a thread computes, of numbers of its own.
  private struct Problem: Sendable {
    // Of one item, whose sums are one piece, and of pieces for every thread; by blocks, and depthwise.
    static let shapes = [
      (ConvolutionShape(24, 40, kernel: .one), 1), (ConvolutionShape(24, 40, kernel: .one), 3),
      (ConvolutionShape(32, 32, kernel: Extent3(1, 3, 3), padding: Extent3(0, 1, 1), groups: 32), 2),
      (ConvolutionShape(28, 32, kernel: Extent3(1, 3, 3), padding: Extent3(0, 1, 1)), 2),
    ]

    let shape: ConvolutionShape
    let input: FeatureMap
    let gradient: FeatureMap

    init(_ number: Int) {
      let batch: Int
      (shape, batch) = Self.shapes[number % Self.shapes.count]
      var generator = SeededGenerator(seed: UInt64(number))
      func drawn(_ channels: Int, _ format: ElementFormat) -> FeatureMap {
        let map = FeatureMap(zeros: batch, Extent3(2, 17, 9), channels: channels, format: format)
        for position in 0..<map.positions {
          for c in 0..<channels { map.set(.random(in: -2...2, using: &generator), position: position, channel: c) }
        }
        return map
      }
      (input, gradient) = (drawn(shape.inChannels, .bfloat16), drawn(shape.outChannels, .float32))
    }

    func run(_ engine: Engine) -> [Double] {
      let moments = engine.moments(input)
      let weights = Tensor(zeros: shape.weightShape)
      WeightGradient(shape).run(input.float32(), gradient, into: weights, engine)
      return moments.mean + moments.variance + weights.values.map(Double.init)
    }
  }

  @Test(arguments: [1, 2]) func eachThreadGetsItsOwnResults(_ threads: Int) async {
    let engine = Engine(threads: threads)
    let problems = (0..<2 * Problem.shapes.count).map(Problem.init)
    let expected = problems.map { $0.run(engine) }
    await withTaskGroup(of: (Int, Bool).self) { group in
      for number in problems.indices {
        group.addTask { (number, (0..<10).allSatisfy { _ in problems[number].run(engine) == expected[number] }) }
      }
      for await (number, isEqual) in group { #expect(isEqual, "problem \(number)") }
    }
  }

  @Test func memoryOfAllThreadsIsForOneUse() async {
    let engine = Engine(threads: 1)
    engine.withSharedScratch(8) { $0[7] = 1 }
    engine.exclusively { engine.withSharedScratch(9) { $0[8] = 1 } }
    await #expect(processExitsWith: .failure) {
      let engine = Engine(threads: 1)
      engine.withSharedScratch(8) { first in engine.withSharedScratch(8) { $0[7] = first[7] } }
    }
  }
}
