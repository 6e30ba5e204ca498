public import AVARecords
public import BoxFiles
public import Geometry
public import Tracks

/// The people of a video as detections or a MOT text say it: boxes frame by frame, and what each does.
public struct PeopleOverTime: Sendable {
  public let video: String
  public private(set) var frames: [SeenFrame]
  /// For each frame and box the scores by action; those that have no row are not there.
  public private(set) var scores: [[[Int: Double]]]

  /// The videos of a table of detections, by name.
  ///
  /// Rows of one box in one key frame are one person. Every box counts as surely seen (score 1): the scores of the rows are
  /// their actions'.
  public static func videos(of table: DetectionTable) -> [PeopleOverTime] {
    var people: [String: [Timestamp: [(box: Int, row: Int)]]] = [:]
    for row in 0..<table.count {
      let frame = table.frameIndex.frames[Int(table.frames[row])]
      people[table.frameIndex.videos[frame.video], default: [:]][frame.time, default: []]
        .append((Int(table.boxNumbers[row]), row))
    }
    return people.keys.sorted().map { video in
      var (frames, scores): ([SeenFrame], [[[Int: Double]]]) = ([], [])
      for (time, rows) in (people[video] ?? [:]).sorted(by: { $0.key < $1.key }) {
        var places: [UnitBox: Int] = [:]
        var (boxes, own): ([SeenBox], [[Int: Double]]) = ([], [])
        for (number, row) in rows {
          let box = table.boxes[number]
          let place = places[box] ?? boxes.count
          if place == boxes.count {
            places[box] = place
            boxes.append(SeenBox(box))
            own.append([:])
          }
          own[place][Int(table.actionIDs[row])] = table.scores[row]
        }
        frames.append(SeenFrame(time: time.seconds, boxes: boxes))
        scores.append(own)
      }
      return PeopleOverTime(video: video, frames: frames, scores: scores)
    }
  }

  /// The last frame of a MOT text that is read: a day and more at 30 a second. Who follows people looks at the frames without
  /// boxes, too.
  private static let lastFrame = 4_000_000

  /// A video of a MOT text; nobody does anything in it. Boxes without a score are sure.
  ///
  /// - Parameters:
  ///   - size: Of the frames, in pixels.
  ///   - framesPerSecond: Above 0; the first frame is at 0 s.
  ///   - firstFrame: Its number; nil for that of `BoxFile.firstFrame`.
  /// - Throws: `BoxFileError` for frames before the first one or beyond a day, for boxes without an area, and for an id that a frame
  ///   has twice.
  public init(
    video: String, mot file: BoxFile, size: ImageSize, framesPerSecond: Double, firstFrame: Int? = nil
  ) throws(BoxFileError) {
    self.video = video
    let first = firstFrame ?? Self.firstFrame(of: file)
    let (width, height) = (Double(size.width), Double(size.height))
    var boxes: [Int: [SeenBox]] = [:]
    var ids: [Int: Set<Int>] = [:]
    for record in file.records {
      func check(_ isRight: Bool, _ expected: String, _ found: String) throws(BoxFileError) {
        if !isRight { throw file.fault(record, expected: expected, found: found, advice: "correct or remove the line") }
      }
      guard case .frame(let frame) = record.position else { continue }
      let last = first + Self.lastFrame - 1
      try check((first...last).contains(frame), "a whole number from \(first) to \(last) for the frame", "\(frame)")
      try check(
        record.x2 > record.x1 && record.y2 > record.y1, "a width and a height above 0",
        "\(record.x2 - record.x1) and \(record.y2 - record.y1)")
      if let id = record.track {
        try check(
          ids[frame, default: []].insert(id).inserted, "each id once in a frame", "\(id) in frame \(frame) again")
      }
      boxes[frame - first, default: []].append(
        SeenBox(
          UnitBox(x1: record.x1 / width, y1: record.y1 / height, x2: record.x2 / width, y2: record.y2 / height),
          score: record.score ?? 1, id: record.track))
    }
    // Frames without a box are frames all the same: a track that is not seen there is lost.
    frames = (0..<(boxes.keys.max().map { $0 + 1 } ?? 0)).map {
      SeenFrame(time: Double($0) / framesPerSecond, boxes: boxes[$0] ?? [])
    }
    scores = frames.map { $0.boxes.map { _ in [:] } }
  }

  /// The number of the first frame of a MOT text, where nobody says it.
  public static func firstFrame(of file: BoxFile) -> Int {
    let frames = file.records.compactMap { record -> Int? in
      if case .frame(let frame) = record.position { frame } else { nil }
    }
    return file.firstFrame(least: frames.min() ?? 1)
  }

  /// A video in which nobody is.
  public init(nobodyIn video: String) { self.init(video: video, frames: [], scores: []) }

  private init(video: String, frames: [SeenFrame], scores: [[[Int: Double]]]) {
    self.video = video
    self.frames = frames
    self.scores = scores
  }

  /// Links the boxes, and finds what each person does when.
  ///
  /// - Parameter rules: When actions begin and end; a person's score for an action that a box has no row of is 0.
  /// - Throws: `TrackError`.
  public func linked(by linker: some BoxLinker, _ rules: IntervalRules) throws(TrackError) -> VideoTracks {
    var linker = linker
    var links: [[Link?]] = []
    for frame in frames { links.append(try linker.link(frame)) }
    return linked(links, rules)
  }

  /// The same where boxes are linked already.
  ///
  /// - Parameter links: For each frame and box whose it is.
  public func linked(_ links: [[Link?]], _ rules: IntervalRules) -> VideoTracks {
    let tracks = Track.tracks(of: frames, links)
    return VideoTracks(
      video: video, tracks: tracks, tubes: tubes(of: tracks, links.map { $0.map { $0?.id } }, rules))
  }

  /// What people do when.
  ///
  /// - Parameter owners: For each frame and box the id of its track.
  func tubes(of tracks: [Track], _ owners: [[Int?]], _ rules: IntervalRules) -> [Tube] {
    var samples: [Int: [(time: Double, scores: [Int: Double])]] = [:]
    for (frame, own) in owners.enumerated() {
      for (box, id) in own.enumerated() {
        if let id { samples[id, default: []].append((frames[frame].time, scores[frame][box])) }
      }
    }
    return tracks.flatMap { track -> [Tube] in
      let own = samples[track.id] ?? []
      let actions = Set(own.flatMap(\.scores.keys)).sorted()
      return actions.flatMap { action in
        rules.intervals(of: action, own.map { ScoreSample(time: $0.time, score: $0.scores[action] ?? 0) })
          .map { Tube(track, $0) }
      }
    }
  }
}
