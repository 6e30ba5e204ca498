public import AVARecords
internal import Clips
internal import Files
internal import Glibc
public import Inference
internal import Tensors

/// Journals of runs that find people: a record for each key frame, of those who were found, with the detector's scores.
extension RunJournal {
  /// Boxes are of whole frames, whatever the detector makes of them.
  private static let view = View(shortSide: 1)

  /// Who was found at a key frame; nil where nobody looked yet.
  ///
  /// - Throws: `FileError`, `JournalError` where the file has changed meanwhile.
  public func people(at keyFrame: KeyFrame) throws -> [ClipTask.Person]? {
    let key = JournalKey(keyFrame: keyFrame, view: Self.view.description)
    guard let content = try content(of: key) else { return nil }
    guard let people = JournalRecord.people(content, of: key) else { throw JournalError.changed(path: path ?? "") }
    return people
  }

  /// Begins the journal of a run in the place of one whose videos were others: of those that are the same everybody stays who was
  /// found.
  ///
  /// - Returns: The journal, and the videos that are others.
  /// - Throws: `FileError`, `JournalError`; then the former one stays.
  public static func ofSameVideos(
    in path: String, _ identity: RunIdentity
  ) throws -> (journal: RunJournal, others: [String]) {
    let former = try RunJournal(reading: path)
    let others = identity.videos.filter { identity.content(of: $0) != former.identity?.content(of: $0) }
    let (folder, name) = splitPath(path)
    let unfinished = joinPath(folder, ".\(name).\(getpid()).0.partial")
    let journal = try RunJournal(path: unfinished, identity: identity)
    do {
      let same = Set(identity.videos).subtracting(others)
      for (key, place) in former.places where same.contains(key.keyFrame.video) {
        guard let people = try former.people(at: key.keyFrame) else { continue }
        try journal.append(
          people, at: key.keyFrame, frame: Int(place.subject.center), seconds: place.subject.moment.seconds)
      }
      for (path, contents) in former.writtenContents {
        for content in contents { try journal.note(written: path, content: content) }
      }
      try journal.beginResults(former.results)
      journal.close(keepsEmpty: true)
      try moveFile(unfinished, to: path)
    } catch {
      journal.remove()
      throw error
    }
    return (try RunJournal(path: path, identity: identity), others)
  }

  /// Whether somebody has looked for people at a key frame.
  public func hasPeople(at keyFrame: KeyFrame) -> Bool {
    isKnown(JournalKey(keyFrame: keyFrame, view: Self.view.description))
  }

  /// Adds who was found at a key frame.
  ///
  /// - Parameters:
  ///   - frame: The number of the frame in its source.
  ///   - seconds: After the source's first frame.
  /// - Throws: `FileError`; nothing is added then.
  public func append(_ people: [ClipTask.Person], at keyFrame: KeyFrame, frame: Int, seconds: Double) throws {
    let task = ClipTask(
      keyFrame, center: frame, moment: ClipTask.Moment(seconds: seconds, frame: frame), people: people,
      views: [Self.view])
    let scores = Tensor([people.count, 1], people.map { Float($0.proposalScore) })
    try append(ScoredView(task: task, view: Self.view, scores: scores))
  }
}
