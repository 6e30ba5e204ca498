internal import Kernels
internal import Tensors

/// Groups of consecutive frames counted as batch items: non-local blocks attend within a group.
struct FramesToBatch: Operator {
  let groups: Int

  var name: String { "frames to batch, \(groups) groups" }
  var aliasing: Aliasing { .view(of: 0) }

  func shape(of inputs: [ValueShape]) throws(NetworkError) -> ValueShape {
    var shape = inputs[0]
    guard shape.extent.t % groups == 0 else { throw .ungrouped(frames: shape.extent.t, groups: groups) }
    shape.batch *= groups
    shape.extent.t /= groups
    return shape
  }

  func run(_ inputs: [FeatureMap], into output: FeatureMap, engine: Engine) {}
  func runReference(_ inputs: [FeatureMap], into output: FeatureMap, engine: Engine) {}
}

/// Batch items as groups of frames again: what `FramesToBatch` did, undone.
struct BatchToFrames: Operator {
  let groups: Int

  var name: String { "batch to frames, \(groups) groups" }
  var aliasing: Aliasing { .view(of: 0) }

  func shape(of inputs: [ValueShape]) throws(NetworkError) -> ValueShape {
    var shape = inputs[0]
    shape.batch /= groups
    shape.extent.t *= groups
    return shape
  }

  func run(_ inputs: [FeatureMap], into output: FeatureMap, engine: Engine) {}
  func runReference(_ inputs: [FeatureMap], into output: FeatureMap, engine: Engine) {}
}

extension Network {
  /// Counts `groups` runs of consecutive frames as batch items.
  public mutating func framesToBatch(_ x: Value, groups: Int) -> Value {
    groups == 1 ? x : add(FramesToBatch(groups: groups), [x])
  }

  /// Undoes `framesToBatch`.
  public mutating func batchToFrames(_ x: Value, groups: Int) -> Value {
    groups == 1 ? x : add(BatchToFrames(groups: groups), [x])
  }
}
