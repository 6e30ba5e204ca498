public import Datasets
public import Geometry

/// Person boxes by video and key frame, as PySlowFast keeps them.
public struct ProposalList: Sendable {
  /// The boxes of one key frame, in the order in which they first appear in the files.
  public struct FrameBoxes: Sendable {
    /// The key frame's.
    public let time: Timestamp
    /// The people's boxes, in fractions of the frame.
    public internal(set) var boxes: [UnitBox] = []
    /// The detector's score of each box's first row.
    public internal(set) var scores: [Double] = []
    /// The action ids of each box, -1 for a row without one.
    public internal(set) var labels: [[Int]] = []
    /// Who each is through time, as another tool's file says; empty where it does not.
    public internal(set) var ids: [Int?] = []

    /// The same people at another time.
    public func moved(to time: Timestamp) -> FrameBoxes {
      FrameBoxes(time: time, boxes: boxes, scores: scores, labels: labels, ids: ids)
    }
  }

  /// One video with the key frames that have boxes, ascending in time.
  public struct Video: Sendable {
    /// The video's.
    public let name: String
    /// Those that have boxes, ascending in time.
    public internal(set) var keyFrames: [FrameBoxes] = []
  }

  /// Which times a row may speak of.
  public enum Times: Sendable {
    /// A data set's labelled seconds; any time where it has none.
    case labelled(ActionDataset)
    /// Any time, for a user's own video.
    case any

    /// The seconds that AVA labels.
    public static let ava = Times.labelled(.ava)
  }

  /// How many rows speak of a video.
  public struct RowsOfVideo: Equatable, Sendable {
    /// The video's name.
    public let video: String
    /// How many rows speak of it.
    public var rows: Int

    /// Makes a count of a video's rows.
    public init(video: String, rows: Int) {
      self.video = video
      self.rows = rows
    }
  }

  /// What was well formed and yet of no use, by count and name.
  public struct Summary: Equatable, Sendable {
    /// All rows that were read.
    public var rows = 0
    /// Rows that made or joined a box.
    public var keptRows = 0
    /// Rows whose score is below the threshold.
    public var belowThreshold = 0
    /// Rows at seconds that the data set does not label.
    public var outsideRange = 0
    /// The data set whose labelled seconds alone may appear; nil where any time may.
    public var dataset: ActionDataset?
    /// The seconds that are outside this range, each once.
    public var secondsOutsideRange: Set<Int> = []
    /// Rows of each video that is not listed.
    public var unlistedVideos: [RowsOfVideo] = []
    /// Videos all of whose rows fall away.
    public var videosWithoutBoxes: [String] = []
    /// Listed videos for which there is no row at all.
    public var videosWithoutRows: [String] = []
    /// Rows whose box was there already.
    public var repeatedBoxes = 0
    /// Boxes without width or height.
    public var withoutArea = 0
    /// Boxes that reach beyond the frame.
    public var beyondFrame = 0
    /// Where the first of these stands: "line 3 of 'boxes.csv'".
    public var firstBeyondFrame = ""
    /// The scores of listed videos, those below the threshold too.
    public var scores = ProposalScores()
    /// What the file calls the scores.
    public var scoreColumn = "column 8"

    /// Makes a summary of no rows.
    public init() {}

    /// Why rows fell away.
    public enum Loss: Equatable, Sendable {
      /// Rows of videos that are not asked for; with scores below the threshold; at seconds that are not labelled.
      case otherVideos, belowThreshold, outsideRange
    }

    /// Why no row is left: what most of them fell away for; nil where some were kept.
    public var mainLoss: Loss? {
      if keptRows > 0 { return nil }
      let counts: [(Loss, Int)] = [
        (.otherVideos, unlistedVideos.reduce(0) { $0 + $1.rows }), (.belowThreshold, belowThreshold),
        (.outsideRange, outsideRange),
      ]
      // Rows of other videos are normal where some are of those that are asked for.
      let own = counts.dropFirst().filter { $0.1 > 0 }
      return (own.isEmpty ? counts : own).max { $0.1 < $1.1 }?.0
    }
  }

  /// Videos in the order of their first kept rows.
  public internal(set) var videos: [Video] = []
  /// What fell away, and why.
  public internal(set) var summary = Summary()
  /// The key frames all of whose boxes are below the score threshold, by video and time.
  public internal(set) var keyFramesBelowThreshold: [KeyFrame] = []

  /// The key frames of a video, none for an unknown one.
  public func keyFrames(of name: String) -> [FrameBoxes] { videos.first { $0.name == name }?.keyFrames ?? [] }

  /// How many key frames have boxes.
  public var keyFrameCount: Int { videos.reduce(0) { $0 + $1.keyFrames.count } }

  /// How many boxes there are.
  public var boxCount: Int { videos.reduce(0) { $0 + $1.keyFrames.reduce(0) { $0 + $1.boxes.count } } }
}
