public import Kernels
public import Parallel
public import Tensors

/// The largest bins of pooled boxes, and which they were: what the gradient of a pooling goes back through.
public struct LargestBins: Sendable {
  /// [R, C]
  public let values: Tensor
  /// By box and channel the number of the bin, row by row: the first of those that are the largest, as in PyTorch; a NaN
  /// is.
  let bins: [UInt16]
  let regions: [Region]
}

extension RoIAligner {
  /// Refuses boxes that cannot be pooled.
  ///
  /// - Throws: `RoIAlignError` for a box that is not finite, absurdly large, or of no item of the batch.
  public func check(_ regions: [Region], batch: Int) throws(RoIAlignError) {
    for (box, region) in regions.enumerated() { _ = try axes(of: region, box: box, batch: batch) }
  }

  /// Pools every box and keeps the largest bin of each channel, with its place.
  ///
  /// - Throws: As `callAsFunction`.
  public func largestBins(
    _ features: FeaturePlane, _ regions: [Region], pool: WorkerPool, kernels: KernelTable
  ) throws(RoIAlignError) -> LargestBins {
    precondition(resolution <= 255, "bins are counted in 16 bits")
    let pooled = try self(features, regions, pool: pool, kernels: kernels)
    let (count, channels) = (resolution * resolution, features.channels)
    let values = Tensor(zeros: [regions.count, channels])
    var bins = [UInt16](repeating: 0, count: regions.count * channels)
    bins.withUnsafeMutableBufferPointer { bins in
      nonisolated(unsafe) let bins = bins.baseAddress!
      pool.forEach(regions.isEmpty ? 0 : regions.count) { box in
        let (from, to) = (pooled.storage.pointer + box * count * channels, values.storage.pointer + box * channels)
        let places = bins + box * channels
        for c in 0..<channels { to[c] = from[c] }
        for bin in 1..<max(1, count) {
          let row = from + bin * channels
          for c in 0..<channels where row[c] > to[c] || (row[c] != row[c] && to[c] == to[c]) {
            to[c] = row[c]
            places[c] = UInt16(bin)
          }
        }
      }
    }
    return LargestBins(values: values, bins: bins, regions: regions)
  }

  /// The gradient by the features of what ``largestBins(_:_:pool:kernels:)`` pooled: the largest bin's gradient goes to the
  /// positions that it weighed, and from their average in equal parts to all frames.
  ///
  /// - Parameters:
  ///   - gradient: By the bins' values: [R, C], `pitch` floats from a box to the next.
  ///   - target: As the features.
  ///   - adds: Whether the target keeps what it holds.
  public func gradient(
    of largest: LargestBins, _ gradient: UnsafePointer<Float>, pitch: Int, into target: FeatureMap, adds: Bool,
    pool: WorkerPool
  ) {
    let (channels, extent, bins) = (target.channels, target.extent, resolution)
    let plane = Tensor(zeros: [target.batch, extent.h, extent.w, channels])
    // They were pooled: they can be.
    guard let plan = try? SamplingPlan(self, FeaturePlane(plane), largest.regions) else { return }
    // Boxes overlap: pieces are channels.
    let slice = 64
    nonisolated(unsafe) let gradient = gradient
    plan.rows.withPointers { rowStarts, rowOffsets, rowWeights in
      nonisolated(unsafe) let rows = (rowStarts, rowOffsets, rowWeights)
      plan.columns.withPointers { columnStarts, columnOffsets, columnWeights in
        nonisolated(unsafe) let columns = (columnStarts, columnOffsets, columnWeights)
        pool.forEach((channels + slice - 1) / slice) { piece in
          for (box, region) in largest.regions.enumerated() {
            let item = plane.storage.pointer + region.batchIndex * extent.h * extent.w * channels
            for c in piece * slice..<min(channels, (piece + 1) * slice) {
              let bin = Int(largest.bins[box * channels + c])
              let (y, x) = (box * (bins + 1) + bin / bins, box * (bins + 1) + bin % bins)
              let own = gradient[box * pitch + c]
              for row in rows.0[y]..<rows.0[y + 1] {
                for column in columns.0[x]..<columns.0[x + 1] {
                  item[rows.1[row] + columns.1[column] + c] += own * rows.2[row] * columns.2[column]
                }
              }
            }
          }
        }
      }
    }
    let share = 1 / Float(extent.t)
    pool.forEach(target.batch * extent.t * extent.h) { line in
      let (item, h) = (line / (extent.t * extent.h), line % extent.h)
      for w in 0..<extent.w {
        let from = plane.storage.pointer + ((item * extent.h + h) * extent.w + w) * channels
        let to = target.start + (line * extent.w + w) * target.pitch
        for c in 0..<channels { to[c] = (adds ? to[c] : 0) + share * from[c] }
      }
    }
  }
}
