import Glibc
import Kernels
import Tensors
import TestSupport
import Testing

/// The slopes of epilogues on every instruction set.
@Suite struct FunctionGradientTests {
  /// A map of one line, five channels.
  private func map(_ values: [Float]) -> FeatureMap {
    let map = FeatureMap(zeros: 1, Extent3(1, 1, (values.count + 4) / 5), channels: 5)
    for (index, value) in values.enumerated() { map.set(value, position: index / 5, channel: index % 5) }
    return map
  }

  private func numbers(_ map: FeatureMap, _ count: Int) -> [Float] {
    (0..<count).map { map.value(position: $0 / 5, channel: $0 % 5) }
  }

  private func slopes(_ epilogue: Epilogue, _ values: [Float], _ engine: Engine) -> [Float] {
    let target = map(values.map { _ in 0 })
    engine.functionGradients(
      [map(values)], epilogue, map(values.map { _ in 1 }), into: target, adds: false)
    return numbers(target, values.count)
  }

  /// From -20 to 20, but where a function bends.
  private static let places: [Float] = (-400...400).map { Float($0) / 20 }.filter { ![0, -3, 3, 6].contains($0) }

  @Test(arguments: Epilogue.allCases, InstructionSet.available)
  func foretellsDifferences(_ epilogue: Epilogue, _ set: InstructionSet) throws {
    let found = slopes(epilogue, Self.places, Engine(threads: 2, kernels: try KernelTable(set)))
    let expected = Self.places.map { x -> Float in
      let step = 1e-5
      return Float((epilogue(Double(x) + step) - epilogue(Double(x) - step)) / (2 * step))
    }
    let gap = difference(found, expected, .absolute(1e-6), "\(epilogue) on \(set)")
    #expect(gap == nil, "\(gap ?? "")")
  }

  /// PyTorch's choices where there are two slopes; what stands far out; a NaN stays one.
  @Test(arguments: InstructionSet.available) func atTheEdges(_ set: InstructionSet) throws {
    let engine = Engine(threads: 1, kernels: try KernelTable(set))
    #expect(slopes(.relu, [0, -0.0], engine) == [0, 0])
    #expect(slopes(.relu6, [0, 6], engine) == [0, 0])
    #expect(slopes(.hardSigmoid, [-3, 3], engine) == [0, 0])
    #expect(slopes(.hardSwish, [-3, 3], engine) == [0, 1])
    for epilogue in Epilogue.allCases {
      let far = slopes(epilogue, [-.infinity, -1e30, 1e30, .infinity], engine)
      let above: Float = [.relu, .swish, .hardSwish, .gelu, .none].contains(epilogue) ? 1 : 0
      let below: Float = epilogue == .none ? 1 : 0
      let gap = difference(far, [below, below, above, above], .absolute(1e-6), "\(epilogue)")
      #expect(gap == nil, "\(gap ?? "")")
    }
    for epilogue in [Epilogue.swish, .sigmoid, .gelu] { #expect(slopes(epilogue, [.nan], engine)[0].isNaN) }
    // Where PyTorch asks whether a number is below, a NaN is not.
    for epilogue in [Epilogue.relu, .relu6] { #expect(slopes(epilogue, [.nan], engine) == [1]) }
  }

  /// Of the sum of two, added to what is there, to a gradient in its own place.
  @Test func sumsAndTargets() {
    let engine = Engine(threads: 2)
    let inputs = [map([1, -5, 3, 0.5, 2, 7]), map([-2, 6, 3, 0.5, -3, 1])]
    let target = map([10, 20, 30, 40, 50, 60])
    engine.functionGradients(inputs, .relu, map([1, 2, 3, 4, 5, 6]), into: target, adds: true)
    #expect(numbers(target, 6) == [10, 22, 33, 44, 50, 66])
    let gradient = map([1, 2, 3, 4, 5, 6])
    engine.functionGradients(inputs, .relu, gradient, into: gradient, adds: false)
    #expect(numbers(gradient, 6) == [0, 2, 3, 4, 0, 6])
  }
}
