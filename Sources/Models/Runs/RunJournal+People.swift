public import AVARecords
internal import Clips
internal import Files
public import Inference
internal import Tensors

/// Journals of runs that find people: a record for each key frame, of those who were found, with the detector's scores.
extension RunJournal {
  /// Boxes are of whole frames, whatever the detector makes of them.
  private static let view = View(shortSide: 1)

  /// Who was found at a key frame; nil where nobody looked yet.
  ///
  /// - Parameter frame: The number in its source of the frame that the key frame is now: by another clock it was another one.
  /// - Throws: `FileError`, `JournalError` where the file has changed meanwhile.
  public func people(at keyFrame: KeyFrame, frame: Int) throws -> [ClipTask.Person]? {
    let key = JournalKey(keyFrame: keyFrame, view: Self.view.description)
    guard hasPeople(at: keyFrame, frame: frame), let content = try content(of: key) else { return nil }
    guard let people = JournalRecord.people(content, of: key) else { throw JournalError.changed(path: path ?? "") }
    return people
  }

  /// Opens the journal of a run that finds people, or begins one where there is none. Who was found in a video belongs to what
  /// that video was: in one that is another now nobody is known. Of videos that this run cannot read or does not name everybody
  /// stays.
  ///
  /// - Returns: The journal, and the videos that are others.
  /// - Throws: `JournalError` where anything else is not as before, `FileError`; then the former one stays.
  public static func ofPeople(path: String, identity: RunIdentity) throws -> (journal: RunJournal, replaced: [String]) {
    guard let former = Self.identity(at: path) else { return (try RunJournal(path: path, identity: identity), []) }
    let replaced = identity.replacedVideos(since: former)
    let joined = identity.withVideos(of: former)
    let changes = joined.changes(since: former, butOf: Set(joined.videos))
    if !changes.isEmpty { throw JournalError.otherRun(path: path, changes: changes) }
    if joined.text != former.text { try forget(replaced, in: path, leaving: joined) }
    return (try RunJournal(path: path, identity: joined), replaced)
  }

  /// Whether somebody has looked for people at a key frame.
  ///
  /// - Parameter frame: See `people(at:frame:)`.
  public func hasPeople(at keyFrame: KeyFrame, frame: Int) -> Bool {
    places[JournalKey(keyFrame: keyFrame, view: Self.view.description)]?.subject.center == Int64(frame)
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
