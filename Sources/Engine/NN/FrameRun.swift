internal import Kernels
internal import Tensors

/// A stretch of operations that look at one frame at a time, to be run frame by frame.
///
/// What such operations hand each other then stays in the caches, and takes the memory of a few frames instead of all.
struct FrameRun {
  let operations: Range<Int>
  /// How many frames go through the stretch together.
  let frames: Int
}

extension Operation {
  /// Whether frame t of the output depends on frame t of the inputs alone.
  var keepsFramesApart: Bool {
    switch self {
    case .convolution(let convolution, _, _, _):
      let shape = convolution.shape
      return shape.kernel.t == 1 && shape.stride.t == 1 && shape.padding.t == 0
    case .maxPool(let shape, _): return shape.kernel.t == 1 && shape.stride.t == 1 && shape.padding.t == 0
    case .input, .concatenate, .attention, .framesToBatch, .batchToFrames: return false
    }
  }
}

/// When a stretch of operations runs frame by frame, and how many frames go together.
public struct FrameGrouping: Sendable {
  /// The least positions of a frame. Smaller frames are not worth it: all of them together fit into the caches, and weights
  /// would be read once a frame.
  public var leastPositions: Int
  /// The most bytes of one value of a group: what goes through a stretch together should stay in the caches.
  public var groupBytes: Int

  public init(leastPositions: Int = 1024, groupBytes: Int = 6 << 20) {
    self.leastPositions = leastPositions
    self.groupBytes = groupBytes
  }
}

extension FrameRun {
  /// Finds the stretches of a network whose values have these shapes.
  static func find(
    _ network: Network, _ shapes: [NetworkLayout.Shape], _ grouping: FrameGrouping
  ) -> [FrameRun] {
    var runs: [FrameRun] = []
    var start = 0
    func frames(_ index: Int) -> Int { shapes[index].batch * shapes[index].extent.t }
    func fits(_ index: Int) -> Bool {
      let extent = shapes[index].extent
      return network.operations[index].keepsFramesApart && extent.h * extent.w >= grouping.leastPositions
        && frames(index) > 1
    }
    func close(_ end: Int) {
      if end - start >= 2 {
        let largest = (start..<end).map { shapes[$0].extent.h * shapes[$0].extent.w * shapes[$0].floats * 4 }.max()!
        let group = max(1, min(frames(start), grouping.groupBytes / max(1, largest)))
        if group < frames(start) { runs.append(FrameRun(operations: start..<end, frames: group)) }
      }
    }
    for index in network.operations.indices {
      if !fits(index) {
        close(index)
        start = index + 1
      } else if index > start && frames(index) != frames(start) {
        close(index)
        start = index
      }
    }
    close(network.operations.count)
    return runs
  }
}
