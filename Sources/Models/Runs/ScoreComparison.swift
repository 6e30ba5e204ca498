internal import AVARecords
internal import Clips
internal import Inference
internal import Tensors
internal import Wording

/// How the scores that two runs keep differ, record by record.
struct ScoreComparison: Equatable {
  /// How many key frames both have scores of.
  private(set) var common = 0
  /// How many of these have not the same records, to the last byte.
  private(set) var different = 0
  /// The greatest difference of two scores of the same boxes; nil where none differ.
  private(set) var greatest: Float?
  /// How many key frames have other boxes or views, whose scores say nothing of each other.
  private(set) var otherSubjects = 0
  /// How many key frames only one of the runs has scores of.
  private(set) var onlyFirst = 0
  private(set) var onlySecond = 0

  /// Reads the journals of two run directories: of a run as a whole, else of its shards.
  ///
  /// - Throws: `RunDirectoryError`, `JournalError`, `FileError`.
  init(_ first: RunDirectory, _ second: RunDirectory) throws {
    let (a, b) = (try KeptScores(first), try KeptScores(second))
    onlySecond = b.count
    for keyFrame in a.keyFrames {
      guard let own = a[keyFrame], let other = b[keyFrame] else {
        onlyFirst += 1
        continue
      }
      common += 1
      onlySecond -= 1
      try compare(own, other)
    }
  }

  private mutating func compare(_ own: KeptScores.Entry, _ other: KeptScores.Entry) throws {
    var isSame = Set(own.task.views) == Set(other.task.views)
    var hasSameSubjects = isSame
    for view in own.task.views where other.task.views.contains(view) {
      let key = JournalKey(keyFrame: own.task.keyFrame, view: view.description)
      guard let a = try own.journal.content(of: key), let b = try other.journal.content(of: key) else { continue }
      if a == b { continue }
      isSame = false
      guard let first = JournalRecord.scores(a), let second = JournalRecord.scores(b), first.subject == second.subject
      else {
        hasSameSubjects = false
        continue
      }
      // NaN stands for people who do not count in a view: the same ones in both.
      let gaps = zip(first.scores.values, second.scores.values).map { abs($0 - $1) }.filter { !$0.isNaN }
      greatest = max(greatest ?? 0, gaps.max() ?? 0)
    }
    if !isSame { different += 1 }
    if !hasSameSubjects { otherSubjects += 1 }
  }

  /// Whether both have the same key frames with the same scores, to the last bit; nothing scored is no evidence.
  var isEqual: Bool { common > 0 && different == 0 && onlyFirst == 0 && onlySecond == 0 }

  /// What it comes to, in words: "7 of 20 key frames have other scores, by 4.5e-07 at most; 3 only in 'a'".
  func text(_ first: RunDirectory, _ second: RunDirectory, _ unit: RunUnit) -> String {
    var parts: [String] = []
    let all = counted(common, unit.rawValue)
    if common == 0 {
      parts.append("no \(unit.rawValue) that both have scored")
    } else if different == 0 {
      parts.append("\(all) that both have scored equal to the last bit")
    } else {
      let gap = greatest.map { ", by \($0) at most" } ?? ""
      let others = otherSubjects == 0 ? "" : ", \(otherSubjects) of them of other boxes or in other views"
      parts.append("\(different) of \(all) \(different == 1 ? "has" : "have") other scores\(gap)\(others)")
    }
    if onlyFirst > 0 { parts.append("\(onlyFirst) only in '\(first.path)'") }
    if onlySecond > 0 { parts.append("\(onlySecond) only in '\(second.path)'") }
    return parts.joined(separator: "; ")
  }
}

/// The key frames of a run that are scored in all of their views, with the journals that have them.
private struct KeptScores {
  struct Entry {
    let task: ClipTask
    let journal: RunJournal
  }

  private(set) var keyFrames: [KeyFrame] = []
  private var entries: [KeyFrame: Entry] = [:]

  init(_ directory: RunDirectory) throws {
    let parts: [Shard?] = directory.hasWhole ? [nil] : try directory.shards()
    for part in parts {
      let journal = try RunJournal(reading: directory.journal(part))
      for task in journal.videos.flatMap(\.tasks) where journal.hasAll(task) && entries[task.keyFrame] == nil {
        keyFrames.append(task.keyFrame)
        entries[task.keyFrame] = Entry(task: task, journal: journal)
      }
    }
  }

  var count: Int { keyFrames.count }

  subscript(keyFrame: KeyFrame) -> Entry? { entries[keyFrame] }
}
