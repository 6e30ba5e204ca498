public import AVARecords
public import Geometry

/// An action with the boxes of who does it, frame by frame without a gap.
public struct ActionTube: Sendable, Equatable {
  public var video: String
  /// The class's id.
  public var action: Int
  /// Of a detection, any finite number; not looked at in ground truth.
  public var score: Double
  public var firstFrame: Int
  /// In pixels, one for each frame from the first on; at least one.
  public var boxes: [PixelBox]

  public var frames: ClosedRange<Int> { firstFrame...(firstFrame + boxes.count - 1) }

  public init(video: String, action: Int, score: Double = 1, firstFrame: Int, boxes: [PixelBox]) {
    precondition(!boxes.isEmpty, "a tube has boxes")
    self.video = video
    self.action = action
    self.score = score
    self.firstFrame = firstFrame
    self.boxes = boxes
  }

  /// A tube of a file; without a score there it has 1.
  public init(_ record: TubeRecord) {
    self.init(
      video: record.video, action: record.action, score: record.score ?? 1, firstFrame: record.firstFrame,
      boxes: record.boxes)
  }
}

/// A box of one frame with an action, as a detector says it.
public struct FrameDetection: Sendable, Equatable {
  public var video: String
  public var frame: Int
  public var action: Int
  public var score: Double
  /// In pixels.
  public var box: PixelBox

  public init(video: String, frame: Int, action: Int, score: Double, box: PixelBox) {
    self.video = video
    self.frame = frame
    self.action = action
    self.score = score
    self.box = box
  }
}
