/// What a data set is for: to learn from, or to be tested on. The two never show the same world.
public enum Split: String, CaseIterable, Sendable {
  case train
  case val

  /// What the names of videos begin with.
  var videoPrefix: String { self == .train ? "synthtrain" : "synth" }
  /// What the names of its annotation files begin with.
  var filePrefix: String { self == .train ? "train_" : "" }
  /// Keeps the seeds of the two apart.
  var salt: UInt64 { self == .train ? 0x7EA1_0000_0000_0000 : 0 }
}
