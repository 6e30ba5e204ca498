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
  /// What is known once it was found: a run that went further has entries of it.
  private var unknown: Set<String> = []

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

  /// - Parameters:
  ///   - truth: The file of what is held out.
  ///   - knowsPeople: Whether the files of ``FineTuningOptions/validationProposals`` are there.
  /// - Throws: `FileError`.
  init(
    _ config: Configuration, _ labels: LabelMap, _ options: FineTuningOptions, truth: String, knowsPeople: Bool = true
  ) throws {
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
    ]
    unknown = [Self.features.training, Self.features.validation]
    if knowsPeople {
      entries.append(Entry(name: Self.people, value: try prints(options.proposalFiles)))
    } else {
      unknown.insert(Self.people)
    }
    entries += Configuration.keys.filter { !Self.keysOfPlaces.contains($0) }.map {
      Entry(name: $0, value: config.literal($0) ?? "")
    }
  }

  private static let people = "--val-proposals"
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

  /// What a run that had features of a split ("train", "val") says of them; nil of one that had none.
  func features(of split: String) -> String? {
    let name = split == "train" ? Self.features.training : Self.features.validation
    return entries.first { $0.name == name }?.value
  }

  /// What a head on cached features depends on.
  var ofHead: PhaseIdentity {
    var head = self
    head.entries.removeAll { Self.keysOfClips.contains($0.name) }
    return head
  }

  /// What another one has otherwise, in words; what it does not know yet may be anything.
  func changes(to other: PhaseIdentity) -> [String] {
    let before = Dictionary(entries.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
    let now = Dictionary(other.entries.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
    let names = other.entries.map(\.name) + entries.map(\.name).filter { now[$0] == nil && !other.unknown.contains($0) }
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
    var stages = identity
    stages.entries.append(PhaseIdentity.Entry(name: "--then-stages", value: "\(options.thenStages ?? 0)"))
    return stages
  }
}
