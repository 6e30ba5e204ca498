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
  /// A task that damaged frames take away.
  case damage(KeyFrame, cause: String)
  /// Everything is scored, and these files are being written.
  case results([String])

  /// The record as it stands in a file: length, CRC-32 of the rest, kind, content.
  var bytes: [UInt8] {
    var content = ByteWriter()
    switch self {
    case .head(let text):
      content.add(UInt8(0))
      content.add(text)
    case .scores(let task, let view, let scores):
      let people = task.people ?? []
      content.add(UInt8(task.people == nil ? 2 : 1))
      content.add(task.keyFrame.video)
      content.add(task.keyFrame.time.microseconds)
      content.add(view.description)
      content.add(Int64(task.center))
      content.add(task.moment.seconds.bitPattern)
      content.add(Int64(task.moment.frame))
      content.add(UInt32(people.count))
      content.add(UInt32(scores.shape[1]))
      for person in people {
        for value in [person.box.x1, person.box.y1, person.box.x2, person.box.y2, person.proposalScore] {
          content.add(value.bitPattern)
        }
      }
      for value in scores.values { content.add(value.bitPattern) }
    case .damage(let keyFrame, let cause):
      content.add(UInt8(3))
      content.add(keyFrame.video)
      content.add(keyFrame.time.microseconds)
      content.add(cause)
    case .results(let paths):
      content.add(UInt8(4))
      content.add(UInt32(paths.count))
      for path in paths { content.add(path) }
    }
    var record = ByteWriter()
    record.add(UInt32(content.bytes.count))
    record.add(content.bytes.withUnsafeBytes { crc32($0) })
    return record.bytes + content.bytes
  }

  /// What a reader needs to find records again.
  enum Summary {
    case head(String)
    case scores(JournalKey)
    case damage(KeyFrame, cause: String)
    case results([String])
  }

  /// Reads the content of a record; nil for one that is of no kind known here.
  static func summary(_ content: ArraySlice<UInt8>) -> Summary? {
    var reader = ByteReader(content)
    guard let kind = reader.number(UInt8.self) else { return nil }
    switch kind {
    case 0: return reader.text().map { .head($0) }
    case 1, 2:
      guard let keyFrame = reader.keyFrame(), let view = reader.text() else { return nil }
      return .scores(JournalKey(keyFrame: keyFrame, view: view))
    case 3:
      guard let keyFrame = reader.keyFrame(), let cause = reader.text() else { return nil }
      return .damage(keyFrame, cause: cause)
    case 4:
      guard let count = reader.number(UInt32.self) else { return nil }
      return .results((0..<count).compactMap { _ in reader.text() })
    default: return nil
    }
  }

  /// The scores of a record of scores.
  static func scores(_ content: ArraySlice<UInt8>) -> Tensor? {
    var reader = ByteReader(content)
    guard let kind = reader.number(UInt8.self), reader.keyFrame() != nil, reader.text() != nil,
      reader.number(Int64.self) != nil, reader.number(UInt64.self) != nil, reader.number(Int64.self) != nil,
      let people = reader.number(UInt32.self), let classes = reader.number(UInt32.self)
    else { return nil }
    for _ in 0..<people * 5 where reader.number(UInt64.self) == nil { return nil }
    let rows = kind == 2 ? 1 : Int(people)
    let values = (0..<rows * Int(classes)).compactMap { _ in reader.number(UInt32.self) }
    if values.count != rows * Int(classes) { return nil }
    return Tensor([rows, Int(classes)], values.map { Float(bitPattern: $0) })
  }
}

/// What a record of scores is known by.
struct JournalKey: Hashable {
  let keyFrame: KeyFrame
  let view: String
}

private struct ByteWriter {
  var bytes: [UInt8] = []

  mutating func add(_ value: some FixedWidthInteger) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  mutating func add(_ text: String) {
    add(UInt32(text.utf8.count))
    bytes.append(contentsOf: text.utf8)
  }
}

private struct ByteReader {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

  mutating func number<Value: FixedWidthInteger>(_: Value.Type) -> Value? {
    let size = MemoryLayout<Value>.size
    if rest.count < size { return nil }
    let value = rest.withUnsafeBytes { $0.loadUnaligned(as: Value.self) }
    rest = rest.dropFirst(size)
    return Value(littleEndian: value)
  }

  mutating func text() -> String? {
    guard let count = number(UInt32.self), count <= rest.count else { return nil }
    defer { rest = rest.dropFirst(Int(count)) }
    return String(decoding: rest.prefix(Int(count)), as: UTF8.self)
  }

  mutating func keyFrame() -> KeyFrame? {
    guard let video = text(), let time = number(Int64.self) else { return nil }
    return KeyFrame(video: video, time: Timestamp(microseconds: time))
  }
}
