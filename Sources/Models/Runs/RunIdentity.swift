public import Configuration
internal import Wording

/// What a run's scores depend on: each thing by name, with its value in a few words.
///
/// Where the identities of two runs are equal, one may go on where the other ended: their scores are the same to the last
/// bit, but for algorithms that are chosen by timing them (`isMeasured`), and for inputs that were changed where no
/// fingerprint looks. Where files lie, and what is made of the scores afterwards (label map, exclusions, ground truth, output folder),
/// is no part of it.
public struct RunIdentity: Equatable, Sendable {
  public struct Entry: Equatable, Sendable {
    public let name: String
    public let value: String
  }

  public private(set) var entries: [Entry] = []

  public init() {}

  /// Adds an entry; names and values have no line ends.
  mutating func append(_ name: String, _ value: String) {
    func line(_ text: String) -> String { String(text.map { $0.isNewline || $0 == "\t" ? " " : $0 }) }
    entries.append(Entry(name: line(name), value: line(value)))
  }

  /// Adds the keys of a configuration that scores depend on.
  ///
  /// - Parameter others: Of these keys, those that do not count.
  public mutating func add(_ config: Configuration, but others: Set<String> = []) {
    let keys = config.keysOfScores.subtracting(others)
    for key in Configuration.keys where keys.contains(key) {
      append(key, config.literal(key) ?? "")
    }
  }

  /// What is not as in another run: "DATA.TEST_CROP_SIZE was 256 and is 224", "the weights are others (9 bytes, then 8
  /// bytes)".
  ///
  /// Other tasks follow from other thresholds or files: where these are named, the tasks are not.
  ///
  /// - Parameter videos: These may be others.
  func changes(since other: RunIdentity, butOf videos: Set<String> = []) -> [String] {
    let before = Dictionary(other.entries.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    let now = Dictionary(entries.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    let names =
      entries.map(\.name).filter { before[$0] != now[$0] } + other.entries.map(\.name).filter { now[$0] == nil }
    // Who has no tasks in its entries does not know all of them.
    let isExplained = names.contains { Self.shapesTasks($0) } || self[.tasks] == nil || other[.tasks] == nil
    let changed = names.filter { name in
      // A calibration belongs to a precision.
      if Thing(entry: name) == .calibration, names.contains(Thing.precision.rawValue) { return false }
      return (Thing(entry: name) != .tasks || !isExplained)
        && Self.video(ofEntry: name).map { !videos.contains($0) } ?? true
    }
    // Said once, however many they are.
    let old = changed.filter { name in now[name] != nil && before[name].map { Self.isOfEarlierRule(name, $0) } ?? false
    }
    let earlier = old.isEmpty ? [] : ["\(Self.earlierVersion) (\(listed(old, limit: 3))), which cannot be compared"]
    return earlier
      + changed.filter { !old.contains($0) }.map { name in
        // Without boxes the tasks are stretches of videos.
        let isOfWindows = name == Thing.tasks.rawValue && self[Key.detectionEnable.name] == "False"
        return Self.change(of: isOfWindows ? "windows" : name, from: before[name], to: now[name])
      }
  }

  /// What a former run names otherwise, of the things that are known of this one already.
  public func differences(from former: RunIdentity) -> [String] {
    let names = Set(entries.map(\.name))
    var common = former
    common.entries.removeAll { !names.contains($0.name) }
    return changes(since: common)
  }

  private static func change(of name: String, from old: String?, to new: String?) -> String {
    guard let old else { return "\(name) is new (\(new.map { withoutChecksums($0) } ?? ""))" }
    guard let new else { return "\(name) (\(withoutChecksums(old))) is gone" }
    if Thing(entry: name) == .frames,
      let words = VideoContent(new).differences(
        from: VideoContent(old), { "\(withShortChecksums(String($0))), then \(withShortChecksums(String($1)))" })
    {
      return "the \(name) are others (\(words))"
    }
    let (before, now) = (withoutChecksums(old), withoutChecksums(new))
    if before == old && now == new { return "\(name) was \(old) and is \(new)" }
    // Two that look alike are told apart by the beginning of their checksums.
    let isAlike = before == now
    return "the \(name) \(isPlural(name) ? "are others" : "is another") "
      + "(\(isAlike ? withShortChecksums(old) : before), then \(isAlike ? withShortChecksums(new) : now))"
  }

  private static let earlierVersion = "an earlier version of the program knew some inputs by other rules"

  /// Whether a change is that of the program's rules.
  static func isOfEarlierVersion(_ change: String) -> Bool { change.hasPrefix(earlierVersion) }

  /// Whether a value was made by earlier rules: of large files only both ends counted, of lists of images only the first
  /// and the last, later the names and sizes of all as one.
  private static func isOfEarlierRule(_ name: String, _ value: String) -> Bool {
    let isList =
      Thing(entry: name) == .frames
      && (value.ranges(of: "; ").count == 1 || value.contains("; names and sizes sha256 "))
    return isList || value.contains("sha256 of both ends ")
  }

  /// The video whose frames an entry is about; nil for all other entries.
  static func video(ofEntry name: String) -> String? {
    [Thing.video, .frames].first { name.hasPrefix($0.rawValue + " ") }.map {
      String(name.dropFirst($0.rawValue.count + 1))
    }
  }

  mutating func replace(contentOf video: String, by value: String) {
    for (place, entry) in entries.enumerated() where Self.video(ofEntry: entry.name) == video {
      entries[place] = Entry(name: entry.name, value: value)
    }
  }

  /// Says something else of a thing of which there is one; nil for nothing.
  mutating func set(_ thing: Thing, _ value: String?) {
    guard let place = entries.firstIndex(where: { $0.name == thing.rawValue }) else {
      if let value { add(thing, value) }
      return
    }
    if let value { entries[place] = Entry(name: thing.rawValue, value: value) } else { entries.remove(at: place) }
  }

  /// Whether the tasks are made of what an entry names.
  private static func shapesTasks(_ name: String) -> Bool {
    name == Key.avaDetectionScoreThresh.name || Thing(entry: name)?.shapesTasks == true
  }

  /// Whether several are meant by an entry's name, such as "model 2 weights".
  private static func isPlural(_ name: String) -> Bool {
    name == "windows" || Thing(entry: name)?.isPlural == true || name.hasSuffix(" \(Thing.weights.rawValue)")
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
  value.replacing(/,? sha256( of samples)? [0-9a-f]{64}/, with: "").replacing(/\ of [0-9]+ each [^;]+/, with: "")
}

/// A value with what can be compared by eye: "9 bytes, sha256 1f0a94c3".
private func withShortChecksums(_ value: String) -> String {
  value.replacing(/(sha256(?: of samples)? [0-9a-f]{8})[0-9a-f]{56}/) { "\($0.output.1)" }
    .replacing(/\ of [0-9]+ each [^;]+/, with: "")
}

extension Configuration {
  /// The keys that the scores of its test depend on: those that tests read, but for names of files and folders, for what is
  /// made of the scores, and for what other tests have: boxes, or clips as a whole.
  public var keysOfScores: Set<String> {
    let read = Set(Configuration.keysOfTests).subtracting(Self.placesAndResults)
    return self[.detectionEnable]
      ? read.subtracting(Self.keysOfClips).subtracting([Key.dataTrainJitterScales.name, Key.dataDecodingBackend.name])
      : read.filter { !$0.hasPrefix("AVA.") }
  }

  /// The keys that a run of several models has once, for all of them.
  public static var keysOfRun: Set<String> {
    placesAndResults.union([Key.testDataset.name, Key.avaDetectionScoreThresh.name])
  }

  private static let placesAndResults: Set<String> = [
    Key.task.name, Key.outputDir.name, Key.trainCheckpointFilePath.name, Key.testCheckpointFilePath.name,
    Key.avaFrameDir.name, Key.avaFrameListDir.name, Key.avaAnnotationDir.name, Key.avaTestLists.name,
    Key.avaTestPredictBoxLists.name, Key.avaLabelMapFile.name, Key.avaExclusionFile.name, Key.avaGroundtruthFile.name,
    Key.avaTestViewFusion.name, Key.dataPathToDataDir.name, Key.dataPathLabelSeparator.name, Key.dataPathPrefix.name,
    Key.dataEnsembleMethod.name, Key.testSaveResultsPath.name, Key.dataPathToPreloadImdb.name,
    Key.demoLabelFilePath.name, Key.tensorboardClassNamesPath.name,
  ]
}
