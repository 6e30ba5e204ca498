public import AVARecords
internal import BoxFiles
internal import Datasets
internal import Files
public import Geometry
internal import Imaging
internal import Video
internal import Wording

/// Boxes of an annotation tool with their classes, as AVA's rows: what a network is trained on.
///
/// A box's class is its label's name, of the classes that are learned. A box that is called a person shows somebody who does
/// nothing of them. Boxes with the same corners at the same moment are one person with all of their classes.
public struct LabelledBoxes: Sendable {
  /// A box with the ids of its classes.
  public struct Row: Sendable, Equatable {
    public let video: String
    public let time: Timestamp
    public let box: UnitBox
    /// Ascending; empty for none.
    public let classes: [Int]
  }

  /// By video and time.
  public let rows: [Row]
  /// What was read, and what was left out.
  public let remarks: [String]
  /// What the user should know.
  public let notices: [String]

  /// Reads what is no file of AVA's rows.
  ///
  /// - Parameters:
  ///   - videos: The paths of videos and of folders of pictures by name.
  ///   - every: Key frames at about this distance in seconds: the moments with boxes that are nearest to its multiples, at most
  ///     half of it away; nil for all moments.
  /// - Returns: Nil for AVA's rows.
  /// - Throws: `LabelledBoxesError`; `BoxFileError`, `ProposalError`, `FileError`, `VideoError`.
  public init?(path: String, labels: LabelMap, videos: [(name: String, path: String)], every: Double? = nil) throws {
    guard let file = try BoxFile.read(path: path, format: nil, images: nil) else { return nil }
    if videos.isEmpty { throw LabelledBoxesError.noVideos(path: path) }
    let known = Dictionary(labels.labels.map { ($0.name.lowercased(), $0.id) }, uniquingKeysWith: { first, _ in first })
    let names = Set(file.records.compactMap { file.className(of: $0) })
    let strangers = names.filter { known[$0.lowercased()] == nil && !PersonClasses.names.contains($0.lowercased()) }
    if let first = strangers.min() {
      throw LabelledBoxesError.unknownClass(path: path, name: first, classes: labels.labels.map(\.name))
    }
    var sources = try names.sorted().map { name in
      let source = try ProposalSource(
        path: path, ProposalOptions(personClasses: [name]), scoreThreshold: 0, videos: videos.map(\.name),
        usualRate: ActionDataset.ava.clock.framesPerSecond)
      return (id: known[name.lowercased()], source: source)
    }
    var rows: [Row] = []
    var notices: [String] = []
    for video in videos {
      let rate = ActionDataset.ava.clock.framesPerSecond
      let input = try FrameInput(video.path, framesPerSecond: rate)
      let frames = try VideoFrames(input.open(video.name, colours: VideoDetection.colours), framesPerSecond: rate)
      var moments: [Timestamp: [(box: UnitBox, classes: Set<Int>)]] = [:]
      for index in sources.indices {
        for frame in try sources[index].source.keyFrames(of: video.name, in: frames, start: 0) {
          for box in frame.boxes {
            let own = Set([sources[index].id].compactMap(\.self))
            if let place = moments[frame.time]?.firstIndex(where: { $0.box == box }) {
              moments[frame.time]?[place].classes.formUnion(own)
            } else {
              moments[frame.time, default: []].append((box, own))
            }
          }
        }
      }
      let times = moments.keys.filter { $0.seconds < frames.duration }.sorted()
      let lost = moments.count - times.count
      if lost > 0 {
        notices.append(
          "'\(video.name)': \(counted(lost, "moment")) with boxes after its end, at \(fixed(frames.duration, 2)) s -> are "
            + "the boxes of another video?")
      }
      for time in Self.chosen(times, frames, every: every) {
        rows += (moments[time] ?? []).map {
          Row(video: video.name, time: time, box: $0.box, classes: $0.classes.sorted())
        }
      }
    }
    self.rows = rows
    let counts = labels.labels.map { label in
      "\(label.name) (\(rows.count { $0.classes.contains(label.id) }))"
    }
    remarks = [
      "'\(path)' is \(file.title): \(counted(rows.count, "box", plural: "boxes")) at "
        + "\(counted(Set(rows.map { KeyFrame(video: $0.video, time: $0.time) }).count, "key frame")): \(listed(counts, limit: 20))"
    ]
    self.notices = notices + sources.flatMap { $0.source.ownNotices }
    if rows.isEmpty { throw LabelledBoxesError.nothing(path: path, videos: videos.map(\.name), reasons: self.notices) }
  }

  /// The moments that become key frames, ascending: all, or those nearest to regular times.
  private static func chosen(_ times: [Timestamp], _ frames: VideoFrames, every: Double?) -> [Timestamp] {
    guard let every else { return times }
    let nearest = frames.times(every: every, openUntil: 0).compactMap { step -> Timestamp? in
      let time = times.min { abs($0.seconds - step) < abs($1.seconds - step) }
      return time.flatMap { abs($0.seconds - step) <= every / 2 ? $0 : nil }
    }
    return Set(nearest).sorted()
  }

  /// Writes AVA's rows: video, second, x1, y1, x2, y2, class, person; a row for each class of a box, one without for none.
  ///
  /// - Throws: `FileError`, `VideoDetectionError` for a video that no row can name.
  public func write(to path: String) throws {
    var text = ""
    var person = 0
    for row in rows {
      guard isWritable(row.video) else { throw VideoDetectionError.unwritableName(row.video) }
      let corners = [row.box.x1, row.box.y1, row.box.x2, row.box.y2].map { fixed(min(max($0, 0), 1), 6) }
      for id in row.classes.isEmpty ? [""] : row.classes.map(String.init) {
        text += "\(row.video),\(row.time),\(corners.joined(separator: ",")),\(id),\(person)\n"
      }
      person += 1
    }
    try writeFile(path, text)
  }
}

/// Why boxes of an annotation tool are nothing to learn from.
public enum LabelledBoxesError: Error, Equatable, CustomStringConvertible {
  case noVideos(path: String)
  case unknownClass(path: String, name: String, classes: [String])
  case nothing(path: String, videos: [String], reasons: [String])

  public var description: String {
    switch self {
    case .noVideos(let path):
      return
        "reading boxes with classes: '\(path)' is another tool's, whose frames only the videos tell -> give --videos"
    case .unknownClass(let path, let name, let classes):
      let meant = nearest(to: name, among: classes).map { "did you mean '\($0)'? Else " } ?? ""
      return
        "reading boxes with classes: '\(path)' has boxes of '\(name)', which is none of \(listed(classes, limit: 10)) -> "
        + "\(meant)add it to --classes, or call these boxes person"
    case .nothing(let path, let videos, let reasons):
      let why = reasons.isEmpty ? "" : " (\(reasons.joined(separator: "; ")))"
      return
        "reading boxes with classes: '\(path)' has no box of \(listed(videos, limit: 5))\(why) -> the names in it must "
        + "be the videos' without their endings"
    }
  }
}
