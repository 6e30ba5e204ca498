internal import Kernels
internal import Tensors

/// A stretch of operators that look at one frame at a time, to be run frame by frame.
///
/// What such operators hand each other then stays in the caches, and takes the memory of a few frames instead of all.
struct FrameRun {
  let operators: Range<Int>
  /// How many frames go through the stretch together.
  let frames: Int
}

/// When a stretch of operators runs frame by frame, and how many frames go together.
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

  /// What suits a number of threads: many have more caches, and a frame alone would be divided badly among them.
  init(threads: Int) { self.init(groupBytes: max(6 << 20, threads * 3 << 19)) }
}

extension FrameRun {
  /// Finds the stretches of a network whose values have these shapes.
  static func find(
    _ network: Network, _ shapes: [ValueShape], _ grouping: FrameGrouping
  ) -> [FrameRun] {
    var runs: [FrameRun] = []
    var start = 0
    func frames(_ index: Int) -> Int { shapes[index].batch * shapes[index].extent.t }
    func fits(_ index: Int) -> Bool {
      let extent = shapes[index].extent
      return network.nodes[index].op?.runsByFrames == true && extent.h * extent.w >= grouping.leastPositions
        && frames(index) > 1
    }
    func close(_ end: Int) {
      if end - start >= 2 {
        let largest = (start..<end).map { shapes[$0].extent.h * shapes[$0].extent.w * shapes[$0].floats * 4 }.max()!
        let group = max(1, min(frames(start), grouping.groupBytes / max(1, largest)))
        if group < frames(start) { runs.append(FrameRun(operators: start..<end, frames: group)) }
      }
    }
    for index in network.nodes.indices {
      if !fits(index) {
        close(index)
        start = index + 1
      } else if index > start && frames(index) != frames(start) {
        close(index)
        start = index
      }
    }
    close(network.nodes.count)
    return runs
  }
}
