internal import Configuration
internal import Files
internal import Video
internal import Wording

/// Why there is nothing to train on.
public enum TrainingDataError: Error, Equatable, CustomStringConvertible {
  /// Keys with their values, what does not go, what to do.
  case unsupported(String, String, String)
  /// A list that cannot be read; the keys that name it, with their values.
  case noList(keys: [String], reason: String)
  /// None of the listed files is there.
  case noFiles(count: Int, first: String, key: String)
  /// Pictures of key frames are not there: more of them than may be, or all where `limit` is nil.
  case picturesMissing(count: Int, samples: Int, first: String, key: String, limit: Double?)
  /// Lists that have nothing in common.
  case noSamples(reasons: [String], advice: String)
  /// An epoch has not even one batch.
  case noBatch(samples: Int, processes: Int, batch: Int)
  case tooManyUnreadable(epoch: Int, found: [UnreadableSample], samples: Int, limit: Double)
  /// Of what validates nothing can be read; the first of it.
  case nothingToValidate(samples: Int, first: UnreadableSample)
  /// What was taken for an unreadable sample could not be read, either.
  case noReplacement(epoch: Int, sample: UnreadableSample, attempts: Int, last: UnreadableSample)

  public var description: String {
    switch self {
    case .unsupported(let keys, let problem, let advice):
      return "reading training data: \(keys): \(problem) -> \(advice)"
    case .noList(let keys, let reason):
      return "reading training data: \(reason)\n         the name comes from \(series(keys, "and"))"
        + " -> set it in the config or after the command"
    case .noFiles(let count, let first, let key):
      return
        "reading training data: none of the \(counted(count, "listed file")) is there, the first would be '\(first)'"
        + " (\(key)) -> set the key to the folder that the lists' paths begin in"
    case .picturesMissing(let count, let samples, let first, let key, let limit):
      let share = limit == nil ? "\(samples)" : "\(count) of \(samples)"
      return
        "reading training data: pictures of \(limit == nil ? "all " : "")\(share) key frames are not there, the first would be '\(first)' (\(key))"
        + (limit.map { ", more than DATA_LOADER.MAX_UNREADABLE \($0) allows" } ?? "")
        + " -> bring the pictures that are missing, or set the key to the folder that has them"
        + (limit == nil ? "" : "; or set DATA_LOADER.MAX_UNREADABLE to a larger share")
    case .noSamples(let reasons, let advice):
      let why = reasons.isEmpty ? "" : ": " + reasons.joined(separator: "; ")
      return "reading training data: no sample is left\(why) -> \(advice)"
    case .noBatch(let samples, let processes, let batch):
      let share =
        processes > 1 ? ", of which each of \(processes) processes has \((samples + processes - 1) / processes)" : ""
      return "planning an epoch: \(counted(samples, "sample"))\(share), and a batch of a process takes \(batch)"
        + " -> set a smaller TRAIN.BATCH_SIZE, or give more samples"
    case .tooManyUnreadable(let epoch, let found, let samples, let limit):
      return
        "loading training samples, epoch \(epoch + 1): \(counted(found.count, "sample")) of \(samples) could not be read,"
        + " more than DATA_LOADER.MAX_UNREADABLE \(limit) allows:"
        + found.prefix(3).map { "\n  \($0)" }.joined() + (found.count > 3 ? "\n  ..." : "")
        + "\n  -> repair these files or take them out of the lists; or set DATA_LOADER.MAX_UNREADABLE to a larger share"
    case .nothingToValidate(let samples, let first):
      return "validating: none of \(counted(samples, "sample")) could be read, the first was \(first)"
        + " -> look whether the disk with the videos is there"
    case .noReplacement(let epoch, let sample, let attempts, let last):
      return
        "loading training samples, epoch \(epoch + 1): \(sample)\n  and \(counted(attempts, "other sample")) could not be"
        + " read for it, the last was \(last) -> look whether the disk with the videos is there"
    }
  }

  /// Reads a list, and says of one that is not there which keys name it; of none, as whoever called knows the file.
  static func listing<Value>(_ keys: [String], _ read: () throws -> Value) throws -> Value {
    do {
      return try read()
    } catch let error as FileError where !error.isForeign && !keys.isEmpty {
      throw TrainingDataError.noList(keys: keys, reason: withoutAdvice(error))
    }
  }
}

/// A sample that could not be read, and for which another one was taken, or none.
public struct UnreadableSample: Hashable, Sendable, CustomStringConvertible {
  /// In the data set.
  public let index: Int
  /// Its file, with the second of a key frame.
  public let name: String
  public let reason: String

  public init(index: Int, name: String, reason: String) {
    self.index = index
    self.name = name
    self.reason = reason
  }

  public var description: String { "'\(name)' (sample \(index)): \(reason)" }
}
