internal import ArgumentParser
internal import BenchReports
internal import Clips
internal import Configuration
internal import Files
internal import Geometry
internal import Imaging
internal import Inference
internal import JSON
internal import Kernels
internal import VideoModels
internal import Runs
internal import Wording

/// A run that is to be planned: what a command makes of its call before it scores.
struct PlannedRun {
  let job: any ScoringJob
  let configPath: String
  /// In which views key frames are scored, in words.
  let views: String
  /// Of the whole run, of every video.
  let jobs: [VideoJob]
  let run: ClipRun
  let shard: Shard?
  let directory: RunDirectory?
  /// Where scores are without --run.
  let journal: String
  let identity: RunIdentity
  /// The files that the run writes.
  let outputs: [String]
  let resultBytes: Int
  /// As the run would write it.
  let status: RunStatus
  let writesScores: Bool
}

/// `--format` of a plan, of runs that have none of their own.
struct PlanFormatOption: ParsableArguments {
  @Option(help: "A text, or one JSON object.")
  var format = PlanOptions.Format.text
}

/// How a plan is measured and shown.
struct PlanOptions: ParsableArguments {
  enum Format: String, ExpressibleByArgument, CaseIterable {
    case text, json
  }

  @Option(
    help: ArgumentHelp(
      "At how many places of the run key frames are measured, spread evenly over it; at each, one to warm up.",
      valueName: "count"))
  var samples = 3

  func validate() throws {
    if !(1...1000 ~= samples) { throw ValidationError("--samples is \(samples) -> give 1 to 1000") }
  }

  /// The run directory of the call; nil where it names none.
  ///
  /// - Throws: `RunDirectoryError` for what is no folder.
  func directory(_ runs: RunOptions) throws -> RunDirectory? {
    guard let path = runs.run else { return nil }
    if pathExists(path) && !isFolder(path) { throw RunDirectoryError.none(path) }
    return RunDirectory(path)
  }

  /// Measures, and prints the forecast.
  ///
  /// - Parameter command: "test", "detect" or "classify".
  func show(_ run: PlannedRun, _ command: String, as format: Format) throws {
    if let shard = run.shard, let directory = run.directory, isFolder(directory.path) {
      try directory.checkResults(of: run.job.config, run.status, beside: shard)
    }
    let plan = run.job.plan
    let remainder = try RunRemainder(of: plan, run.shard, in: run.directory, orJournal: run.journal, run.identity)
    let missing = zip(run.jobs, remainder.missing).map { VideoJob(name: $0.name, tasks: $1, open: $0.open) }
    let memory = try run.run.memory(frames: sizes(missing), run.job.allViews)
    let ready = processAge() ?? 0
    let base = residentBytes() ?? peakResidentBytes()
    var times: RunForecast.Times?
    if remainder.done < remainder.total {
      do {
        times = try measure(run.run, missing, run.job.unit.rawValue, ready: ready)
      } catch let damage as FrameDamage where remainder.done > 0 {
        // What is left may be all that is damaged.
        Console.warn("not measured on what is left, but on what is scored already: \(damage.cause)")
        let open = Set(missing.flatMap(\.tasks).map(\.keyFrame))
        let scored = run.jobs.map { job in
          VideoJob(name: job.name, tasks: job.tasks.filter { !open.contains($0.keyFrame) }, open: job.open)
        }
        times = try measure(run.run, scored, run.job.unit.rawValue, ready: ready)
      }
    }
    let engine = run.run.model.engine
    let own = run.shard.map { $0.part(of: plan.map(\.tasks)) } ?? plan.map(\.tasks)
    let planned = zip(plan, own).map { $0.with($1) }
    let boxes = own.joined().reduce(0) { $0 + ($1.people?.count ?? 1) }
    let classes = run.run.model.classes
    let forecast = RunForecast(
      RunForecast.Work(
        command: command, config: run.configPath, unit: run.job.unit.rawValue, videos: own.count { !$0.isEmpty },
        boxes: boxes,
        views: (run.job.allViews.count, run.views),
        parts: remainder.parts.map { ($0.shard.map { "\($0)" } ?? "the whole run", $0.total, $0.done) },
        isBegun: remainder.isBegun, isShard: run.shard != nil, place: run.directory?.path ?? run.journal),
      times,
      RunForecast.Memory(
        base: base, arenas: memory.arenas, clips: memory.clips, frames: memory.frames, measured: peakResidentBytes()),
      RunForecast.Disk(
        journal: RunJournal.expectedBytes(
          run.identity, planned, classes: classes, results: run.outputs,
          in: run.directory?.path ?? splitPath(run.journal).folder, isKept: run.directory != nil),
        results: run.shard != nil ? 0 : run.resultBytes + (run.writesScores ? 4 * boxes * classes : 0)),
      setting: BenchSetting(engine), streams: engine.streams)
    switch format {
    case .text: print(forecast.text)
    case .json: print(forecast.json.text)
    }
  }

  private func measure(
    _ run: ClipRun, _ jobs: [VideoJob], _ unit: String, ready: Double
  ) throws -> RunForecast.Times {
    var shown = 0
    let trial = try Interruption.stoppable {
      let trial = try KeyFrameTrial(run, jobs, places: samples, isToStop: { Interruption.isAsked }) { done, total in
        if done > shown { Console.say("measuring: \(done)/\(counted(total, unit))") }
        shown = max(done, shown)
      }
      if Interruption.isAsked { throw Interrupted("nothing was planned") }
      return trial
    }
    for notice in trial.notices { Console.warn(notice) }
    return RunForecast.Times(
      keyFrame: (trial.mean, trial.least, trial.greatest), measured: trial.measured, ready: ready)
  }

  /// The sizes of the frames. A video that cannot be opened is for the measurement, or the run, to say.
  private func sizes(_ jobs: [VideoJob]) -> Set<ImageSize> {
    Set(jobs.filter { !$0.tasks.isEmpty }.compactMap { try? $0.open().size })
  }
}
