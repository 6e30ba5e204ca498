import BFloat16
import Kernels
import Tensors
import TestSupport
import Testing

/// Vectors that are added to every item's positions, on every instruction set: on slices of wider maps.
struct AddedVectorsTests {
  private struct Kind {
    let kernels: KernelTable
    let format: ElementFormat
  }

  private static let kinds = InstructionSet.available.compactMap { try? KernelTable($0) }.flatMap { kernels in
    [ElementFormat.float32, .bfloat16].filter { $0 == .float32 || kernels.supportsBFloat16 }
      .map { Kind(kernels: kernels, format: $0) }
  }

  /// Adds [positions, channels] to [N, C, T, H, W].
  ///
  /// - Parameter isHanded: Whether the vectors are written into the memory that is there for them.
  private func sums(
    _ values: [Float], _ vectors: [Float], _ batch: Int, _ extent: Extent3,
    _ kind: Kind, threads: Int = 2, inPlace: Bool = false, isHanded: Bool = false
  ) -> [Float] {
    let engine = Engine(threads: threads, kernels: kind.kernels, activations: kind.format)
    let channels = vectors.count / max(1, extent.count)
    let input = SlicedMap(values, batch: batch, extent, channels: channels, format: kind.format, room: (3, 2))
    let output =
      inPlace ? input : SlicedMap(nil, batch: batch, extent, channels: channels, format: kind.format, room: (1, 4))
    let table = Tensor([extent.count, channels], vectors)
    engine.add(to: input.map, into: output.map) { positions, memory in
      let own = UnsafePointer(table.storage.pointer) + positions.lowerBound * channels
      if !isHanded { return own }
      for index in 0..<positions.count * channels { memory[index] = own[index] }
      return UnsafePointer(memory)
    }
    #expect(output.surroundingsAreUntouched && (inPlace || input.isUntouched))
    return output.values
  }

  @Test func byHand() {
    for kind in Self.kinds {
      // Two items of two positions of two channels, channels first.
      let found = sums([1, 2, 3, 4, 5, 6, 7, 8], [10, 20, 30, 40], 2, Extent3(1, 1, 2), kind)
      #expect(found == [11, 32, 23, 44, 15, 36, 27, 48], "\(kind.kernels.instructionSet) \(kind.format)")
    }
  }

  /// One sum after the other, in widths around those of registers, and more positions than a piece has.
  @Test(arguments: [2, 4, 6, 8, 14, 16, 18, 30, 32, 34, 96, 130])
  func agreesWithOneByOne(_ channels: Int) {
    let (batch, extent) = (2, Extent3(2, 7, 9))
    var random = SeededGenerator(seed: UInt64(channels))
    func numbers(_ count: Int) -> [Float] { (0..<count).map { _ in Float.random(in: -2...2, using: &random) } }
    let (values, vectors) = (numbers(batch * channels * extent.count), numbers(extent.count * channels))
    for kind in Self.kinds {
      let expected = values.indices.map { index in
        let (plane, position) = (index / extent.count, index % extent.count)
        return rounded(
          [rounded([values[index]], kind.format)[0] + vectors[position * channels + plane % channels]], kind.format)[0]
      }
      #expect(sums(values, vectors, batch, extent, kind) == expected, "\(kind.kernels.instructionSet) \(kind.format)")
      for threads in [1, 3] {
        #expect(
          sums(values, vectors, batch, extent, kind, threads: threads, inPlace: true) == expected,
          "\(kind.kernels.instructionSet) \(kind.format)")
      }
      #expect(
        sums(values, vectors, batch, extent, kind, isHanded: true) == expected,
        "\(kind.kernels.instructionSet) \(kind.format)")
    }
  }

  /// Wide vectors, of which a piece has a single one, and no positions at all; what is no number stays one.
  @Test func degenerate() {
    for kind in Self.kinds {
      let wide = [Float](repeating: 0.5, count: 9000)
      #expect(sums(wide, wide, 1, .one, kind) == [Float](repeating: 1, count: 9000))
      #expect(sums([], [], 0, Extent3(1, 1, 1), kind) == [])
      let found = sums([.nan, 1, .infinity, -.infinity], [1, .nan, 1, .infinity], 1, .one, kind)
      #expect(found[0].isNaN && found[1].isNaN && found[2] == .infinity && found[3].isNaN)
    }
  }
}
