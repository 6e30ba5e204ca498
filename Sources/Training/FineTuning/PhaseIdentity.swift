internal import AVARecords
internal import Configuration
internal import Files

/// What the numbers of a phase depend on, each thing by name: where two are equal, one run goes on where the other ended.
struct PhaseIdentity: Equatable {
  struct Entry: Equatable {
    var name: String
    var value: String
  }

  var entries: [Entry]

  init(_ entries: [Entry]) { self.entries = entries }

  /// Keys that say where things are and how much is done at once: with others the numbers are the same. What the call names is
  /// known by its content.
  private static let keysOfPlaces: Set<String> = [
    Key.outputDir.name, Key.avaFrameDir.name, Key.avaFrameListDir.name, Key.avaAnnotationDir.name,
    Key.avaTrainGtBoxLists.name, Key.avaTrainPredictBoxLists.name, Key.avaGroundtruthFile.name,
    Key.avaLabelMapFile.name, Key.avaTestPredictBoxLists.name, Key.avaExclusionFile.name,
    Key.trainCheckpointFilePath.name, Key.testCheckpointFilePath.name, Key.dataLoaderNumWorkers.name,
    Key.modelNumClasses.name, Key.logPeriod.name, Key.testEnable.name, Key.trainEnable.name,
    Key.modelActCheckpoint.name,
  ]

  /// Keys that a head on cached features does not ask: they may be set afterwards, for stages.
  private static let keysOfClips: Set<String> = [
    Key.solverOptimizingMethod.name, Key.solverBaseLr.name, Key.solverLrPolicy.name, Key.solverCosineEndLr.name,
    Key.solverCosineAfterWarmup.name, Key.solverWarmupEpochs.name, Key.solverWarmupStartLr.name, Key.solverSteps.name,
    Key.solverLrs.name, Key.solverMaxEpoch.name, Key.solverZeroWd1dParam.name, Key.solverLayerDecay.name,
    Key.solverLarsOn.name, Key.solverBaseLrScaleNumShards.name, Key.trainBatchSize.name, Key.bnNormType.name,
    Key.bnNumSplits.name, Key.bnUsePreciseStats.name, Key.bnNumBatchesPrecise.name, Key.bnWeightDecay.name,
    Key.modelFrozenBn.name, Key.trainMixedPrecision.name, Key.dataTrainJitterScales.name, Key.dataTrainCropSize.name,
    Key.avaTrainUseColorAugmentation.name, Key.avaTrainPcaJitterOnly.name, Key.dataLoaderMaxUnreadable.name,
  ]

  /// - Parameter truth: The file of what is held out.
  /// - Throws: `FileError`.
  init(_ config: Configuration, _ labels: LabelMap, _ options: FineTuningOptions, truth: String) throws {
    let folder = config[.avaAnnotationDir]
    func prints(_ names: [String]) throws -> String {
      try names.map { try fileFingerprint(joinPath(folder, $0), doing: "reading boxes") }.joined(separator: "; ")
    }
    let weights = try fileFingerprint(
      config[.trainCheckpointFilePath], isWhole: true, doing: "reading the weights")
    entries = options.identity.map { Entry(name: $0.name, value: $0.value) }
    entries += [
      Entry(name: "--weights", value: weights),
      Entry(name: "--classes", value: labels.labels.map(\.name).joined(separator: ", ")),
      Entry(name: "--train", value: try prints(config[.avaTrainGtBoxLists])),
      Entry(name: "--train-proposals", value: try prints(config[.avaTrainPredictBoxLists])),
      Entry(name: "--val", value: try fileFingerprint(truth, doing: "reading boxes")),
      Entry(name: "--val-proposals", value: try prints(options.proposalFiles)),
    ]
    entries += Configuration.keys.filter { !Self.keysOfPlaces.contains($0) }.map {
      Entry(name: $0, value: config.literal($0) ?? "")
    }
  }

  /// The names of what is known once features are there.
  private static let features = (training: "--train with features", validation: "--val with features")

  /// The same, of the features that it is trained and judged on.
  func with(training: JudgedKeyFrames, validation: JudgedKeyFrames) -> PhaseIdentity {
    PhaseIdentity(
      entries + [
        Entry(name: Self.features.training, value: "\(training)"),
        Entry(name: Self.features.validation, value: "\(validation)"),
      ])
  }

  /// The same without what is known once features are there.
  var withoutFeatures: PhaseIdentity {
    PhaseIdentity(entries.filter { ![Self.features.training, Self.features.validation].contains($0.name) })
  }

  /// What a head on cached features depends on.
  var ofHead: PhaseIdentity { PhaseIdentity(entries.filter { !Self.keysOfClips.contains($0.name) }) }

  /// What another one has otherwise, in words.
  func changes(to other: PhaseIdentity) -> [String] {
    let before = Dictionary(entries.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
    let now = Dictionary(other.entries.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
    let names = other.entries.map(\.name) + entries.map(\.name).filter { now[$0] == nil }
    return names.filter { before[$0] != now[$0] }.map { name in
      let (old, new) = (Self.words(before[name]), Self.words(now[name]))
      return old == new ? "\(name) has another content" : "\(name) was \(old) and is \(new)"
    }
  }

  /// A value without what nobody can compare by eye.
  private static func words(_ value: String?) -> String {
    guard let value, !value.isEmpty else { return "not there" }
    let plain = value.replacing(/, sha256( of samples)? [0-9a-f]{64}/, with: "")
    return plain.count > 60 ? "\(plain.prefix(57))..." : plain
  }
}

extension FineTuning {
  var headIdentity: PhaseIdentity { identity.ofHead }

  var stagesIdentity: PhaseIdentity {
    PhaseIdentity(
      identity.entries + [PhaseIdentity.Entry(name: "--then-stages", value: "\(options.thenStages ?? 0)")])
  }
}
