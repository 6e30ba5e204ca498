public import Geometry
public import Imaging

/// An operator on clips of 8-bit frames.
///
/// A new one is a file with a type that conforms; it runs where a pipeline's ``AugmentationPipeline/bytes`` name it. One
/// generic method over ``ClipFrame`` conforms to ``FloatAugmentation`` too.
public protocol ByteAugmentation: Sendable {
  func apply(to clip: inout Clip<Image>, _ draws: inout some Draws)
}

/// An operator on clips of float frames.
///
/// A new one is a file with a type that conforms; it runs where a pipeline's ``AugmentationPipeline/floats`` name it.
public protocol FloatAugmentation: Sendable {
  func apply(to clip: inout Clip<FloatImage>, _ draws: inout some Draws)
}

/// From decoded frames and boxes to what the network sees: operators on bytes, division by 255, operators on floats.
public struct AugmentationPipeline: Sendable {
  /// In their order, before the frames become floats.
  public var bytes: [any ByteAugmentation]
  /// In their order, of values from 0 to 1 at first.
  public var floats: [any FloatAugmentation]
  /// Of the channels that the network sees.
  public var order: ChannelOrder

  public init(bytes: [any ByteAugmentation], floats: [any FloatAugmentation], order: ChannelOrder) {
    self.bytes = bytes
    self.floats = floats
    self.order = order
  }

  /// Prepares a clip.
  ///
  /// - Parameters:
  ///   - frames: At least one, of one size, all BGR or all RGB as the pipeline's maker says.
  ///   - boxes: In fractions of the frame.
  /// - Returns: Frames in the network's order, and boxes in pixels of them, clipped; one that the crop has lost is still
  ///   there, without area.
  public func prepare(_ frames: [Image], boxes: [UnitBox] = [], _ draws: inout some Draws) -> Clip<FloatImage> {
    var images = Clip(frames: frames)
    images.boxes = boxes.map { $0.pixels(in: images.size) }
    images.clipBoxes()
    for step in bytes { step.apply(to: &images, &draws) }
    var clip = Clip(frames: images.frames.map { FloatImage($0) }, boxes: images.boxes)
    for step in floats { step.apply(to: &clip, &draws) }
    clip.frames = clip.frames.map { $0.ordered(order) }
    clip.clipBoxes()
    return clip
  }
}
