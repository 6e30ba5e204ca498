import Files
import Inference
import Runs
import Tensors
import TestSupport
import Testing

/// Files that are torn, spoiled or changed.
extension JournalTests {
  private func lost(_ journal: RunJournal) -> String? {
    journal.loss.map { "\($0.bytes) \($0.isTorn ? "torn" : "damaged")" }
  }

  /// Whatever part of the end is missing or wrong, the records before it stay, and the rest is written anew.
  @Test func tornEndsAreCut() throws {
    defer { folder.remove() }
    try fill(0..<3)
    let two = try bytes().count
    try fill(3..<4)
    let all = try bytes()
    for end in stride(from: two, to: all.count, by: 7) {
      try write(all.prefix(end))
      let journal = try open()
      let torn = end - two
      #expect(lost(journal) == (torn > 0 ? "\(torn) torn" : nil), "cut at \(end)")
      try expect(journal, has: 0..<3)
      try journal.append(ScoredView(task: task(3), view: view, scores: scores(task(3))))
      #expect(try bytes() == all, "cut at \(end)")
    }
    for place in stride(from: two, to: all.count, by: 5) {
      var spoiled = all
      spoiled[place] ^= 0x41
      try write(spoiled + [1, 2, 3])
      let journal = try open()
      #expect(lost(journal) == "\(all.count + 3 - two) damaged", "spoiled at \(place)")
      try expect(journal, has: 0..<3)
    }
    for zeros in [3, 4096] {
      try write(all + Array(repeating: 0, count: zeros))
      let journal = try open()
      #expect(lost(journal) == "\(zeros) damaged")
      try expect(journal, has: 0..<4)
    }
    // Of four records of one size, the first.
    let none = (all.count - two) * 4
    var spoiled = all
    spoiled[all.count - none + 20] ^= 1
    try write(spoiled)
    let journal = try open()
    #expect(journal.isEmpty && lost(journal) == "\(none) damaged")
  }

  /// A file that somebody else changes under a run is not believed.
  @Test func changedScoresAreNoticed() throws {
    defer { folder.remove() }
    let journal = try open()
    let start = try bytes().count
    try journal.append(ScoredView(task: task(0), view: view, scores: scores(task(0))))
    let sound = try bytes()
    for place in [sound.count - 1, sound.count - 60, start + 20] where place < sound.count {
      let file = try AppendedFile(path: path, doing: "testing")
      try file.cut(to: place)
      #expect(text { _ = try journal.scores(of: task(0), view) }.contains("has changed while the run wrote it"))
      try file.append([sound[place] ^ 1] + sound[(place + 1)...])
      #expect(text { _ = try journal.scores(of: task(0), view) }.contains("has changed while the run wrote it"))
      try file.cut(to: 0)
      try file.append(sound)
      #expect(try journal.scores(of: task(0), view)?.array == scores(task(0)).array)
    }
  }

  /// Whole records with counts that cannot be, or of other people or classes: their tasks are scored again, the others
  /// not.
  @Test func recordsThatCannotBeAreNone() throws {
    defer { folder.remove() }
    try fill(0..<1)
    let one = try bytes()
    try fill(1..<3)
    let all = try bytes()
    let record = Array(all[one.count..<(one.count + (all.count - one.count) / 2)])
    // People and classes stand before two people's 40 bytes each and six scores.
    let people = record.count - 2 * 40 - 6 * 4 - 8
    func sealed(_ content: [UInt8]) -> [UInt8] {
      func number(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) } }
      return number(UInt32(content.count)) + number(content.withUnsafeBytes { crc32($0) }) + content
    }
    func spoiled(_ place: Int, _ value: UInt32) -> [UInt8] {
      var content = Array(record[8...])
      for byte in 0..<4 { content[place - 8 + byte] = UInt8(truncatingIfNeeded: value >> (byte * 8)) }
      return sealed(content)
    }
    let records: [[UInt8]] = [
      spoiled(people, .max), spoiled(people, 1 << 31), spoiled(people, 0), spoiled(people, 1), spoiled(people, 3),
      spoiled(people + 4, .max), spoiled(people + 4, 1 << 30), spoiled(people + 4, 0), spoiled(people + 4, 2),
      spoiled(people + 12, 77), sealed([9, 1, 2]), sealed([4, 255, 255, 255, 255]), sealed([1]),
      sealed(Array(record[8...].dropLast(4))), sealed(Array(record[8...]) + [0, 0, 0, 0]),
    ]
    for (number, bad) in records.enumerated() {
      try write(one + bad + all[(one.count + record.count)...])
      let journal = try open()
      #expect(!journal.has(task(1), view), "\(number)")
      #expect(try journal.scores(of: task(1), view) == nil, "\(number)")
      #expect(journal.has(task(0), view) && journal.has(task(2), view), "\(number)")
      try journal.append(ScoredView(task: task(1), view: view, scores: scores(task(1))))
      try expect(open(), has: 0..<3)
    }
    try write(all)
    #expect(try RunJournal(path: path, identity: makeIdentity(), classes: 3).keyFrameCount(views: 1) == 3)
    let others = try RunJournal(path: path, identity: makeIdentity(), classes: 4)
    #expect(others.isEmpty && !others.has(task(0), view))
    #expect(try !open().has(task(0, people: 3), view))
  }

  /// A head that was torn has nothing after it; one that is spoiled is not thrown away with what follows.
  @Test func tornHeads() throws {
    defer { folder.remove() }
    let empty = try open()
    let head = try bytes()
    empty.close()
    #expect(!pathExists(path), "nothing to go on with")
    for end in stride(from: 0, through: head.count, by: 11) {
      try write(head.prefix(end))
      _ = try open()
      #expect(try bytes() == head)
    }
    try fill(0..<2)
    var spoiled = try bytes()
    spoiled[60] ^= 1
    try write(spoiled)
    #expect(text { _ = try open() }.contains("is damaged at its beginning, nothing tells what its"))
    #expect(try bytes() == spoiled)
    try write(Array("notes of mine".utf8))
    #expect(text { _ = try open() }.contains("x.journal' is no journal"))
    let notes = Array("slowfast journal 1\nis what I call my notes".utf8)
    try write(notes)
    #expect(text { _ = try open() }.contains("damaged at its beginning"))
    #expect(try bytes() == notes)
  }

  /// Where a record is damaged, the file stays under another name as it was; of a head in part nothing is lost but the word.
  @Test func damagedFilesAreKept() throws {
    defer { folder.remove() }
    try fill(0..<4)
    let sound = try bytes()
    for name in [".damaged", ".damaged.2", ".damaged.3"] {
      var damaged = sound
      damaged[sound.count - 100 - name.count] ^= 1
      try write(damaged)
      let journal = try open()
      #expect(journal.loss?.copy == path + name && journal.loss?.isTorn == false)
      journal.close()
      #expect(try readFile(path + name, doing: "testing") == damaged)
    }
    try write(sound.dropLast(9))
    let torn = try open()
    #expect(torn.loss?.isTorn == true && torn.loss?.copy == nil)
    torn.close()
    try write(sound.prefix(40))
    #expect(try lost(open()) == "40 torn")
    try write([])
    #expect(try lost(open()) == nil)
    #expect(try listFolder(folder.path + "/run").count == 4)
  }
}
