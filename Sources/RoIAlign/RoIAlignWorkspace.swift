internal import Kernels
internal import Parallel
internal import Tensors

/// Memory between the steps of a call, kept from call to call: getting it anew would take as long as the work.
public final class RoIAlignWorkspace {
  private var storage = Storage(count: 0)

  /// Makes a workspace that grows when it is used.
  public init() {}

  /// A place for the average of a plane's frames. What stands there is of earlier calls.
  func plane(for features: FeaturePlane) -> FeaturePlane {
    // A cache keeps lines apart by the middle bits of their addresses. Were positions a power of two apart, the same few
    // channels of all of them would compete for a few places.
    let pitch = (features.channels + 15) / 16 * 16 + 16
    let count = features.batch * features.height * features.width * pitch
    if storage.count < count { storage = Storage(count: count) }
    return FeaturePlane(
      storage: storage, batch: features.batch, height: features.height, width: features.width,
      channels: features.channels, pitch: pitch)
  }
}

extension RoIAligner {
  /// Averages the frames of chosen positions.
  ///
  /// All channels of a position at once: features of many frames come from memory, which is read best in long stretches.
  ///
  /// - Parameters:
  ///   - positions: Numbered over all batch items.
  func average(
    _ frames: FeaturePlane, into mean: FeaturePlane, at positions: [Int], _ pool: WorkerPool, _ kernels: KernelTable
  ) {
    let plane = frames.height * frames.width
    // Pieces of half a megabyte or less.
    let step = max(1, (1 << 17) / (frames.frames * frames.channels))
    pool.forEach((positions.count + step - 1) / step) { piece in
      withUnsafeTemporaryAllocation(of: UnsafePointer<Float>.self, capacity: frames.frames) { places in
        for position in positions[piece * step..<min(positions.count, (piece + 1) * step)] {
          let first = frames.position(position / plane, 0, position % plane)
          for frame in 0..<frames.frames {
            places.initializeElement(at: frame, to: first + frame * plane * frames.pitch)
          }
          kernels.rows.mean(
            UnsafePointer(places.baseAddress!), frames.frames, frames.channels,
            mean.storage.pointer + position * mean.pitch)
        }
      }
    }
  }
}
