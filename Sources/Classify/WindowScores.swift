internal import AVARecords
internal import Clips
internal import Imaging
internal import Video
internal import Inference
public import Runs
internal import Tensors

/// The scores of videos' windows, read from the run's journal as they are asked for.
public struct WindowScores {
  /// What was classified.
  public struct Video: Sendable {
    public let name: String
    /// In seconds; nil for what cannot be read.
    public let duration: Double?
    public let isPicture: Bool
    /// One for each window.
    let tasks: [ClipTask]
    /// What opens it; nil for what cannot be read.
    let input: FrameInput?

    init(_ name: String, _ input: FrameInput, _ source: any FrameSource, _ layout: WindowLayout, _ views: [View]) {
      (self.name, self.input) = (name, input)
      duration = source.duration
      isPicture = if case .picture = input { true } else { false }
      tasks = layout.windows.map { window in
        ClipTask(
          KeyFrame(video: name, time: Timestamp(microseconds: Int64((window.begin * 1e6).rounded()))),
          center: window.frame, moment: ClipTask.Moment(seconds: window.begin, frame: window.frame), people: nil,
          views: views)
      }
    }

    /// - Parameter tasks: What a run knows of it.
    init(unreadable name: String, tasks: [ClipTask] = []) {
      (self.name, duration, isPicture, self.tasks, input) = (name, nil, false, tasks, nil)
    }
  }

  /// A stretch of a video that was scored, in seconds after its first frame.
  public struct Window: Sendable, Equatable {
    public let begin: Double
    public let end: Double
  }

  /// In the order of the call; those that cannot be read, too.
  public let videos: [Video]
  /// The windows without scores, and the videos that cannot be read.
  public let damage: DamageReport
  /// How many windows have scores.
  public let windowCount: Int
  /// How long a window is, in seconds.
  public let length: Double
  /// How the scores of several windows, or of several views of one, become one: their mean for `sum`.
  public let fusion: ClipFusion
  /// `MODEL.HEAD_ACT`: what the scores are.
  public let head: String
  private let journal: RunJournal

  init(
    _ journal: RunJournal, _ videos: [Video], _ unreadable: DamageReport, length: Double, fusion: ClipFusion,
    head: String
  ) {
    (self.journal, self.videos, self.length, self.fusion, self.head) = (journal, videos, length, fusion, head)
    var damage = unreadable
    var count = 0
    for task in videos.flatMap(\.tasks) {
      if journal.hasAll(task) {
        count += 1
      } else if let cause = journal.damage(of: task) {
        damage.append(task.keyFrame, cause: cause)
      }
    }
    self.damage = damage
    windowCount = count
  }

  /// Calls `body` with each window of a video that was scored, in their order, with a score a class.
  ///
  /// - Throws: `FileError`, `JournalError`, and what `body` throws.
  public func forEach(of video: Video, _ body: (Window, [Float]) throws -> Void) throws {
    for task in video.tasks {
      var mean = ScoreSummary(fusion)
      for view in task.views { try journal.scores(of: task, view).map { mean.add($0.array) } }
      guard mean.count == task.views.count else { continue }
      let begin = task.moment.seconds
      try body(Window(begin: begin, end: min(begin + length, video.duration ?? begin + length)), mean.scores)
    }
  }

  /// Writes the scores of every class [windows, classes] as a .npy file.
  public func writeScores(_ path: String, classes: Int) throws {
    let file = try NumPyWriter(path, shape: [windowCount, classes])
    for video in videos { try forEach(of: video) { try file.append(Tensor([$1.count], $1)) } }
    try file.commit()
  }
}

/// The mean or the maximum of several scores, class by class: in float64, in their order.
public struct ScoreSummary: Sendable {
  public let fusion: ClipFusion
  /// How many were added.
  public private(set) var count = 0
  private var values: [Double] = []

  /// - Parameter fusion: The mean for `sum`.
  public init(_ fusion: ClipFusion) { self.fusion = fusion }

  public mutating func add(_ scores: [Float]) {
    count += 1
    if values.isEmpty {
      values = scores.map(Double.init)
      return
    }
    for (index, score) in scores.enumerated() {
      values[index] = fusion == .sum ? values[index] + Double(score) : max(values[index], Double(score))
    }
  }

  /// A score a class; none before the first.
  public var scores: [Float] { values.map { Float(fusion == .sum ? $0 / Double(count) : $0) } }

  /// "mean" or "maximum".
  public var inWords: String { fusion == .sum ? "mean" : "maximum" }
}

/// The classes of the highest scores, best first; of equal ones the lower class first.
func best(_ scores: [Float], _ count: Int) -> [Int] {
  Array(scores.indices.sorted { (-scores[$0], $0) < (-scores[$1], $1) }.prefix(count))
}
