internal import AVARecords
internal import Detect
internal import Files
internal import Runs
internal import Video
internal import Wording

extension FinetuneCommand {
  /// Writes the people that a detector finds at the key frames of held-out rows to a file of their own. Who was found stays known in
  /// `annotations/people.journal`: the same command looks at no frame twice.
  ///
  /// - Throws: `Interrupted`, `FineTuningPeopleError`, and whatever is wrong with videos and detector.
  func people(
    _ loaded: LoadedDetector, in videos: [String], at rows: String, as path: String, _ annotations: Annotations
  ) throws {
    let keyFrames = try GroundTruthTable.read(path: annotations.reading(rows)).table.keyFrames
    let times = Dictionary(grouping: keyFrames, by: \.video).mapValues { $0.map(\.time) }
    var settings = PeopleDetection.Settings()
    settings.moments = .at(times)
    let own = videos.filter { times[FrameInput.name(of: $0)] != nil }
    let detection = try PeopleDetection(videos: own, settings, stopsAtDamage: false)
    for notice in detection.notices { Console.warn(notice) }
    for (name, cause) in detection.unreadable {
      Console.warn("nobody is looked for in '\(name)', which cannot be read: \(cause)")
    }
    try makeFolder(annotations.folder)
    let run = try PeopleRun(
      detection, loaded, journal: joinPath(annotations.folder, "people.journal"), isReplacing: overwrite)
    defer { run.journal.close() }
    let threshold = detectorFile.threshold(loaded)
    let found = try run.look(stopsAtDamage: false).filtered(scoreThreshold: threshold)
    if found.boxCount == 0 { throw FineTuningPeopleError(frames: found.frameCount, threshold: threshold) }
    try annotations.write(path) { try writeFile($0, found.csv) }
    Console.say("found people: \(run.counts(found, threshold: threshold))")
  }
}

/// A detector that finds nobody among the people of held-out rows.
private struct FineTuningPeopleError: Error, CustomStringConvertible {
  let frames: Int
  let threshold: Double

  var description: String {
    "finding people: expected some at the key frames of --val, found nobody in \(counted(frames, "frame")) with a score of at least "
      + "\(fixed(threshold, 2)) -> give a lower --person-score, another --detector, or none: the boxes of --val are scored then"
  }
}
