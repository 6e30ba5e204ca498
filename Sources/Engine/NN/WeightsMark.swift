internal import Kernels
internal import Parallel
internal import Tensors

// A checksum of all weights and biases of convolutions: what binds a calibration to them.
extension Network {
  /// The checksum of a network that is to be quantized, normalisations folded in.
  ///
  /// - Throws: `CalibrationError.notFinite`.
  func unpackedWeightsMark() throws(CalibrationError) -> String {
    var sum = WeightsSum()
    for op in operators {
      guard let convolution = op as? UnpackedConvolution else { continue }
      let weights = convolution.weights.unpacked
      let pieces = (weights.count + Self.numbersOfPiece - 1) / Self.numbersOfPiece
      let sums = engine.pool.map(pieces) { piece in
        let start = piece * Self.numbersOfPiece
        var sum = WeightsSum()
        sum.add(
          UnsafeBufferPointer(
            start: weights.values.baseAddress! + start, count: min(Self.numbersOfPiece, weights.count - start)))
        return sum
      }
      sum.add(UInt64(weights.count))
      for part in sums { sum.add(part) }
      convolution.bias.withUnsafeBufferPointer { sum.add($0) }
      if !sum.isFinite { throw .notFinite(operation: convolution.name) }
    }
    return sum.text
  }

  /// Whatever the number of threads, so that the checksum does not depend on it.
  private static var numbersOfPiece: Int { 1 << 16 }
}

/// Hashes in four lanes by the rounds of xxHash64, which is nearly as fast as memory: SlowFast R50 has 34 million weights.
/// It tells edited and damaged weights from others, and is no defence against whoever looks for two alike.
private struct WeightsSum {
  private var lanes: (UInt64, UInt64, UInt64, UInt64) = (1, 2, 3, 4)
  /// Bit 31 and 63: whether an exponent of all ones was met.
  private var carries: UInt64 = 0

  var isFinite: Bool { carries & 0x8000_0000_8000_0000 == 0 }

  mutating func add(_ numbers: UnsafeBufferPointer<Float>) {
    let raw = UnsafeRawBufferPointer(numbers)
    func word(_ place: Int) -> UInt64 { raw.loadUnaligned(fromByteOffset: place, as: UInt64.self) }
    var place = 0
    while place + 32 <= raw.count {
      let words = (word(place), word(place + 8), word(place + 16), word(place + 24))
      Self.round(&lanes.0, words.0)
      Self.round(&lanes.1, words.1)
      Self.round(&lanes.2, words.2)
      Self.round(&lanes.3, words.3)
      carries |= Self.carry(words.0) | Self.carry(words.1) | Self.carry(words.2) | Self.carry(words.3)
      place += 32
    }
    for number in numbers[(place / 4)...] {
      add(UInt64(number.bitPattern))
      carries |= Self.carry(UInt64(number.bitPattern))
    }
  }

  mutating func add(_ other: WeightsSum) {
    for lane in [other.lanes.0, other.lanes.1, other.lanes.2, other.lanes.3] { add(lane) }
    carries |= other.carries
  }

  mutating func add(_ value: UInt64) { Self.round(&lanes.0, value) }

  private static func round(_ lane: inout UInt64, _ word: UInt64) {
    let sum = lane &+ word &* 0xc2b2_ae3d_27d4_eb4f
    lane = (sum << 31 | sum >> 33) &* 0x9e37_79b1_85eb_ca87
  }

  /// Adds one to the exponents of two numbers: all ones, of infinities and NaNs, carry into the bit of the sign.
  private static func carry(_ word: UInt64) -> UInt64 {
    (word & 0x7f80_0000_7f80_0000) &+ 0x0080_0000_0080_0000
  }

  /// 16 hexadecimal digits of all lanes.
  var text: String {
    var hash: UInt64 = 0
    for lane in [lanes.0, lanes.1, lanes.2, lanes.3] { Self.round(&hash, lane) }
    hash ^= hash >> 32
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
