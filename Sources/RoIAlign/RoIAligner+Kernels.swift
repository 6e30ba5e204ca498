internal import Kernels
internal import Parallel
internal import Tensors

extension RoIAligner {
  /// Where the bins, or the boxes' maxima, go.
  struct Target {
    let storage: Storage
    let offset: Int
    let pitch: Int
    let takesMaximum: Bool
  }

  /// Averages the frames where there are several, then runs the kernels over pieces of channels and boxes.
  ///
  /// A piece is a slice of the channels, narrow enough that all batch items' slices stay in a core's cache while
  /// box after box reads them, times some of the boxes where there are few channels.
  func run(
    _ frames: FeaturePlane, _ regions: [Region], _ target: Target, _ pool: WorkerPool, _ kernels: KernelTable,
    _ workspace: RoIAlignWorkspace
  ) throws(RoIAlignError) {
    let features = frames.frames == 1 ? frames : workspace.plane(for: frames)
    let plan = try SamplingPlan(self, features, regions)
    let bins = resolution
    let boxPitch = target.takesMaximum ? target.pitch : bins * bins * target.pitch
    let channels = features.channels
    if regions.isEmpty || channels == 0 { return }
    let rowsWritten = target.takesMaximum ? regions.count : regions.count * bins * bins
    precondition(target.offset >= 0 && target.pitch >= channels, "the bins must not overlap")
    precondition(
      target.offset + (rowsWritten - 1) * target.pitch + channels <= target.storage.count,
      "the output must have room for all boxes")

    if frames.frames > 1 {
      average(frames, into: features, at: plan.touchedPositions(of: features, regions), pool, kernels)
    }
    let slice = 128
    let slices = (channels + slice - 1) / slice
    let groups = min(regions.count, max(1, 16 / slices))
    let align = kernels.roiAlign.bins
    plan.rows.withPointers { rowStarts, rowOffsets, rowWeights in
      plan.columns.withPointers { columnStarts, columnOffsets, columnWeights in
        pool.forEach(slices * groups) { piece in
          let first = piece / groups * slice
          let group = piece % groups
          for box in group * regions.count / groups..<(group + 1) * regions.count / groups {
            align(
              features.position(regions[box].batchIndex, 0, 0) + first, min(slice, channels - first), bins,
              rowStarts + box * (bins + 1), rowOffsets, rowWeights,
              columnStarts + box * (bins + 1), columnOffsets, columnWeights,
              target.storage.pointer + target.offset + box * boxPitch + first, target.pitch, target.takesMaximum)
          }
        }
      }
    }
  }
}

extension AxisWeights {
  /// Lends the tables to a kernel.
  func withPointers(
    _ body: (
      _ starts: UnsafePointer<Int>, _ offsets: UnsafePointer<Int>, _ weights: UnsafePointer<Float>
    ) -> Void
  ) {
    starts.withUnsafeBufferPointer { starts in
      offsets.withUnsafeBufferPointer { offsets in
        weights.withUnsafeBufferPointer { weights in
          body(starts.baseAddress!, offsets.baseAddress!, weights.baseAddress!)
        }
      }
    }
  }
}
