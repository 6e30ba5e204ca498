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

  /// What is not as in another run: "DATA.TEST_CROP_SIZE was 256 and is 224".
  func changes(since other: RunIdentity) -> [String] {
    let before = Dictionary(other.entries.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    let now = Dictionary(entries.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    let changed = entries.compactMap { entry -> String? in
      guard let old = before[entry.name] else { return "\(entry.name) is new (\(entry.value))" }
      return old == entry.value ? nil : "\(entry.name) was \(old) and is \(entry.value)"
    }
    return changed + other.entries.filter { now[$0.name] == nil }.map { "\($0.name) (\($0.value)) is gone" }
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

extension Configuration {
  /// The keys that a test's scores depend on: those that are read, but for names of files and folders and for what is
  /// made of the scores.
  public static var keysOfScores: Set<String> { Set(keysRead).subtracting(placesAndResults) }

  private static let placesAndResults: Set<String> = [
    "TASK", "OUTPUT_DIR", "TRAIN.CHECKPOINT_FILE_PATH", "TEST.CHECKPOINT_FILE_PATH", "AVA.FRAME_DIR",
    "AVA.FRAME_LIST_DIR", "AVA.ANNOTATION_DIR", "AVA.TEST_LISTS", "AVA.TEST_PREDICT_BOX_LISTS", "AVA.LABEL_MAP_FILE",
    "AVA.EXCLUSION_FILE", "AVA.GROUNDTRUTH_FILE",
  ]
}
