internal import AVARecords
internal import BoxFiles
internal import Files
internal import Geometry
internal import Imaging
internal import Tracks
internal import Video
internal import Wording

/// The boxes of another tool's file as proposals: of which video, at which time, in fractions of its picture.
struct BoxProposals {
  /// When a box is seen.
  private enum Moment {
    /// A frame as the file counts it.
    case frame(Int)
    /// Seconds after the first frame.
    case time(Double)
    /// A second of the file's clock, whose beginning is found out.
    case second(Double)
    /// A picture of a folder, its number from 0; nil for one that the folder has not.
    case picture(Int?)
  }

  private struct Candidate {
    let record: Int
    var moment: Moment
  }

  let file: BoxFile
  private let options: ProposalOptions
  private var lead: String { options.names.lead }
  private let scoreThreshold: Double
  private let videoCount: Int
  /// Frames a second of a video that cannot be opened.
  private let usualRate: Double
  private var candidates: [String: [Candidate]] = [:]
  /// The least number of a frame of each video, with boxes of any class or without.
  private var leastFrame: [String: Int] = [:]
  private let named: PicturesByName
  private var summary = ProposalList.Summary()
  private var videos: [ProposalList.Video] = []
  private var low: [KeyFrame] = []
  /// The boxes whose pictures are called like none that is given, and do not say of which video they are.
  private var unnamed: [Int] = []
  private(set) var remarks: [String] = []
  private(set) var notices: [String] = []
  private var overLimit = 0
  /// Whether boxes are seen when frames are by the rate of a video.
  private(set) var usesVideoRate = false

  /// - Parameter pictures: What the pictures of videos that are folders are called, frame by frame.
  /// - Throws: `ProposalError`.
  init(
    _ file: BoxFile, _ options: ProposalOptions, scoreThreshold: Double, videos names: [String],
    pictures: [String: [String]] = [:], usualRate: Double
  ) throws {
    self.file = file
    self.options = options
    self.scoreThreshold = scoreThreshold
    self.usualRate = usualRate
    videoCount = names.count
    named = PicturesByName(
      file, pictures, videos: names, isCounted: options.firstFrame != nil || options.framesPerSecond != nil,
      options.names)
    remarks.append(lead + file.summary)
    remarks += file.remarks.map { lead + $0 }
    if !file.leftOut.isEmpty {
      let texts = file.leftOut.map { "\($0.what) (\($0.count))" }
      remarks.append("\(lead)left out what is no box: \(listed(texts, limit: 10))")
    }
    let people = try PersonClasses(file, wanted: options.personClasses)
    if !people.others.isEmpty {
      let count = people.others.reduce(0) { $0 + $1.count }
      let texts = people.others.map { "\($0.name) (\($0.count))" }
      remarks.append(
        "\(lead)\(counted(count, "box", plural: "boxes")) of other classes left out\(options.names.aside(options.names.personClass)): "
          + listed(texts, limit: 10))
    }
    remarks += named.remarks
    notices += named.notices
    try assign(people.chosen, to: names)
    summary.rows = people.chosen.count
    summary.scoreColumn = file.format == BoxFormats.mot ? "column 7" : "score"
    summary.videosWithoutRows = names.filter { candidates[$0] == nil }
  }

  /// Finds of each box its video and its moment.
  private mutating func assign(_ chosen: [Int], to names: [String]) throws {
    var unlisted: [String: Int] = [:]
    let onlyVideo = file.onlyVideo(of: names)
    func listed(_ video: String?) -> String? {
      (video ?? onlyVideo).flatMap { BoxFile.video($0, of: names) }
    }
    for path in file.pictures {
      guard case .frame(let video, let number?)? = named[listed: path], let name = listed(video) else { continue }
      leastFrame[name] = min(leastFrame[name] ?? .max, number)
    }
    var next = chosen[...]
    for (index, record) in file.records.enumerated() {
      var video = record.video
      var moment: Moment
      switch record.position {
      case .frame(let number):
        moment = (options.secondUse == .saysTime ? record.second.map { .second($0.value) } : nil) ?? .frame(number)
      case .time(let time): moment = .time(time)
      case .second(let second): moment = .second(second)
      case .picture: moment = .picture(nil)
      }
      let reading = named[record]
      switch reading {
      case .picture(let found, let index)?: (video, moment) = (found, .picture(index))
      case .frame(let found, _)?: video = found
      case nil: break
      }
      if file.hasFilePerVideo { video = video ?? fileStem(file.files[record.place.file]) }
      if video == nil && onlyVideo == nil {
        // Of pictures others may say it.
        if reading == nil { throw ProposalError.noVideoName(path: file.path, videos: names.count) }
      } else if case .picture(let path, _) = record.position, case .frame(_, let number)? = reading {
        guard let number else { throw ProposalError.noFrameNumber(place: file.describe(record.place), picture: path) }
        moment = .frame(number)
      }
      let name = listed(video)
      if let name, case .frame(let number) = moment { leastFrame[name] = min(leastFrame[name] ?? .max, number) }
      guard next.first == index else { continue }
      next.removeFirst()
      if let name {
        candidates[name, default: []].append(Candidate(record: index, moment: moment))
      } else if let video {
        unlisted[video, default: 0] += 1
      } else {
        unnamed.append(index)
      }
    }
    sayUnnamed(names)
    summary.unlistedVideos = unlisted.sorted { $0.key < $1.key }.map {
      ProposalList.RowsOfVideo(video: $0.key, rows: $0.value)
    }
  }

  /// Says which boxes are of none of the videos for all that is known.
  private mutating func sayUnnamed(_ names: [String]) {
    let paths = unnamed.compactMap { index in
      if case .picture(let path, _) = file.records[index].position { path } else { file.records[index].picture }
    }
    guard let first = paths.first else { return }
    notices.append(
      "\(lead)\(counted(unnamed.count, "box", plural: "boxes")) of \(counted(Set(paths).count, "picture")) left out, for the names say "
        + "of none of \(names.count) videos that it is theirs, first '\(first)' in '\(file.files[file.records[unnamed[0]].place.file])' -> "
        + "give the pictures that the boxes are of, or call the labels VIDEO_NUMBER")
  }

  /// That the boxes do not say of which video they are, where none says it.
  var lackOfNames: ProposalError? {
    if unnamed.isEmpty || !(summary.videosWithoutRows.count == videoCount && summary.unlistedVideos.isEmpty) {
      return nil
    }
    return .noVideoName(path: file.path, videos: videoCount)
  }

  /// Makes sure that the boxes say by themselves at which second they are and where in the picture: no video need be looked at.
  ///
  /// - Throws: `ProposalError`.
  func checkSeconds() throws(ProposalError) {
    if !unnamed.isEmpty { throw .noVideoName(path: file.path, videos: videoCount) }
    for candidate in candidates.values.joined() {
      let record = file.records[candidate.record]
      guard case .second = candidate.moment else {
        throw .noSecond(place: file.describe(record.place))
      }
      if record.unit != .fractions, record.size == nil { throw .noSize(place: file.describe(record.place)) }
    }
  }

  /// The key frames of a video, times ascending.
  ///
  /// - Parameters:
  ///   - frames: The video; nil for one that cannot be opened, whose times are then likely ones.
  ///   - start: The second that a video's first frame is to be called, where the file counts from it.
  /// - Throws: `ProposalError` for boxes of a picture of another size.
  mutating func keyFrames(of name: String, in frames: VideoFrames?, start: Double) throws -> [ProposalList.FrameBoxes] {
    guard var own = candidates[name] else { return [] }
    try checkSize(own, name, frames)
    candidates[name] = nil
    let first = settleClock(&own, name, frames)
    sayRate(own, name, frames)
    try checkClocks(own, name, frames, first)
    var outside: [Int] = []
    var beside = 0
    var late: [Double] = []
    var absent: [String] = []
    var repeatedIDs: (count: Int, first: String) = (0, "")
    var boxes: [Timestamp: [SeenBox]] = [:]
    var lowTimes: Set<Timestamp> = []
    for candidate in own {
      let record = file.records[candidate.record]
      // A box that was drawn by hand is sure.
      let score = record.score ?? 1
      if record.score != nil { summary.scores.add(score, hasAction: false) }
      let time = time(of: candidate.moment, first, frames, start)
      if let time, time >= BoxRecord.latestSecond {
        late.append(time)
        continue
      }
      guard let time, let stamp = Timestamp(seconds: time) else {
        switch (candidate.moment, record.position) {
        case (.frame(let number), _): outside.append(number)
        case (.picture, .picture(let path, _)): absent.append(path)
        default: beside += 1
        }
        continue
      }
      if case .frame = candidate.moment { usesVideoRate = options.framesPerSecond == nil }
      guard let box = box(record, frames) else {
        boxes[stamp, default: []] += []
        continue
      }
      if !options.keepsEveryBox, box.x2 < 0 || box.y2 < 0 || box.x1 > 1 || box.y1 > 1 {
        beside += 1
        continue
      }
      if score < scoreThreshold {
        summary.belowThreshold += 1
        lowTimes.insert(stamp)
        continue
      }
      if !options.keepsEveryBox, boxes[stamp]?.contains(where: { $0.box == box }) == true {
        summary.repeatedBoxes += 1
        continue
      }
      if !box.isProper { summary.withoutArea += 1 }
      if min(box.x1, box.y1) < 0 || max(box.x2, box.y2) > 1 {
        if summary.beyondFrame == 0 { summary.firstBeyondFrame = file.describe(record.place) }
        summary.beyondFrame += 1
      }
      let id = record.track.flatMap { $0 < 0 ? nil : $0 }
      if let id, !options.keepsEveryBox, boxes[stamp]?.contains(where: { $0.id == id }) == true {
        if repeatedIDs.count == 0 { repeatedIDs.first = "the id \(id) in \(file.describe(record.place))" }
        repeatedIDs.count += 1
      }
      boxes[stamp, default: []].append(SeenBox(box, score: score, id: id))
    }
    if repeatedIDs.count > 0 {
      notices.append(
        "\(lead)\(counted(repeatedIDs.count, "box", plural: "boxes")) of '\(name)' with an id that another box of the same moment "
          + "has, first \(repeatedIDs.first): each such box becomes somebody else -> correct the ids")
    }
    say(outside, beside, name, frames, first)
    if !absent.isEmpty {
      notices.append(
        "\(lead)\(counted(absent.count, "box", plural: "boxes")) of \(counted(Set(absent).count, "picture")) that '\(name)' "
          + "has not left out, first '\(absent[0])' -> give the folder with all pictures that the boxes are of")
    }
    if let second = late.min() {
      notices.append(
        "\(lead)\(counted(late.count, "box", plural: "boxes")) of '\(name)' at \(fixed(second, 0)) and later, which is no second "
          + "of a video, but may be a time since 1970 -> subtract the time of the video's first frame, in seconds, or give the "
          + "numbers of frames")
    }
    let keyFrames = boxes.sorted { $0.key < $1.key }.map { stamp, all in
      let kept = capped(all)
      summary.keptRows += kept.count
      return ProposalList.FrameBoxes(
        time: stamp, boxes: kept.map(\.box), scores: kept.map(\.score), ids: kept.map(\.id))
    }
    low += lowTimes.subtracting(boxes.keys).sorted().map { KeyFrame(video: name, time: $0) }
    if keyFrames.isEmpty { summary.videosWithoutBoxes.append(name) }
    videos.append(ProposalList.Video(name, keyFrames: keyFrames))
    return keyFrames
  }

  /// All that `keyFrames` has made, with what was left out.
  func finish() -> ProposalList {
    ProposalList(videos, summary: summary, keyFramesBelowThreshold: low)
  }

  /// What the user should know of all videos together.
  var finalRemarks: [String] {
    var lines: [String] = []
    if overLimit > 0 {
      lines.append(
        "\(lead)\(counted(overLimit, "box", plural: "boxes")) beyond the best \(options.boxLimit ?? 0) of a key frame left out"
          + options.names.aside(options.names.boxLimit)
      )
    }
    lines += [summary.otherVideosRemark("box", plural: "boxes", lead: lead)].compactMap(\.self)
    if summary.repeatedBoxes > 0 {
      lines.append("\(lead)\(counted(summary.repeatedBoxes, "box", plural: "boxes")) given twice, taken once")
    }
    return lines
  }

  // MARK: Time

  /// The number of the first frame, as the user says or as `BoxFile.firstFrame` has it.
  private mutating func firstFrame(of name: String, _ own: [Candidate], _ frames: VideoFrames?) -> Int {
    if let given = options.firstFrame ?? file.firstFrame { return given }
    guard let least = leastFrame[name] else { return 0 }
    let first = file.firstFrame(least: leastFrame.values.min() ?? least)
    // Another video's frame 0 does not count against numbers that are exactly this one's.
    let most = own.compactMap { if case .frame(let number) = $0.moment { number } else { nil } }.max()
    if first == 0, least > 0, let count = frames?.source.frameCount, most == count {
      sayFirst(1, name, "the last that the file has is \(count), as many as the video has")
      return 1
    }
    let reason = first == 0 ? "there is a frame 0" : "the first that the file has is \(least)"
    sayFirst(first, name, reason)
    return first
  }

  /// Says that the times of a video that cannot be opened are guesses.
  private mutating func sayRate(_ own: [Candidate], _ name: String, _ frames: VideoFrames?) {
    let areFrames = own.contains { if case .frame = $0.moment { true } else { false } }
    guard frames == nil, options.framesPerSecond == nil, areFrames else { return }
    notices.append(
      "\(lead)how many frames of '\(name)' are a second is not known, for it cannot be read: its key frames are named as if "
        + "there were \(fixed(usualRate, usualRate == usualRate.rounded() ? 0 : 2))")
  }

  private var hasFrameZero: Bool { leastFrame.values.contains { $0 <= 0 } }

  private mutating func sayFirst(_ first: Int, _ name: String, _ reason: String) {
    remarks.append(
      "\(lead)frames of '\(name)' are counted from \(first), for \(reason)"
        + options.names.aside(options.names.firstFrame, " says otherwise")
    )
  }

  /// Settles by what boxes with a frame and a second are seen.
  ///
  /// - Returns: The number of the first frame.
  private mutating func settleClock(_ own: inout [Candidate], _ name: String, _ frames: VideoFrames?) -> Int {
    // Whoever says the rate has decided for frames.
    guard options.secondUse == .maySayTime, options.framesPerSecond == nil else {
      return firstFrame(of: name, own, frames)
    }
    let rows = own.compactMap { candidate -> SecondsBesideFrames.Row? in
      guard case .frame(let number) = candidate.moment else { return nil }
      let record = file.records[candidate.record]
      return SecondsBesideFrames.Row(
        frame: number, second: record.second?.value, step: record.second?.step ?? 1, place: file.describe(record.place))
    }
    if rows.allSatisfy({ $0.second == nil }) { return firstFrame(of: name, own, frames) }
    let given = options.firstFrame ?? file.firstFrame
    let video = frames?.source
    let rate = video?.framesPerSecond ?? usualRate
    let verdict = SecondsBesideFrames.verdict(
      rows, firsts: given.map { [$0] } ?? (hasFrameZero ? [0] : [1, 0]), frameTime: 1 / rate
    ) { index in
      video.flatMap { index >= 0 && index < $0.frameCount ? $0.time(of: index) : nil } ?? Double(index) / rate
    }
    switch verdict {
    case .alike(let first):
      if given == nil { sayFirst(first, name, "that is how they go with the seconds beside them") }
      return first
    case .seconds:
      saySeconds(rows, name, video)
      for place in own.indices {
        if let second = file.records[own[place].record].second { own[place].moment = .second(second.value) }
      }
      return 0
    case .frames(let reason):
      // Of a video that cannot be opened nothing is known.
      if frames != nil {
        notices.append(
          "\(lead)frames of '\(name)' say when boxes are seen, at the video's rate, and the seconds beside them do not, for "
            + "\(reason) -> remove the column of the seconds"
            + (options.names.framesPerSecond.map { ", or say with \($0) how many of the file's frames are a second" }
              ?? "")
        )
      }
      return firstFrame(of: name, own, frames)
    }
  }

  /// Says where seconds decide though the frames beside them are exactly those of the video.
  private mutating func saySeconds(_ rows: [SecondsBesideFrames.Row], _ name: String, _ video: (any FrameSource)?) {
    guard let video, video.frameCount > 1, let low = rows.min(by: { $0.frame < $1.frame }),
      let high = rows.max(by: { $0.frame < $1.frame }), 0...1 ~= low.frame,
      high.frame - low.frame == video.frameCount - 1,
      let begin = low.second, let end = high.second
    else { return }
    let lasting = video.time(of: video.frameCount - 1)
    guard abs(end - begin - lasting) > 1.5 / video.framesPerSecond else { return }
    notices.append(
      "\(lead)the seconds of '\(name)' say when its boxes are seen, \(fixed(begin, 3)) to \(fixed(end, 3)), and the frames beside "
        + "them, \(low.frame) to \(high.frame), are exactly those of the video, of which the last comes \(fixed(lasting, 3)) s after the "
        + "first -> remove the column of the seconds where they were reckoned with another rate than the video's")
  }

  /// Refuses boxes whose frames decide, and do not go alike with the seconds beside them: one of them is not what it seems. By which
  /// second a video begins does not matter, nor rates that differ a little.
  private func checkClocks(
    _ own: [Candidate], _ name: String, _ frames: VideoFrames?, _ first: Int
  ) throws(ProposalError) {
    // Whoever says the rate has decided.
    guard options.secondUse == .checksFrames, options.framesPerSecond == nil, let video = frames?.source else { return }
    var before: (frame: Int, second: Double, time: Double)?
    for candidate in own {
      let record = file.records[candidate.record]
      guard case .frame(let frame) = candidate.moment, let said = record.second,
        let time = time(of: candidate.moment, first, frames, 0)
      else { continue }
      let second = said.value
      guard let known = before else {
        before = (frame, second, time)
        continue
      }
      let (seconds, times) = (second - known.second, time - known.time)
      if abs(seconds - times) > max(0.25, 2 / video.framesPerSecond, said.step) + 0.005 * abs(times) {
        let rate = (Double(frame - known.frame) / seconds * 1000).rounded() / 1000
        throw .twoClocks(
          place: file.describe(record.place), video: name, frames: [known.frame, frame],
          seconds: [known.second, second],
          passed: times, rate: rate > 0 && rate.isFinite ? rate : nil, option: options.names.framesPerSecond)
      }
    }
  }

  /// When a box is seen, on the clock of key frames; nil for a frame that the video has not.
  private func time(of moment: Moment, _ first: Int, _ frames: VideoFrames?, _ start: Double) -> Double? {
    switch moment {
    case .second(let second): return second
    case .time(let time): return start + time
    case .picture(let index):
      return index.map { start + (frames?.source.time(of: $0) ?? Double($0) / usualRate) }
    case .frame(let number):
      let (index, isBeyond) = number.subtractingReportingOverflow(first)
      if index < 0 || isBeyond { return nil }
      guard let video = frames?.source else {
        return start + Double(index) / (options.framesPerSecond ?? usualRate)
      }
      if let rate = options.framesPerSecond {
        let time = Double(index) / rate
        return time < video.duration || video.isOpenEnded ? start + time : nil
      }
      if index < video.frameCount { return start + video.time(of: index) }
      // A file that was cut short had these frames: they are damaged, not outside.
      return video.isOpenEnded ? start + Double(index) / video.framesPerSecond : nil
    }
  }

  private mutating func say(_ outside: [Int], _ beside: Int, _ name: String, _ frames: VideoFrames?, _ first: Int) {
    if !outside.isEmpty, let video = frames?.source {
      let rate = options.framesPerSecond
      let last = rate.map { Int(video.duration * $0) } ?? video.frameCount - 1
      let numbers = Set(outside).sorted().map { "\($0)" }
      notices.append(
        "\(lead)\(counted(outside.count, "box", plural: "boxes")) at frames that '\(name)' has not, which are "
          + "\(first) to \(first + last): \(listed(numbers)) -> give the video that the boxes are of"
          + (options.names.firstFrame.map { ", \($0) where its first frame has another number" } ?? "")
          + ((rate == nil ? options.names.framesPerSecond : nil).map {
            ", or \($0) where its frames were taken at another rate"
          } ?? ""))
    }
    if beside > 0 {
      notices.append(
        "\(lead)\(counted(beside, "box", plural: "boxes")) of '\(name)' beside the picture or before the video left out"
      )
    }
  }

  // MARK: Boxes

  /// Fractions of the video's picture; nil where its size is not known.
  private func box(_ record: BoxRecord, _ frames: VideoFrames?) -> UnitBox? {
    if record.unit == .fractions { return UnitBox(x1: record.x1, y1: record.y1, x2: record.x2, y2: record.y2) }
    guard let size = record.size ?? options.size ?? frames?.size else { return nil }
    let (width, height) = (Double(size.width), Double(size.height))
    return UnitBox(x1: record.x1 / width, y1: record.y1 / height, x2: record.x2 / width, y2: record.y2 / height)
  }

  /// Refuses boxes of a larger picture: more than a fifth of them reach far beyond the video's.
  private func checkSize(_ own: [Candidate], _ name: String, _ frames: VideoFrames?) throws(ProposalError) {
    guard let frames else { return }
    try file.checkShape(own.map(\.record), of: name, frames.size)
    var beyond = 0
    var reach = (x: 0.0, y: 0.0)
    for candidate in own {
      let record = file.records[candidate.record]
      guard let box = box(record, frames) else { continue }
      if max(box.x2, box.y2) > 1.05 { beyond += 1 }
      reach = (max(reach.x, record.x2), max(reach.y, record.y2))
    }
    if beyond * 5 <= own.count { return }
    let size = options.size ?? frames.size
    throw .otherSize(
      path: file.path, video: name, reach: "\(fixed(reach.x, 0)) x \(fixed(reach.y, 0))",
      size: "\(size.width) x \(size.height)")
  }

  /// The best boxes by score, in the order in which they were given.
  private mutating func capped(_ all: [SeenBox]) -> [SeenBox] {
    guard let limit = options.boxLimit, all.count > limit else { return all }
    overLimit += all.count - limit
    let best = all.indices.sorted { (all[$1].score, $0) < (all[$0].score, $1) }.prefix(limit)
    return best.sorted().map { all[$0] }
  }
}
