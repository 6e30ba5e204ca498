import Kernels
import NN
import Tensors
import TestSupport
import Testing

@Suite struct GlobalAveragePoolingTests {
  /// A map of either format, with seeded numbers that bfloat16 can hold.
  private func map(_ format: ElementFormat, channels: Int = 22) -> FeatureMap {
    let map = FeatureMap(zeros: 2, Extent3(3, 5, 7), channels: channels, format: format)
    var generator = SeededGenerator(seed: 5)
    for position in 0..<map.positions {
      for c in 0..<channels { map.set(Float(Int(generator.uniform(-128, 128))) / 4, position: position, channel: c) }
    }
    return map
  }

  private func means(_ input: FeatureMap, threads: Int, isReference: Bool = false) -> [Float] {
    let output = FeatureMap(zeros: input.batch, .one, channels: input.channels)
    let (pool, engine) = (GlobalAveragePooling(), Engine(threads: threads))
    if isReference {
      pool.runReference([input], into: output, engine: engine)
    } else {
      pool.run([input], into: output, engine: engine)
    }
    return output.channelsFirst().array
  }

  /// Maps of bfloat16 go the way of all others: the same numbers have the same means, whatever the threads.
  @Test func formatsAgree() {
    let expected = means(map(.float32), threads: 1)
    #expect(means(map(.bfloat16), threads: 1) == expected)
    #expect(means(map(.bfloat16), threads: 3) == expected)
    let plain = means(map(.bfloat16), threads: 1, isReference: true)
    #expect(zip(plain, expected).allSatisfy { abs($0 - $1) < 1e-5 })
  }

  @Test func byHand() {
    let map = FeatureMap(zeros: 1, Extent3(1, 2, 2), channels: 2, format: .bfloat16)
    for (position, value) in [1, 2, 3, 6].enumerated() {
      map.set(Float(value), position: position, channel: 0)
      map.set(-0.5, position: position, channel: 1)
    }
    #expect(means(map, threads: 1) == [3, -0.5])
  }
}
