public import Geometry
public import Imaging

/// A frame that can be resized, cut and mirrored.
public protocol ClipFrame: Sendable {
  var size: ImageSize { get }
  var order: ChannelOrder { get }

  /// The frame at another size, as the training of its kind interpolates.
  ///
  /// - Parameter size: Both sides at least 1.
  func resized(to size: ImageSize) -> Self

  /// A part of the frame, inside of it.
  func cropped(to part: PixelRectangle) -> Self

  /// The frame mirrored left to right.
  func mirrored() -> Self
}

/// A part of a frame, in whole pixels.
public struct PixelRectangle: Hashable, Sendable {
  public var left: Int
  public var top: Int
  public var size: ImageSize

  public init(left: Int, top: Int, width: Int, height: Int) {
    self.left = left
    self.top = top
    size = ImageSize(width: width, height: height)
  }
}

/// The frames of a clip, in time, with the boxes that are seen in them.
///
/// 8-bit frames (`Clip<Image>`) are resized as OpenCV does, frames of floats (`Clip<FloatImage>`) as PyTorch's
/// `interpolate` does: PySlowFast's two back ends.
public struct Clip<Frame: ClipFrame>: Sendable {
  /// At least one, all of one size and order.
  public var frames: [Frame]
  /// In pixels of the frames; they may reach beyond.
  public var boxes: [PixelBox]

  public init(frames: [Frame], boxes: [PixelBox] = []) {
    precondition(!frames.isEmpty, "a clip has frames")
    precondition(
      frames.allSatisfy { $0.size == frames[0].size && $0.order == frames[0].order },
      "a clip's frames are of one size and order")
    self.frames = frames
    self.boxes = boxes
  }

  /// The size of every frame.
  public var size: ImageSize { frames[0].size }
  /// The order of the channels of every frame.
  public var order: ChannelOrder { frames[0].order }

  /// Resizes the frames; boxes stay.
  mutating func resizeFrames(to size: ImageSize) {
    for index in frames.indices { frames[index] = frames[index].resized(to: size) }
  }

  /// Cuts a part out of the frames and moves the boxes along, which are not clipped.
  public mutating func crop(to part: PixelRectangle) {
    for index in frames.indices { frames[index] = frames[index].cropped(to: part) }
    let (left, top) = (Double(part.left), Double(part.top))
    boxes = boxes.map { PixelBox(x1: $0.x1 - left, y1: $0.y1 - top, x2: $0.x2 - left, y2: $0.y2 - top) }
  }

  /// Clips the boxes to the frames: corners to 0 to width - 1 and 0 to height - 1. What lies outside becomes a box without
  /// area.
  public mutating func clipBoxes() {
    let (right, bottom) = (Double(size.width - 1), Double(size.height - 1))
    boxes = boxes.map { $0.clipped(maxX: right, maxY: bottom) }
  }
}
