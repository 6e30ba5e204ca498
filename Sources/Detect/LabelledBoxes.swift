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
/// A box's class is its label's name, or an attribute's, of the classes that are learned. A box that is called a person shows
/// somebody who does nothing of them. Boxes of one moment whose corners are at most a pixel apart, or that have one id, are one person
/// with all of their classes, at the place of the first of them.
public struct LabelledBoxes: Sendable {
  /// A box with the ids of its classes.
  public struct Row: Sendable, Equatable {
    public let video: String
    public let time: Timestamp
    public let box: UnitBox
    /// Ascending; empty for none.
    public let classes: [Int]
  }

  /// How far corners of one person's boxes may be apart, in pixels of the picture that they are given on.
  private static let tolerance = 1.0
  /// The least overlap, as intersection over union, of boxes with one id at one moment.
  private static let overlap = 0.5

  /// Somebody at a moment.
  private struct Person {
    let box: UnitBox
    let id: Int?
    var classes: Set<Int>
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
    guard let file = try BoxFile.read(path: path, options: .none) else { return nil }
    if videos.isEmpty { throw LabelledBoxesError.noVideos(path: path) }
    let classes = try BoxClasses(file, labels)
    let rate = ActionDataset.ava.clock.framesPerSecond
    var options = ProposalOptions(personClasses: ["all"])
    // Each box is found again by its number, whatever others there are.
    options.keepsEveryBox = true
    options.names = .none
    let pictures = videos.compactMap { video in FrameInput.pictureNames(of: video.path).map { (video.name, $0) } }
    if file.records.isEmpty {
      throw LabelledBoxesError.noBox(path: path, reasons: Self.leftOut(of: file))
    }
    var source = try BoxProposals(
      file.numbered(), options, scoreThreshold: 0, videos: videos.map(\.name),
      pictures: Dictionary(pictures, uniquingKeysWith: { first, _ in first }), usualRate: rate)
    var rows: [Row] = []
    var notices = Self.leftOut(of: file)
    var (joined, beside) = (0, 0)
    for video in videos {
      let input = try FrameInput(video.path, framesPerSecond: rate)
      let frames = try VideoFrames(input.open(video.name, colours: VideoDetection.colours), framesPerSecond: rate)
      var moments: [Timestamp: [Person]] = [:]
      for frame in try Self.withoutOptions(video.name, { try source.keyFrames(of: video.name, in: frames, start: 0) }) {
        for (box, number) in zip(frame.boxes, frame.ids) {
          guard let number else { continue }
          if box.x2 < 0 || box.y2 < 0 || box.x1 > 1 || box.y1 > 1 {
            beside += 1
            continue
          }
          let record = file.records[number]
          let size = record.size ?? frames.size
          let id = record.track.flatMap { $0 < 0 ? nil : $0 }
          func isSame(_ other: Person) throws -> Bool {
            if Self.isNear(box, other.box, size) { return true }
            guard let id, id == other.id else { return false }
            if intersectionOverUnion(box, other.box) >= Self.overlap { return true }
            throw LabelledBoxesError.twoPlaces(place: file.describe(record.place), id: id)
          }
          if let place = try moments[frame.time]?.firstIndex(where: isSame) {
            moments[frame.time]?[place].classes.formUnion(classes.ids[number])
            joined += 1
          } else {
            moments[frame.time, default: []].append(Person(box: box, id: id, classes: Set(classes.ids[number])))
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
    let people = rows.count { $0.classes.isEmpty }
    var remarks = [
      "'\(path)' is \(file.title): \(counted(rows.count, "person", plural: "people")) at "
        + "\(counted(Set(rows.map { KeyFrame(video: $0.video, time: $0.time) }).count, "key frame")): "
        + "\(listed(counts, limit: 20))\(people > 0 ? "; nothing of these (\(people))" : "")"
    ]
    if joined > 0 {
      remarks.append(
        "'\(path)': \(counted(joined, "box", plural: "boxes")) of people who have another one at the same place and moment: one "
          + "person each, with all classes")
    }
    // The first line says what the file is, as the one above does.
    remarks += source.remarks.dropFirst()
    self.remarks = remarks
    if beside > 0 {
      notices.append("'\(path)': \(counted(beside, "box", plural: "boxes")) beside the picture left out")
    }
    let unlisted = source.finish().summary.unlistedVideos
    let others = unlisted.map { "\($0.video) (\($0.rows))" }
    if !others.isEmpty {
      notices.append(
        "'\(path)' has boxes of videos that are not given, which are left out: \(listed(others, limit: 10))")
    }
    notices += source.notices
    self.notices = notices
    if rows.isEmpty {
      throw LabelledBoxesError.nothing(
        path: path, videos: videos.map(\.name), others: unlisted.map(\.video), reasons: notices)
    }
  }

  private static func isNear(_ a: UnitBox, _ b: UnitBox, _ size: ImageSize) -> Bool {
    let (width, height) = (Double(size.width), Double(size.height))
    // Numbers of two decimals may be a hair more than a pixel apart.
    let most = tolerance + 1e-6
    return max(abs(a.x1 - b.x1), abs(a.x2 - b.x2)) * width <= most
      && max(abs(a.y1 - b.y1), abs(a.y2 - b.y2)) * height <= most
  }

  /// What no box stands for.
  private static func leftOut(of file: BoxFile) -> [String] {
    let others = file.leftOut.filter { !$0.what.contains("outside") }
    if others.isEmpty { return [] }
    return [
      "'\(file.path)': nothing is learned of what is no box: "
        + listed(others.map { "\($0.what) (\($0.count))" }, limit: 10)
    ]
  }

  /// Says of boxes of another picture what can be done here.
  private static func withoutOptions<Value>(_ video: String, _ read: () throws -> Value) throws -> Value {
    do { return try read() } catch let error as ProposalError {
      switch error {
      case .otherSize(let path, _, let reach, let size):
        throw LabelledBoxesError.otherSize(path: path, video: video, reach: reach, size: size)
      case .otherShape(let path, _, let stated, let size):
        throw LabelledBoxesError.otherShape(path: path, video: video, stated: stated, size: size)
      default: throw error
      }
    }
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
  case unknownClass(place: String, name: String, classes: [String])
  case noClass(place: String, attributes: [String])
  /// Boxes of one moment have one id, and do not show one person.
  case twoPlaces(place: String, id: Int)
  case otherSize(path: String, video: String, reach: String, size: String)
  case otherShape(path: String, video: String, stated: String, size: String)
  /// The file has not one box; what it has.
  case noBox(path: String, reasons: [String])
  /// No box is of a video that is given; `others` are the videos that boxes name.
  case nothing(path: String, videos: [String], others: [String], reasons: [String])

  public var description: String {
    switch self {
    case .noVideos(let path):
      return
        "reading boxes with classes: '\(path)' is another tool's, whose frames only the videos tell -> give --videos"
    case .unknownClass(let place, let name, let classes):
      let meant = nearest(to: name, among: classes).map { "did you mean '\($0)'? Else " } ?? ""
      return
        "reading boxes with classes: \(place): a box of '\(name)', which is none of \(listed(classes, limit: 10)) -> "
        + "\(meant)add it to --classes, or call these boxes person"
    case .noClass(let place, let attributes):
      let has = attributes.isEmpty ? "" : ", whose attributes are \(listed(attributes.map { "'\($0)'" }, limit: 5))"
      return
        "reading boxes with classes: \(place): a box without a class\(has) -> give it one, as its label or as an attribute "
        + "called class, or call it person"
    case .twoPlaces(let place, let id):
      return
        "reading boxes with classes: \(place): the id \(id) is that of another box at this moment, elsewhere -> correct the id, "
        + "or one of both boxes"
    case .otherSize(let path, let video, let reach, let size):
      return
        "reading boxes with classes: '\(path)': many boxes of '\(video)' lie beyond its picture of \(size) pixels, up to \(reach) "
        + "-> give the video in the size that was annotated"
    case .otherShape(let path, let video, let stated, let size):
      return "reading boxes with classes: "
        + ProposalError.otherShape(path: path, video: video, stated: stated, size: size)
    case .noBox(let path, let reasons):
      let why = reasons.isEmpty ? "" : " (\(reasons.joined(separator: "; ")))"
      return "reading boxes with classes: '\(path)' has no box\(why) -> draw boxes in it, or give another file"
    case .nothing(let path, let videos, let others, let reasons):
      if !others.isEmpty {
        return
          "reading boxes with classes: '\(path)' has boxes of \(listed(others, limit: 5)), and given is "
          + "\(listed(videos, limit: 5)) -> give \(others.count == 1 ? "this video" : "these videos") with --videos; where they are "
          + "the same, the names in the file must be the videos' without their endings"
      }
      let why = reasons.isEmpty ? "" : " (\(reasons.joined(separator: "; ")))"
      return
        "reading boxes with classes: '\(path)' has no box of \(listed(videos, limit: 5))\(why) -> the names in it must "
        + "be the videos' without their endings"
    }
  }
}
