import Kernels
import NN
import Tensors
import TestSupport
import Testing

/// Max pools of integers of 8 bits.
@Suite struct IntegerPoolingTests {
  /// Bytes that fill no register, some registers, and what is left beside them.
  private static let channels = [4, 8, 12, 16, 20, 64, 84]

  private static let pools = [
    MaxPooling(kernel: Extent3(1, 3, 3), stride: Extent3(1, 2, 2), padding: Extent3(0, 1, 1)),
    MaxPooling(kernel: Extent3(2, 1, 1), stride: Extent3(2, 1, 1)),
    MaxPooling(kernel: Extent3(1, 2, 5), stride: Extent3(1, 1, 3), padding: Extent3(0, 1, 2)),
    MaxPooling(kernel: Extent3(1, 3, 2), stride: Extent3(1, 3, 4), padding: Extent3(0, 1, 0)),
  ]

  private func map(_ channels: Int, _ extent: Extent3, batch: Int, zero: Int, pitch: Int) -> FeatureMap {
    FeatureMap(
      storage: Storage(count: batch * extent.count * pitch), offset: 0, batch: batch, extent: extent,
      channels: channels, pitch: pitch, format: .uint8,
      scales: ChannelScales((0..<channels).map { 0.01 + 0.001 * Float($0) }, zero: zero))
  }

  @Test(
    "the largest as the definition says, of dense maps and of slices, of negative numbers, too", arguments: channels)
  func agreesWithReference(channels: Int) {
    var random = SeededGenerator(seed: UInt64(channels))
    let floats = channels / 4
    for (index, pool) in Self.pools.enumerated() {
      for (extent, room) in [(Extent3(2, 7, 11), 0), (Extent3(3, 5, 4), 2), (Extent3(2, 3, 33), 0)] {
        let zero = index % 2 == 0 ? 128 : 0
        let input = map(channels, extent, batch: 2, zero: zero, pitch: floats + room)
        for position in 0..<input.positions {
          for c in 0..<channels { input.integers(of: position)[c] = UInt8.random(in: 0...255, using: &random) }
        }
        let (found, expected) = (0..<2).map { _ in
          map(channels, pool.output(for: extent), batch: 2, zero: zero, pitch: floats + 3)
        }.pair
        for index in 0..<found.storage.count { found.storage.pointer[index] = Float(bitPattern: 0x5151_5151) }
        pool.run([input], into: found, engine: fast)
        pool.runReference([input], into: expected, engine: plain)
        for position in 0..<found.positions {
          for c in 0..<channels {
            #expect(
              found.integers(of: position)[c] == expected.integers(of: position)[c], "\(pool.name) \(extent) \(c)")
          }
          let after = UnsafeRawPointer(found.start + position * found.pitch).load(
            fromByteOffset: channels, as: UInt32.self)
          #expect(after == 0x5151_5151)
        }
      }
    }
  }

  @Test("by hand: bytes of two lines of four channels, and padding that never wins")
  func byHand() {
    let pool = MaxPooling(kernel: Extent3(1, 2, 3), stride: Extent3(1, 2, 2), padding: Extent3(0, 0, 1))
    let (input, output) = (
      map(4, Extent3(1, 2, 5), batch: 1, zero: 128, pitch: 1), map(4, Extent3(1, 1, 3), batch: 1, zero: 128, pitch: 1)
    )
    let bytes: [[UInt8]] = [[0, 3, 1, 255], [0, 2, 9, 254], [0, 1, 0, 0], [0, 7, 0, 1], [1, 0, 0, 2]]
    for (w, column) in bytes.enumerated() { for c in 0..<4 { input.integers(of: w)[c] = column[c] } }
    input.integers(of: 5 + 3)[2] = 200
    pool.run([input], into: output, engine: fast)
    let found = (0..<3).map { w in (0..<4).map { output.integers(of: w)[$0] } }
    #expect(found == [[0, 3, 9, 255], [0, 7, 200, 254], [1, 7, 200, 2]])
  }
}

extension Array {
  fileprivate var pair: (Element, Element) { (self[0], self[1]) }
}
