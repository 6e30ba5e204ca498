public import Configuration
internal import Wording

/// What a run's scores depend on: each thing by name, with its value in a few words.
///
/// Two runs whose identities are equal have the same scores to the last bit, so that one may go on where the other
/// ended. Where files lie, and what is made of the scores afterwards (label map, exclusions, ground truth, output folder),
/// is no part of it.
public struct RunIdentity: Equatable, Sendable {
  public struct Entry: Equatable, Sendable {
    public let name: String
    public let value: String
  }

  public private(set) var entries: [Entry] = []

  public init() {}

  /// Adds a thing; names and values have no line ends.
  public mutating func add(_ name: String, _ value: String) {
    func line(_ text: String) -> String { String(text.map { $0.isNewline || $0 == "\t" ? " " : $0 }) }
    entries.append(Entry(name: line(name), value: line(value)))
  }

  /// Adds the keys of a configuration that scores depend on.
  public mutating func add(_ config: Configuration) {
    for key in Configuration.keys where Configuration.keysOfScores.contains(key) { add(key, config.literal(key) ?? "") }
  }

  /// What the tasks' entry is called.
  public static let tasksName = "key frames and boxes"

  /// What is not as in another run: "DATA.TEST_CROP_SIZE was 256 and is 224", "the weights are others (9 bytes, then 8
  /// bytes)".
  ///
  /// Other tasks follow from other thresholds or files: where these are named, the tasks are not.
  func changes(since other: RunIdentity) -> [String] {
    let before = Dictionary(other.entries.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    let now = Dictionary(entries.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    let names =
      entries.map(\.name).filter { before[$0] != now[$0] } + other.entries.map(\.name).filter { now[$0] == nil }
    let isExplained = names.contains { name in Self.causesOfTasks.contains { name.hasPrefix($0) } }
    return names.filter { $0 != Self.tasksName || !isExplained }.map { name in
      switch (before[name], now[name]) {
      case (nil, let new): "\(name) is new (\(withoutChecksums(new ?? "")))"
      case (let old?, nil): "\(name) (\(withoutChecksums(old))) is gone"
      case (let old?, let new?):
        if withoutChecksums(old) == old && withoutChecksums(new) == new {
          "\(name) was \(old) and is \(new)"
        } else {
          "the \(name) \(Self.isPlural(name) ? "are others" : "is another") "
            + "(\(withoutChecksums(old)), then \(withoutChecksums(new)))"
        }
      }
    }
  }

  /// What the tasks are made of.
  private static let causesOfTasks = [
    "AVA.DETECTION_SCORE_THRESH", "proposals", "frame list", "frames of", "frames a second", "video ",
  ]

  private static func isPlural(_ name: String) -> Bool {
    ["key frames", "weights", "proposals", "frames of"].contains { name.hasPrefix($0) } || name.hasSuffix(" weights")
  }

  /// A line an entry.
  var text: String { entries.map { "\($0.name)\t\($0.value)\n" }.joined() }

  init(text: String) {
    entries = text.split(separator: "\n").map { line in
      let parts = line.split(separator: "\t", maxSplits: 1, omittingEmptySubsequences: false)
      return Entry(name: String(parts[0]), value: parts.count > 1 ? String(parts[1]) : "")
    }
  }
}

/// A value without what nobody can compare by eye: "9 bytes" of "9 bytes, sha256 1f...".
private func withoutChecksums(_ value: String) -> String {
  value.replacing(/,? sha256( of both ends)? [0-9a-f]{64}/, with: "")
}

extension Configuration {
  /// The keys that a test's scores depend on: those that are read, but for names of files and folders and for what is
  /// made of the scores.
  public static var keysOfScores: Set<String> { Set(keysRead).subtracting(placesAndResults) }

  private static let placesAndResults: Set<String> = [
    "TASK", "OUTPUT_DIR", "TRAIN.CHECKPOINT_FILE_PATH", "TEST.CHECKPOINT_FILE_PATH", "AVA.FRAME_DIR",
    "AVA.FRAME_LIST_DIR", "AVA.ANNOTATION_DIR", "AVA.TEST_LISTS", "AVA.TEST_PREDICT_BOX_LISTS", "AVA.LABEL_MAP_FILE",
    "AVA.EXCLUSION_FILE", "AVA.GROUNDTRUTH_FILE", "AVA.TEST_VIEW_FUSION",
  ]
}
