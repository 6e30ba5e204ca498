internal import AVARecords
internal import Configuration
internal import Detect
internal import Ensembles
internal import Files
internal import JSON
internal import ModelZoo
internal import Parallel
internal import Runs
internal import Tensors
internal import Wording

/// The models of an ensemble, as a call names them: run directories, CSVs, and arrays of scores after their CSVs. What
/// each is shows in its content.
struct EnsembleSources {
  private(set) var members: [EnsembleMember] = []
  /// What each was recognised as, in words.
  private(set) var descriptions: [String] = []
  /// The classes that become rows; nil where neither the call nor a run directory says which.
  private(set) var labelMap: LabelMap?
  /// The files that were read, and those of run directories.
  private(set) var files: [String] = []
  /// What manifests say of each.
  private(set) var origins: [JSONValue] = []
  /// The rows of the last CSV; nil where there is none.
  private(set) var rows: DetectionTable?
  /// The key frames that the runs were to score; nil where a source does not say.
  private(set) var planned: [KeyFrame]? = []
  /// The key frames of runs that have no scores.
  private(set) var damage: [String] = []

  /// Reads all sources.
  ///
  /// - Parameter labelMap: The classes that become rows; nil for those of the run directories, which must be the same.
  init(_ paths: [String], labelMap path: String?, pool: WorkerPool) throws {
    labelMap = try path.map { try LabelMap.read(path: $0) }
    files += [path].compactMap(\.self)
    var ownMap: (labels: LabelMap, run: String)?
    var index = 0
    while index < paths.count {
      let source = paths[index]
      index += 1
      if isFolder(source) {
        try add(run: RunDirectory(source), isChosen: path != nil, &ownMap)
        continue
      }
      files.append(source)
      try refuseOthers(source)
      planned = nil
      let found = try DetectionTable.read(path: source, pool: pool)
      rows = found.table
      for notice in found.counts.notices(source) { Console.warn(notice) }
      if index < paths.count, try isArray(paths[index]) {
        let array = paths[index]
        index += 1
        files.append(array)
        let member = try EnsembleMember(
          rows: found.table, scores: Tensor(npy: array), name: source, file: array)
        add(member, "the CSV '\(source)' with its scores, '\(array)'")
        origins.append(try Manifest.source(file: source, scores: array))
      } else {
        add(try EnsembleMember(rows: found.table, name: source), "the CSV '\(source)', scores as rounded there")
        origins.append(try Manifest.source(file: source, scores: nil))
      }
    }
    labelMap = labelMap ?? ownMap?.labels
  }

  private mutating func add(_ member: EnsembleMember, _ kind: String) {
    members.append(member)
    descriptions.append(
      "model \(members.count): \(kind): \(counted(member.boxCount, "box", plural: "boxes")) in "
        + counted(member.keyFrameCount, "key frame"))
  }

  private mutating func add(
    run directory: RunDirectory, isChosen: Bool, _ known: inout (labels: LabelMap, run: String)?
  ) throws {
    let config = try keptConfiguration(directory)
    if RunUnit(config) == .video {
      throw WrongSource(
        path: directory.path, found: "a run that scored videos as a whole, and no boxes",
        "give runs of AVA's test or of detection")
    }
    let run = try KeptRun(directory, kept: config, config: config)
    let labels = try isChosen ? nil : keptLabelMap(run.status, config)
    if let labels, let other = known, other.labels.labels.map(\.nameAndID) != labels.labels.map(\.nameAndID) {
      throw OtherLabels(first: other.run, other: directory.path)
    }
    if let labels, known == nil { known = (labels, directory.path) }
    let detections = run.detections(try labels ?? labelMap ?? LabelMap.unnamed(config))
    if !detections.damage.isEmpty {
      damage.append(
        "'\(directory.path)': \(detections.damage.keyFrames.count) of \(counted(run.keyFrameCount, "key frame")) have no "
          + "scores, frames of their clips are damaged: \(listed(detections.damage.keyFrames.map { "\($0.keyFrame)" }))"
      )
    }
    files += directory.files
    origins.append(try RunSummary(directory).json)
    planned?.append(contentsOf: run.keyFrames)
    add(
      try EnsembleMember(run: detections, columns: config[.modelNumClasses], name: directory.path),
      "the run '\(directory.path)', scores at full precision")
  }

  /// Tells what is neither a CSV nor an array after one.
  private func refuseOthers(_ path: String) throws {
    if path == standardInput { return }
    if try isArray(path) {
      throw WrongSource(
        path: path, found: "an array of scores and no CSV before it", "name the CSV of its boxes before it")
    }
    if beginning(path).starts(with: Array("slowfast journal".utf8)) {
      throw WrongSource(path: path, found: "a journal", "name the run directory that it is in")
    }
  }

  private func isArray(_ path: String) throws -> Bool {
    path != standardInput && !isFolder(path) && beginning(path).starts(with: [0x93] + Array("NUMPY".utf8))
  }

  private func beginning(_ path: String) -> [UInt8] {
    guard let file = try? MappedFile(path: path, doing: "reading a source") else { return [] }
    return withExtendedLifetime(file) { Array(file.bytes.prefix(16)) }
  }
}

/// The configuration that a run directory keeps.
///
/// - Throws: `RunDirectoryError` for a folder that keeps no run.
func keptConfiguration(_ directory: RunDirectory) throws -> Configuration {
  // Says of another folder that it is none, before the file is missed.
  _ = try RunSummary(directory)
  return try Configuration.load(path: directory.configuration, rules: ModelRules())
}

/// The label map of a run: of a test the one that its configuration names, of a detection that of its call.
func keptLabelMap(_ status: RunStatus, _ config: Configuration) throws -> LabelMap {
  let configured = joinPath(config[.avaAnnotationDir], config[.avaLabelMapFile])
  if status.command == "test" { return try LabelMap.read(path: configured) }
  if let path = status.labelMap ?? (pathExists(configured) ? configured : nil) { return try LabelMap.read(path: path) }
  return try LabelMap.unnamed(config)
}

extension LabelMap.Label {
  fileprivate var nameAndID: String { "\(id) \(name)" }
}

private struct WrongSource: Error, CustomStringConvertible {
  let path: String
  let found: String
  let advice: String

  init(path: String, found: String, _ advice: String) { (self.path, self.found, self.advice) = (path, found, advice) }

  var description: String {
    "reading the sources: '\(path)' is \(found), expected a run directory, or a CSV of detections -> \(advice)"
  }
}

private struct OtherLabels: Error, CustomStringConvertible {
  let first: String
  let other: String

  var description: String {
    "making an ensemble: the label maps of '\(first)' and '\(other)' differ -> give the one that is meant: --labelmap FILE"
  }
}
