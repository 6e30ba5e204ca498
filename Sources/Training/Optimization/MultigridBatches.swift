/// Which clips' statistics a batch norm takes together.
public enum BatchNormScope: Sendable, Equatable {
  /// Those of a process's batch.
  case batch
  /// Those of a part of it: sub-BN with so many splits (`BN.NUM_SPLITS`).
  case split(Int)
  /// Those of several processes' batches: synchronised (`BN.NUM_SYNC_DEVICES`).
  case processes(Int)
}

/// The clips of one kind of batch in a short cycle.
public struct ShortCycleShape: Sendable, Equatable {
  /// Clips of a process.
  public var batch: Int
  /// Pixels of a side.
  public var crop: Int

  public init(batch: Int, crop: Int) {
    self.batch = batch
    self.crop = crop
  }
}

extension MultigridSchedule {
  /// The batch of one of several equal processes.
  public func batchPerProcess(at epoch: Int, processes: Int) -> Int { shape(at: epoch).batch / processes }

  /// What batch norms do in an epoch, so that they see about as many clips at any batch; nil where they do as the
  /// configuration says, without a long cycle and in a first phase of the full shape.
  public func batchNormScope(at epoch: Int, processes: Int) -> BatchNormScope? {
    // They are set when the shape first departs from the configuration's, and from then on with every shape.
    guard (0...max(0, epoch)).contains(where: { !isFull(shape(at: $0)) }) else { return nil }
    // The share of what a batch norm should see; PySlowFast cuts the whole number off.
    let share = Double(shape(at: epoch).batch) / Double(processes) / Double(options.batchNormClips)
    if share < 1 { return .processes(Int(1 / share)) }
    return share > 1 ? .split(Int(share)) : .batch
  }

  private func isFull(_ shape: ClipShape) -> Bool { shape.frames == fullShape.frames && shape.crop == fullShape.crop }

  /// The shapes that the batches of an epoch have in turn: two with smaller crops and more clips, then the epoch's own.
  /// One shape without a short cycle.
  public func shortCycle(at epoch: Int, processes: Int) -> [ShortCycleShape] {
    let crop = shape(at: epoch).crop
    let batch = batchPerProcess(at: epoch, processes: processes)
    let smaller = options.shortCycleFactors.map { factor in
      let side = factor * Double(fullShape.crop)
      let ratio = Double(crop) / side
      return ShortCycleShape(
        batch: batch * Int((ratio * ratio).rounded(.toNearestOrEven)), crop: Int(side.rounded(.toNearestOrEven)))
    }
    return (options.hasShortCycle ? smaller : []) + [ShortCycleShape(batch: batch, crop: crop)]
  }

  /// The least short side to which frames are resized before they are cropped, in pixels.
  ///
  /// - Parameter leastScale: For the full crop: the first of `DATA.TRAIN_JITTER_SCALES`.
  public func leastShortSide(crop: Int, leastScale: Int) -> Int {
    Int((Double(leastScale) * Double(crop) / Double(fullShape.crop)).rounded(.toNearestOrEven))
  }
}

/// Cuts an epoch's samples into batches whose sizes follow each other in turn; what is left at the end is dropped.
public struct CyclicBatches: Sendable {
  public let sizes: [Int]

  /// - Parameter sizes: At least one; each above 0.
  public init(sizes: [Int]) {
    precondition(!sizes.isEmpty && sizes.allSatisfy { $0 > 0 }, "batches have clips")
    self.sizes = sizes
  }

  /// The samples of each batch, by their places in the epoch's order.
  public func ranges(samples: Int) -> [Range<Int>] {
    var (result, start) = ([Range<Int>](), 0)
    while start + sizes[result.count % sizes.count] <= samples {
      let end = start + sizes[result.count % sizes.count]
      result.append(start..<end)
      start = end
    }
    return result
  }

  /// How many batches the learning rate counts in an epoch: PySlowFast's length of the loader, by the mean size. It may
  /// be another number than that of the batches.
  public func nominalCount(samples: Int) -> Int {
    Int(Double(samples) / (Double(sizes.reduce(0, +)) / Double(sizes.count)))
  }
}
