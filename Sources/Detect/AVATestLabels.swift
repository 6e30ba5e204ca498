public import AVARecords
public import Configuration
public import Datasets
internal import Wording

/// What an AVA test makes of its scores: which classes become rows, which key frames count, and what is true.
public struct AVATestLabels {
  public let dataset: ActionDataset
  public let labelMap: LabelMap
  public let exclusions: ExcludedTimestamps
  /// All rows of the file; nil where the config names none.
  public let groundTruth: GroundTruthTable?
  /// What the user should know of these files.
  public let notices: [String]
  /// Where the files are that were read, by the keys that name them.
  public let places: [String: String]
  /// The files that were read.
  public let files: [String]

  /// Reads what the configuration names: label map, exclusions, ground truth.
  ///
  /// - Throws: `RecordError`, `FileError`, `AVATestError`.
  public init(_ config: Configuration, dataset: ActionDataset = .ava) throws {
    try self.init(AVATestInputs(config), dataset)
  }

  init(_ inputs: AVATestInputs, _ dataset: ActionDataset) throws {
    let config = inputs.config
    self.dataset = dataset
    var places = [Key.avaLabelMapFile.name: inputs.labelMap]
    places[Key.avaExclusionFile.name] = inputs.exclusions
    places[Key.avaGroundtruthFile.name] = inputs.groundTruth
    self.places = places
    files = [inputs.labelMap] + [inputs.exclusions, inputs.groundTruth].compactMap(\.self)
    labelMap = try named(config, [Key.avaAnnotationDir.name, Key.avaLabelMapFile.name]) {
      try LabelMap.read(path: inputs.labelMap)
    }
    try labelMap.check(against: config, path: inputs.labelMap)
    var notices = labelMap.notices(against: config, dataset, path: inputs.labelMap)
    exclusions = try named(config, [Key.avaAnnotationDir.name, Key.avaExclusionFile.name]) {
      try inputs.exclusions.map { try ExcludedTimestamps.read(path: $0) } ?? ExcludedTimestamps()
    }
    if let path = inputs.exclusions {
      if exclusions.count == 0 { notices.append("'\(path)' excludes no key frame") }
    }
    if let path = inputs.groundTruth {
      let read = try named(config, [Key.avaAnnotationDir.name, Key.avaGroundtruthFile.name]) {
        try GroundTruthTable.read(path: path)
      }
      groundTruth = read.table
      notices += read.counts.notices(path)
    } else {
      groundTruth = nil
      notices.append("\(Key.avaGroundtruthFile.name) is empty: detections are written, mAP is not computed")
    }
    self.notices = notices
  }
}
