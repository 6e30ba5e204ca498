/// How a clip is looked at: how large, mirrored or not, which part of the frame, and which part of the video.
///
/// One view is what PySlowFast's AVA test has; several of one task are scored one by one, from frames that are decoded
/// once.
public struct View: Hashable, Sendable, CustomStringConvertible {
  /// Which part of a frame is seen.
  public enum Crop: Hashable, Sendable {
    case whole
    /// One of three squares along the long side: at its beginning (0), in the middle (1), at its end (2).
    case square(Int)
    /// A square of so many pixels in the middle of the frame.
    case centre(Int)
    /// The same; of margins that differ by a pixel the first is even, as torchvision rounds.
    case middle(Int)
    /// The whole frame, for the boxes that count in none of the squares.
    case rest
  }

  /// Where in a video the clip lies.
  public enum Position: Hashable, Sendable {
    /// Around the task's own frame.
    case keyFrame
    /// The i-th of n clips that begin at equal distances from the video's first frame on.
    case part(Int, of: Int)
    /// From the task's own frame on.
    case onward
  }

  /// The short side of the resized frame in pixels (`DATA.TEST_CROP_SIZE`).
  public var shortSide: Int
  /// Whether clip and boxes are mirrored (`AVA.TEST_FORCE_FLIP`).
  public var flip: Bool
  public var crop: Crop
  public var position: Position
  /// Which of a run's networks sees it, from 0.
  public var model: Int

  public init(
    shortSide: Int, flip: Bool = false, crop: Crop = .whole, position: Position = .keyFrame, model: Int = 0
  ) {
    self.shortSide = shortSide
    self.flip = flip
    self.crop = crop
    self.position = position
    self.model = model
  }

  /// As journals name it: "256", "320 flip", "256 square 2", "256 centre 224",
  /// "256 middle 224", "256 rest", "256 part 3 of 10",
  /// "256 onward", and of a run's second network "256 model 2".
  public var description: String {
    var text = "\(shortSide)"
    if flip { text += " flip" }
    switch crop {
    case .whole: break
    case .square(let index): text += " square \(index)"
    case .centre(let side): text += " centre \(side)"
    case .middle(let side): text += " middle \(side)"
    case .rest: text += " rest"
    }
    if case .part(let index, let count) = position { text += " part \(index) of \(count)" }
    if position == .onward { text += " onward" }
    if model > 0 { text += " model \(model + 1)" }
    return text
  }
}

extension ClipWindow {
  /// The frame in the middle of a view's clip.
  ///
  /// - Parameters:
  ///   - center: The task's own frame.
  ///   - count: How many frames the video has.
  public func center(of view: View, around center: Int, count: Int) -> Int {
    if view.position == .onward { return center + frames * rate / 2 }
    guard case .part(let index, let parts) = view.position else { return center }
    let span = frames * rate
    return max(0, count - span) * index / max(1, parts) + span / 2
  }
}
