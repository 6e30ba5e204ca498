internal import AVARecords
internal import Classify
internal import Clips
internal import Configuration
internal import Detect
internal import Files
internal import Inference
internal import Runs
internal import Wording

/// What a command scores: the key frames of AVA's test, or those of own videos; videos as a whole, or window by window.
protocol ScoringJob {
  associatedtype Found

  /// What is counted.
  var unit: RunUnit { get }
  var config: Configuration { get }
  /// The models that are asked; nil for one.
  var ensemble: TestEnsemble? { get }
  /// Of all models.
  var allViews: [View] { get }
  /// The part of the run that is scored here; nil for all of it.
  var shard: Shard? { get }
  var keyFrameCount: Int { get }
  var plan: [PlannedVideo] { get }
  /// The key frames that the inputs name, of the whole run, those without a box that is scored, too.
  var keyFrames: [KeyFrame] { get }

  func identity(_ models: [LoadedModel], isStill: Bool) throws -> RunIdentity

  /// Takes up what a run knows of videos that are not there any more: what is scored of them lacks nothing.
  ///
  /// - Parameter journals: Of all parts of the run.
  mutating func keepTasks(of journals: [RunJournal])

  /// The videos of which nothing can be scored; of a shard those that it reports.
  var lostVideos: LostVideos { get }

  /// Finds out who is who, where results say it.
  ///
  /// - Parameter path: Where the run has kept it.
  mutating func findPeople(keptIn path: String?) throws
  /// Who is who, for the run to keep; nil where nobody asks.
  var peopleText: String? { get }
  /// What is odd about them.
  var peopleNotices: [String] { get }

  func run(
    models: [LoadedModel], journal: RunJournal, isStill: Bool, stopsAtDamage: Bool, isToStop: () -> Bool,
    progress: (Int) -> Void
  ) throws -> Found

  /// How many were scored, and what was not.
  func tally(_ found: Found) -> (scored: Int, damage: DamageReport)

  /// What computes the scores: nothing is computed yet.
  func clipRun(_ models: [LoadedModel], isStill: Bool) throws -> ClipRun
  /// What is scored of each video, with what opens it; nothing is opened or looked for.
  var unopenedJobs: [VideoJob] { get }
  /// About how many bytes the results take.
  var expectedResultBytes: Int { get }

  /// Where scores go without --run.
  func journalPath(in folder: String) -> String

  /// Where the rows of a run go that was interrupted.
  func partPath(in folder: String) -> String
  func writePart(of found: Found, to folder: String) throws -> String
}

extension AVATest: ScoringJob {
  func tally(_ found: Detections) -> (scored: Int, damage: DamageReport) { (found.keyFrameCount, found.damage) }
  func journalPath(in folder: String) -> String { Self.journal(in: folder) }
  func partPath(in folder: String) -> String { Self.part(in: folder) }
  func writePart(of found: Detections, to folder: String) throws -> String { try writePart(found, to: folder) }
}

extension VideoDetection: ScoringJob {
  func tally(_ found: VideoDetections) -> (scored: Int, damage: DamageReport) {
    (found.detections.keyFrameCount, found.detections.damage)
  }
  func journalPath(in folder: String) -> String { VideoDetections.journal(in: folder) }
  func partPath(in folder: String) -> String { VideoDetections.part(in: folder) }
  func writePart(of found: VideoDetections, to folder: String) throws -> String { try found.writePart(to: folder) }
}

extension VideoTest: ScoringJob {
  var ensemble: TestEnsemble? { nil }
  var keyFrames: [KeyFrame] { plan.flatMap(\.tasks).map(\.keyFrame) }
  func tally(_ found: VideoScores) -> (scored: Int, damage: DamageReport) { (found.videoCount, found.damage) }
  func journalPath(in folder: String) -> String { VideoResults.journal(in: folder) }
  func partPath(in folder: String) -> String { VideoResults.part(in: folder) }
  func writePart(of found: VideoScores, to folder: String) throws -> String {
    try VideoResults.writePart(found, to: folder)
  }
}

extension VideoClassification: ScoringJob {
  var unit: RunUnit { .window }
  var ensemble: TestEnsemble? { nil }
  var keyFrames: [KeyFrame] { plan.flatMap(\.tasks).map(\.keyFrame) }
  func tally(_ found: WindowScores) -> (scored: Int, damage: DamageReport) { (found.windowCount, found.damage) }
  func journalPath(in folder: String) -> String { joinPath(folder, title + ".journal") }
  func partPath(in folder: String) -> String { joinPath(folder, title + ".partial.csv") }
  func writePart(of found: WindowScores, to folder: String) throws -> String {
    let file = try AtomicFile(path: partPath(in: folder))
    try WindowReport(found, labels, topK: WindowReport.usualTopK).write(.csv) { try file.write($0) }
    try file.commit()
    return file.path
  }
}

extension ScoringJob {
  var unit: RunUnit { RunUnit(config) }
  var lostVideos: LostVideos { LostVideos() }
  func findPeople(keptIn path: String?) {}
  var peopleText: String? { nil }
  var peopleNotices: [String] { [] }
}

/// What the making of results came to.
struct RunResults {
  var mAP: Double?
  /// What could not be made though all was scored; nil for nothing.
  var lacking: String?
  /// What to do about it, and about all that was not scored; nil for the usual.
  var remedy: String?
  /// What is said once the run is complete.
  var last: () -> Void = {}
}

/// How messages of a run name what can be called after it.
struct NextCalls {
  /// What goes on with a run that ended early.
  var goingOn = "the same command"
  /// What takes results that lack something as they are.
  var takingLess = "--damaged skip"
  /// What is given to end a run at the first thing that is damaged; nil for nothing.
  var stopping: String? = "--damaged stop"
  /// The end of a warning of what will be passed over.
  var orStop: String { stopping.map { ", or give \($0)" } ?? "" }
}

/// The order in which a command scores key frames or videos into a journal and makes results of the scores.
struct ScoringRun<Job: ScoringJob> {
  /// What is scored, with what the run knows of it.
  let job: Job
  private let place: RunPlace
  /// Everything that the run writes.
  private let outputs: [String]
  private let isStill: Bool
  var next = NextCalls()
  private let damage: DamageOption
  private let overwriting: OverwriteOptions

  /// Takes the folders for this process, and makes sure that the results may be written.
  ///
  /// - Parameters:
  ///   - folder: Of the results.
  ///   - inner: The name of a folder in that of the results that is written, too.
  ///   - outputs: What a whole run writes.
  ///   - inputs: What is read, and must not be replaced.
  ///   - elsewhere: What to do where results are there already, beside replacing them.
  ///   - sharesFolder: Whether all files that are written have names of the call, so that several may write into one folder.
  init(
    _ job: Job, _ runs: RunOptions, _ status: @autoclosure () -> RunStatus, folder: String, andIn inner: String? = nil,
    outputs: [String], reading inputs: RunInputs, isStill: Bool, _ damage: DamageOption,
    _ overwriting: OverwriteOptions,
    orGive elsewhere: String = "give another --output-dir", sharesFolder: Bool = false
  ) throws {
    func counting() -> RunStatus {
      var status = status()
      status.unit = job.unit
      return status
    }
    let place = try RunPlace(
      runs, job.shard, folder: folder, journal: job.journalPath(in: folder), reading: inputs, counting(), andIn: inner,
      sharedFor: sharesFolder ? (job.shard == nil ? outputs : []) : nil)
    try self.init(
      job, in: place, outputs: outputs, reading: inputs, isStill: isStill, damage, overwriting, orGive: elsewhere)
  }

  /// The same in folders that this process has taken already.
  init(
    _ job: Job, in place: RunPlace, outputs: [String], reading inputs: RunInputs, isStill: Bool, _ damage: DamageOption,
    _ overwriting: OverwriteOptions, orGive elsewhere: String = "give another --output-dir"
  ) throws {
    self.outputs = job.shard == nil ? outputs : []
    self.isStill = isStill
    self.damage = damage
    self.overwriting = overwriting
    self.place = place
    var job = job
    job.keepTasks(of: place.journals)
    do {
      try job.findPeople(keptIn: place.part?.directory.people)
      for notice in job.peopleNotices { Console.warn(notice) }
      self.job = job
      try overwriting.check(
        self.outputs, reading: inputs + place.kept, begunIn: place.begunJournal, orGive: elsewhere)
    } catch {
      place.close()
      throw error
    }
  }

  /// Lets others write.
  func close() { place.close() }

  /// Scores what the journal lacks, and of a whole run makes results.
  ///
  /// - Parameters:
  ///   - doing: As "testing".
  ///   - models: One, or those of an ensemble.
  ///   - write: Writes them; not called for a shard.
  /// - Throws: `Interrupted`, `DamageFound`, and whatever goes wrong.
  func callAsFunction(_ doing: String, _ models: [LoadedModel], write: (Job.Found) throws -> RunResults) throws {
    let run = try Resuming(
      place, job.identity(models, isStill: isStill), job, isReplacing: overwriting.overwrite || outputs.isEmpty)
    let progress = Progress(
      doing, total: job.keyFrameCount, unit: job.unit.rawValue, before: run.doneCount,
      parts: (job.allViews.count, "view"))
    let found = try Interruption.stoppable {
      let found = try job.run(
        models: models, journal: run.journal, isStill: isStill, stopsAtDamage: damage.stops,
        isToStop: { Interruption.isAsked }
      ) {
        progress.update($0)
        place.update($0)
      }
      if Interruption.isAsked { throw try interrupted(found, run.journal) }
      return found
    }
    progress.finish()
    let (scored, lost) = job.tally(found)
    let total = scored + lost.keyFrames.count
    let videos = job.lostVideos
    try damage.say(lost, of: total, videos, isShard: job.shard != nil)
    var remedy: String?
    var lacking = videos.idle.isEmpty ? [] : [counted(videos.idle.count, "video")]
    if let shard = job.shard {
      try place.completeShard(shard, lost)
    } else {
      try run.journal.beginResults(outputs)
      let results = try write(found)
      lacking += [results.lacking].compactMap(\.self)
      remedy = results.remedy
      let isWhole = lost.isEmpty && lacking.isEmpty
      try place.complete(lost, mAP: results.mAP, isFinal: isWhole || damage.takesLess)
      Leftovers.endPart(job.partPath(in: place.folder), run.journal)
      results.last()
    }
    let what = job.shard.map { "shard \($0) lacks" } ?? "the results lack"
    try damage.finish(
      lost, of: total, lacking: lacking, what, remedy: remedy, again: "start \(next.goingOn) again\(place.advice)",
      less: next.takingLess, isShard: job.shard != nil)
  }

  /// Keeps the rows of the key frames that were scored.
  private func interrupted(_ found: Job.Found, _ journal: RunJournal) throws -> Interrupted {
    let done = job.tally(found).scored
    let count = "\(done) of \(counted(job.keyFrameCount, job.unit.rawValue))"
    if !place.keepsScores { return Interrupted("\(count) scored, nothing is kept") }
    if done == 0 {
      let views = journal.isEmpty ? "" : "; \(next.goingOn) goes on from the views that were"
      return Interrupted("\(count) scored, nothing written\(views)")
    }
    if job.shard != nil { return Interrupted("\(count) scored, \(next.goingOn) goes on from there") }
    try journal.beginResults([job.partPath(in: place.folder)])
    return Interrupted(
      "\(count) scored (\(next.goingOn) goes on from there), their rows are in "
        + "\(try job.writePart(of: found, to: place.folder))")
  }
}
