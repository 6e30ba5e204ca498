internal import Files
internal import Wording

/// The JPEG frames of videos, in order, as PySlowFast's frame lists name them.
public struct FrameList: Sendable {
  /// One video: its name and how its frames are found in the list.
  public struct Video: Sendable {
    /// The video's, as the list has it.
    public let name: String
    fileprivate(set) var ends: [Int] = []
    fileprivate var text: [UInt8] = []
    fileprivate let folder: String
    /// The classes of all rows, ascending; empty where labels are not read.
    public fileprivate(set) var classes: [Int] = []
    /// From which frame on rows have which classes, where that changes.
    fileprivate var runs: [(first: Int, classes: [Int])] = []
    /// The third column of the latest row, where it is a number.
    fileprivate var latestID: Int?

    /// How many frames there are.
    public var count: Int { ends.count }

    /// The classes of the rows of some frames, ascending; none where labels are not read.
    public func classes(ofFrames frames: ClosedRange<Int>) -> [Int] {
      var found: Set<Int> = []
      for (index, run) in runs.enumerated() where run.first <= frames.upperBound {
        let end = index + 1 < runs.count ? runs[index + 1].first : count
        if end > frames.lowerBound { found.formUnion(run.classes) }
      }
      return found.sorted()
    }

    /// The path of a frame, counted from 0 in the order of the file, under the frame folder unless absolute.
    public func path(ofFrame index: Int) -> String {
      let start = index == 0 ? 0 : ends[index - 1]
      return joinPath(folder, String(decoding: text[start..<ends[index]], as: UTF8.self))
    }
  }

  /// The videos in the order of their first appearance.
  public private(set) var videos: [Video] = []
  /// What may surprise: a first line that holds a frame and is passed over as a header.
  public private(set) var notices: [String] = []
  private var numbers: [String: Int] = [:]
  private var jumps = 0
  private var firstJump = ""

  /// The number of a video, nil when it is not listed.
  public func number(of name: String) -> Int? { numbers[name] }

  /// The video of this name, nil when it is not listed.
  public func video(named name: String) -> Video? { numbers[name].map { videos[$0] } }

  /// Reads frame lists one after the other: a header line, then rows of five fields separated by spaces (video,
  /// video number, frame number, path, labels).
  ///
  /// The numbers are not used: a frame's index is its place among the video's rows.
  ///
  /// - Parameters:
  ///   - paths: The list files.
  ///   - frameFolder: Where relative frame paths begin.
  ///   - classes: How many classes there are, where labels are read; nil passes them over.
  ///   - advice: What to do where no frame is listed.
  /// - Throws: `RecordError` with file and line of a malformed row, and for lists without frames; `FileError`.
  public static func read(
    paths: [String], frameFolder: String, classes: Int? = nil,
    advice: String = "see AVA.FRAME_LIST_DIR and the split's lists"
  ) throws -> FrameList {
    let doing = "reading the frame list"
    var list = FrameList()
    for path in paths {
      let file = try FileBytes(path: path, doing: doing)
      try file.requireText(expecting: "a header line and rows of \(fieldNames)")
      try list.append(file, doing: doing, folder: frameFolder, classes: classes)
    }
    if list.jumps > 0 {
      list.notices.append(
        "frame list: \(counted(list.jumps, "row")) whose frame number does not follow that of the row before, first "
          + "\(list.firstJump) -> frames are counted by rows, as in the reference: a missing or misplaced row shifts "
          + "all later ones")
    }
    let marked = list.videos.map(\.name).filter { $0.contains("\"") || $0.hasPrefix("'") || $0.hasSuffix(",") }
    if !marked.isEmpty {
      list.notices.append(
        "frame list: \(counted(marked.count, "video")) whose name holds quotes or a comma: "
          + "\(listed(marked)) -> remove them: fields are separated by spaces alone and stand without quotes")
    }
    if list.videos.isEmpty {
      throw RecordError.empty(
        doing: doing, path: paths.joined(separator: ", "), expected: "a header line and rows of frames",
        advice: advice)
    }
    return list
  }

  private mutating func append(
    _ file: FileBytes, doing: String, folder: String, classes: Int?
  ) throws(RecordError) {
    var line = 0
    var start = 0
    while start < file.bytes.count {
      var end = start
      while end < file.bytes.count, file.bytes[end] != 0x0A { end += 1 }
      line += 1
      let fields = words(file.bytes, start..<end)
      start = end + 1
      if fields.isEmpty { continue }
      if line == 1 {
        if fields.count == 5, wholeNumber(fields[1]) != nil, wholeNumber(fields[2]) != nil {
          notices.append(
            "\(file.path): the first line is passed over as a header, but looks like a frame "
              + "-> put the line 'original_vido_id video_id frame_id path labels' before it")
        }
        continue
      }
      if fields.count != 5 {
        throw RecordError.malformed(
          RecordError.Location(doing: doing, path: file.path, line: line, column: nil, columnName: nil),
          expected: "5 fields separated by spaces (\(fieldNames))",
          found: "\(fields.count)", advice: "correct the line; a path must not contain spaces")
      }
      let number = insert(fields[0], path: fields[3], folder: folder)
      if let classes {
        guard let own = Self.classes(fields[4], of: classes) else {
          throw RecordError.malformed(
            RecordError.Location(doing: doing, path: file.path, line: line, column: 5, columnName: "labels"),
            expected: "classes from 0 to \(classes - 1) (MODEL.NUM_CLASSES) with commas between them, or \"\"",
            found: quoted(fields[4]),
            advice: "correct the line, or set MODEL.NUM_CLASSES to that of the data set and its weights")
        }
        // Most rows of a video say the same.
        if videos[number].runs.last.map({ $0.classes != own }) ?? true {
          videos[number].runs.append((videos[number].count - 1, own))
        }
        for label in own where !videos[number].classes.contains(label) {
          videos[number].classes.append(label)
          videos[number].classes.sort()
        }
      }
      watch(wholeNumber(fields[2]), ofVideo: number, at: "\(file.path), line \(line)")
    }
  }

  /// The classes of a row; nil for what is none.
  private static func classes(_ field: UnsafeRawBufferPointer, of count: Int) -> [Int]? {
    let text = field.filter { $0 != UInt8(ascii: "\"") }
    if text.isEmpty { return [] }
    let parts = text.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
    let numbers = parts.compactMap { part in
      part.withUnsafeBytes { wholeNumber($0) }.flatMap { (0..<count).contains($0) ? $0 : nil }
    }
    return numbers.count == parts.count ? numbers : nil
  }

  /// Notes where a video's frame numbers do not ascend one by one.
  private mutating func watch(_ id: Int?, ofVideo number: Int, at place: @autoclosure () -> String) {
    let latest = videos[number].latestID
    videos[number].latestID = id
    guard let id, let latest, id != latest &+ 1 else { return }
    jumps += 1
    if jumps == 1 { firstJump = "'\(videos[number].name)' at \(place()) (\(latest), then \(id))" }
  }

  /// Adds a frame and returns its video's number.
  private mutating func insert(
    _ nameText: UnsafeRawBufferPointer, path: UnsafeRawBufferPointer, folder: String
  ) -> Int {
    let name = String(decoding: nameText, as: UTF8.self)
    let number: Int
    if let known = numbers[name] {
      number = known
    } else {
      number = videos.count
      numbers[name] = number
      videos.append(Video(name: name, folder: folder))
    }
    videos[number].text.append(contentsOf: path)
    videos[number].ends.append(videos[number].text.count)
    return number
  }
}

private let fieldNames = "video, video number, frame number, path, labels"

/// Splits at runs of spaces as Python's `split()` does.
private func words(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> [UnsafeRawBufferPointer] {
  var words: [UnsafeRawBufferPointer] = []
  var start = range.lowerBound
  for index in range.lowerBound...range.upperBound {
    let isSpace = index == range.upperBound || bytes[index] == 0x20 || (0x09...0x0D).contains(bytes[index])
    if !isSpace { continue }
    if index > start { words.append(UnsafeRawBufferPointer(rebasing: bytes[start..<index])) }
    start = index + 1
  }
  return words
}
