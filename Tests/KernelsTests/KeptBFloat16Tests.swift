import BFloat16
import Kernels
import Tensors
import TestSupport
import Testing

/// Maps that training keeps in bfloat16, on every instruction set.
@Suite struct KeptBFloat16Tests {
  private static let engines = InstructionSet.available.compactMap { set in
    (try? KernelTable(set)).map { Engine(threads: 2, kernels: $0) }
  }

  /// Bits of a float32, and of what it is rounded to.
  private static let rounded: [(UInt32, UInt16)] = [
    (0x3f80_0000, 0x3f80), (0x3f80_7fff, 0x3f80), (0x3f80_8001, 0x3f81),
    // Ties go to the even neighbour.
    (0x3f80_8000, 0x3f80), (0x3f81_8000, 0x3f82), (0xbf81_8000, 0xbf82),
    // Beyond the largest number lies infinity; a carry goes into the exponent.
    (0x7f7f_7fff, 0x7f7f), (0x7f7f_8000, 0x7f80), (0x7f7f_ffff, 0x7f80), (0x3fff_ffff, 0x4000),
    (0x7f80_0000, 0x7f80), (0xff80_0000, 0xff80),
    // A NaN stays one, even where all its bits are lost.
    (0x7fc0_0000, 0x7fc0), (0x7f80_0001, 0x7fc0), (0xffff_ffff, 0xffff),
    // Zeros keep their signs, and denormal numbers their bits.
    (0x8000_0000, 0x8000), (0x0000_8000, 0x0000), (0x0001_0000, 0x0001), (0x0001_8000, 0x0002), (0x807f_ffff, 0x8080),
  ]

  /// A map whose channels lie in a wider one.
  private func slice(_ positions: Int, _ channels: Int, pitch: Int, _ format: ElementFormat) -> FeatureMap {
    let storage = Storage(count: positions * pitch + 1)
    return FeatureMap(
      storage: storage, offset: 1, batch: 1, extent: Extent3(1, 1, positions), channels: channels, pitch: pitch,
      format: format)
  }

  @Test func roundsByHand() {
    let rounded = Self.rounded
    for engine in Self.engines {
      for pitch in [rounded.count, rounded.count + 3] {
        let (from, to) = (
          slice(3, rounded.count, pitch: pitch, .float32), slice(3, rounded.count, pitch: pitch, .bfloat16)
        )
        for position in 0..<3 {
          for (c, bits) in rounded.enumerated() { from.start[position * pitch + c] = Float(bitPattern: bits.0) }
        }
        engine.round(from, into: to)
        for position in 0..<3 {
          for (c, bits) in rounded.enumerated() {
            let found = to.bfloat16Channels(of: position)[c]
            #expect(found == bits.1, "\(engine.instructionSet), \(String(bits.0, radix: 16))")
          }
        }
      }
    }
  }

  /// As one number after the other, of any width, in memory of their own or among others; what lies between stays.
  @Test(arguments: [2, 8, 14, 16, 34, 130]) func agreesWithOneByOne(_ channels: Int) {
    var generator = SeededGenerator(seed: UInt64(channels))
    for engine in Self.engines {
      for gap in [0, 5] {
        let positions = 37
        let from = slice(positions, channels, pitch: channels + gap, .float32)
        let to = slice(positions, channels, pitch: channels / 2 + gap, .bfloat16)
        for index in 0..<to.storage.count { to.storage.pointer[index] = 77 }
        for index in 0..<positions * (channels + gap) {
          from.start[index] = Float.random(in: -300...300, using: &generator)
        }
        engine.round(from, into: to)
        let back = slice(positions, channels, pitch: channels + gap, .float32)
        engine.widen(to, into: back)
        for position in 0..<positions {
          for c in 0..<channels {
            let value = from.value(position: position, channel: c)
            #expect(to.bfloat16Channels(of: position)[c] == bfloat16(value))
            #expect(back.value(position: position, channel: c) == float32(bfloat16(value)))
          }
          for index in 0..<gap where position + 1 < positions {
            #expect(to.start[position * to.pitch + channels / 2 + index] == 77)
          }
        }
        #expect(to.storage.pointer[0] == 77)
      }
    }
  }

  /// What is summed and computed of a map of bfloat16 is what is of its copy in float32, and results are rounded once.
  @Test(arguments: [6, 128, 1200]) func normalisationsReadEitherFormat(_ channels: Int) {
    var generator = SeededGenerator(seed: UInt64(channels))
    let extent = Extent3(2, 17, 9)
    func drawn(_ format: ElementFormat) -> FeatureMap {
      let map = FeatureMap(zeros: 3, extent, channels: channels, format: format)
      for position in 0..<map.positions {
        for c in 0..<channels { map.set(.random(in: -2...2, using: &generator), position: position, channel: c) }
      }
      return map
    }
    func vector() -> [Float] { (0..<channels).map { _ in Float.random(in: -1...1, using: &generator) } }
    let (x, residual, gradient) = (drawn(.bfloat16), drawn(.bfloat16), drawn(.float32))
    let (mean, scale, bias) = (vector(), vector(), vector())
    for engine in Self.engines {
      for split in [BatchSplit(), BatchSplit(1, of: 3)] {
        func step(_ x: FeatureMap, _ residual: FeatureMap) -> (sums: [Double], maps: [FeatureMap]) {
          let moments = engine.moments(x, split)
          let output = FeatureMap(zeros: 3, extent, channels: channels, format: x.format)
          engine.affine(x, scale: scale, bias: bias, adding: residual, isRectified: true, into: output, split)
          let masked = FeatureMap(zeros: 3, extent, channels: channels)
          let sums = engine.normalizedGradients(x, .output(residual), mean: mean, gradient, into: masked, split)
          let target = FeatureMap(zeros: 3, extent, channels: channels)
          engine.normalizedInputGradients(
            gradient, x, mean: mean, scale: scale, factor: mean, bias: bias, rectifiedBias: bias, into: target,
            adds: false, split)
          return (moments.mean + moments.variance + sums.sums + sums.products, [masked, target, output])
        }
        let (kept, wide) = (step(x, residual), step(x.float32(), residual.float32()))
        let apart = zip(kept.sums, wide.sums).map { abs($0 - $1) }.max() ?? .infinity
        // Of many channels fewer positions are summed in float32 at a time.
        #expect(channels <= 128 ? apart == 0 : apart < 1e-3, "\(engine.instructionSet): \(apart)")
        #expect(
          difference(kept.maps[0].channelsFirst().array, wide.maps[0].channelsFirst().array, .exact) == nil,
          "\(engine.instructionSet)")
        #expect(
          difference(kept.maps[1].channelsFirst().array, wide.maps[1].channelsFirst().array, .exact) == nil,
          "\(engine.instructionSet)")
        let output = FeatureMap(zeros: 3, extent, channels: channels, format: .bfloat16)
        engine.round(wide.maps[2], into: output)
        #expect(
          difference(kept.maps[2].channelsFirst().array, output.channelsFirst().array, .exact) == nil,
          "\(engine.instructionSet)")
      }
    }
  }
}
