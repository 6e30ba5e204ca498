import Tensors
import TestSupport
import Testing

@Suite struct SeededGeneratorTests {
  /// The first numbers of the published algorithm, as its reference implementation in C prints them.
  @Test func givesThePublishedNumbers() {
    func first(_ seed: UInt64, _ count: Int) -> [UInt64] {
      var generator = SeededGenerator(seed: seed)
      return (0..<count).map { _ in generator.next() }
    }
    #expect(
      first(1_234_567, 5) == [
        6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423, 4_593_380_528_125_082_431,
        16_408_922_859_458_223_821,
      ])
    #expect(first(0, 3) == [0xE220_A839_7B1D_CDAF, 0x6E78_9E6A_A1B9_65F4, 0x06C4_5D18_8009_454F])
  }

  @Test func uniformNumbersFillTheirRange() {
    var generator = SeededGenerator(seed: 3)
    var tenths = [Int](repeating: 0, count: 10)
    for _ in 0..<10_000 {
      let x = generator.uniform(-2, 3)
      tenths[Int((x + 2) * 2)] += 1
    }
    #expect(tenths.allSatisfy { (850...1150).contains($0) }, "\(tenths)")
    // 53 bits of the first number.
    var first = SeededGenerator(seed: 0)
    #expect(first.uniform() == Double(0xE220_A839_7B1D_CDAF as UInt64 >> 11) / 0x1p53)
  }
}

@Suite struct TensorTests {
  @Test func keepsValuesInCOrder() {
    let x = Tensor([2, 3], [1, 2, 3, 4, 5, 6])
    #expect(x.array == [1, 2, 3, 4, 5, 6])
    #expect(x.reshaped([3, 2]).array == x.array)
    #expect(Tensor(zeros: [2, 2]).array == [0, 0, 0, 0])
    #expect(Tensor(zeros: [3, 0]).array == [])
    #expect(Tensor(zeros: []).array == [0])
  }

  @Test func copiesShareTheirNumbers() {
    let x = Tensor(zeros: [2])
    let y = x.reshaped([2, 1])
    y.mutableValues[1] = 7
    #expect(x.array == [0, 7])
  }

  @Test func storageIsAlignedAndZero() {
    for count in [0, 1, 15, 16, 17, 1000] {
      let storage = Storage(count: count)
      #expect(Int(bitPattern: storage.pointer) % 64 == 0)
      // A register may be loaded at the last element.
      #expect((0..<count + 16).allSatisfy { storage.pointer[$0] == 0 })
    }
  }

  @Test func describesShapes() {
    #expect(describe(shape: [80, 2304]) == "80x2304")
    #expect(describe(shape: []) == "scalar")
  }
}

@Suite struct FeatureMapTests {
  @Test func channelsLastByHand() {
    // Two channels of 1 x 1 x 3 positions.
    let map = FeatureMap(channelsFirst: Tensor([1, 2, 1, 1, 3], [1, 2, 3, 10, 20, 30]))
    #expect((0..<6).map { map.start[$0] } == [1, 10, 2, 20, 3, 30])
    #expect(map.positions == 3 && map.pitch == 2)
  }

  @Test func everyElementKeepsItsPlace() {
    let (batch, extent, channels) = (2, Extent3(3, 4, 5), 6)
    let x = Tensor(
      [batch, channels, extent.t, extent.h, extent.w], (0..<batch * channels * extent.count).map { Float($0) })
    let map = FeatureMap(channelsFirst: x)
    for n in 0..<batch {
      for c in 0..<channels {
        for p in 0..<extent.count {
          #expect(map.start[(n * extent.count + p) * channels + c] == Float((n * channels + c) * extent.count + p))
        }
      }
    }
    let back = map.channelsFirst()
    #expect(back.shape == x.shape && back.array == x.array)
  }

  @Test func slicesOfAWiderMapComeBack() {
    var generator = SeededGenerator(seed: 8)
    let wide = FeatureMap(zeros: 2, Extent3(2, 3, 2), channels: 9)
    for i in 0..<wide.storage.count { wide.start[i] = Float(generator.uniform()) }
    let all = wide.channelsFirst().array
    let slice = FeatureMap(
      storage: wide.storage, offset: 4, batch: 2, extent: wide.extent, channels: 3, pitch: 9)
    let found = slice.channelsFirst().array
    for n in 0..<2 {
      #expect(Array(found[n * 36..<(n + 1) * 36]) == Array(all[n * 108 + 48..<n * 108 + 84]))
    }
  }

  @Test func anEmptyBatchIsAMap() {
    let map = FeatureMap(zeros: 0, Extent3(2, 3, 4), channels: 5)
    #expect(map.positions == 0)
    #expect(map.channelsFirst().shape == [0, 5, 2, 3, 4])
  }

  @Test func extentsDescribeThemselves() {
    #expect("\(Extent3(8, 14, 9))" == "8x14x9")
    #expect(Extent3(8, 14, 9).count == 1008)
    #expect(Extent3.one.count == 1 && Extent3.zero.count == 0)
  }
}
