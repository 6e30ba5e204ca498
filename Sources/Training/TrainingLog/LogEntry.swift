/// What numbers are called, where PySlowFast has them by its names.
public enum Metric {
  public static let loss = "loss"
  public static let learningRate = "lr"
  /// The L2 norm of all gradients.
  public static let gradientNorm = "grad_norm"
  /// Errors in percent.
  public static let top1Error = "top1_err"
  public static let top5Error = "top5_err"
  /// The smallest errors of all validations up to this one.
  public static let leastTop1Error = "min_top1_err"
  public static let leastTop5Error = "min_top5_err"
  /// Mean average precision, 0 to 1.
  public static let map = "map"
  /// Accuracies of a test, in percent.
  public static let top1Accuracy = "top1_acc"
  public static let top5Accuracy = "top5_acc"
  /// Seconds of an iteration, in all, waiting for data and in the network.
  public static let seconds = "dt"
  public static let dataSeconds = "dt_data"
  public static let networkSeconds = "dt_net"
  /// Seconds up to the end of the training, of a validation up to its own.
  public static let secondsLeft = "eta"
  public static let clipsPerSecond = "clips_per_second"
  /// Of a validation that could not read everything: the videos, or key frames, that it judged, and those that it could not read.
  /// A validation of everything has neither.
  public static let judged = "num_judged"
  public static let unreadable = "num_unreadable"
  /// The share of the epoch's time in which the network waited for data, 0 to 1.
  public static let dataShare = "data_share"

  /// A part of the loss, from 0.
  public static func loss(_ part: Int) -> String { "loss_\(part)" }
}

/// What the log says at a time: of an iteration, an epoch, a validation or a test.
public struct LogEntry: Sendable, Equatable {
  public enum Kind: String, Sendable, CaseIterable {
    case trainIteration = "train_iter"
    case trainEpoch = "train_epoch"
    case valIteration = "val_iter"
    case valEpoch = "val_epoch"
    case testFinal = "test_final"
  }

  public let kind: Kind
  /// nil of a test.
  public let position: TrainingPosition?
  /// Seconds since 1970.
  public internal(set) var time: Double?
  /// Finite numbers by their names.
  public private(set) var values: [String: Double] = [:]

  public init(_ kind: Kind, _ position: TrainingPosition?) {
    self.kind = kind
    self.position = position
  }

  /// The number of a name; nil where there is none or it is not finite.
  public subscript(name: String) -> Double? { values[name] }

  /// Sets a number. What is not finite is no number of an entry, as it is none of JSON.
  public mutating func set(_ name: String, _ value: Double?) {
    values[name] = value.flatMap { $0.isFinite ? $0 : nil }
  }

  /// Whether this is a validation that could not read everything.
  public var isPartial: Bool { kind == .valEpoch && (values[Metric.unreadable] ?? 0) > 0 }

  mutating func set(_ times: IterationTimes) {
    set(Metric.seconds, times.total)
    set(Metric.dataSeconds, times.data)
    set(Metric.networkSeconds, times.network)
  }
}
