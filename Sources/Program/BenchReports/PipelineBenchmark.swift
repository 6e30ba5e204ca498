public import Clips
public import JSON
internal import Wording

/// What it took to find the people that a run then scores.
public struct PeopleBenchmark: Sendable {
  private let detector: String
  private let people: Int
  fileprivate let opening: Double
  fileprivate let decoding: Double
  /// Of the clock.
  fileprivate let computing: Double
  fileprivate let waiting: Double
  /// The processor's seconds of the whole.
  fileprivate let total: Double

  /// - Parameters:
  ///   - people: How many were found.
  ///   - total: The processor's seconds of the whole.
  public init(_ costs: PipelineCosts, detector: String, people: Int, total: Double) {
    self.init(
      seconds: costs.seconds, computing: costs.network, waiting: costs.waiting, detector: detector, people: people,
      total: total)
  }

  public init(
    seconds: (PipelineCosts.Step) -> Double, computing: Double, waiting: Double, detector: String, people: Int,
    total: Double
  ) {
    (opening, decoding) = (seconds(.opening), seconds(.decoding))
    (self.computing, self.waiting, self.detector, self.people, self.total) = (
      computing, waiting, detector, people, total
    )
  }

  fileprivate var rest: Double { total - opening - decoding }
  fileprivate var line: String { "\(counted(people, "box", plural: "boxes")) of people by \(detector)\n" }
  fileprivate var count: JSONValue { JSONValue(people) }
}

/// What a run from files to scores took.
public struct PipelineBenchmark: Sendable {
  /// The processor's seconds of each step of the way to the network.
  private let steps: [(step: PipelineCosts.Step, seconds: Double)]
  private let decodedFrames: Int
  /// The clock's seconds in which the network computed, and in which it waited; of several streams the mean.
  private let computing: Double
  private let waiting: Double
  private let keyFrames: Int
  /// How many views a key frame had, and which.
  private let views: (count: Int, text: String)
  /// The processor's seconds of the whole process.
  private let total: Double
  /// The clock's seconds of the whole, and those of video that it scored.
  private let clock: (elapsed: Double, video: Double)
  private let people: PeopleBenchmark?
  private let network: String
  private let setting: BenchSetting
  /// How many clips were computed side by side.
  private let streams: Int

  /// - Parameters:
  ///   - views: How many a key frame had, and a line that says which.
  ///   - total: The processor's seconds of the whole process.
  ///   - clock: The clock's seconds of the whole, and those of video that it scored.
  ///   - people: What finding people took of them, where they were found and not given.
  ///   - network: "config", or "none" where nothing was computed of the clips.
  ///   - streams: How many clips were computed side by side.
  public init(
    _ costs: PipelineCosts, keyFrames: Int, views: (count: Int, text: String), total: Double,
    clock: (elapsed: Double, video: Double), people: PeopleBenchmark? = nil, network: String, setting: BenchSetting,
    streams: Int = 1
  ) {
    self.init(
      seconds: costs.seconds, decodedFrames: costs.decodedFrames, computing: costs.network, waiting: costs.waiting,
      keyFrames: keyFrames, views: views, total: total, clock: clock, people: people, network: network,
      setting: setting, streams: streams)
  }

  public init(
    seconds: (PipelineCosts.Step) -> Double, decodedFrames: Int, computing: Double, waiting: Double, keyFrames: Int,
    views: (count: Int, text: String), total: Double, clock: (elapsed: Double, video: Double),
    people: PeopleBenchmark? = nil, network: String, setting: BenchSetting, streams: Int = 1
  ) {
    steps = PipelineCosts.Step.allCases.map { ($0, seconds($0)) }
    self.decodedFrames = decodedFrames
    self.computing = computing / Double(streams)
    self.waiting = waiting / Double(streams)
    self.streams = streams
    self.keyFrames = keyFrames
    self.views = views
    self.total = total
    self.clock = clock
    self.people = people
    self.network = network
    self.setting = setting
  }

  /// The runs' report: the run that took the least of the processor, beside what the others took.
  ///
  /// - Parameter runs: At least one.
  public static func best(of runs: [PipelineBenchmark]) -> (run: PipelineBenchmark, totals: [Double]) {
    (runs.min { $0.total < $1.total }!, runs.map { $0.total / Double($0.keyFrames) }.sorted())
  }

  private var rest: Double { total - (people?.total ?? 0) - steps.reduce(0) { $0 + $1.seconds } }
  private var secondsPerMinute: Double { clock.video > 0 ? 60 * clock.elapsed / clock.video : 0 }

  private func each(_ seconds: Double) -> Double { seconds / Double(max(1, keyFrames)) }

  /// - Parameter totals: What a key frame took of the processor in every run, ascending.
  public func text(_ totals: [Double]) -> String {
    var named = steps.map { ($0.step.rawValue, $0.seconds) }
    if let people {
      named.insert(
        contentsOf: [
          ("people: opening", people.opening), ("people: decoding", people.decoding),
          ("people: the detector, and the rest", people.rest),
        ], at: 0)
    }
    let parts = named + [(network == "none" ? "the rest" : "the network, and the rest", rest), ("sum", total)]
    let rows = parts.map { [$0.0, fixed(1e3 * each($0.1), 2), fixed(100 * $0.1 / total, 1)] }
    let seen = views.count > 1 ? "\(views.text)\n" : ""
    return """
      \(people?.line ?? "")\(seen)\(counted(keyFrames, "key frame")), \(counted(decodedFrames, "frame")) decoded, network: \(network), \
      \(counted(setting.threads, "thread"))\(streams > 1 ? " in \(streams) streams" : ""), kernels \(setting.kernels)
      \(TextTable(["step", "processor ms a key frame", "%"], rows).text.dropLast())
      \(counted(totals.count, "run")): sum \(fixed(1e3 * totals[0], 2)) to \(fixed(1e3 * totals[totals.count - 1], 2)) ms, \
      median \(fixed(1e3 * totals[totals.count / 2], 2)); by the clock, a key frame: \(detectorTime)the network computed \
      \(fixed(1e3 * each(computing), 2)) ms and waited \(fixed(1e3 * each(waiting), 2)) ms
      from files to scores: \(fixed(secondsPerMinute, 2)) s for a minute of video
      """
  }

  private var detectorTime: String {
    people.map {
      "the detector computed \(fixed(1e3 * each($0.computing), 2)) ms and waited \(fixed(1e3 * each($0.waiting), 2)) ms, "
    } ?? ""
  }

  public func json(_ totals: [Double]) -> JSONValue {
    var fields: [(name: String, value: JSONValue)] = [
      ("key_frames", JSONValue(keyFrames)), ("decoded_frames", JSONValue(decodedFrames)),
      ("network", JSONValue(network)),
    ]
    if views.count > 1 { fields.append(("views", JSONValue(views.count))) }
    if streams > 1 { fields.append(("streams", JSONValue(streams))) }
    if let people {
      fields += [
        ("people", people.count), ("people_opening_cpu_seconds", JSONValue(each(people.opening))),
        ("people_decoding_cpu_seconds", JSONValue(each(people.decoding))),
        ("people_rest_cpu_seconds", JSONValue(each(people.rest))),
        ("detector_seconds", JSONValue(each(people.computing))),
        ("detector_waiting_seconds", JSONValue(each(people.waiting))),
      ]
    }
    fields += steps.map { ("\($0.step)_cpu_seconds", JSONValue(each($0.seconds))) }
    fields += [
      ("rest_cpu_seconds", JSONValue(each(rest))), ("sum_cpu_seconds", JSONValue(each(total))),
      ("sum_cpu_seconds_median", JSONValue(totals[totals.count / 2])),
      ("network_seconds", JSONValue(each(computing))),
      ("waiting_seconds", JSONValue(each(waiting))), ("seconds_per_video_minute", JSONValue(secondsPerMinute)),
      ("runs", JSONValue(totals.count)),
      ("threads", JSONValue(setting.threads)),
      ("kernels", JSONValue(setting.kernels)), ("peak_rss_bytes", JSONValue(setting.peakMemory)),
    ]
    return .object(fields)
  }
}
