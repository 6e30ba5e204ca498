public import Augmentation
public import Configuration
public import Optimization
internal import RoIAlign
internal import Tensors

/// What becomes of the examples of a batch together.
public struct Collation: Sendable {
  /// How samples are mixed (`MIXUP`); nil for not at all.
  public var mixing: MixUp?

  public init(mixing: MixUp? = nil) { self.mixing = mixing }

  /// The collation of a configuration's training.
  ///
  /// PySlowFast mixes the first pathway's clips only, of networks with two the slow one's; here all of a clip is mixed.
  ///
  /// - Throws: `AugmentationError`, and where labels cannot be mixed `TrainingDataError.unsupported`.
  public init(_ config: Configuration) throws {
    self.init()
    if !config[.mixupEnable] { return }
    let name = config[.trainDataset].lowercased()
    if config[.dataMultiLabel] || name.hasSuffix("ava") || name.hasSuffix("charades") {
      throw TrainingDataError.unsupported(
        "\(config.cite(.mixupEnable)), \(config.cite(.trainDataset))",
        "samples are mixed that have one class each, those of this data set have several", "set MIXUP.ENABLE False")
    }
    mixing = try MixUp(
      mixupAlpha: config[.mixupAlpha], cutmixAlpha: config[.mixupCutmixAlpha], probability: config[.mixupProb],
      switchProbability: config[.mixupSwitchProb], labelSmoothing: config[.mixupLabelSmoothValue],
      classes: config[.modelNumClasses])
  }

  /// What targets of a kind become.
  public func kind(of targets: TargetKind) -> TargetKind { mixing != nil && targets == .classes ? .soft : targets }

  /// Puts examples together.
  ///
  /// - Parameters:
  ///   - examples: At least one; clips of one size, targets of one kind.
  ///   - samples: Which sample of the data set each is of.
  ///   - draws: Of this batch.
  /// - Throws: `AugmentationError` where a batch has nothing to be mixed with.
  public func batch(
    _ examples: [TrainingExample], samples: [Int], _ draws: inout SeededDraws
  ) throws(AugmentationError) -> TrainingBatch {
    let clips = stacked(examples.map(\.clip))
    var others: [String: FeatureMap] = [:]
    for name in examples[0].others.keys {
      others[name] =
        stacked(
          examples.map { example in
            guard let own = example.others[name] else { preconditionFailure("a batch's examples have the same inputs") }
            return own
          }
        ).map
    }
    let regions = examples.enumerated().flatMap { number, example in
      example.boxes.map { Region(batchIndex: number, box: $0) }
    }
    var batch = TrainingBatch(
      clip: clips.map, regions: regions, targets: joined(examples.map(\.targets)), samples: samples, others: others)
    if case .classes(let classes) = batch.targets { batch.classes = classes }
    guard let mixing, !batch.classes.isEmpty else { return batch }
    let extent = clips.map.extent
    let mixture = try mixing.mixture(height: extent.h, width: extent.w, samples: examples.count, &draws)
    mixture.apply(to: clips.tensor)
    batch.targets = .soft(mixing.targets(batch.classes, mixture))
    batch.share = mixture.share
    return batch
  }
}

/// Maps of one clip each, of one extent and number of channels, one after the other.
private func stacked(_ maps: [FeatureMap]) -> (map: FeatureMap, tensor: Tensor) {
  let (extent, channels) = (maps[0].extent, maps[0].channels)
  precondition(
    maps.allSatisfy { $0.extent == extent && $0.batch == 1 && $0.channels == channels && $0.pitch == channels },
    "a batch's clips have one size")
  let tensor = Tensor(unfilled: [maps.count, extent.t, extent.h, extent.w, channels])
  let plane = extent.count * channels
  for (number, map) in maps.enumerated() {
    (tensor.storage.pointer + number * plane).update(from: map.start, count: plane)
  }
  let map = FeatureMap(
    storage: tensor.storage, offset: 0, batch: maps.count, extent: extent, channels: channels, pitch: channels)
  return (map, tensor)
}

/// The rows of several targets of one kind.
private func joined(_ all: [Targets]) -> Targets {
  var classes: [Int] = []
  var rows: [Tensor] = []
  for targets in all {
    switch targets {
    case .classes(let own): classes += own
    case .soft(let own): rows.append(own)
    case .none: return .none
    }
  }
  guard let first = rows.first else { return .classes(classes) }
  precondition(classes.isEmpty, "a batch's targets are of one kind")
  let tensor = Tensor(unfilled: [rows.reduce(0) { $0 + $1.shape[0] }, first.shape[1]])
  var place = 0
  for row in rows {
    if row.count > 0 { (tensor.storage.pointer + place).update(from: row.storage.pointer, count: row.count) }
    place += row.count
  }
  return .soft(tensor)
}
