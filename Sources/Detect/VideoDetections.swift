internal import AVARecords
internal import Files
public import Geometry
internal import Tensors
internal import Video
internal import Wording

/// What was found in a user's own videos.
public struct VideoDetections {
  /// A person with their scores.
  public struct Person: Sendable {
    public let box: UnitBox
    public let proposalScore: Double
    /// The actions of the label map, best first.
    public let actions: [(id: Int, name: String, score: Float)]
  }

  /// A key frame.
  public struct KeyFrame: Sendable {
    public let video: String
    public var path: String { source.path }
    /// The survey of the video.
    let source: VideoIndex
    /// The time as the rows of the CSV write it.
    public let stamp: String
    /// Seconds after the file's beginning.
    public let time: Double
    /// The number of the frame in the video's own counting.
    public let frame: Int
    public let people: [Person]
  }

  /// The rows for a CSV.
  public internal(set) var detections: Detections
  /// In the order of the run.
  public private(set) var keyFrames: [KeyFrame] = []
  private let labelMap: LabelMap

  init(classes: Int, labelMap: LabelMap) {
    detections = Detections(classes: classes, labelMap: labelMap)
    self.labelMap = labelMap
  }

  /// Adds a key frame.
  ///
  /// - Parameter scores: [boxes, classes].
  mutating func append(_ source: VideoDetection.Source, _ moment: VideoDetection.Moment, _ scores: Tensor) {
    detections.append(video: source.name, moment.frame, scores)
    let classes = scores.shape[1]
    let people = moment.frame.boxes.indices.map { index in
      let actions = labelMap.labels.map { label in
        (id: label.id, name: label.name, score: scores.values[index * classes + label.id - 1])
      }
      return Person(
        box: moment.frame.boxes[index], proposalScore: moment.frame.scores[index],
        actions: actions.sorted { ($1.score, $0.id) < ($0.score, $1.id) })
    }
    keyFrames.append(
      KeyFrame(
        video: source.name, source: source.video, stamp: moment.frame.time.description, time: moment.time,
        frame: moment.sourceFrame, people: people))
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
    try writeFile(json, self.json)
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

  /// One object for one video, a list of such objects for several.
  var json: String {
    var videos: [(name: String, frames: [KeyFrame])] = []
    for keyFrame in keyFrames {
      if videos.last?.name == keyFrame.video {
        videos[videos.count - 1].frames.append(keyFrame)
      } else {
        videos.append((keyFrame.video, [keyFrame]))
      }
    }
    let objects = videos.map { video in
      JSON.object([("video", JSON(video.name)), ("keyframes", .array(video.frames.map(describe), lines: true))])
    }
    return (objects.count == 1 ? objects[0] : .array(objects, lines: true)).text + "\n"
  }

  private func describe(_ keyFrame: KeyFrame) -> JSON {
    let people = keyFrame.people.map { person in
      let actions = person.actions.map { action in
        JSON.object([("id", JSON(action.id)), ("name", JSON(action.name)), ("score", JSON(action.score))])
      }
      let box = person.box
      return JSON.object([
        ("box", .array([box.x1, box.y1, box.x2, box.y2].map { JSON($0) })),
        ("proposal_score", JSON(person.proposalScore)), ("actions", .array(actions)),
      ])
    }
    return .object([("time", JSON(keyFrame.time)), ("frame", JSON(keyFrame.frame)), ("people", .array(people))])
  }
}
