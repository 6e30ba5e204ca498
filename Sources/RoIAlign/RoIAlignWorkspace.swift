internal import Kernels
internal import Parallel
internal import Tensors

/// Memory between the steps of a call, kept from call to call: getting it anew would take as long as the work.
public final class RoIAlignWorkspace {
  private var storage = Storage(count: 0)

  public init() {}

  /// A place for the average of a plane's frames. What stands there is of earlier calls.
  func plane(for features: FeaturePlane) -> FeaturePlane {
    // A cache keeps lines apart by the middle bits of their addresses. Were pixels a power of two apart, the same few
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
  /// Averages the frames of chosen pixels.
  ///
  /// All channels of a pixel at once: features of many frames come from memory, which is read best in long stretches.
  ///
  /// - Parameters:
  ///   - pixels: Numbered over all pictures.
  func average(
    _ frames: FeaturePlane, into mean: FeaturePlane, at pixels: [Int], _ pool: WorkerPool, _ kernels: KernelTable
  ) {
    let plane = frames.height * frames.width
    // Pieces of half a megabyte or less.
    let step = max(1, (1 << 17) / (frames.frames * frames.channels))
    pool.forEach((pixels.count + step - 1) / step) { piece in
      withUnsafeTemporaryAllocation(of: UnsafePointer<Float>.self, capacity: frames.frames) { places in
        for pixel in pixels[piece * step..<min(pixels.count, (piece + 1) * step)] {
          let first = frames.pixel(pixel / plane, 0, pixel % plane)
          for frame in 0..<frames.frames {
            places.initializeElement(at: frame, to: first + frame * plane * frames.pitch)
          }
          kernels.rows.mean(
            UnsafePointer(places.baseAddress!), frames.frames, frames.channels,
            mean.storage.pointer + pixel * mean.pitch)
        }
      }
    }
  }
}
