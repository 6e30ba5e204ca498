internal import Files
internal import Geometry
internal import OrderedCollections
internal import Wording

extension ProposalList {
  /// Reads proposals: `video, second, x1, y1, x2, y2, action id, score`, the action id mostly empty.
  ///
  /// PySlowFast's rules: a row below the score threshold falls away (an equal score stays); two rows are the same box
  /// when the text of their coordinates is the same, and then only the action is added; boxes keep the order in which
  /// they first appear. Every value is checked before any rule looks at it.
  ///
  /// - Parameters:
  ///   - paths: The files, read as one.
  ///   - scoreThreshold: The least detector score that counts.
  ///   - times: Which times may appear; others are counted.
  ///   - listedVideos: The videos that exist; rows of others are counted. Nil takes all.
  /// - Throws: `RecordError` with file, line and column of a malformed row (NaN, an inverted box, a coordinate out of
  ///   0 to 1 by more than 0.005), and for files without rows; `FileError`.
  public static func read(
    paths: [String], scoreThreshold: Double, times: Times = .ava, listedVideos: [String]? = nil
  ) throws -> ProposalList {
    var reader = ProposalReader(scoreThreshold: scoreThreshold, times: times, listedVideos: listedVideos)
    for path in paths { try reader.read(path) }
    return try reader.finish(paths)
  }
}

private struct ProposalReader {
  let scoreThreshold: Double
  let times: ProposalList.Times
  let listedVideos: OrderedSet<String>?
  private var list = ProposalList()
  private var index = FrameIndex()
  /// Where each key frame of the index stands in its video.
  private var places: [Int] = []
  private var boxNumbers: [BoxKey: Int] = [:]
  private var unlistedVideos: OrderedDictionary<String, Int> = [:]
  private var seenVideos: OrderedSet<String> = []

  /// Detectors write three decimals: what rounding can push over the edge is no error.
  private static let slack = -0.005...1.005
  private static let doing = "reading the proposals"
  private static let layout = "video, second, x1, y1, x2, y2, action id (may be empty), score"

  /// A box's identity: the text of its coordinates within its key frame.
  private struct BoxKey: Hashable {
    let frame: Int
    let coordinates: String
  }

  init(scoreThreshold: Double, times: ProposalList.Times, listedVideos: [String]?) {
    self.scoreThreshold = scoreThreshold
    self.times = times
    self.listedVideos = listedVideos.map { OrderedSet($0) }
  }

  mutating func read(_ path: String) throws {
    var cursor = try RowCursor(path: path, doing: Self.doing)
    while try cursor.advance() {
      try cursor.require(columns: 8...8, layout: Self.layout)
      list.summary.rows += 1
      let video = try cursor.videoName()
      let time = try rowTime(cursor)
      let box = try cursor.orderedBox(within: Self.slack)
      let label = cursor[6].isEmpty ? -1 : try cursor.integer(6, "action id")
      let score = try cursor.number(7, "score")
      if !keeps(video: video, time: time, score: score) { continue }
      list.summary.keptRows += 1
      let coordinates = String(decoding: cursor.raw(2...5), as: UTF8.self)
      add(box, score, label, BoxKey(frame: index.insert(video: video, time: time), coordinates: coordinates))
    }
  }

  /// Puts the key frames in order and names the videos that have none.
  mutating func finish(_ paths: [String]) throws(RecordError) -> ProposalList {
    if list.summary.rows == 0 {
      throw RecordError.empty(
        doing: Self.doing, path: paths.joined(separator: ", "), expected: "rows of person boxes",
        advice: "the columns are \(Self.layout)")
    }
    for video in list.videos.indices { list.videos[video].keyFrames.sort { $0.time < $1.time } }
    let kept = Set(list.videos.map(\.name))
    list.summary.videosWithoutBoxes = seenVideos.filter { !kept.contains($0) }
    list.summary.unlistedVideos = unlistedVideos.map { ProposalList.RowsOfVideo(video: $0.key, rows: $0.value) }
    list.summary.videosWithoutRows = listedVideos?.filter { !seenVideos.contains($0) } ?? []
    return list
  }

  private func rowTime(_ cursor: borrowing RowCursor) throws(RecordError) -> Timestamp {
    let time = try cursor.time()
    if case .wholeSeconds = times, time.wholeSecond == nil {
      throw cursor.error(
        field: 1, "second", expected: "a whole second", advice: "AVA's key frames lie on whole seconds")
    }
    return time
  }

  private mutating func keeps(video: String, time: Timestamp, score: Double) -> Bool {
    if let listedVideos, !listedVideos.contains(video) {
      unlistedVideos[video, default: 0] += 1
      return false
    }
    seenVideos.append(video)
    if score < scoreThreshold {
      list.summary.belowThreshold += 1
      return false
    }
    guard case .wholeSeconds(let range, let every) = times, let second = time.wholeSecond else { return true }
    if second % max(every, 1) != 0 {
      list.summary.skippedSeconds += 1
      return false
    }
    if !range.contains(second) {
      list.summary.outsideRange += 1
      list.summary.secondsOutsideRange.insert(second)
      return false
    }
    return true
  }

  private mutating func add(_ box: UnitBox, _ score: Double, _ label: Int, _ key: BoxKey) {
    let video = index.frames[key.frame].video
    if key.frame == places.count {
      if video == list.videos.count { list.videos.append(ProposalList.Video(name: index.videos[video])) }
      places.append(list.videos[video].keyFrames.count)
      list.videos[video].keyFrames.append(ProposalList.KeyFrame(time: index.frames[key.frame].time))
    }
    let place = places[key.frame]
    if let number = boxNumbers[key] {
      list.summary.repeatedBoxes += 1
      list.videos[video].keyFrames[place].labels[number].append(label)
      return
    }
    if !box.isProper { list.summary.withoutArea += 1 }
    boxNumbers[key] = list.videos[video].keyFrames[place].boxes.count
    list.videos[video].keyFrames[place].boxes.append(box)
    list.videos[video].keyFrames[place].scores.append(score)
    list.videos[video].keyFrames[place].labels.append([label])
  }
}

extension ProposalList.Summary {
  /// The counts in words, where there is something to say.
  public func notices(scoreThreshold: Double) -> [String] {
    var notices: [String] = []
    if belowThreshold > 0 {
      notices.append(
        "proposals: \(counted(belowThreshold, "row")) of \(rows) below the score threshold \(scoreThreshold)")
    }
    if !unlistedVideos.isEmpty {
      let names = unlistedVideos.map { "\($0.video) (\(counted($0.rows, "row")))" }
      notices.append(
        "proposals: \(counted(unlistedVideos.count, "video")) not among those of this run: \(listed(names))")
    }
    if outsideRange > 0 {
      let seconds = secondsOutsideRange.sorted().map { "\($0)" }
      notices.append(
        "proposals: \(counted(outsideRange, "row")) at seconds outside the valid range: \(listed(seconds))")
    }
    if !videosWithoutBoxes.isEmpty {
      notices.append(
        "proposals: \(counted(videosWithoutBoxes.count, "video")) without a single box left: "
          + listed(videosWithoutBoxes))
    }
    if !videosWithoutRows.isEmpty {
      notices.append(
        "proposals: \(counted(videosWithoutRows.count, "listed video")) without any row: \(listed(videosWithoutRows))")
    }
    if withoutArea > 0 {
      notices.append("proposals: \(counted(withoutArea, "box", plural: "boxes")) without width or height")
    }
    return notices
  }
}
