import Kernels
import Parallel
import RoIAlign
import Tensors
import TestSupport
import Testing

/// Features of several frames, whose average is pooled.
struct FramesTests {
  let align = try! RoIAligner(resolution: 7, spatialScale: 1 / 16, grid: .halfPixel)
  /// Five frames of twelve rows and sixteen columns.
  let map: FeatureMap

  init() {
    var generator = SeededGenerator(seed: 11)
    map = FeatureMap(zeros: 2, Extent3(5, 12, 16), channels: 141)
    for index in 0..<map.storage.count { map.start[index] = Float(generator.uniform(-1, 1)) }
  }

  private let boxes =
    PropertyTests.boxes + PropertyTests.boxes.map { Region(batchIndex: 1, x1: $0.y1, y1: $0.x1, x2: $0.y2, y2: $0.x2) }

  @Test("two frames by hand", arguments: everyTable)
  func byHand(kernels: KernelTable) throws {
    let small = try RoIAligner(resolution: 1, spatialScale: 1, grid: .halfPixel)
    // The box covers the second pixel of one row: 2 in the first frame, 5 in the second.
    let plane = FeaturePlane(FeatureMap(channelsFirst: Tensor([1, 1, 2, 1, 3], [1, 2, 3, 4, 5, 6])))
    #expect(try small(plane, [box(1, 0, 2, 1)], pool: onePool, kernels: kernels).array == [3.5])
    #expect(try small.maxPooled(plane, [box(1, 0, 2, 1)], pool: onePool, kernels: kernels).array == [3.5])
    #expect(try small.reference(plane, [box(1, 0, 2, 1)]).array == [3.5])
  }

  @Test("averaging first gives the same to the last bit", arguments: everyTable)
  func averagedBefore(kernels: KernelTable) throws {
    let mean = Tensor(zeros: [2, 12, 16, 141])
    let plane = 12 * 16 * 141
    for index in 0..<mean.count {
      let first = map.start + index / plane * 5 * plane + index % plane
      mean.mutableValues[index] = Float((0..<5).reduce(0.0) { $0 + Double(first[$1 * plane]) } / 5)
    }
    for threads in [1, 2, 3] {
      let pool = WorkerPool(threads: threads)
      let found = try align(FeaturePlane(map), boxes, pool: pool, kernels: kernels)
      let expected = try align(FeaturePlane(mean), boxes, pool: pool, kernels: kernels)
      #expect(difference(found.array, expected.array, .exact, "\(threads) threads") == nil)
    }
  }

  @Test("equal frames count as one, to the last bit", arguments: everyTable)
  func equalFrames(kernels: KernelTable) throws {
    let frame = 12 * 16 * 141
    for frameIndex in 1..<5 { (map.start + frameIndex * frame).update(from: map.start, count: frame) }
    let one = FeaturePlane(storage: map.storage, batch: 1, height: 12, width: 16, channels: 141)
    let found = try align(FeaturePlane(map), PropertyTests.boxes, pool: onePool, kernels: kernels).array
    let expected = try align(one, PropertyTests.boxes, pool: onePool, kernels: kernels).array
    #expect(difference(found, expected, .exact) == nil)
  }

  @Test("a workspace keeps nothing of earlier calls", arguments: everyTable)
  func workspace(kernels: KernelTable) throws {
    let kept = RoIAlignWorkspace()
    let narrow = FeaturePlane(
      storage: map.storage, offset: 7, batch: 1, frames: 3, height: 9, width: 10, channels: 33, pitch: 141)
    for (plane, regions) in [
      (FeaturePlane(map), [boxes[0]]), (narrow, [boxes[2]]), (FeaturePlane(map), boxes), (narrow, PropertyTests.boxes),
    ] {
      let output = Tensor(zeros: [regions.count, plane.channels])
      try align.alignMaxPooled(
        plane, regions, into: output.storage, pool: onePool, kernels: kernels, workspace: kept)
      let fresh = try align.maxPooled(plane, regions, pool: onePool, kernels: kernels).array
      #expect(difference(output.array, fresh, .exact) == nil)
    }
  }

  @Test("what no box touches is never seen", arguments: everyTable)
  func untouched(kernels: KernelTable) throws {
    let region = box(65, 65, 95, 95)
    let expected = try align(FeaturePlane(map), [region], pool: onePool, kernels: kernels).array
    for index in 0..<map.storage.count {
      let (y, x) = (index / 141 / 16 % 12, index / 141 % 16)
      if !(3...6 ~= y && 3...6 ~= x) { map.start[index] = .nan }
    }
    let found = try align(FeaturePlane(map), [region], pool: onePool, kernels: kernels).array
    #expect(difference(found, expected, .exact) == nil && found.allSatisfy(\.isFinite))
    let outside = try align(FeaturePlane(map), [box(900, 0, 990, 50)], pool: onePool, kernels: kernels).array
    #expect(outside.allSatisfy { $0 == 0 })
    #expect(try align(FeaturePlane(map), [], pool: onePool, kernels: kernels).count == 0)
  }
}
