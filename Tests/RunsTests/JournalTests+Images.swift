import Files
import Inference
import Runs
import TestSupport
import Testing

/// Lists of images of which some are missing, damaged, repaired or others between two starts.
extension JournalTests {
  /// The identity of a run whose second video is a list of nine images in blocks of three.
  private func identity(_ blocks: String, ends: String = "9 bytes; 8 bytes") throws -> RunIdentity {
    var identity = try makeIdentity()
    identity.add(.frames, "other", "9: \(ends); names and sizes of 3 each \(blocks)")
    return identity
  }

  /// Starts a run, and scores the list where it has no scores, or notes damage at frames of it.
  private func start(
    _ blocks: String, ends: String = "9 bytes; 8 bytes", damaged frames: ClosedRange<Int>? = nil
  ) throws {
    let journal = try RunJournal(path: path, identity: identity(blocks, ends: ends))
    defer { journal.close() }
    if let frames { return try journal.note(other.keyFrame, damage: "torn", frames: frames) }
    if !journal.has(other, view) { try journal.append(ScoredView(task: other, view: view, scores: scores(other))) }
  }

  /// Scores another video, so that the journal stays.
  private func begin(_ blocks: String, damaged frames: ClosedRange<Int>) throws {
    removeFile(path)
    let journal = try RunJournal(path: path, identity: identity(blocks))
    try journal.append(ScoredView(task: task(1), view: view, scores: scores(task(1))))
    try journal.note(other.keyFrame, damage: "torn", frames: frames)
    journal.close()
  }

  /// While one image is missing the others count as ever.
  @Test func othersCountWhileOneIsMissing() throws {
    defer { folder.remove() }
    try start("a b c")
    let words = "the frames of other are others (names or sizes of images "
    #expect(text { try start("a x c") }.contains(words + "3 to 5, counted from 0) -> give"))
    #expect(text { try start("x b y") }.contains(words + "0 to 2, 6 to 8, counted from 0)"))
    #expect(text { try start("x b/1/4 c") }.contains(words + "0 to 2, counted from 0)"))
    try start("a b/1/4 c")
    // The block is known as it was when it was whole.
    #expect(text { try start("a x c") }.contains(words + "3 to 5"))
    try start("a b c")
    #expect(
      text { try start("a b c", ends: "7 bytes; 8 bytes") }.contains("(the first: 9 bytes, then 7 bytes) -> give"))
  }

  /// A list that was begun without an image: this one may come, the others may not become others.
  @Test func missingImagesOfListsComeBack() throws {
    defer { folder.remove() }
    try start("a b/1/4 missing")
    #expect(text { try start("a x/1/4 missing") }.contains("names or sizes of images 3 to 5, counted from 0"))
    #expect(text { try start("x b/1/4 missing") }.contains("names or sizes of images 0 to 2"))
    try start("a b/2/45 missing")
    try start("a w c")
    #expect(text { try start("a x c") }.contains("names or sizes of images 3 to 5"))
    #expect(text { try start("a w x") }.contains("names or sizes of images 6 to 8"))
  }

  /// Damage excuses what becomes of the images of its clip, and of no others.
  @Test func damageExcusesImagesOfItsClip() throws {
    defer { folder.remove() }
    try begin("a b c", damaged: 4...5)
    #expect(text { try start("a x y") }.contains("names or sizes of images 3 to 8, counted from 0"))
    #expect(text { try start("x b c") }.contains("names or sizes of images 0 to 2"))
    try start("a x c")
    #expect(text { try start("a y c") }.contains("names or sizes of images 3 to 5"))
    // Of the ends that which lies in the clip's blocks.
    try begin("a b c", damaged: 1...2)
    #expect(text { try start("x b c", ends: "9 bytes; 7 bytes") }.contains("the last: 8 bytes, then 7 bytes"))
    try start("x b c", ends: "7 bytes; 8 bytes")
    // What a missing image has damaged.
    try begin("a b/1/4 c", damaged: 3...5)
    #expect(text { try start("x b/1/4 c") }.contains("names or sizes of images 0 to 2"))
    try start("a b c")
  }

  /// What an earlier version knew by other rules is said once, with what can be done.
  @Test func listsOfEarlierVersions() throws {
    defer { folder.remove() }
    func identity(_ rule: String) throws -> RunIdentity {
      var identity = try makeIdentity()
      for name in ["v", "w"] { identity.add(.frames, name, "9: 9 bytes; 8 bytes; names and sizes \(rule)") }
      return identity
    }
    _ = try RunJournal(path: path, identity: identity("sha256 \(String(repeating: "a", count: 64))"))
    let message = text { _ = try RunJournal(path: path, identity: identity("of 3 each a b c")) }
    #expect(
      message.contains(
        "': an earlier version of the program knew some inputs by other rules (frames of v, frames of w), which cannot be "
          + "compared -> begin anew: delete the journal and start the same command with --overwrite"), "\(message)")
  }
}
