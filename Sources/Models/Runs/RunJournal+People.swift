public import AVARecords
internal import Clips
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
