import BFloat16
import Tensors
import Testing

struct BFloat16Tests {
  /// The nearest bfloat16 number by looking at both neighbours, in Double; of two equally near ones the even one.
  private func nearest(_ value: Float) -> UInt16 {
    let below = UInt16(truncatingIfNeeded: value.bitPattern >> 16)
    let above = below &+ 1
    // Beyond the largest number the next step of the same size counts as infinity.
    func number(_ rounded: UInt16) -> Double {
      let float = float32(rounded)
      return float.isInfinite ? (float < 0 ? -0x1p128 : 0x1p128) : Double(float)
    }
    let (down, up) = (abs(Double(value) - number(below)), abs(number(above) - Double(value)))
    if down == up { return below % 2 == 0 ? below : above }
    return down < up ? below : above
  }

  @Test func byHand() {
    let cases: [(Float, UInt16)] = [
      (0, 0), (-0.0, 0x8000), (1, 0x3f80), (-2, 0xc000), (.infinity, 0x7f80), (-.infinity, 0xff80),
      // Halves go to the even neighbour: down from 1 + 1/256, up from 1 + 3/256.
      (1 + 0x1p-8, 0x3f80), (1 + 0x3p-8, 0x3f82), (1 + 0x1p-8 + 0x1p-23, 0x3f81), (1 + 0x1p-8 - 0x1p-23, 0x3f80),
      // The largest number is rounded up to infinity, and so is the first that is nearer to it.
      (.greatestFiniteMagnitude, 0x7f80), (0x1.ffp127, 0x7f80), (0x1.fefffep127, 0x7f7f), (-0x1.ffp127, 0xff80),
      // Small numbers keep what bits they have; half the smallest is a tie, and goes to zero.
      (.leastNormalMagnitude, 0x0080), (0x1p-133, 1), (0x1p-134, 0), (0x1.8p-133, 2), (.leastNonzeroMagnitude, 0),
    ]
    for (value, rounded) in cases { #expect(bfloat16(value) == rounded, "\(value): \(bfloat16(value))") }
  }

  @Test func notANumberStaysOne() {
    // A payload in the lower half alone must not leave an infinity.
    for bits in [0x7f80_0001, 0x7fc0_0000, 0xff80_ffff, 0x7fff_ffff, 0xffff_ffff, 0x7fa0_0000] as [UInt32] {
      let rounded = bfloat16(Float(bitPattern: bits))
      #expect(float32(rounded).isNaN, "\(bits)")
      #expect(rounded >> 15 == UInt16(bits >> 31), "\(bits): the sign")
    }
  }

  @Test func agreesWithLookingAtBothNeighbours() {
    var generator = SeededGenerator(seed: 4)
    for _ in 0..<200_000 {
      let value = Float(bitPattern: UInt32(truncatingIfNeeded: generator.next()))
      if value.isNaN || value.isInfinite { continue }
      #expect(bfloat16(value) == nearest(value), "\(value.bitPattern)")
    }
  }

  /// Every bfloat16 number is itself.
  @Test func survivesTheWayThereAndBack() {
    for rounded in 0...UInt16.max where !float32(rounded).isNaN { #expect(bfloat16(float32(rounded)) == rounded) }
  }

  @Test func keepsTheOrder() {
    var generator = SeededGenerator(seed: 5)
    for _ in 0..<10_000 {
      let (a, b) = (Float(generator.uniform(-3, 3)), Float(generator.uniform(-3, 3)))
      let (x, y) = (float32(bfloat16(a)), float32(bfloat16(b)))
      #expect(a <= b ? x <= y : x >= y)
    }
  }

  @Test func mapsHoldTwoToAFloat() {
    let storage = Storage(count: 12)
    for index in 0..<12 { storage.pointer[index] = -7 }
    let map = FeatureMap(
      storage: storage, offset: 1, batch: 1, extent: Extent3(1, 1, 2), channels: 4, pitch: 5, format: .bfloat16)
    #expect(map.floats == 2)
    for index in 0..<8 { map.set(Float(index) + 0.001, position: index / 4, channel: index % 4) }
    #expect((0..<8).map { map.value(position: $0 / 4, channel: $0 % 4) } == [0.00099945068, 1, 2, 3, 4, 5, 6, 7])
    #expect([0, 3, 4, 5, 8, 9, 10, 11].allSatisfy { storage.pointer[$0] == -7 })
    let wide = map.float32()
    #expect(wide.format == .float32 && wide.pitch == 4 && wide.storage !== storage)
    #expect(wide.channelsFirst().array == [0.00099945068, 4, 1, 5, 2, 6, 3, 7])
    #expect(wide.float32().storage === wide.storage)
    #expect(ElementFormat.bfloat16.bytes == 2 && ElementFormat.float32.bytes == 4)
  }
}
