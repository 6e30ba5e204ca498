public import Geometry

extension ProposalList {
  /// Key frames that come from elsewhere than AVA's rows.
  ///
  /// - Parameters:
  ///   - videos: Each with its key frames ascending in time.
  ///   - keyFramesBelowThreshold: By video and time.
  public init(_ videos: [Video], summary: Summary, keyFramesBelowThreshold: [KeyFrame]) {
    self.videos = videos
    self.summary = summary
    self.keyFramesBelowThreshold = keyFramesBelowThreshold
  }
}

extension ProposalList.Video {
  /// Makes a video of its name and its key frames, ascending in time.
  public init(_ name: String, keyFrames: [ProposalList.FrameBoxes]) {
    self.name = name
    self.keyFrames = keyFrames
  }
}

extension ProposalList.FrameBoxes {
  /// Boxes without actions.
  ///
  /// - Parameter ids: Who each is through time; empty where nobody knows.
  public init(time: Timestamp, boxes: [UnitBox], scores: [Double], ids: [Int?] = []) {
    self.time = time
    self.boxes = boxes
    self.scores = scores
    labels = Array(repeating: [-1], count: boxes.count)
    self.ids = ids
  }
}
