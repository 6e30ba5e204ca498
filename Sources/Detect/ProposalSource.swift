internal import AVARecords
internal import BoxFiles
internal import Files
internal import Video
internal import Wording

/// Where the proposals of a run on own videos come from: AVA's rows, or another tool's boxes, which need the videos' sizes
/// and times.
struct ProposalSource {
  private enum Kind {
    case rows(ProposalList, files: [String])
    case boxes(BoxProposals)
  }

  private static let doing = "reading the proposals"

  private let path: String
  private var kind: Kind

  /// - Parameters:
  ///   - names: The videos that are scored.
  ///   - pictures: What the pictures of those are called that are folders of pictures, frame by frame.
  ///   - usualRate: Frames a second of a video that cannot be opened.
  /// - Throws: `RecordError`, `FileError`, `BoxFileError`, `ProposalError`.
  init(
    path: String, _ options: ProposalOptions, scoreThreshold: Double, videos names: [String],
    pictures: [String: [String]] = [:], usualRate: Double
  ) throws {
    self.path = path
    // So `people` writes it where nobody is found.
    if isRegularFile(path), try FileStamp(path: path, doing: Self.doing).size == 0 {
      kind = .rows(ProposalList([], summary: ProposalList.Summary(), keyFramesBelowThreshold: []), files: [path])
      return
    }
    if let file = try BoxFile.read(path: path, format: options.format, images: options.images) {
      kind = .boxes(
        try BoxProposals(
          file, options, scoreThreshold: scoreThreshold, videos: names, pictures: pictures, usualRate: usualRate))
      return
    }
    let idle = options.idleForRows
    // Of a file that is not there, reading says it.
    if !idle.isEmpty, pathExists(path) { throw ProposalError.idleOptions(idle, path: path) }
    let files = isFolder(path) ? try BoxFile.files(in: path) : [path]
    kind = .rows(
      try ProposalList.read(
        paths: files, scoreThreshold: scoreThreshold, times: .any, listedVideos: names,
        keepsRepeatedBoxes: options.keepsEveryBox),
      files: files)
  }

  /// Makes sure that no video need be looked at to know when boxes are seen and where: see `BoxProposals.checkSeconds`.
  func checkSeconds() throws(ProposalError) {
    if case .boxes(let boxes) = kind { try boxes.checkSeconds() }
  }

  /// What AVA's rows are worth saying of; of other boxes that is known at the end.
  func notices(scoreThreshold: Double) -> [String] {
    guard case .rows(let list, _) = kind else { return [] }
    return list.summary.notices(scoreThreshold: scoreThreshold, isChosenSubset: true)
  }

  /// The key frames of a video, times ascending.
  ///
  /// - Parameters:
  ///   - frames: The video; nil for one that cannot be opened.
  ///   - start: The second that its first frame is to be called, where the file counts from it.
  mutating func keyFrames(of name: String, in frames: VideoFrames?, start: Double) throws -> [ProposalList.FrameBoxes] {
    switch kind {
    case .rows(let list, _): return list.keyFrames(of: name)
    case .boxes(var boxes):
      let found = try boxes.keyFrames(of: name, in: frames, start: start)
      kind = .boxes(boxes)
      return found
    }
  }

  /// The key frames of a video all of whose boxes are below the threshold, after `keyFrames(of:)`.
  func low(of name: String) -> [KeyFrame] { list.keyFramesBelowThreshold.filter { $0.video == name } }

  /// All proposals of the videos that were asked for.
  var list: ProposalList {
    switch kind {
    case .rows(let list, _): list
    case .boxes(let boxes): boxes.finish()
    }
  }

  /// Whether boxes of the videos that were asked for are seen when frames are by a video's rate.
  var usesVideoRate: Bool {
    if case .boxes(let boxes) = kind { boxes.usesVideoRate } else { false }
  }

  /// Whether nobody is in it at all, whatever is asked for.
  var isEmpty: Bool {
    switch kind {
    case .rows(let list, _): list.summary.rows == 0
    case .boxes(let boxes): boxes.file.records.isEmpty
    }
  }

  /// What was read, and what was taken for granted or left out by choice.
  var remarks: [String] {
    switch kind {
    case .boxes(let boxes): return boxes.remarks + boxes.finalRemarks
    case .rows(let list, _):
      if isEmpty { return ["proposals: '\(path)' has no rows: nobody is in it"] }
      let rows = counted(list.summary.rows, "row")
      return ["proposals: '\(path)' is PySlowFast's rows: \(rows) of boxes in fractions of the frame"]
        + [list.summary.otherVideosRemark("row", plural: "rows")].compactMap(\.self)
    }
  }

  /// What the user should know of another tool's boxes, once all videos were asked for.
  ///
  /// - Parameter isStepped: Whether key frames come at regular times.
  func boxNotices(scoreThreshold: Double, isStepped: Bool) -> [String] {
    guard case .boxes(let boxes) = kind else { return [] }
    let list = boxes.finish()
    let notices = boxes.notices + list.summary.notices(scoreThreshold: scoreThreshold, isChosenSubset: true)
    return isStepped ? notices : notices + list.videos.compactMap(Self.density)
  }

  /// What is odd about another tool's boxes of the videos that were asked for.
  var ownNotices: [String] {
    if case .boxes(let boxes) = kind { boxes.notices } else { [] }
  }

  /// What is left when no key frame is, for an error; nil for AVA's rows.
  func emptiness(videos: [String], notices: [String]) -> ProposalError? {
    guard case .boxes(let boxes) = kind else { return nil }
    if let error = boxes.lackOfNames { return error }
    let list = list
    let summary = list.summary
    if summary.mainLoss == .belowThreshold {
      // What else was noticed follows from it: moments without a box are not to be mended by another --every.
      let lost = counted(summary.belowThreshold, "box is", plural: "boxes are")
      return .nothingLeft(
        path: path, videos: videos, reasons: ["\(lost) below the score threshold"], advice: summary.thresholdAdvice)
    }
    let others = summary.unlistedVideos.map { "\($0.video) (\($0.rows))" }
    return .nothingLeft(
      path: path, videos: videos,
      reasons: (others.isEmpty ? [] : ["the file has boxes of \(listed(others))"]) + notices,
      advice:
        "the names in the file must be the videos' without their endings, and frames or seconds must lie within them")
  }

  /// Says where boxes on every frame make more key frames than anyone needs.
  private static func density(_ video: ProposalList.Video) -> String? {
    guard let first = video.keyFrames.first?.time.seconds, let last = video.keyFrames.last?.time.seconds,
      last - first >= 1
    else { return nil }
    let rate = Double(video.keyFrames.count - 1) / (last - first)
    if rate < 4 { return nil }
    return "'\(video.name)' has boxes at \(fixed(rate, 1)) frames a second, each a key frame of its own "
      + "(\(video.keyFrames.count)) -> --every 1 scores one a second"
  }

  /// What the file or the folder holds, for the identity of a run.
  func fingerprint() throws -> String {
    switch kind {
    case .boxes(let boxes): return try boxes.file.fingerprint(doing: Self.doing)
    case .rows(_, let files):
      return files == [path]
        ? try fileFingerprint(path, doing: Self.doing) : try BoxFile.fingerprint(of: files, doing: Self.doing)
    }
  }
}
