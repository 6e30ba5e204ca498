public import Configuration
internal import VideoLists
internal import Files
internal import Tensors
internal import VideoLists
internal import Wording

/// The files that are made of the scores of videos.
public struct VideoResults: Sendable {
  /// What `TEST.SAVE_RESULTS_PATH` asks for.
  enum Form: Sendable {
    case none
    case npz(String)
    case csv(String)

    /// - Throws: `ClassificationError.resultsForm` for any other name, such as the reference's .pkl.
    init(_ config: Configuration) throws(ClassificationError) {
      let name = config[.testSaveResultsPath]
      if name.isEmpty {
        self = .none
      } else if name.hasSuffix(".npz") {
        self = .npz(name)
      } else if name.hasSuffix(".csv") {
        self = .csv(name)
      } else {
        throw .resultsForm(path: name)
      }
    }
  }

  private let folder: String
  private let form: Form

  /// - Parameter folder: Where they go; `TEST.SAVE_RESULTS_PATH` is relative to it, as in the reference.
  public init(_ config: Configuration, folder: String) throws(ClassificationError) {
    self.folder = folder
    form = try Form(config)
  }

  private var predictions: String { joinPath(folder, "predictions_latest.csv") }

  /// What `write` makes.
  public var files: [String] {
    switch form {
    case .none: [predictions]
    case .npz(let name), .csv(let name): [predictions, joinPath(folder, name)]
    }
  }

  /// Writes `predictions_latest.csv` and what `TEST.SAVE_RESULTS_PATH` names, of the last number of clips.
  ///
  /// - Returns: The paths.
  /// - Throws: `FileError`, `JournalError`, `ClassificationError`.
  public func write(_ scores: VideoScores) throws -> [String] {
    try Self.writePredictions(scores, to: predictions)
    switch form {
    case .none: break
    case .npz(let name): try scores.writeArchive(joinPath(folder, name))
    case .csv(let name): try scores.writeTable(joinPath(folder, name))
    }
    return files
  }

  /// Where the rows of a run that was ended early are.
  public static func part(in folder: String) -> String { joinPath(folder, "predictions_latest.partial.csv") }

  /// Where the scores of a run are kept until its results are written.
  public static func journal(in folder: String) -> String { joinPath(folder, "predictions_latest.journal") }

  /// Writes the rows of a run that was ended early, under a name that says so.
  public static func writePart(_ scores: VideoScores, to folder: String) throws -> String {
    try writePredictions(scores, to: part(in: folder))
    return part(in: folder)
  }

  /// A row a video: its class, and the five of the highest scores.
  private static func writePredictions(_ scores: VideoScores, to path: String) throws {
    let file = try AtomicFile(path: path)
    try file.write("video,label" + (1...5).map { ",class\($0),score\($0)" }.joined() + "\n")
    try scores.forEach(clips: scores.views.clipCounts.last ?? 1) { video, values in
      let best = values.indices.sorted { (-values[$0], $0) < (-values[$1], $1) }.prefix(5)
      let cells = best.map { ",\($0),\(values[$0])" } + Array(repeating: ",,", count: 5 - best.count)
      try file.write(csvCell(video.name) + ",\(csvCell(video.labelText ?? ""))" + cells.joined() + "\n")
    }
    try file.commit()
  }
}

extension VideoScores {
  /// Writes the scores of every class [videos, classes] as a .npy file.
  public func writeScores(_ path: String, classes: Int) throws {
    let file = try NumPyWriter(path, shape: [rowCount, classes])
    try forEach(clips: views.clipCounts.last ?? 1) { try file.append(Tensor([$1.count], $1)) }
    try file.commit()
  }

  /// Writes a table: video, label (-1 where it is not known), and a column for each class. Where videos have any number of
  /// classes the second column is called labels: several in quotes, nothing for none.
  func writeTable(_ path: String) throws {
    let file = try AtomicFile(path: path)
    var isBegun = false
    try forEach(clips: views.clipCounts.last ?? 1) { video, scores in
      if !isBegun {
        try file.write(
          "video,\(list.isMultiLabel ? "labels" : "label"),"
            + scores.indices.map { "class_\($0)" }.joined(separator: ",") + "\n")
      }
      isBegun = true
      let cells = scores.map { "\($0)" }.joined(separator: ",")
      try file.write("\(csvCell(video.name)),\(csvCell(video.labelText ?? "-1")),\(cells)\n")
    }
    try file.commit()
  }

  /// Writes the arrays of the reference's pickle: video_preds [videos, classes] and video_labels, of several classes a video
  /// [videos, classes] too, with 1 for those that it has; and the videos' names.
  func writeArchive(_ path: String) throws {
    var (values, labels, names): ([Float], [Int], [String]) = ([], [], [])
    try forEach(clips: views.clipCounts.last ?? 1) { video, scores in
      values += scores
      let own = video.labels ?? []
      labels += list.isMultiLabel ? scores.indices.map { own.contains($0) ? 1 : 0 } : [own.first ?? -1]
      names.append(video.name)
    }
    let columns = names.isEmpty ? 0 : values.count / names.count
    var archive = NumPyArchive()
    archive.add("video_preds", values, columns: columns)
    archive.add("video_labels", labels, columns: list.isMultiLabel ? columns : nil)
    archive.add("videos", names)
    if archive.byteCount > Int(Int32.max) {
      throw ClassificationError.resultsTooLarge(path: path, bytes: archive.byteCount)
    }
    let file = try AtomicFile(path: path)
    try archive.write { try file.write($0) }
    try file.commit()
  }
}

/// A text as a cell of CSV: in quotes where it needs them.
func csvCell(_ text: String) -> String {
  if !text.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) { return text }
  return "\"" + text.replacing("\"", with: "\"\"") + "\""
}
