import AVARecords
import Clips
import Files
import Geometry
import Glibc
import Inference
import Runs

/// Makes a journal out of the fuzzer's bytes: of its three layers (beginning, records with checksums, content) chance
/// would hardly pass the second.
///
/// The first byte says how it begins: bit 0, with the format's name; bit 1, with the head that the run expects. Then
/// come pieces, each a length (2 bytes, little-endian) and its bytes: a record's content, or, where bit 15 of the length
/// is set, bytes as they stand.
func journalFile(_ bytes: [UInt8]) -> [UInt8] {
  var file: [UInt8] = []
  let form = bytes.first ?? 0
  if form & 1 == 0 { file += Array("slowfast journal 1\n".utf8) }
  if form & 2 == 0 { file += journalRecord([0] + little(journalHead.utf8.count, 4) + Array(journalHead.utf8)) }
  var rest = bytes.dropFirst()
  while rest.count >= 2 {
    let length = Int(rest[rest.startIndex]) | Int(rest[rest.startIndex + 1]) << 8
    rest = rest.dropFirst(2)
    let piece = Array(rest.prefix(length & 0x7FFF))
    rest = rest.dropFirst(piece.count)
    file += length & 0x8000 == 0 ? journalRecord(piece) : piece
  }
  return file
}

private func journalRecord(_ content: [UInt8]) -> [UInt8] {
  little(content.count, 4) + little(Int(content.withUnsafeBytes { crc32($0) }), 4) + content
}

private let journalHead = "weights\tx\n"

private let journalTask = ClipTask(
  KeyFrame(video: "v", time: Timestamp(second: 902)), center: 60,
  people: [.init(box: UnitBox(x1: 0.125, y1: 0.25, x2: 0.5, y2: 0.75), proposalScore: 0.5)],
  views: [View(shortSide: 256)])

/// A journal is written to as it is opened, and no link is followed: the input is copied into a file with a name.
private let journalPath: String = {
  let path = "/dev/shm/fuzz-\(getpid()).journal"
  atexit { unlink(journalPath) }
  return path
}()

/// Opens a journal to go on with it, reads what it has, and opens it again: what was cut off the first time must be
/// gone, all else still there.
func readJournal(_ path: String) throws {
  unlink(journalPath)
  let copy = try AppendedFile(path: journalPath, doing: "copying the input")
  try copy.append(readFile(path, doing: "copying the input"))
  var identity = RunIdentity()
  identity.add(.weights, "x")
  let journal = try RunJournal(path: journalPath, identity: identity, classes: 3)
  let scores = try journal.scores(of: journalTask, journalTask.views[0])
  if let scores, scores.shape != [1, 3] { fatalError("scores of another shape") }
  let again = try RunJournal(path: journalPath, identity: identity, classes: 3)
  if again.loss != nil || again.keyFrameCount(views: 1) != journal.keyFrameCount(views: 1)
    || again.results != journal.results
  {
    fatalError("a journal that has changed by being opened")
  }
  _ = RunJournal.resultsBegun(at: journalPath)
}
