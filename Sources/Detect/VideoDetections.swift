internal import AVARecords
internal import Files
public import Geometry
public import Inference
internal import JSON
internal import Overlay
internal import Tensors
internal import TrackRecords
internal import Tracks
internal import Video
internal import Wording

/// What was found in a user's own videos.
public struct VideoDetections {
  /// A person with their scores.
  public struct Person: Sendable {
    public let box: UnitBox
    public let proposalScore: Double
    /// Who it is through time; nil where nobody knows.
    public let id: Int?
    /// The actions of the label map, best first.
    public let actions: [(id: Int, name: String, score: Float)]
  }

  /// A task with the people as they were scored.
  public struct ScoredKeyFrame: Sendable {
    public let task: ClipTask
    public let people: [Person]
  }

  /// The rows for a CSV.
  public let detections: Detections
  private let labelMap: LabelMap
  /// The videos that films are made of, in the order of the run, those in which nobody is, too; none where results are made
  /// without them.
  let names: [String]
  /// What opens them, by name.
  let videos: [String: FrameInput]
  /// Who is who in each video, on the clock of the rows.
  let people: [VideoTracks]
  private let tracks: [String: VideoTracks]
  /// The colours that a film has for the people of each video, by their ids.
  let colors: [String: [Int: Int]]

  /// - Parameters:
  ///   - tasked: The videos, those in which nobody is scored, too.
  ///   - people: On the clock of the rows.
  init(
    _ detections: Detections, _ tasked: [VideoDetection.TaskedVideo] = [], people: [VideoTracks], labelMap: LabelMap
  ) {
    self.detections = detections
    self.labelMap = labelMap
    self.people = people
    names = tasked.filter { $0.input != nil }.map(\.name)
    videos = Dictionary(uniqueKeysWithValues: tasked.compactMap { video in video.input.map { (video.name, $0) } })
    tracks = Dictionary(people.map { ($0.video, $0) }, uniquingKeysWith: { first, _ in first })
    colors = tracks.mapValues { OverlayTimeline.colors(of: $0.tracks) }
  }

  /// The people of a video, on the clock of the rows.
  func tracks(of video: String) -> VideoTracks { tracks[video] ?? VideoTracks(video: video, tracks: []) }

  /// Calls `body` with each key frame that was scored, in the order of the run.
  ///
  /// - Throws: `FileError`, `JournalError`, and what `body` throws.
  public func forEach(_ body: (ScoredKeyFrame) throws -> Void) throws {
    try detections.forEach { task, scores in
      let classes = scores.shape[1]
      let own = task.people ?? []
      let ids = Track.owners(
        of: own.map(\.box), at: task.keyFrame.time.seconds, among: tracks(of: task.keyFrame.video).tracks)
      let people = own.enumerated().map { index, person in
        let actions = labelMap.labels.map { label in
          (id: label.id, name: label.name, score: scores.values[index * classes + label.id - 1])
        }
        return Person(
          box: person.box, proposalScore: person.proposalScore, id: ids[index],
          actions: actions.sorted { ($1.score, $0.id) < ($0.score, $1.id) })
      }
      try body(ScoredKeyFrame(task: task, people: people))
    }
  }

  /// The files that `write` makes in a folder.
  public static func outputs(in folder: String) -> [String] {
    ["detections.csv", "detections.json", TracksBeside.name].map { joinPath(folder, $0) }
  }

  /// Writes `detections.csv`, `detections.json` and `tracks.json` into a folder.
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
    let known = joinPath(folder, TracksBeside.name)
    try people.writeTracks(to: known, of: TracksBeside.contentMark(of: csv))
    return [csv, json, known]
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

  /// Where the scores of a run are kept until its results are written.
  public static func journal(in folder: String) -> String { joinPath(folder, "detections.journal") }

  private func writeRows(to path: String) throws {
    // Finer than the reference's files: nobody compares these with its own, and equal scores have no order.
    try detections.writeRows(to: path, decimals: .submission)
  }

  /// Writes one object for one video, a list of such objects for several; never more than a key frame is in memory.
  private func writeJSON(to file: AtomicFile) throws {
    var videos = 0
    var last: String?
    try detections.forEach { task, _ in
      if task.keyFrame.video != last { videos += 1 }
      last = task.keyFrame.video
    }
    var json = JSONWriter()
    if videos != 1 { json.beginArray(lines: true) }
    last = nil
    try forEach { keyFrame in
      let video = keyFrame.task.keyFrame.video
      if video != last {
        if last != nil {
          json.end()
          json.end()
        }
        last = video
        json.beginObject()
        json.member("video", JSONValue(video))
        json.name("keyframes")
        json.beginArray(lines: true)
      }
      json.value(describe(keyFrame))
      try file.write(json.take())
    }
    if last != nil {
      json.end()
      json.end()
    }
    if videos != 1 { json.end() }
    try file.write(json.take() + [UInt8(ascii: "\n")])
  }

  private func describe(_ keyFrame: ScoredKeyFrame) -> JSONValue {
    let people = keyFrame.people.map { person -> JSONValue in
      let actions = person.actions.map { action -> JSONValue in
        ["id": JSONValue(action.id), "name": JSONValue(action.name), "score": JSONValue(action.score)]
      }
      let box = person.box
      return [
        "id": person.id.map { JSONValue($0) } ?? .null,
        "box": .array([box.x1, box.y1, box.x2, box.y2].map { JSONValue($0) }),
        "proposal_score": JSONValue(person.proposalScore), "actions": .array(actions),
      ]
    }
    let moment = keyFrame.task.moment
    return ["time": JSONValue(rounded(moment.seconds, 6)), "frame": JSONValue(moment.frame), "people": .array(people)]
  }
}
