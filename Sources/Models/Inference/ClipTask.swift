public import AVARecords
public import Clips
public import Geometry
public import Imaging

/// What a run scores: the people at one moment of a video, or the clip as a whole, seen in one or several views.
///
/// A task goes through a run and comes out with its scores.
public struct ClipTask: Sendable {
  /// Somebody to score.
  public struct Person: Equatable, Sendable {
    /// In fractions of the frame.
    public let box: UnitBox
    /// The detector's score.
    public let proposalScore: Double

    public init(box: UnitBox, proposalScore: Double) {
      self.box = box
      self.proposalScore = proposalScore
    }
  }

  /// A moment in the video's own counting.
  public struct Moment: Equatable, Sendable {
    /// Seconds after the first frame.
    public let seconds: Double
    /// The number of the frame, from 0.
    public let frame: Int

    public init(seconds: Double, frame: Int) {
      self.seconds = seconds
      self.frame = frame
    }
  }

  /// The video and the time as rows write it: what the task is known by.
  public let keyFrame: KeyFrame
  /// The number of the frame in the middle of the clip, or of the first one where views go `onward`, as the source of
  /// frames counts.
  public let center: Int
  /// The key frame in the video's own counting.
  public let moment: Moment
  /// Nil where the clip as a whole is classified.
  public let people: [Person]?
  /// At least one.
  public let views: [View]

  /// - Parameter moment: Nil where frames are counted as the source counts them and the time is unknown.
  public init(_ keyFrame: KeyFrame, center: Int, moment: Moment? = nil, people: [Person]?, views: [View]) {
    precondition(!views.isEmpty, "a task is seen in some view")
    self.keyFrame = keyFrame
    self.center = center
    self.moment = moment ?? Moment(seconds: keyFrame.time.seconds, frame: center)
    self.people = people
    self.views = views
  }

  /// The same task with some of its views; nil for none.
  public func only(_ isWanted: (View) -> Bool) -> ClipTask? {
    let wanted = views.filter(isWanted)
    if wanted.isEmpty { return nil }
    return ClipTask(keyFrame, center: center, moment: moment, people: people, views: wanted)
  }
}

/// The tasks of one video, in ascending order of time.
public struct VideoJob {
  /// The video's.
  public let name: String
  /// Opens the frames: videos are opened one after the other, when their turn comes.
  public let open: () throws -> any FrameSource
  /// What is scored of the video.
  public let tasks: [ClipTask]

  public init(name: String, tasks: [ClipTask], open: @escaping () throws -> any FrameSource) {
    self.name = name
    self.tasks = tasks
    self.open = open
  }
}
