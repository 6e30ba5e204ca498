internal import Clips
internal import Clocks
internal import Imaging
internal import Kernels
internal import VideoModels

/// What key frames of a run take, measured at a few places of it.
///
/// At each place as many key frames as there are streams are scored to warm up (a file is opened, a whole clip decoded,
/// the network laid out), and as many under the clock, while the next ones are being decoded as in a run.
public struct KeyFrameTrial: Sendable {
  /// Seconds of the clock for a key frame, place by place.
  public private(set) var seconds: [Double] = []
  /// How many key frames were scored under the clock.
  public private(set) var measured = 0
  /// What could not be measured, and why.
  public private(set) var notices: [String] = []

  /// - Parameters:
  ///   - places: How many, at least 1; fewer where there are few key frames.
  ///   - isToStop: Asked after each view; true ends the trial with what there is.
  ///   - progress: Called with the number of key frames scored, those that warm up among them.
  /// - Throws: The first error where nothing could be measured.
  public init(
    _ run: ClipRun, _ jobs: [VideoJob], places: Int, isToStop: () -> Bool, progress: (_ done: Int, _ total: Int) -> Void
  ) throws {
    let tasks = jobs.enumerated().flatMap { number, job in job.tasks.map { (job: number, task: $0) } }
    let streams = run.model.engine.streams
    let count = min(2 * streams, tasks.count)
    let warming = count > streams ? streams : 0
    let places = max(1, min(places, tasks.count / max(1, count)))
    var firstError: (any Error)?
    for place in 0..<places where !tasks.isEmpty && !isToStop() {
      let start = places == 1 ? 0 : (tasks.count - count) * place / (places - 1)
      // Those after the last one are decoded meanwhile, and not scored.
      let chosen = tasks[start..<min(tasks.count, start + count + 2)]
      let grouped = Dictionary(grouping: chosen, by: \.job).sorted { $0.key < $1.key }
      let own = grouped.map { VideoJob(name: jobs[$0.key].name, tasks: $0.value.map(\.task), open: jobs[$0.key].open) }
      var damaged: (task: ClipTask, damage: FrameDamage)?
      var times = [monotonicSeconds()]
      do {
        try run.run(
          own,
          goesOn: { done in
            while times.count <= done { times.append(monotonicSeconds()) }
            progress(place * count + done, places * count)
            return done < count && !isToStop()
          }, damaged: { damaged = damaged ?? ($0, $1) }, each: { _ in })
      } catch {
        firstError = firstError ?? error
        // Tasks come out in order: what ended the run is of the first that did not.
        let task = chosen[start + min(times.count, chosen.count) - 1].task
        notices.append("not measured at \(task.keyFrame): \(error)")
        continue
      }
      if isToStop() { break }
      if let (task, damage) = damaged {
        firstError = firstError ?? damage
        notices.append("not measured at \(task.keyFrame): \(damage.cause)")
        continue
      }
      seconds.append((times[count] - times[warming]) / Double(count - warming))
      measured += count - warming
    }
    if seconds.isEmpty, let firstError { throw firstError }
  }

  public var mean: Double { seconds.isEmpty ? 0 : seconds.reduce(0, +) / Double(seconds.count) }
  public var least: Double { seconds.min() ?? 0 }
  public var greatest: Double { seconds.max() ?? 0 }
}
