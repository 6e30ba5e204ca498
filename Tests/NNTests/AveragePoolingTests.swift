import Kernels
import NN
import Parallel
import Tensors
import TestSupport
import Testing

@Suite struct AveragePoolingTests {
  @Test func averagesByHand() {
    let map = FeatureMap(channelsFirst: Tensor([1, 1, 2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]))
    for engine in [fast, plain] {
      #expect(averagePool(map, window: (1, 1), engine: engine).array == [3, 4, 5, 6])
      #expect(averagePool(map, window: (2, 2), engine: engine).array == [4.5])
      #expect(averagePool(map, window: (1, 2), engine: engine).array == [3.5, 5.5])
      #expect(averagePool(map, window: (1, 2), engine: engine).shape == [1, 2, 1, 1])
    }
  }

  /// Added one by one in Float, so many tenths drift away from their mean.
  @Test func averagesOfManyDoNotDrift() {
    let map = FeatureMap(zeros: 1, Extent3(32, 70, 70), channels: 2)
    for p in 0..<map.positions {
      map.start[2 * p] = 0.1
      map.start[2 * p + 1] = p % 2 == 0 ? 1e4 : -1e4 + 1
    }
    #expect(averagePool(map, window: (70, 70), engine: fast).array == [0.1, 0.5])
  }

  @Test(arguments: 0..<8 as Range<UInt64>) func agreesWithCountingTwice(_ seed: UInt64) {
    let x = random([2, 3, 4, 5, 6], seed: seed)
    let found = averagePool(FeatureMap(channelsFirst: x), window: (2, 3), engine: fast)
    #expect(found.shape == [2, 4, 4, 3])
    var expected: [Float] = []
    for n in 0..<2 {
      for y in 0..<4 {
        for column in 0..<4 {
          for c in 0..<3 {
            let window = (0..<24).map { k in
              Double(x.values[(((n * 3 + c) * 4 + k / 6) * 5 + y + k % 6 / 3) * 6 + column + k % 3])
            }
            expected.append(Float(window.reduce(0, +) / 24))
          }
        }
      }
    }
    #expect(difference(found.array, expected, .rounding, "seed \(seed)") == nil)
  }

  /// The reference's sums in its order: the same to the last bit on every instruction set and thread count, over maps
  /// of any width and slices of wider ones.
  @Test(arguments: InstructionSet.available) func agreesWithReference(_ set: InstructionSet) throws {
    let kernels = try KernelTable(set)
    let engines = [1, 2, 5].map { Engine(threads: $0, kernels: kernels) }
    for seed in 0..<30 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }
      let (extent, channels, before) = (Extent3(pick(1...9), pick(1...5), pick(1...5)), pick(1...700), pick(0...3))
      let wide = FeatureMap(zeros: pick(1...2), extent, channels: before + channels)
      for index in 0..<wide.storage.count { wide.start[index] = Float(generator.uniform(-1, 1)) }
      let map = FeatureMap(
        storage: wide.storage, offset: before, batch: wide.batch, extent: extent, channels: channels, pitch: wide.pitch)
      let window = (height: pick(1...extent.h), width: pick(1...extent.w))
      let expected = averagePoolReference(map, window: window).array
      for engine in engines {
        let found = averagePool(map, window: window, engine: engine).array
        let about = "\(set), seed \(seed), \(channels) channels, \(extent), \(window), \(engine.pool.threads) threads"
        try #require(difference(found, expected, .exact, about) == nil)
      }
    }
  }

  /// Powers of two scale without rounding.
  @Test func scalesWithItsInput() {
    let map = FeatureMap(channelsFirst: random([1, 41, 3, 4, 4], seed: 9))
    let before = averagePool(map, window: (3, 2), engine: fast).array
    for index in 0..<map.storage.count { map.start[index] *= -0.25 }
    #expect(averagePool(map, window: (3, 2), engine: fast).array == before.map { $0 * -0.25 })
  }

  @Test func onePixelIsItsOwnMean() {
    let map = FeatureMap(channelsFirst: random([2, 77, 1, 3, 2], seed: 10))
    let found = averagePool(map, window: (1, 1), engine: fast)
    #expect(found.array == Array(UnsafeBufferPointer(start: map.start, count: map.storage.count)))
    #expect(averagePool(FeatureMap(zeros: 0, Extent3(1, 2, 2), channels: 3), window: (2, 2), engine: fast).count == 0)
  }
}
