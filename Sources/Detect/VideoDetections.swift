internal import AVARecords
internal import Files
public import Geometry
public import Inference
internal import JSON
internal import Tensors
internal import Video

/// What was found in a user's own videos.
public struct VideoDetections {
  /// A person with their scores.
  public struct Person: Sendable {
    public let box: UnitBox
    public let proposalScore: Double
    /// The actions of the label map, best first.
    public let actions: [(id: Int, name: String, score: Float)]
  }

  /// A task with the people as they were scored.
  public struct ScoredKeyFrame: Sendable {
    public let task: ClipTask
    /// The video's file.
    public var path: String { source.path }
    /// The survey of the video.
    let source: VideoIndex
    public let people: [Person]
  }

  /// The rows for a CSV.
  public internal(set) var detections: Detections
  /// In the order of the run.
  public private(set) var keyFrames: [ScoredKeyFrame] = []
  private let labelMap: LabelMap
  private let videos: [String: VideoIndex]

  init(_ sources: [VideoDetection.Source], labelMap: LabelMap) {
    detections = Detections(classes: 0, labelMap: labelMap)
    self.labelMap = labelMap
    videos = Dictionary(uniqueKeysWithValues: sources.map { ($0.name, $0.video) })
  }

  /// Adds a key frame.
  mutating func append(_ scored: ScoredView) {
    let (task, scores) = (scored.task, scored.scores)
    let classes = scores.shape[1]
    let people = (task.people ?? []).enumerated().map { index, person in
      let actions = labelMap.labels.map { label in
        (id: label.id, name: label.name, score: scores.values[index * classes + label.id - 1])
      }
      return Person(
        box: person.box, proposalScore: person.proposalScore,
        actions: actions.sorted { ($1.score, $0.id) < ($0.score, $1.id) })
    }
    keyFrames.append(
      ScoredKeyFrame(task: task, source: videos[task.keyFrame.video]!, people: people))
  }

  /// The files that `write` makes in a folder.
  public static func outputs(in folder: String) -> [String] {
    ["detections.csv", "detections.json"].map { joinPath(folder, $0) }
  }

  /// Writes `detections.csv` and `detections.json` into a folder.
  ///
  /// - Returns: The paths.
  /// - Throws: `FileError`.
  public func write(to folder: String) throws -> [String] {
    let csv = joinPath(folder, "detections.csv")
    try writeRows(to: csv)
    let json = joinPath(folder, "detections.json")
    let file = try AtomicFile(path: json)
    try writeJSON(to: file)
    try file.commit()
    return [csv, json]
  }

  /// The file that `writePart` makes in a folder.
  public static func part(in folder: String) -> String { joinPath(folder, "detections.partial.csv") }

  /// Writes the rows of a run that was ended early, under a name that says so.
  ///
  /// - Returns: The path.
  /// - Throws: `FileError`.
  public func writePart(to folder: String) throws -> String {
    let path = Self.part(in: folder)
    try writeRows(to: path)
    return path
  }

  private func writeRows(to path: String) throws {
    // Finer than the reference's files: nobody compares these with its own, and equal scores have no order.
    let writer = try DetectionWriter(path: path, decimals: .submission)
    try writer.append(detections.table)
    try writer.commit()
  }

  /// Writes one object for one video, a list of such objects for several; never more than a key frame is in memory.
  private func writeJSON(to file: AtomicFile) throws(FileError) {
    let starts = keyFrames.indices.filter {
      $0 == 0 || keyFrames[$0].task.keyFrame.video != keyFrames[$0 - 1].task.keyFrame.video
    }
    var json = JSONWriter()
    if starts.count != 1 { json.beginArray(lines: true) }
    for (start, end) in zip(starts, starts.dropFirst() + [keyFrames.count]) {
      json.beginObject()
      json.member("video", JSONValue(keyFrames[start].task.keyFrame.video))
      json.name("keyframes")
      json.beginArray(lines: true)
      for keyFrame in keyFrames[start..<end] {
        json.value(describe(keyFrame))
        try file.write(json.take())
      }
      json.end()
      json.end()
    }
    if starts.count != 1 { json.end() }
    try file.write(json.take() + [UInt8(ascii: "\n")])
  }

  private func describe(_ keyFrame: ScoredKeyFrame) -> JSONValue {
    let people = keyFrame.people.map { person -> JSONValue in
      let actions = person.actions.map { action -> JSONValue in
        ["id": JSONValue(action.id), "name": JSONValue(action.name), "score": JSONValue(action.score)]
      }
      let box = person.box
      return [
        "box": .array([box.x1, box.y1, box.x2, box.y2].map { JSONValue($0) }),
        "proposal_score": JSONValue(person.proposalScore), "actions": .array(actions),
      ]
    }
    let moment = keyFrame.task.moment
    return ["time": JSONValue(moment.seconds), "frame": JSONValue(moment.frame), "people": .array(people)]
  }
}
