internal import Files

/// How a network is fine-tuned, beside its configuration.
public struct FineTuningOptions: Sendable {
  /// What of the network stays as it is.
  public var freezing: Freezing
  /// After the head was trained on a frozen backbone: how many stages stay frozen while the others are trained with it; nil to end.
  public var thenStages: Int?
  /// How many epochs a head is trained on cached features, at most.
  public var epochs = 40
  /// At the beginning; it falls to 0 along half a cosine.
  public var learningRate = 0.002
  /// Boxes of a step on cached features.
  public var batchSize = 64
  /// See ``EarlyStopping``; nil for all epochs.
  public var patience: Int? = 8
  /// See ``RepeatFactors``; 0 for none.
  public var repeatThreshold = 0.1
  /// Boxes of a detector on the validation's key frames; empty for those of its ground truth.
  public var validationProposals: [String] = []
  /// Videos, or folders of them, named as the boxes name them; none for frame lists.
  public var videos: [String] = []
  /// Files that are read in place of those that the configuration names: until a run is known to fit, what it takes the place of
  /// stays. By the path in the configuration.
  public var drafts: [String: String] = [:]
  /// Begins anew where another fine-tuning is in the folder, on features that are there: its results are forgotten once these are
  /// known to fit.
  public var overwrites = false
  /// Threads that read clips; nil for `DATA_LOADER.NUM_WORKERS`.
  public var workers: Int?

  /// The files that ``validationProposals`` are read from.
  var proposalFiles: [String] { validationProposals.map(absolutePath).map { drafts[$0] ?? $0 } }

  public init(_ freezing: Freezing) { self.freezing = freezing }

  /// The same by what the command calls them, for what a phase depends on.
  var identity: [(name: String, value: String)] {
    [
      ("--freeze", "\(freezing)"), ("--learning-rate", "\(learningRate)"), ("--epochs", "\(epochs)"),
      ("--batch-size", "\(batchSize)"), ("--patience", "\(patience ?? 0)"),
      ("--repeat-threshold", "\(repeatThreshold)"),
    ]
  }
}
