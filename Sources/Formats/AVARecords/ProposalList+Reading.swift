internal import Datasets
internal import Files
internal import Geometry
internal import OrderedCollections

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
  ///   - keepsRepeatedBoxes: Whether each row without an action is a box of its own, whatever PySlowFast makes of it.
  /// - Throws: `RecordError` with file, line and column of a malformed row (NaN, an inverted box, one that does not
  ///   overlap the frame), and for files without rows; `FileError`, for a file of another tool too.
  public static func read(
    paths: [String], scoreThreshold: Double, times: Times = .ava, listedVideos: [String]? = nil,
    keepsRepeatedBoxes: Bool = false
  ) throws -> ProposalList {
    var reader = ProposalReader(scoreThreshold: scoreThreshold, times: times, listedVideos: listedVideos)
    reader.keepsRepeatedBoxes = keepsRepeatedBoxes
    for path in paths { try reader.read(path) }
    return try reader.finish(paths)
  }

  /// Reads the boxes that a network is trained on: all of the ground truth, then the proposals that reach a threshold, by the
  /// rules of `read`. A box that several files have by the same text has the actions of all.
  ///
  /// - Parameters:
  ///   - groundTruth: Files of `video, second, x1, y1, x2, y2, action id[, person id]`.
  ///   - proposals: Files of `video, second, x1, y1, x2, y2, action id, score`; boxes without an action are people who do
  ///     nothing of what there is to learn.
  ///   - classes: How many classes there are: action ids are 1 to that, -1 or nothing for none.
  ///   - named: What says how many, and what to do about an action id beyond them.
  /// - Throws: As `read`; `RecordError` for an action id that is no class, too.
  public static func readTraining(
    groundTruth: [String], proposals: [String], scoreThreshold: Double, classes: Int,
    named: (what: String, advice: String) = (
      "MODEL.NUM_CLASSES", "set MODEL.NUM_CLASSES to the number of classes"
    ), times: Times = .ava, listedVideos: [String]? = nil
  ) throws -> ProposalList {
    var reader = ProposalReader(scoreThreshold: scoreThreshold, times: times, listedVideos: listedVideos)
    reader.classes = (classes, named.what, named.advice)
    for path in groundTruth { try reader.read(path, isTruth: true) }
    for path in proposals { try reader.read(path) }
    return try reader.finish(groundTruth + proposals)
  }
}

private struct ProposalReader {
  let scoreThreshold: Double
  let times: ProposalList.Times
  let listedVideos: OrderedSet<String>?
  var keepsRepeatedBoxes = false
  /// How many classes action ids may name; nil for any number.
  var classes: (count: Int, name: String, advice: String)?
  private var list = ProposalList()
  private var index = FrameIndex()
  /// Where each key frame of the index stands in its video.
  private var places: [Int] = []
  private var boxNumbers: [BoxKey: Int] = [:]
  private var unlistedVideos: OrderedDictionary<String, Int> = [:]
  private var seenVideos: OrderedSet<String> = []
  /// Where rows are below the threshold.
  private var low: Set<KeyFrame> = []

  private var doing = "reading the proposals"
  private var layout = "video, second, x1, y1, x2, y2, action id (may be empty), score"

  /// A box's identity: the text of its coordinates within its key frame.
  private struct BoxKey: Hashable {
    let frame: Int
    let coordinates: String
  }

  init(scoreThreshold: Double, times: ProposalList.Times, listedVideos: [String]?) {
    self.scoreThreshold = scoreThreshold
    self.times = times
    self.listedVideos = listedVideos.map { OrderedSet($0) }
    if case .labelled(let dataset) = times { list.summary.dataset = dataset }
  }

  /// - Parameter isTruth: Whether the last column, which may be left out, is a person's id, and every row counts.
  mutating func read(_ path: String, isTruth: Bool = false) throws {
    doing = isTruth ? "reading the ground truth" : "reading the proposals"
    layout = "video, second, x1, y1, x2, y2, action id (may be empty), " + (isTruth ? "person id" : "score")
    let file = try FileBytes(path: path, doing: doing)
    let rowsBefore = list.summary.rows
    do {
      try readRows(file, isTruth)
    } catch {
      // A file whose first row makes no sense may be another tool's.
      guard list.summary.rows == rowsBefore, let content = foreignProposals(file.bytes) else { throw error }
      throw FileError.foreign(doing: doing, path: path, expected: "rows of \(layout)", content: content)
    }
  }

  private mutating func readRows(_ file: FileBytes, _ isTruth: Bool) throws {
    var cursor = try RowCursor(file, doing: doing, columns: layout)
    while try cursor.advance() {
      try cursor.require(columns: (isTruth ? 7 : 8)...8, layout: layout)
      let video = try cursor.videoName()
      let time = try rowTime(cursor)
      let box = try cursor.personBox()
      let label = cursor[6].isEmpty ? nil : try cursor.integer(6, "action id")
      try check(label, cursor)
      let score = try isTruth ? Double.infinity : cursor.number(7, "score")
      list.summary.rows += 1
      if !isListed(video) { continue }
      if !isTruth { list.summary.scores.add(score, hasAction: label != nil) }
      if !keeps(video: video, time: time, score: score) { continue }
      list.summary.keptRows += 1
      let coordinates = String(decoding: cursor.raw(2...5), as: UTF8.self)
      let key = BoxKey(frame: index.insert(video: video, time: time), coordinates: coordinates)
      if add(box, isTruth ? 1 : score, label ?? -1, key), !isInsideFrame(box) {
        if list.summary.beyondFrame == 0 { list.summary.firstBeyondFrame = "line \(cursor.line) of '\(file.path)'" }
        list.summary.beyondFrame += 1
      }
    }
  }

  /// Puts the key frames in order and names the videos that have none.
  mutating func finish(_ paths: [String]) throws(RecordError) -> ProposalList {
    if list.summary.rows == 0 {
      throw RecordError.empty(
        doing: doing, path: paths.joined(separator: ", "), expected: "rows of person boxes",
        advice: "the columns are \(layout)")
    }
    for video in list.videos.indices { list.videos[video].keyFrames.sort { $0.time < $1.time } }
    list.keyFramesBelowThreshold = low.filter { index.number(video: $0.video, time: $0.time) == nil }
      .sorted { ($0.video, $0.time) < ($1.video, $1.time) }
    let kept = Set(list.videos.map(\.name))
    list.summary.videosWithoutBoxes = seenVideos.filter { !kept.contains($0) }
    list.summary.unlistedVideos = unlistedVideos.map { ProposalList.RowsOfVideo(video: $0.key, rows: $0.value) }
    list.summary.videosWithoutRows = listedVideos?.filter { !seenVideos.contains($0) } ?? []
    return list
  }

  private func check(_ label: Int?, _ cursor: borrowing RowCursor) throws(RecordError) {
    guard let classes, let label, label != -1, !(1...classes.count).contains(label) else { return }
    throw cursor.error(
      field: 6, "action id", expected: "a class from 1 to \(classes.count) (\(classes.name)), or nothing",
      advice: "correct the row, or \(classes.advice); they count from 1")
  }

  private func rowTime(_ cursor: borrowing RowCursor) throws(RecordError) -> Timestamp {
    let time = try cursor.time()
    if case .labelled(let dataset) = times, dataset.labelledSeconds != nil, time.wholeSecond == nil {
      throw cursor.error(
        field: 1, "second", expected: "a whole second",
        advice: "\(dataset.name)'s key frames lie on whole seconds")
    }
    return time
  }

  private mutating func isListed(_ video: String) -> Bool {
    if let listedVideos, !listedVideos.contains(video) {
      unlistedVideos[video, default: 0] += 1
      return false
    }
    seenVideos.append(video)
    return true
  }

  private mutating func keeps(video: String, time: Timestamp, score: Double) -> Bool {
    let isLow = score < scoreThreshold
    if isLow { list.summary.belowThreshold += 1 }
    if case .labelled(let dataset) = times, let range = dataset.labelledSeconds, let second = time.wholeSecond,
      !range.contains(second)
    {
      if !isLow {
        list.summary.outsideRange += 1
        list.summary.secondsOutsideRange.insert(second)
      }
      return false
    }
    if isLow { low.insert(KeyFrame(video: video, time: time)) }
    return !isLow
  }

  /// Adds a row's box, or its label to the box that is there already; returns whether the box is new.
  private mutating func add(_ box: UnitBox, _ score: Double, _ label: Int, _ key: BoxKey) -> Bool {
    let video = index.frames[key.frame].video
    if key.frame == places.count {
      if video == list.videos.count { list.videos.append(ProposalList.Video(name: index.videos[video])) }
      places.append(list.videos[video].keyFrames.count)
      list.videos[video].keyFrames.append(ProposalList.FrameBoxes(time: index.frames[key.frame].time))
    }
    let place = places[key.frame]
    if let number = boxNumbers[key], !keepsRepeatedBoxes || label >= 0 {
      list.summary.repeatedBoxes += 1
      list.videos[video].keyFrames[place].labels[number].append(label)
      return false
    }
    if !box.isProper { list.summary.withoutArea += 1 }
    boxNumbers[key] = list.videos[video].keyFrames[place].boxes.count
    list.videos[video].keyFrames[place].boxes.append(box)
    list.videos[video].keyFrames[place].scores.append(score)
    list.videos[video].keyFrames[place].labels.append([label])
    return true
  }
}
