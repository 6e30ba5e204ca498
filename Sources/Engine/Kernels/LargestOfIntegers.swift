/// Takes the largest of several positions of integers of 8 bits, channel by channel: a ``RowKernels/Reduction`` of any number of
/// channels that is a multiple of four. Every instruction set has 16 bytes' comparison, and these wait for memory.
@Sendable
func largestOfIntegers(
  _ positions: UnsafePointer<UnsafePointer<Float>>, _ count: Int, _ channels: Int, _ output: UnsafeMutablePointer<Float>
) {
  var channel = 0
  while channel + 64 <= channels {
    largest(positions, count, channel, output, as: Bytes64.self) { $0.larger($1) }
    channel += 64
  }
  while channel + 16 <= channels {
    largest(positions, count, channel, output, as: SIMD16<UInt8>.self) { $0.replacing(with: $1, where: $1 .> $0) }
    channel += 16
  }
  while channel < channels {
    largest(positions, count, channel, output, as: SIMD4<UInt8>.self) { $0.replacing(with: $1, where: $1 .> $0) }
    channel += 4
  }
}

@inline(__always)
private func largest<Bytes: BitwiseCopyable>(
  _ positions: UnsafePointer<UnsafePointer<Float>>, _ count: Int, _ channel: Int, _ output: UnsafeMutablePointer<Float>,
  as type: Bytes.Type, _ larger: (Bytes, Bytes) -> Bytes
) {
  var best = (UnsafeRawPointer(positions[0]) + channel).loadUnaligned(as: Bytes.self)
  for index in 1..<count {
    best = larger(best, (UnsafeRawPointer(positions[index]) + channel).loadUnaligned(as: Bytes.self))
  }
  (UnsafeMutableRawPointer(output) + channel).storeBytes(of: best, as: Bytes.self)
}

/// Four of 16: of `SIMD64` the compiler makes single bytes.
private struct Bytes64: BitwiseCopyable {
  private var first: SIMD16<UInt8>
  private var second: SIMD16<UInt8>
  private var third: SIMD16<UInt8>
  private var fourth: SIMD16<UInt8>

  @inline(__always)
  func larger(_ other: Bytes64) -> Bytes64 {
    Bytes64(
      first: first.replacing(with: other.first, where: other.first .> first),
      second: second.replacing(with: other.second, where: other.second .> second),
      third: third.replacing(with: other.third, where: other.third .> third),
      fourth: fourth.replacing(with: other.fourth, where: other.fourth .> fourth))
  }
}
