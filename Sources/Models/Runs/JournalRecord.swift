internal import AVARecords
internal import Clips
internal import Files
internal import Geometry
internal import Inference
internal import Tensors

/// One entry of a journal. Numbers are little-endian; a text is its length in bytes (UInt32) and its UTF-8.
enum JournalRecord {
  /// What the run's scores depend on.
  case head(String)
  /// The scores of one view of a task, with the task.
  case scores(ClipTask, View, Tensor)
  /// These files are being written.
  case results([String])
  /// What is to be scored of a video.
  case video(PlannedVideo)
  /// A key frame has no scores, for frames of its clip are damaged.
  ///
  /// With the frames of the clip, from the first to the last; nil where any of the video may be damaged.
  case damage(KeyFrame, cause: String, frames: ClosedRange<Int>? = nil)
  /// A video was this file until here, and damaged: it is another one now.
  case former(video: String, content: String)
  /// A file that the run has written, and what it holds: who changes it wants it kept.
  case written(path: String, content: String)

  /// The record as it stands in a file: length, CRC-32 of the rest, kind, content.
  var bytes: [UInt8] {
    var content = ByteWriter()
    switch self {
    case .head(let text):
      content.add(UInt8(0))
      content.add(text)
    case .scores(let task, let view, let scores):
      content.add(UInt8(task.people == nil ? 2 : 1))
      content.add(task.keyFrame.video)
      content.add(task.keyFrame.time.microseconds)
      content.add(view.description)
      content.add(Int64(task.center))
      content.add(task.moment.seconds.bitPattern)
      content.add(Int64(task.moment.frame))
      content.add(UInt32(task.people?.count ?? 0))
      content.add(UInt32(scores.shape[1]))
      content.add(task.people ?? [])
      for value in scores.values { content.add(value.bitPattern) }
    case .results(let paths):
      content.add(UInt8(4))
      content.add(UInt32(paths.count))
      for path in paths { content.add(path) }
    case .video(let video):
      content.add(UInt8(5))
      content.add(video)
    case .damage(let keyFrame, let cause, let frames):
      content.add(UInt8(6))
      content.add(keyFrame.video)
      content.add(keyFrame.time.microseconds)
      content.add(cause)
      if let frames {
        content.add(Int64(frames.lowerBound))
        content.add(Int64(frames.upperBound))
      }
    case .former(let video, let former):
      content.add(UInt8(7))
      content.add(video)
      content.add(former)
    case .written(let path, let print):
      content.add(UInt8(8))
      content.add(path)
      content.add(print)
    }
    var record = ByteWriter()
    record.add(UInt32(content.bytes.count))
    record.add(content.bytes.withUnsafeBytes { crc32($0) })
    return record.bytes + content.bytes
  }

  /// The length of the content, from the first eight bytes of a record; nil for none. An empty record is none: disks
  /// that failed leave zeros, whose checksum is right.
  static func length(_ bytes: [UInt8]) -> Int? {
    var reader = ByteReader(bytes[...])
    guard bytes.count >= 8, let length = reader.number(UInt32.self), length > 0 else { return nil }
    return Int(length)
  }

  /// The content of a whole record; nil where length or checksum is wrong.
  static func content(_ bytes: [UInt8]) -> ArraySlice<UInt8>? {
    guard let length = length(bytes), bytes.count == 8 + length else { return nil }
    var reader = ByteReader(bytes[4...])
    let content = bytes[8...]
    return reader.number(UInt32.self) == content.withUnsafeBytes({ crc32($0) }) ? content : nil
  }

  /// What a reader needs to find records again.
  enum Summary {
    case head(String)
    case scores(JournalKey, JournalSubject)
    case results([String])
    case video(PlannedVideo)
    case damage(KeyFrame, frames: ClosedRange<Int>?)
    case former(video: String, content: String)
    case written(path: String, content: String)

    /// The video that it is about; nil for what is about the run.
    var video: String? {
      switch self {
      case .scores(let key, _): key.keyFrame.video
      case .video(let video): video.name
      case .damage(let keyFrame, _): keyFrame.video
      case .former(let video, _): video
      case .head, .results, .written: nil
      }
    }
  }

  /// Reads the content of a record; nil for one that is of no kind known here, or whose counts do not fit its length.
  static func summary(_ content: ArraySlice<UInt8>) -> Summary? {
    var reader = ByteReader(content)
    guard let kind = reader.number(UInt8.self) else { return nil }
    switch kind {
    case 0: return reader.text().map { .head($0) }
    case 1, 2:
      guard let head = reader.scoresHead(kind), let subject = reader.subject(head),
        reader.count == head.rows * head.classes * 4
      else { return nil }
      return .scores(head.key, subject)
    case 4:
      guard let count = reader.number(UInt32.self), count <= reader.count else { return nil }
      return .results((0..<count).compactMap { _ in reader.text() })
    case 5: return reader.video().map { .video($0) }
    case 6:
      guard let keyFrame = reader.keyFrame() else { return nil }
      // Earlier versions did not say which frames.
      guard reader.text() != nil, let first = reader.number(Int64.self), let last = reader.number(Int64.self),
        first <= last
      else { return .damage(keyFrame, frames: nil) }
      return .damage(keyFrame, frames: Int(first)...Int(last))
    case 7:
      guard let video = reader.text(), let former = reader.text() else { return nil }
      return .former(video: video, content: former)
    case 8:
      guard let path = reader.text(), let print = reader.text() else { return nil }
      return .written(path: path, content: print)
    default: return nil
    }
  }

  /// The people of a record of scores, where it is of this key.
  static func people(_ content: ArraySlice<UInt8>, of key: JournalKey) -> [ClipTask.Person]? {
    var reader = ByteReader(content)
    guard let kind = reader.number(UInt8.self), let head = reader.scoresHead(kind), head.key == key, !head.isWhole
    else {
      return nil
    }
    var people: [ClipTask.Person] = []
    for _ in 0..<head.people {
      let numbers = (0..<5).compactMap { _ in reader.number(UInt64.self).map { Double(bitPattern: $0) } }
      guard numbers.count == 5 else { return nil }
      let box = UnitBox(x1: numbers[0], y1: numbers[1], x2: numbers[2], y2: numbers[3])
      people.append(ClipTask.Person(box: box, proposalScore: numbers[4]))
    }
    return people
  }

  /// Whether these bytes can be the beginning of a longer record: what is there of its content agrees with its length.
  ///
  /// - Parameters:
  ///   - bytes: The first 16 KiB of what is there.
  ///   - count: How many bytes are there.
  static func isBeginning(_ bytes: [UInt8], of count: Int) -> Bool {
    if bytes.count < 8 { return !bytes.isEmpty && !bytes.allSatisfy { $0 == 0 } }
    guard let length = length(bytes), length > count - 8 else { return false }
    var reader = ByteReader(bytes[8...])
    let size = reader.count
    guard let kind = reader.number(UInt8.self) else { return true }
    guard kind == 1 || kind == 2 else { return (4...8).contains(kind) }
    guard let head = reader.scoresHead(kind) else { return size < length && size < longestHead }
    return length == size - reader.count + head.people * ScoresHead.personBytes + head.rows * head.classes * 4
  }

  /// More bytes than stand before the people of a record of scores: names are file names.
  private static let longestHead = 8192

  /// The scores of a record, where it is of this key and subject.
  static func scores(_ content: ArraySlice<UInt8>, of key: JournalKey, _ subject: JournalSubject) -> Tensor? {
    guard let found = scores(content), found.key == key, found.subject == subject else { return nil }
    return found.scores
  }

  /// The scores of a record with what they are of.
  static func scores(
    _ content: ArraySlice<UInt8>
  ) -> (key: JournalKey, subject: JournalSubject, scores: Tensor)? {
    var reader = ByteReader(content)
    guard let kind = reader.number(UInt8.self), let head = reader.scoresHead(kind),
      let subject = reader.subject(head), reader.count == head.rows * head.classes * 4
    else { return nil }
    let values = (0..<head.rows * head.classes).compactMap { _ in reader.number(UInt32.self) }
    return (head.key, subject, Tensor([head.rows, head.classes], values.map { Float(bitPattern: $0) }))
  }
}

/// What a record of scores is known by.
struct JournalKey: Hashable {
  let keyFrame: KeyFrame
  let view: String
}

/// Whose scores a record has: so many classes, of these people or of the clip as a whole, at this place of the video.
struct JournalSubject: Equatable {
  let classes: Int
  /// The frame in the middle of the clip, and the key frame in the video's own counting.
  let center: Int64
  let moment: ClipTask.Moment
  /// CRC-32 of boxes and proposals' scores as records have them; nil for the clip as a whole.
  private let people: UInt32?

  init(_ task: ClipTask, classes: Int) {
    self.classes = classes
    center = Int64(task.center)
    moment = task.moment
    people = task.people.map { people in
      var bytes = ByteWriter()
      bytes.add(people)
      return bytes.bytes.withUnsafeBytes { crc32($0) }
    }
  }

  fileprivate init(people: UInt32?, _ head: ScoresHead) {
    self.people = people
    (classes, center, moment) = (head.classes, head.center, head.moment)
  }
}

/// The beginning of a record of scores.
private struct ScoresHead {
  /// More than these is damage that no checksum tells.
  static let most = 1 << 20
  /// The bytes of a person: four coordinates and a score.
  static let personBytes = 40

  let key: JournalKey
  let isWhole: Bool
  let center: Int64
  let moment: ClipTask.Moment
  let people: Int
  let classes: Int

  var rows: Int { isWhole ? 1 : people }
}

extension ByteReader {
  fileprivate mutating func keyFrame() -> KeyFrame? {
    guard let video = text(), let time = number(Int64.self) else { return nil }
    return KeyFrame(video: video, time: Timestamp(microseconds: time))
  }

  /// What follows the kind in a record of scores, up to the people.
  fileprivate mutating func scoresHead(_ kind: UInt8) -> ScoresHead? {
    guard kind == 1 || kind == 2, let keyFrame = keyFrame(), let view = text(),
      let center = number(Int64.self), let seconds = number(UInt64.self), let frame = number(Int64.self),
      let people = number(UInt32.self),
      let classes = number(UInt32.self), people <= ScoresHead.most, (1...UInt32(ScoresHead.most)).contains(classes),
      kind == 1 || people == 0
    else { return nil }
    return ScoresHead(
      key: JournalKey(keyFrame: keyFrame, view: view), isWhole: kind == 2, center: center,
      moment: ClipTask.Moment(seconds: Double(bitPattern: seconds), frame: Int(frame)), people: Int(people),
      classes: Int(classes))
  }

  /// The people of a record of scores.
  fileprivate mutating func subject(_ head: ScoresHead) -> JournalSubject? {
    guard let people = take(head.people * ScoresHead.personBytes) else { return nil }
    let sum = people.withUnsafeBytes { crc32($0) }
    return JournalSubject(people: head.isWhole ? nil : sum, head)
  }
}
