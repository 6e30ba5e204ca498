internal import AVARecords
internal import Configuration
internal import Detect
internal import Ensembles
internal import Files
internal import JSON
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
  /// The key frames that should have rows.
  private(set) var expected = ExpectedKeyFrames()
  /// What may surprise: key frames of runs that have no scores, a source that is there twice.
  private(set) var notices: [String] = []
  /// Where each model was read.
  private var places: [String] = []

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
      try Self.refuseOthers(source)
      let found = try DetectionTable.read(path: source, pool: pool)
      rows = found.table
      for notice in found.counts.notices(source) { Console.warn(notice) }
      try refuseTruth(found.table, source)
      let origin: JSONValue
      if index < paths.count, Self.isArray(paths[index]) {
        let array = paths[index]
        index += 1
        files.append(array)
        let member = try EnsembleMember(
          rows: found.table, scores: Tensor(npy: array), name: source, file: array)
        add(member, "the CSV '\(source)' with its scores, '\(array)'", at: source)
        origin = try Manifest.source(file: source, scores: array)
      } else {
        add(
          try EnsembleMember(rows: found.table, name: source), "the CSV '\(source)', scores as rounded there",
          at: source)
        origin = try Manifest.source(file: source, scores: nil)
      }
      origins.append(origin)
      let manifest = Manifest.path(beside: source)
      if source != standardInput, origin["manifest"] == nil, pathExists(manifest) {
        notices.append("'\(manifest)' is of another content than '\(source)' has now, and is not taken up")
      }
      expected.add(manifest: origin["manifest"], of: source)
    }
    labelMap = labelMap ?? ownMap?.labels
  }

  /// How many models a call names: an array of scores belongs to the CSV before it.
  static func modelCount(_ paths: [String]) -> Int {
    paths.indices.count { $0 == 0 || isFolder(paths[$0 - 1]) || !isArray(paths[$0]) }
  }

  private mutating func add(_ member: EnsembleMember, _ kind: String, at place: String) {
    if let (first, how) = former(member, at: place) {
      notices.append(
        "model \(members.count + 1), '\(place)', is model \(first + 1), '\(places[first])', again (\(how)): it counts twice "
          + "-> leave one out, or say how much it is to count with --model-weights")
    }
    places.append(place)
    members.append(member)
    descriptions.append(
      "model \(members.count): \(kind): \(counted(member.boxCount, "box", plural: "boxes")) in "
        + counted(member.keyFrameCount, "key frame"))
  }

  /// The model before this one that is the same, and how that shows.
  private func former(_ member: EnsembleMember, at place: String) -> (Int, String)? {
    for (number, other) in places.enumerated() {
      if place == standardInput || other == standardInput { continue }
      if isFolder(place) ? isFolder(other) && isSameFolder(place, other) : isSameFile(place, other) {
        return (number, isFolder(place) ? "the same folder" : "the same file")
      }
    }
    return members.firstIndex { $0.isEqual(to: member) }.map { ($0, "the same boxes and scores") }
  }

  private mutating func add(
    run directory: RunDirectory, isChosen: Bool, _ known: inout (labels: LabelMap, run: String)?
  ) throws {
    let config = try KeptRun.configuration(directory)
    if RunUnit(config).isWhole {
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
      notices.append(
        "'\(directory.path)': \(detections.damage.keyFrames.count) of \(counted(run.keyFrameCount, "key frame")) have no "
          + "scores, frames of their clips are damaged: \(listed(detections.damage.keyFrames.map { "\($0.keyFrame)" }))"
      )
    }
    files += directory.files
    origins.append(try RunSummary(directory).json)
    let keyFrames = try run.keyFrames()
    expected.add(keyFrames.keyFrames)
    if !keyFrames.isAll { expected.add(unknown: directory.path) }
    add(
      try EnsembleMember(run: detections, columns: config[.modelNumClasses], name: directory.path),
      "the run '\(directory.path)', scores at full precision", at: directory.path)
  }

  /// Tells ground truth, whose eighth column holds the ids of people, or nothing: they are no scores.
  private mutating func refuseTruth(_ table: DetectionTable, _ path: String) throws {
    guard table.count > 0, table.scores.allSatisfy({ $0 == $0.rounded() }) else { return }
    if let row = table.scores.firstIndex(where: { $0 > 1 }) {
      throw WrongSource(
        path: path,
        found: "ground truth (every row has a whole number where detections have a score, line \(table.lines[row]) has "
          + "\(Int(exactly: table.scores[row]).map(String.init) ?? "\(table.scores[row])"), as ids of people are)",
        "give a CSV of detections with scores")
    }
    notices.append(
      "'\(path)': every score is 0 or 1, as ids of people in ground truth may be -> give detections, if it is ground truth"
    )
  }

  /// Tells what is neither a CSV nor an array after one.
  private static func refuseOthers(_ path: String) throws {
    if path == standardInput { return }
    if isArray(path) {
      throw WrongSource(
        path: path, found: "an array of scores and no CSV before it", "name the CSV of its boxes before it")
    }
    if beginning(path).starts(with: Array("slowfast journal".utf8)) {
      throw WrongSource(path: path, found: "a journal", "name the run directory that it is in")
    }
  }

  static func isArray(_ path: String) -> Bool {
    path != standardInput && !isFolder(path) && beginning(path).starts(with: [0x93] + Array("NUMPY".utf8))
  }

  private static func beginning(_ path: String) -> [UInt8] {
    guard let file = try? MappedFile(path: path, doing: "reading a source") else { return [] }
    return withExtendedLifetime(file) { Array(file.bytes.prefix(16)) }
  }
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
    "reading the sources: the label maps of '\(first)' and '\(other)' differ -> give the one that is meant: --labelmap FILE"
  }
}
