import Kernels
import Parallel
import RoIAlign
import Tensors
import TestSupport
import Testing

struct SweepTests {
  @Test("every instruction set agrees with the reference over seeded shapes and boxes", arguments: everyTable)
  func reference(kernels: KernelTable) throws {
    for seed in 1...150 as ClosedRange<UInt64> {
      let each = try SeededCase(seed: seed)
      let found = try each.aligner(each.features, each.regions, pool: onePool, kernels: kernels)
      let expected = try each.aligner.reference(each.features, each.regions)
      #expect(found.shape == expected.shape)
      let wrong = difference(found.array, expected.array, .reassociated, "\(kernels.instructionSet), \(each)")
      try #require(wrong == nil)
    }
  }

  @Test("the fused maximum is the maximum of the bins, to the last bit", arguments: everyTable)
  func maximum(kernels: KernelTable) throws {
    for seed in 201...260 as ClosedRange<UInt64> {
      let each = try SeededCase(seed: seed)
      let (channels, bins) = (each.features.channels, each.aligner.resolution * each.aligner.resolution)
      let all = try each.aligner(each.features, each.regions, pool: onePool, kernels: kernels).array
      let fused = try each.aligner.maxPooled(each.features, each.regions, pool: onePool, kernels: kernels)
      let expected = (0..<each.regions.count * channels).map { index in
        (0..<bins).map { all[(index / channels * bins + $0) * channels + index % channels] }.max()!
      }
      #expect(fused.shape == [each.regions.count, channels])
      try #require(difference(fused.array, expected, .exact, "\(kernels.instructionSet), \(each)") == nil)
    }
  }

  @Test("thread counts do not show in the result", arguments: everyTable)
  func threads(kernels: KernelTable) throws {
    let pools = [WorkerPool(threads: 2), WorkerPool(threads: 3)]
    for seed in 301...340 as ClosedRange<UInt64> {
      let each = try SeededCase(seed: seed)
      let bins = try each.aligner(each.features, each.regions, pool: onePool, kernels: kernels).array
      let maxima = try each.aligner.maxPooled(each.features, each.regions, pool: onePool, kernels: kernels).array
      for pool in pools {
        let about = "\(pool.threads) threads, \(each)"
        let again = try each.aligner(each.features, each.regions, pool: pool, kernels: kernels).array
        try #require(difference(again, bins, .exact, about) == nil)
        let fused = try each.aligner.maxPooled(each.features, each.regions, pool: pool, kernels: kernels).array
        try #require(difference(fused, maxima, .exact, about) == nil)
      }
    }
  }

  @Test("a channel does not know which others are computed with it", arguments: everyTable)
  func slices(kernels: KernelTable) throws {
    for seed in 401...440 as ClosedRange<UInt64> {
      let each = try SeededCase(seed: seed)
      let (plane, channels) = (each.features, each.features.channels)
      let all = try each.aligner(plane, each.regions, pool: onePool, kernels: kernels).array
      let first = channels / 3
      let some = FeaturePlane(
        storage: plane.storage, offset: plane.offset + first, batch: plane.batch, frames: plane.frames,
        height: plane.height, width: plane.width, channels: channels - first, pitch: plane.pitch)
      let found = try each.aligner(some, each.regions, pool: onePool, kernels: kernels).array
      let expected = all.indices.filter { $0 % channels >= first }.map { all[$0] }
      try #require(difference(found, expected, .exact, "from channel \(first), \(each)") == nil)
    }
  }

  @Test("the output may be a part of wider rows: nothing beside it is touched", arguments: everyTable)
  func output(kernels: KernelTable) throws {
    for seed in 501...530 as ClosedRange<UInt64> {
      let each = try SeededCase(seed: seed)
      let (plane, align) = (each.features, each.aligner)
      let bins = align.resolution * align.resolution
      let (offset, pitch) = (3, plane.channels + 5)
      for takesMaximum in [false, true] {
        let rows = each.regions.count * (takesMaximum ? 1 : bins)
        let wide = Tensor([rows * pitch + offset], [Float](repeating: 77, count: rows * pitch + offset))
        let dense: [Float]
        if takesMaximum {
          try align.alignMaxPooled(
            plane, each.regions, into: wide.storage, offset: offset, pitch: pitch, pool: onePool, kernels: kernels)
          dense = try align.maxPooled(plane, each.regions, pool: onePool, kernels: kernels).array
        } else {
          try align.align(
            plane, each.regions, into: wide.storage, offset: offset, pitch: pitch, pool: onePool, kernels: kernels)
          dense = try align(plane, each.regions, pool: onePool, kernels: kernels).array
        }
        var expected = [Float](repeating: 77, count: rows * pitch + offset)
        for (index, value) in dense.enumerated() {
          expected[offset + index / plane.channels * pitch + index % plane.channels] = value
        }
        try #require(difference(wide.array, expected, .exact, "\(each)") == nil)
      }
    }
  }
}
